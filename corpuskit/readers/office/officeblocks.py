"""Paragraphs, headings, list items and tables of an Office document, and their Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpuskit.readers.layout import heading, table

_REFERENCE = re.compile(r"\[\^(\d{1,7})\]")
_LONG_CELL = 1000  # characters; a longer cell is layout, not data
#: Columns that one merged cell may span; Word has 63, a slide's table fewer.
MOST_SPANNED = 64


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document between two blank lines, or an item of a list.

    Attributes:
        text: without marks of headings and lists; of a table its Markdown.
        kind: what it is.
        level: of a heading from 1, of a list item from 0.
        label: what its numbering or bullet shows: ``- ``, ``1. ``, ``第1条 ``.
    """

    text: str
    kind: Literal["text", "heading", "item", "table", "note"] = "text"
    level: int = 0
    label: str = ""


def markdown(blocks: Iterable[Block]) -> str:
    """Blocks as Markdown: lists tight and indented by their own depth, the rest apart."""
    out: list[str] = []
    open_levels: list[int] = []
    last = ""
    for block in blocks:
        if not block.text.strip():
            continue
        if block.kind != "item":
            open_levels.clear()
            follows = last == block.kind == "note"
            out.append("\n" if follows else "\n\n" if out else "")
            last = block.kind
            text = f"{block.label}{block.text}"
            out.append(heading(block.level, text) if block.kind == "heading" else text)
            continue
        if out:
            out.append("\n" if open_levels else "\n\n")
        while open_levels and open_levels[-1] >= block.level:
            open_levels.pop()
        indent = "  " * len(open_levels)
        open_levels.append(block.level)
        last = block.kind
        below = f"\n{indent}  " if block.label else f"\n{indent}"
        out.append(indent + block.label + block.text.replace("\n", below))
    return "".join(out).strip("\n")


def plain(blocks: Iterable[Block]) -> str:
    """Blocks as lines, for a table's cell: without marks of headings."""
    return "\n".join(f"{block.label}{block.text}" for block in blocks if block.text.strip())


def table_blocks(rows: Sequence[Sequence[Sequence[Block]]], *, header: bool) -> Iterator[Block]:
    """A table as one block; the content of its cells, where it serves the layout only.

    Args:
        rows: blocks of cells; merged cells are empty but for the first.
        header: whether the first row names the columns.
    """
    rows = [row for row in rows if any(map(len, row))]
    width = max(map(len, rows), default=0)
    texts = [[plain(cell) for cell in row] for row in rows]
    used = {at for row in texts for at, text in enumerate(row) if text.strip()}
    nested = any(block.kind == "table" for row in rows for cell in row for block in cell)
    longest = max((len(text) for row in texts for text in row), default=0)
    if width < 2 or len(used) < 2 or nested or longest > _LONG_CELL:
        yield from (block for row in rows for cell in row for block in cell)
        return
    columns = sorted(used)
    kept = [[row[at] if at < len(row) else "" for at in columns] for row in texts]
    yield Block(table(kept, header=header), "table")


def sections(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks cut before each heading of level 1; what comes before the first is a section."""
    found: list[list[Block]] = [[]]
    for block in blocks:
        if block.kind == "heading" and block.level == 1 and found[-1]:
            found.append([])
        found[-1].append(block)
    return [section for section in found if any(block.text.strip() for block in section)]


def note_numbers(blocks: Iterable[Block]) -> list[int]:
    """Numbers of the notes that blocks refer to, in order."""
    return [int(number) for block in blocks for number in _REFERENCE.findall(block.text)]


def first_heading(blocks: Iterable[Block]) -> str | None:
    """The text of the first heading with its number, one line."""
    for block in blocks:
        if block.kind == "heading" and block.text.strip():
            return re.sub(r"\s+", " ", f"{block.label}{block.text}").strip()
    return None


_SUPER = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_SUB = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))


def raised(text: str, how: str) -> str:
    """Text set high (``super``) or low (``sub``) in characters that are so themselves, if all are.

    m2 with a raised 2 becomes m²; what has no such characters stays as it is.
    """
    signs = _SUPER if how == "super" else _SUB if how == "sub" else {}
    kept = text.strip()
    if kept and all(character in signs for character in kept):
        return "".join(signs.get(character, character) for character in text)
    return text
