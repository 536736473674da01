"""Lines of wikitext as Markdown: headings, lists, tables, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from corpuskit.readers.layout import heading, unwrapped
from corpuskit.readers.wiki.marks import BREAK
from corpuskit.readers.wiki.tables import Tables

_AROUND_BREAK = re.compile(rf"[ \n]*{BREAK}[ \n]*")
_ITEM = re.compile(r"([*#:;]+)[ \t]*(.*)")
_RULER = re.compile(r"-{4,}")
_SPACES = " \t"

Finish = Callable[[str], str]


def to_markdown(text: str, finish: Finish) -> str:
    """Wikitext without templates, links and tags as Markdown.

    Args:
        text: its lines.
        finish: puts back what is held and resolves entities, part by part.
    """
    return _joined(_Writer(finish).blocks(text))


@dataclass(slots=True)
class _Block:
    text: str
    level: int = 0  # of a heading


def _joined(blocks: list[_Block]) -> str:
    """Blocks with blank lines between; a heading that nothing follows goes."""
    kept: list[_Block] = []
    for block in reversed(blocks):
        if block.level and (not kept or 0 < kept[-1].level <= block.level):
            continue
        kept.append(block)
    return "\n\n".join(block.text for block in reversed(kept))


@dataclass(slots=True)
class _Writer:
    finish: Finish
    out: list[_Block] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    kind: str = ""  # of the open lines: a paragraph, a list, indented lines
    counts: list[int] = field(default_factory=list)

    def blocks(self, text: str) -> list[_Block]:
        """All blocks of a text."""
        tables = Tables(self)
        for line in text.split("\n"):
            if not tables.take(line):
                self.line(line)
        tables.end()
        self.flush()
        return self.out

    def part(self, text: str) -> str:
        """A part of a page, such as a cell that is a page of its own."""
        return _joined(_Writer(self.finish).blocks(text))

    def add(self, text: str, level: int = 0) -> None:
        """A block that is done."""
        self.flush()
        if text:
            self.out.append(_Block(text, level))

    def line(self, line: str) -> None:
        """A line outside of tables."""
        bare = line.strip(_SPACES)
        if not bare.strip(BREAK):
            self.flush()
        elif bare[0] == "=" and (title := _heading(bare)):
            text = heading(title[0], self.finish(title[1].replace(BREAK, " ")).strip())
            self.add(text, title[0])
        elif line[0] in "*#:;" and (item := _ITEM.match(line)):
            self._item(item[1], item[2])
        elif bare[0] == "-" and _RULER.match(bare):
            self.flush()
            self.line(bare.lstrip("-"))
        elif line[0] == " " and self.kind != "paragraph":
            self._open("indented")
            self.lines.append(line[1:].rstrip())
        else:
            self._open("paragraph")
            self.lines.append(bare)

    def _open(self, kind: str) -> None:
        if self.kind != kind:
            self.flush()
            self.kind = kind

    def _item(self, marks: str, text: str) -> None:
        self._open("list")
        text = text.strip(_SPACES + BREAK)
        if marks[-1] == ";":  # ; term : what it means
            term, colon, meaning = text.partition(" : ")
            if colon:
                self._item(marks, term)
                marks, text = marks[:-1] + ":", meaning
        depth = sum(mark in "*#" for mark in marks)
        del self.counts[depth:]
        self.counts += [0] * (depth - len(self.counts))
        if not text:
            return
        mark = ""
        if marks[-1] == "#":
            self.counts[depth - 1] += 1
            mark = f"{self.counts[depth - 1]}. "
        elif marks[-1] == "*":
            mark = "- "
        indent = "  " * (depth - 1 if mark else depth)
        text = _AROUND_BREAK.sub("\n", self.finish(text))
        self.lines.append(indent + mark + text.replace("\n", "\n" + indent + " " * len(mark)))

    def flush(self) -> None:
        """End the open block."""
        if not self.lines:
            self.kind = ""
            return
        text = "\n".join(self.lines)
        if self.kind == "paragraph":
            text = unwrapped(text)
        if self.kind != "list":
            text = _AROUND_BREAK.sub("\n", self.finish(text)).strip("\n")
        if text:
            self.out.append(_Block(text))
        self.lines, self.kind, self.counts = [], "", []


def _heading(line: str) -> tuple[int, str] | None:
    """Level and text of ``== text ==``."""
    if len(line) < 3 or line[-1] != "=":
        return None
    start = len(line) - len(line.lstrip("="))
    end = len(line) - len(line.rstrip("="))
    level = min(start, end, 6)
    text = line[level : len(line) - level].strip(_SPACES)
    return (level, text) if text.strip("=") else None
