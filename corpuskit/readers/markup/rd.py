"""RD, Ruby's document format, with what the Japanese reference manual of Ruby adds to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.layout import heading, unwrapped
from corpuskit.readers.markup.markuptext import MarkupParams, documents, fenced, lines_of
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, WholeFile, decoded_text

_STRONG = re.compile(rb"^={1,4} \S|^--- \S|\[\[[a-z]+:|\(\([<{*:'|-]|^#@\w+|^=begin\b", re.M)
_HEADING = re.compile(r"(={1,4}|\+{1,2})(?:\[a:[^\[\]]*\])?[ \t]+(\S.*)")
_ITEM = re.compile(r"([ \t]*)(\*|\(\d{1,9}\))[ \t]+(.*)")
_LINK = re.compile(r"\[\[[A-Za-z][\w-]*::?([^\[\]]{1,300}(?:\[\][^\[\]]{0,50})?)\]\]")
_CLASSIC = re.compile(
    r"\(\(([<{*:'|%]) ?((?:(?!\(\().){0,2000}?) ?[>}*:'|%]\)\)|\(\(-(?:(?!\(\().){0,2000}?-\)\)"
)
_TAG = re.compile(r"@(param|return|raise|see|arg|option|exception)\b[ \t]*(.*)")
_STARTS = re.compile(
    r"#@(samplecode)|//emlist(?:\[[^\[\]]*\])?(?:\[([^\[\]]*)\])?\{\s*$|//emlist\{"
)


class Rd(WholeFile):
    """Reads ``.rd``."""

    name: ClassVar[str] = "rd"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".rd")
    Params: ClassVar[type[ReaderParams]] = MarkupParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """By its name; 2 where there are marks of RD, too."""
        sure = super().recognises(head, name)
        return 2 if sure and _STRONG.search(head) else sure

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The text as Markdown; its first heading is the title."""
        decoded = decoded_text(raw.data, raw.charset)
        text = _Page(lines_of(decoded.text)).text()
        yield from documents(text, None, {}, decoded, self.params.per)


class _Page:
    def __init__(self, lines: list[str]) -> None:
        self._lines, self._at = lines, 0
        self._out: list[str] = []
        self._paragraph: list[str] = []
        self._lead = ""
        self._in_list = False

    def text(self) -> str:
        """The whole as Markdown."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            self._line(line)
        self._flush()
        return "\n\n".join(self._out)

    def _line(self, line: str) -> None:
        code = _STARTS.match(line)
        titled = _HEADING.match(line)
        item = _ITEM.match(line)
        tag = _TAG.match(line)
        if code:
            self._flush()
            language = "ruby" if code[1] else code[2] or ""
            self._add(fenced("\n".join(self._until("#@end" if code[1] else "//}")), language))
        elif line.startswith("#@") or re.match(r"=(?:begin|end)\b", line):
            return
        elif not line.strip():
            self._flush()
        elif titled:
            self._flush()
            self._in_list = False
            level = len(titled[1]) if titled[1][0] == "=" else 4 + len(titled[1])
            self._add(heading(level, inline(titled[2])))
        elif line.startswith("---"):
            self._flush()
            self._in_list = False
            self._add(heading(4, line.lstrip("-").strip()))
        elif item and (not self._paragraph or self._in_list):
            self._begin(f"{item[1].expandtabs(8)}- ", item[3])
        elif line.startswith(":") and line[1:2] in " \t":
            self._begin("- ", line[1:].strip())
            self._flush()
        elif tag:
            self._begin(f"- {tag[1]} ", tag[2])
        elif line[0] in " \t" and not self._paragraph and not self._in_list:
            self._indented(line)
        else:
            if line[0] not in " \t" and not self._paragraph:
                self._lead, self._in_list = "", False
            self._paragraph.append(line.strip())

    def _begin(self, lead: str, text: str) -> None:
        self._flush()
        self._lead, self._in_list = lead, True
        self._paragraph = [text]

    def _until(self, end: str) -> list[str]:
        start = self._at
        while self._at < len(self._lines) and not self._lines[self._at].startswith(end):
            self._at += 1
        self._at += 1
        return self._lines[start : self._at - 1]

    def _indented(self, line: str) -> None:
        """Code: lines that are indented, and the blank ones between them."""
        taken = [line]
        while self._at < len(self._lines):
            following = self._lines[self._at]
            if following.strip() and following[0] not in " \t" and not following.startswith("#@"):
                break
            if not following.startswith("#@"):
                taken.append(following)
            self._at += 1
        lines = "\n".join(taken).expandtabs(8).split("\n")
        margin = min(len(each) - len(each.lstrip()) for each in lines if each.strip())
        self._add(fenced("\n".join(each[margin:] for each in lines)))

    def _flush(self) -> None:
        text = unwrapped(inline("\n".join(self._paragraph)))
        self._paragraph = []
        if text:
            self._add(self._lead + text)
        if self._lead.strip():
            self._lead = "  "

    def _add(self, text: str) -> None:
        if text.strip():
            self._out.append(text)


def inline(text: str) -> str:
    """Text with links and classic RD's marks reduced to what they show."""
    if "[[" in text:
        text = _LINK.sub(r"\1", text)
    return _CLASSIC.sub(_shown, text) if "((" in text else text


def _shown(found: re.Match[str]) -> str:
    content = found[2] or ""
    return content.partition("|")[0].removeprefix("URL:") if found[1] == "<" else content
