"""Tables of wikitext: data as a Markdown table, layout as what stands in its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from corpuskit.readers.layout import blocks, table, unwrapped
from corpuskit.readers.wiki.marks import BLOCK, BREAK, NESTED

_START = re.compile(r"[ \t:*#;]*\{\|(.*)")
#: Tables that are boxes beside the text.
_BOX = re.compile(
    r"""class\s*=\s*["']?[^"'>]*\b(?:infobox|navbox|ambox|tmbox|metadata|vertical-navbox|sistersitebox|noprint)""",
    re.I,
)
#: Of a table that fills the text's width and borrows the look of a box.
_WIDE = re.compile(r"width\s*:\s*(?:[5-9]\d|100)\s*%")
_ORPHAN = re.compile(r"\|[-}]|\|[ \t]*(?:[a-z]+[ \t]*=[ \t]*\"[^\"]{0,200}\"[ \t]*){1,9}\|?[ \t]*$")
_SPAN = re.compile(r"""\b(col|row)span\s*=\s*["']?\s*(\d{1,3})""", re.I)
#: An empty cell with attributes makes three bars.
_BESIDE = re.compile(r"\|\|(?!\|)")
_LIST = re.compile(r"^[*#:;]+[ \t]*", re.M)
_LONG = 1000  # characters; a longer cell is layout, not data
_DEEPEST = 20
_WIDEST = 200
_NESTED = re.compile(rf"{NESTED}(\d+){NESTED}")


class Writer(Protocol):
    """What a table is written to."""

    @property
    def finish(self) -> Callable[[str], str]:
        """Puts back what is held and resolves entities."""

    def part(self, text: str) -> str:
        """A text that is a page of its own, as Markdown."""

    def add(self, text: str, level: int = 0) -> None:
        """Write a block."""


@dataclass(slots=True)
class _Cell:
    lines: list[str]
    head: bool
    columns: int = 1
    rows: int = 1
    nested: bool = False


@dataclass(slots=True)
class _Table:
    box: bool
    rows: list[list[_Cell]] = field(default_factory=lambda: [[]])
    caption: list[str] = field(default_factory=list)
    in_caption: bool = False

    def lines(self) -> list[str] | None:
        """Where the next line belongs; None before the first cell."""
        if self.in_caption:
            return self.caption
        return self.rows[-1][-1].lines if self.rows[-1] else None


def _is_box(attributes: str) -> bool:
    """Whether a table stands beside the text, by its attributes."""
    found = _BOX.search(attributes)
    if not found or not found[0].lower().endswith("infobox"):
        return bool(found)
    return "collaps" in attributes or not _WIDE.search(attributes)


class Tables:
    """Takes the lines of tables out of a text, innermost first."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._open: list[_Table] = []
        self._nested: list[str] = []

    def take(self, line: str) -> bool:
        """Whether a line belongs to a table."""
        start = _START.match(line) if "{|" in line else None
        if start:
            if len(self._open) < _DEEPEST:
                self._open.append(_Table(_is_box(start[1])))
            return True
        bare = line.lstrip(" \t")
        if not self._open:
            return bool(_ORPHAN.match(bare))  # of a table that a template began
        if bare.startswith("|}"):
            self._close(bare[2:])
        elif bare.startswith("|-"):
            self._open[-1].rows.append([])
            self._open[-1].in_caption = False
        elif bare.startswith("|+"):
            self._open[-1].in_caption = True
            self._open[-1].caption.append(bare[2:].rpartition("|")[2])
        elif bare[:1] in ("|", "!"):
            self._cells(bare)
        elif (lines := self._open[-1].lines()) is not None:
            lines.append(line)
        return True

    def _cells(self, line: str) -> None:
        opened = self._open[-1]
        opened.in_caption = False
        head = line[0] == "!"
        text = line[1:].replace("!!", "||") if head else line[1:]
        for cell in _BESIDE.split(text):
            attributes, bar, content = cell.partition("|")
            found = _Cell([content if bar else attributes], head)
            for name, count in _SPAN.findall(attributes if bar else ""):
                if name.lower() == "col":
                    found.columns = max(1, int(count))
                else:
                    found.rows = max(1, int(count))
            opened.rows[-1].append(found)

    def _close(self, rest: str = "") -> None:
        done = self._open.pop()
        text = "" if done.box else self._written(done)
        if not self._open:
            self._writer.add(text)
            if rest.strip(" \t"):
                self._writer.add(self._writer.part(rest))
            return
        around = self._open[-1]
        if text and around.rows[-1]:
            cell = around.rows[-1][-1]
            cell.nested = True
            cell.lines += ["", self._kept(text), ""]

    def end(self) -> None:
        """End tables that were not closed."""
        while self._open:
            self._close()

    def _kept(self, text: str) -> str:
        self._nested.append(text)
        return f"{NESTED}{len(self._nested) - 1}{NESTED}"

    def _written(self, done: _Table) -> str:
        caption = self._inline(done.caption)
        cells = [cell for row in done.rows for cell in row]
        if any(cell.nested or BLOCK in "".join(cell.lines) for cell in cells):
            return blocks([caption, *self._layout(cells)])
        rows = _grid([[(cell, self._inline(cell.lines)) for cell in row] for row in done.rows])
        rows = [row for row in rows if any(row)]
        if not rows or max(map(len, rows)) < 2 or max(len(c) for row in rows for c in row) > _LONG:
            return blocks([caption, *self._layout(cells)])
        first = next(row for row in done.rows if any("".join(cell.lines).strip() for cell in row))
        header = all(cell.head for cell in first)
        if header and len(rows) == 1:  # its rows came from templates
            return ""
        return blocks([caption, table(rows, header=header)])

    def _layout(self, cells: Sequence[_Cell]) -> list[str]:
        """Cells one after the other; tables within them are put back."""
        return [
            _NESTED.sub(
                lambda mark: self._nested[int(mark[1])], self._writer.part("\n".join(cell.lines))
            )
            for cell in cells
        ]

    def _inline(self, lines: Sequence[str]) -> str:
        """Lines of a cell as one; list marks go."""
        text = "\n".join(filter(None, (line.strip(" \t") for line in lines)))
        bare = _LIST.sub("", text)
        text = unwrapped(text) if bare == text else " ".join(bare.split("\n"))
        return self._writer.finish(text.replace(BREAK, " ")).strip(" \n")


def _grid(rows: Sequence[Sequence[tuple[_Cell, str]]]) -> list[list[str]]:
    """Texts in their columns: what a cell spans beside and below it is empty."""
    spans: dict[int, int] = {}
    grid: list[list[str]] = []
    for row in rows:
        texts: list[str] = []
        for cell, text in row:
            _spanned(texts, spans)
            columns = min(cell.columns, max(1, _WIDEST - len(texts)))
            for column in range(len(texts), len(texts) + columns):
                spans[column] = cell.rows - 1
            texts += [text, *[""] * (columns - 1)]
        if row:
            _spanned(texts, spans)
            grid.append(texts)
    return grid


def _spanned(texts: list[str], spans: dict[int, int]) -> None:
    """Fill columns that a cell above spans."""
    while spans.get(len(texts), 0) > 0:
        spans[len(texts)] -= 1
        texts.append("")
