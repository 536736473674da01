"""Paragraphs, list items and tables of RTF as they end one after the other."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpuskit.readers.office.officeblocks import Block, table_blocks

_BULLETS = re.compile(r"[•·●○■□▪◆◇➢✓♦o\-–—*]|[\uf000-\uf0ff]")


@dataclass(slots=True)
class RtfBlocks:
    """Collects text into blocks.

    Attributes:
        blocks: what is complete.
        inline: the text of the paragraph that is open.
        label: the number or bullet before it.
        in_table: whether it lies in a cell.
        outline: its level as a heading from 0, or None.
    """

    blocks: list[Block] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    in_table: bool = False
    outline: int | None = None
    _rows: list[list[list[Block]]] = field(default_factory=list)
    _cells: list[list[Block]] = field(default_factory=list)
    _cell: list[Block] = field(default_factory=list)

    def end_paragraph(self) -> None:
        """Close the paragraph; one without text is nothing."""
        text = "".join(self.inline).strip(" \t\n\r")
        label = "".join(self.label).strip()
        self.inline, self.label = [], []
        if not text:
            return
        if _BULLETS.fullmatch(label):
            label = "-"
        if self.outline is not None and not self.in_table:
            number = f"{label} " if label and label != "-" else ""
            block = Block(text, "heading", self.outline + 1, number)
        elif label:
            block = Block(text, "item", 0, f"{label} ")
        else:
            block = Block(text)
        if self.in_table:
            self._cell.append(block)
        else:
            self.end_table()
            self.blocks.append(block)

    def end_cell(self) -> None:
        """Close a cell and its last paragraph."""
        self.in_table = True
        self.end_paragraph()
        self._cells.append(self._cell)
        self._cell = []

    def end_row(self) -> None:
        """Close a row."""
        if self._cells:
            self._rows.append(self._cells)
            self._cells = []

    def end_table(self) -> None:
        """Close the table, if there is one."""
        self.end_row()
        if self._rows:
            self.blocks.extend(table_blocks(self._rows, header=False))
            self._rows = []
        self.blocks.extend(self._cell)
        self._cell = []
