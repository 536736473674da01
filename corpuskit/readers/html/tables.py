"""Tables of HTML as Markdown, told from tables that only lay a page out."""

from __future__ import annotations

from collections.abc import Iterator

from corpuskit.readers import layout
from corpuskit.readers.html.inline import BLOCKS, HEADINGS, Element, collapse, plain

_CELL = 1000  # characters; a longer cell is layout, not data
_WIDEST = 200  # columns that spans may make
_MOST_ADDED = 100_000  # cells that spans may add to one table
_HOLDS_A_PART = frozenset((*HEADINGS, "hr", "form", "article", "section", "pre"))


def data_table(table: Element) -> str:
    """A table of data as Markdown with its caption, or "" where it is layout.

    Layout is what holds a table itself, has one column, long cells, or parts of a page in cells.
    """
    if table.find(".//table") is not None or _is_layout(table):
        return ""
    rows = [row for row in _grid(table) if any(row)]
    if not rows or max(map(len, rows)) < 2 or max(len(c) for row in rows for c in row) > _CELL:
        return ""
    first = next((row for row in table.iter("tr") if len(row)), None)
    header = first is not None and all(cell.tag != "td" for cell in first)
    caption = next(table.iter("caption"), None)
    title = collapse(plain(caption)) if caption is not None else ""
    return layout.blocks([title, layout.table(rows, header=header and any(_texts(first)))])


def _is_layout(table: Element) -> bool:
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return True
    if next(table.iter("th", "caption"), None) is not None:
        return False
    if next(table.iter(*_HOLDS_A_PART), None) is not None:
        return True
    rows = [row for row in table.iter("tr") if len(row)]
    return len(rows) == 1 and any(
        below.tag in BLOCKS for cell in rows[0] for below in cell.iterdescendants()
    )


def _grid(table: Element) -> list[list[str]]:
    """Rows of cells; a cell that spans several leaves the others empty."""
    rows: list[list[str]] = []
    below: dict[int, int] = {}  # column -> rows that a cell above still covers
    left = _MOST_ADDED
    for row in table.iter("tr"):
        cells: list[str] = []
        for text, wide, high in _cells(row):
            left -= _cover(cells, below)
            wide, high = (wide, high) if left > 0 else (1, 1)
            if high > 1:
                below.update({len(cells) + at: high for at in range(wide)})
            cells += [text] + [""] * (wide - 1)
            left -= wide - 1
        _cover(cells, below)
        below = {column: rows - 1 for column, rows in below.items() if rows > 1}
        rows.append(cells)
    return rows


def _cover(cells: list[str], below: dict[int, int]) -> int:
    """Empty cells where one from above reaches down; how many."""
    start = len(cells)
    while below.get(len(cells), 0) > 0 and len(cells) < _WIDEST:
        cells.append("")
    return len(cells) - start


def _cells(row: Element) -> Iterator[tuple[str, int, int]]:
    for cell in row.iterchildren("td", "th"):
        text = collapse(plain(cell)).replace("\n", " ")
        yield text, _span(cell, "colspan"), _span(cell, "rowspan")


def _texts(row: Element) -> list[str]:
    return [text for text, _, _ in _cells(row)]


def _span(cell: Element, name: str) -> int:
    written = cell.get(name)
    if written is None:
        return 1
    written = written.strip()
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 1
    return min(max(number, 1), _WIDEST)
