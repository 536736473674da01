"""What stands within a line of Markdown: links, images, tags and marks, reduced to their text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpuskit.readers.html.text import BLOCKS, words
from corpuskit.readers.layout import unwrapped
from corpuskit.readers.markup.markuptext import lowered, raised, unescaped

#: A break that is meant; the text holds no NUL.
BREAK = "\0b\0"

_TICKS = re.compile(r"`+")
_HELD = re.compile(r"\0(\d+)\0")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_MATH = re.compile(r"\$\$[^$]{1,4000}\$\$|(?<![\\$\w])\$[^\s$](?:[^$\n]{0,400}[^\s$])?\$(?![\d$])")

_LABEL = r"((?:[^\[\]]|\[[^\[\]]{0,500}\]){0,2000})"
_TARGET = (
    r"\(\s*+(?:<[^<>\n]{0,2000}>|[^\s()<]{0,4000}+(?:\([^\s()]{0,2000}\)[^\s()]{0,2000}+){0,20}+)"
    r"(?:\s++(?:\"[^\"]{0,500}\"|'[^']{0,500}'|\([^()]{0,500}\)|=\d{0,5}x?\d{0,5}))?\s*+\)"
)
_LOOSE = r"\((?=[^()\n]{0,400}[./#])[^()\n]{0,400}\)"  # a target with spaces is against the rules
_IMAGE = re.compile(r"!\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,1000})\](?:" + _TARGET + f"|{_LOOSE})")
_LINK = re.compile(rf"\[{_LABEL}\](?:{_TARGET}|{_LOOSE})")
_INCLUDE = re.compile(r"\[!(?:[\w-]{1,40})\s*\[([^\[\]]{0,300})\]\([^()\n]{0,500}\)\s*\]", re.I)
_REFERENCE = re.compile(r"!?\[([^\[\]]{1,500})\](?: ?\[([^\[\]]{0,300})\])?(?!\()")
_EMBED = re.compile(r"!\[\[[^\[\]\n]{1,500}\]\]")
_WIKI = re.compile(r"\[\[(?:[^\[\]|\n]{1,500}\\?\|)?([^\[\]|\n]{1,500})\]\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,100}\]")
#: Marks of the reference manuals of Ruby and C++: [m:Array#each], vector[link vector.md].
_RUREMA = re.compile(
    r"\[(?:[a-z]|lib|ref|rfc|man|url|ruby-[a-z]+|feature|bug):([^\[\]\s]{1,200})\]"
)
_NOTED = re.compile(r"(?<=[^\s\[])\[(?:link|color|italic|meta|mathjax|thru)\b[^\[\]\n]{0,300}\]")

_AUTOLINK = re.compile(
    r"<(?:xref:([^\s<>?]{1,500})[^\s<>]{0,200}|([A-Za-z][A-Za-z0-9+.-]{1,31}:(?!:)[^\s<>]{1,2000}"
    r"|[\w.+-]{1,64}@[\w.-]{1,255}))>"
)
_IMAGE_FENCE = re.compile(r":::image\b([^:\n]{0,1000}(?::(?!::)[^:\n]{0,1000}){0,20}):::")
_ALT = re.compile(r"alt-text=\"([^\"]*)\"")
#: What a component shows of its attributes.
_SHOWN = re.compile(r"\s(?:title|alt|label)=(?:\"([^\"]*)\"|'([^']*)'|\{\"([^\"{}]*)\"\})")
_ATTRIBUTE = (
    r"\s++[\w:@#.*()\[\]-]{1,100}+"
    r"(?:\s*+=\s*+(?:\"[^\"]{0,2000}\"|'[^']{0,2000}'|\{(?:[^{}]|\{[^{}]{0,300}\}){0,2000}\}"
    r"|[^\s\"'<>={]{1,500}))?"
)
_TAG = re.compile(rf"<(/?)([A-Za-z][\w.:-]{{0,60}})((?:{_ATTRIBUTE}){{0,40}})\s*+(/?)>|</?>")
_RUBY = re.compile(r"<rt>([^<]{0,100})(?:</rt>)?")
_BRACKET = re.compile(r"<rp>[^<]{0,10}(?:</rp>)?")
_RAISED = re.compile(r"<(su[pb])>([^<]{1,20})</su[pb]>")
_ANCHOR = re.compile(r"[ \t]*\{(?:#|:[ \t]?|\.(?=[A-Za-z]))[^{}\n]{0,200}\}")
_LIQUID = re.compile(r"\{%[^%\n]{0,1000}%\}")
_HTML = BLOCKS | words(
    "a abbr acronym audio b base bdi bdo big br button canvas cite code col colgroup data del dfn"
    " em embed font head html i iframe img input ins kbd label link map mark meta meter noscript"
    " object option output param picture progress q rb rp rt rtc ruby s samp script select small"
    " source span strike strong style sub sup svg path template textarea time title track tt u var"
    " video wbr"
)


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where code stands within a text, in order; ends are those of the closing ticks."""
    runs = [(m.start(), m.end()) for m in _TICKS.finditer(text)]
    by_length: dict[int, list[int]] = defaultdict(list)
    for number, (start, end) in reversed(list(enumerate(runs))):
        by_length[end - start].append(number)
    spans: list[tuple[int, int]] = []
    free = -1
    for number, (start, end) in enumerate(runs):
        same = by_length[end - start]
        while same and same[-1] <= number:
            same.pop()
        if number <= free or not same or text[start - 1 : start] == "\\":
            continue
        free = same[-1]
        spans.append((start, runs[free][1]))
    return spans


@dataclass
class Inline:
    """Reduces what stands within lines.

    Attributes:
        keep_ruby: readings in brackets.
        references: labels that the file defines, in lower case.
        components: names of tags that are not HTML's and that the file closes.
    """

    keep_ruby: bool = False
    references: frozenset[str] = frozenset()
    components: frozenset[str] = frozenset()
    _kept: list[str] = field(default_factory=list)

    def text(self, source: str) -> str:
        """Lines of a paragraph as one, or as several where breaks are meant."""
        return "\n".join(unwrapped(part).strip() for part in self._broken(source))

    def line(self, source: str) -> str:
        """A heading or a cell: always one line."""
        return " ".join(part for part in self.text(source).split("\n") if part)

    def _broken(self, source: str) -> Iterator[str]:
        for part in self._reduced(source).split(BREAK):
            yield part.strip("\n")

    def _reduced(self, source: str) -> str:
        self._kept = []
        text = self._held_code(source)
        if "$" in text:
            text = _MATH.sub(self._held, text)
        if "\\" in text:
            text = _ESCAPED.sub(lambda found: self._hold(found[1]), text)
        if "[" in text:
            text = self._links(text)
        if "{" in text:
            text = _LIQUID.sub("", _ANCHOR.sub("", text))
        if "<" in text:
            text = self._tags(text)
        if ":::" in text:
            text = _IMAGE_FENCE.sub(_described, text)
        return _HELD.sub(lambda found: self._kept[int(found[1])], unescaped(text))

    def _held_code(self, text: str) -> str:
        spans = code_spans(text) if "`" in text else []
        parts, at = [], 0
        for start, end in spans:
            parts += [text[at:start], self._hold(text[start:end].replace(BREAK, " "))]
            at = end
        return "".join([*parts, text[at:]])

    def _held(self, found: re.Match[str]) -> str:
        return self._hold(found[0])

    def _hold(self, text: str) -> str:
        self._kept.append(text)
        return f"\0{len(self._kept) - 1}\0"

    def _links(self, text: str) -> str:
        text = _INCLUDE.sub(r"\1", text)
        text = _WIKI.sub(r"\1", _EMBED.sub("", text))
        text = _FOOTNOTE.sub("", text)
        for _ in range(2):  # a link around an image
            text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
        if self.references:
            text = _REFERENCE.sub(self._reference, text)
        return _NOTED.sub("", _RUREMA.sub(r"\1", text))

    def _reference(self, found: re.Match[str]) -> str:
        label = found[2] or found[1]
        label = _HELD.sub(lambda held: self._kept[int(held[1])], label)
        return found[1] if label_of(label) in self.references else found[0]

    def _tags(self, text: str) -> str:
        text = _AUTOLINK.sub(lambda found: self._hold(found[1] or found[2]), text)
        text = _RUBY.sub(r"（\1）" if self.keep_ruby else "", _BRACKET.sub("", text))
        text = _RAISED.sub(lambda found: (raised if found[1] == "sup" else lowered)(found[2]), text)
        return _TAG.sub(self._tag, text)

    def _tag(self, found: re.Match[str]) -> str:
        if found[2] is None:
            return ""
        name = found[2].lower()
        if name == "br":
            return BREAK
        if found[3] and (name == "img" or name not in _HTML):
            shown = _SHOWN.search(found[3])
            said = next(filter(None, shown.groups()), "") if shown else ""
            return said if name == "img" or not said else f"{said}{BREAK}"
        known = name in _HTML or found[2] in self.components or found[3] or found[4] or "-" in name
        return "" if known else found[0]


def _described(found: re.Match[str]) -> str:
    alt = _ALT.search(found[1])
    return alt[1] if alt else ""


def label_of(text: str) -> str:
    """A reference's label as it is compared."""
    return " ".join(text.lower().split())


def components(text: str) -> frozenset[str]:
    """Names of the tags that a text closes, and that begin with a capital or hold a hyphen."""
    return frozenset(re.findall(r"</([A-Za-z][\w.:-]{0,60})\s{0,10}>", text))
