"""Re:VIEW, the mark-up of Japanese technical books: blocks and inline commands to Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.html.text import words
from corpuskit.readers.layout import heading, table, unwrapped
from corpuskit.readers.markup.markuptext import MarkupParams, documents, fenced, lines_of
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Raw, WholeFile, decoded_text

_STRONG = re.compile(
    rb"^//[a-z]+(?:\[[^\n]*\])*\{?\s*$|@<[a-z]+>[{$|]|^={1,5}(?:\[[\w/]+\])?[ \t]+\S", re.M
)
_HEADING = re.compile(r"(={1,6})(?:\[([^\[\]]*)\])?(?:\{[^{}]*\})?[ \t]*(.*)")
_BLOCK = re.compile(r"//([A-Za-z_]+)((?:\[(?:[^\]\\]|\\.)*+\])*+)(\{)?\s*$")
_ARGUMENT = re.compile(r"\[((?:[^\]\\]|\\.)*+)\]")
_ITEM = re.compile(r"[ \t]+(\*{1,6}|\d{1,9}\.|-{1,6})[ \t]+(.*)")
_TERM = re.compile(r"[ \t]*:[ \t]+(.*)")
_INLINE = re.compile(
    r"@<([A-Za-z_]+)>(?:\{((?:[^}\\@]|\\.|@(?!<[A-Za-z_]+>[{$|])){0,5000}+)\}|\$([^$\n]{0,5000})\$|\|([^|\n]{0,5000})\|)"
)

_CODE = {"list": 2, "listnum": 2, "emlist": 1, "emlistnum": 1, "source": 1, "cmd": 9, "box": 9}
_NUMBERED = {
    "list": ("list", "リスト"),
    "listnum": ("list", "リスト"),
    "image": ("img", "図"),
    "imgtable": ("table", "表"),
    "table": ("table", "表"),
    "texequation": ("eq", "式"),
}
_SILENT_BLOCKS = frozenset(("embed", "raw", "comment", "graph"))
_IMAGES = frozenset(("image", "indepimage", "numberlessimage", "imgtable", "graph"))
_SILENT = words("fn endnote icon raw embed comment hidx hidden label")


class ReviewParams(MarkupParams):
    """Options of the Re:VIEW reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Review(WholeFile):
    """Reads ``.re`` files of Re:VIEW. Files that they include are not followed."""

    name: ClassVar[str] = "review"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".re")
    Params: ClassVar[type[ReaderParams]] = ReviewParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """By its name; 2 where there are commands of Re:VIEW, too."""
        sure = super().recognises(head, name)
        return 2 if sure and _STRONG.search(head) else sure

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The chapter as Markdown; its first heading is the title."""
        decoded = decoded_text(raw.data, raw.charset)
        chapter = _Chapter(lines_of(decoded.text), keep_ruby=self.params.ruby == "keep")
        yield from documents(chapter.text(), None, {}, decoded, self.params.per)


class _Chapter:
    def __init__(self, lines: list[str], *, keep_ruby: bool) -> None:
        self._lines, self._at, self._keep_ruby = lines, 0, keep_ruby
        self._labels = _labels(lines)
        self._out: list[str] = []
        self._paragraph: list[str] = []
        self._tight = False  # whether the block before was an item of a list

    def text(self) -> str:
        """The whole as Markdown."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            self._line(line)
        self._flush()
        return "".join(self._out).strip("\n")

    def _line(self, line: str) -> None:
        block = _BLOCK.match(line) if line.startswith("//") else None
        titled = _HEADING.match(line) if line.startswith("=") else None
        item = _ITEM.match(line)
        term = _TERM.match(line)
        if line.startswith("#@"):
            return
        if not line.strip() or line.startswith("//}"):
            self._flush()
        elif block:
            self._flush()
            self._block(
                block[1], [a.replace("\\]", "]") for a in _ARGUMENT.findall(block[2])], block[3]
            )
        elif titled and (titled[3] or titled[2]):
            self._flush()
            if not (titled[2] or "").startswith("/"):
                self._add(heading(len(titled[1]), self._inline(titled[3])))
        elif item:
            self._flush()
            level = len(item[1]) if item[1][0] in "*-" else 1
            mark = "- " if item[1][0] in "*-" else f"{item[1]} "
            self._paragraph = ["  " * (level - 1) + mark, item[2]]
        elif term:
            self._flush()
            self._paragraph = ["- ", term[1]]
            self._flush()
            self._paragraph = ["  "] if self._described() else []
        else:
            self._paragraph += [] if self._paragraph else [""]
            self._paragraph.append(line.strip())

    def _described(self) -> bool:
        following = self._lines[self._at] if self._at < len(self._lines) else ""
        return (
            following[:1] in ("\t", " ") and not _TERM.match(following) and bool(following.strip())
        )

    def _flush(self) -> None:
        lead, *lines = self._paragraph or [""]
        self._paragraph = []
        text = unwrapped(self._inline("\n".join(lines)).strip("\n")) if lines else ""
        if text:
            inner = text.replace("\0", "\n" + " " * len(lead))
            self._add(lead + inner, tight=bool(lead))

    def _add(self, text: str, *, tight: bool = False) -> None:
        if not text.strip():
            return
        if self._out:
            self._out.append("\n" if tight and self._tight else "\n\n")
        self._out.append(text)
        self._tight = tight

    def _block(self, name: str, arguments: list[str], opened: str | None) -> None:
        if name in ("footnote", "endnote") and len(arguments) > 1:
            self._add(self._inline(arguments[1]))
            return
        verbatim = name in _CODE or name in _SILENT_BLOCKS or name in _IMAGES
        verbatim = verbatim or name in ("table", "emtable", "texequation")
        caption = self._caption(name, arguments)
        if not opened or not verbatim:  # prose: its lines are read as any others
            if opened or name in _IMAGES:
                self._add(caption)
            return
        body = self._body()
        if name in _SILENT_BLOCKS:
            return
        self._add(caption)
        if name in _CODE:
            at = _CODE[name]
            language = arguments[at] if len(arguments) > at else ""
            code = "\n".join(map(self._inline, body)).replace("\0", "\n")
            self._add(fenced(code, language))
        elif name == "texequation":
            self._add("$$\n" + "\n".join(body) + "\n$$")
        elif name not in _IMAGES:
            self._add(self._table(body))

    def _caption(self, name: str, arguments: list[str]) -> str:
        """What stands above or below a block, with its number where it has one."""
        at = 1 if name in _NUMBERED or name in ("indepimage", "numberlessimage", "bibpaper") else 0
        said = self._inline(arguments[at]) if len(arguments) > at else ""
        known = _NUMBERED.get(name)
        number = self._labels.get((known[0], arguments[0]), "") if known and arguments else ""
        return f"{number} {said}".strip()

    def _body(self) -> list[str]:
        start = self._at
        while self._at < len(self._lines) and not self._lines[self._at].startswith("//}"):
            self._at += 1
        self._at += 1
        return [line for line in self._lines[start : self._at - 1] if not line.startswith("#@")]

    def _table(self, body: list[str]) -> str:
        rows, ruled = [], False
        for line in body:
            if re.match(r"[-=]{12,}\s*$", line):
                ruled = True
            elif line.strip():
                cells = (each if each != "." else "" for each in re.split(r"\t+", line.strip("\n")))
                rows.append([unwrapped(self._inline(each)).replace("\0", " ") for each in cells])
        return table(rows, header=ruled)

    def _inline(self, text: str) -> str:
        return _INLINE.sub(self._command, text) if "@<" in text else text

    def _command(self, found: re.Match[str]) -> str:
        name = found[1]
        text = found[2].replace("\\}", "}").replace("\\\\", "\\") if found[2] is not None else None
        content = next(each for each in (text, found[3], found[4]) if each is not None)
        if name in _SILENT:
            return ""
        if name in ("ruby", "kw"):
            base, _, reading = content.partition(",")
            kept = reading.strip() and (name == "kw" or self._keep_ruby)
            return f"{base.strip()}（{reading.strip()}）" if kept else base.strip()
        if name == "href":
            url, _, label = content.replace("\\,", "\0").partition(",")
            return (label.strip() or url).replace("\0", ",")
        if name == "uchar":
            point = int(content, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", content) else 0
            usable = 0x20 <= point < 0x110000 and not 0xD800 <= point < 0xE000
            return chr(point) if usable else ""
        if name == "br":
            return "\0"
        if name == "m":
            return f"${content}$"
        if name in ("list", "img", "imgref", "table", "eq"):
            kind = "img" if name == "imgref" else name
            return self._labels.get((kind, content), content)
        if name in ("hd", "chap", "title", "chapref", "column"):
            return content.rpartition("|")[2]
        return content


def _labels(lines: list[str]) -> dict[tuple[str, str], str]:
    """Numbers of lists, tables and figures, counted in the file."""
    counts: Counter[str] = Counter()
    found: dict[tuple[str, str], str] = {}
    for line in lines:
        block = _BLOCK.match(line) if line.startswith("//") else None
        known = _NUMBERED.get(block[1]) if block else None
        arguments = _ARGUMENT.findall(block[2]) if block else []
        if known and arguments and arguments[0] and (known[0], arguments[0]) not in found:
            counts[known[0]] += 1
            found[known[0], arguments[0]] = f"{known[1]}{counts[known[0]]}"
    return found
