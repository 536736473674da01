"""What stands within a line of reStructuredText: roles, links and marks, reduced to their text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from corpuskit.readers.layout import unwrapped
from corpuskit.readers.markup.markuptext import lowered, raised

_LITERAL = re.compile(r"``(?=\S)((?:[^`]|`(?!`)){1,2000}+)``(?!`)")
_ROLE = re.compile(r":([A-Za-z][\w:.+-]{0,60}):`((?:[^`\\]|\\.){1,2000}+)`")
_AFTER_ROLE = re.compile(r"`((?:[^`\\]|\\.){1,2000}+)`:([A-Za-z][\w:.+-]{0,60}):")
_LINK = re.compile(r"`((?:[^`\\]|\\.){1,2000}+)`_{0,2}")
_TARGET = re.compile(r"_`([^`]{1,500})`")
_TITLED = re.compile(r"(.*?)\s*<([^<>]{1,2000})>$", re.S)
_FOOTNOTE = re.compile(r"[ \t]?\[(?:\d{1,5}|\#[\w.-]{0,50}|\*)\]_(?!\w)")
_CITATION = re.compile(r"\[([A-Za-z][\w.+-]{0,60})\]_(?!\w)")
_SUBSTITUTION = re.compile(r"\|([^|\s](?:[^|\n]{0,200}[^|\s])?)\|_{0,2}")
_STRONG = re.compile(r"\*\*(?=[^\s*])(.{1,2000}?)(?<=[^\s])\*\*(?!\*)", re.S)
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*]{1,2000}?)(?<=[^\s])\*(?![\w*])", re.S)
_WORD = re.compile(r"(?<![\w.])([A-Za-z\u3041-\u30ff\u3400-\u9fff][\w.+-]{0,100}?)__?(?!\w)")
_ESCAPED = re.compile(r"\\(.)", re.S)
_HELD = re.compile(r"\0(\d+)\0")
#: Roles whose text is a path or label that only a tool reads.
_SILENT = frozenset(("index", "raw", "cite", "bibliography", "eqref"))


class Inline:
    """Reduces what stands within lines.

    Args:
        substitutions: what ``|name|`` stands for.
    """

    def __init__(self, substitutions: Mapping[str, str]) -> None:
        self._substitutions = substitutions
        self._kept: list[str] = []

    def text(self, source: str) -> str:
        """Lines of a paragraph as one line."""
        return unwrapped(self.marked(source)).strip()

    def marked(self, source: str) -> str:
        """Text without marks; its lines stay as they are."""
        self._kept = []
        text = source
        if "``" in text:
            text = _LITERAL.sub(lambda found: self._hold(found[1]), text)
        if "`" in text:
            text = _ROLE.sub(lambda found: self._role(found[1], found[2]), text)
            text = _AFTER_ROLE.sub(lambda found: self._role(found[2], found[1]), text)
            text = _TARGET.sub(r"\1", text)
            text = _LINK.sub(lambda found: self._hold(_shown(found[1])), text)
        if "\\" in text:
            text = _ESCAPED.sub(lambda f: self._hold("" if f[1].isspace() else f[1]), text)
        if "|" in text and self._substitutions:
            text = _SUBSTITUTION.sub(lambda f: self._substitutions.get(f[1], f[0]), text)
        if "*" in text:
            text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", text))
        if "_" in text:
            text = _WORD.sub(r"\1", _CITATION.sub(r"[\1]", _FOOTNOTE.sub("", text)))
        while _HELD.search(text):  # a substitution holds no marks, a literal none that are read
            text = _HELD.sub(lambda found: self._kept[int(found[1])], text)
        return text

    def _hold(self, text: str) -> str:
        self._kept.append(text)
        return f"\0{len(self._kept) - 1}\0"

    def _role(self, name: str, content: str) -> str:
        name = name.rpartition(":")[2]
        if name in _SILENT:
            return ""
        if name == "math":
            return self._hold(f"${content}$")
        if name == "ruby":
            return self._hold(re.sub(r"[(|（].*$", "", content))
        text = _shown(content)
        if name in ("sup", "superscript"):
            text = raised(text)
        elif name in ("sub", "subscript"):
            text = lowered(text)
        elif text.startswith("~"):
            text = text.rpartition(".")[2]
        return self._hold(text.lstrip("!"))


def _shown(content: str) -> str:
    """``text <target>`` shows its text, anything else itself."""
    found = _TITLED.match(content)
    text = (found[1] or found[2]) if found else content
    return _ESCAPED.sub(lambda each: "" if each[1].isspace() else each[1], text)
