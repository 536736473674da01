"""The sheets of an OpenDocument workbook: repeated rows and cells counted before they are set."""

from __future__ import annotations

from collections.abc import Iterator

from corpuskit.readers.office.odfpackage import OFFICE, STYLE, TABLE, OdfPackage
from corpuskit.readers.office.odftext import cell_text
from corpuskit.readers.office.sheetbounds import rectangle
from corpuskit.readers.office.sheetgrid import Row, grid_blocks, value_text
from corpuskit.readers.office.sheetparts import Sheet, too_many_cells
from corpuskit.readers.whole import Skipped, Trouble, UnreadableError
from corpuskit.readers.xmltree import Element

_CHARACTERS = 100  # of text that weigh as much as a cell
_CELLS = (TABLE + "table-cell", TABLE + "covered-table-cell")


def ods_sheets(
    document: OdfPackage, limit: int, *, hidden: bool
) -> Iterator[Sheet | Trouble | Skipped]:
    """The sheets in order; one with too many cells is a problem.

    Args:
        document: the workbook.
        limit: cells with text that a sheet may have, repeated ones counted each.
        hidden: hidden sheets, too.
    """
    unseen = _hidden_styles(document)
    for number, table in enumerate(document.body("spreadsheet").iterchildren(TABLE + "table"), 1):
        name = table.get(TABLE + "name") or f"Sheet{number}"
        if table.get(TABLE + "style-name") in unseen and not hidden:
            yield Skipped("hidden_sheet")
            continue
        try:
            rows = list(_rows(table, limit))
        except UnreadableError as error:
            yield Trouble(name, error.error, error.message)
            continue
        yield Sheet(name, _place(rows), list(grid_blocks(rows)))


def _hidden_styles(document: OdfPackage) -> set[str]:
    found = set()
    for root in document.styles:
        for style in root.iter(STYLE + "style"):
            properties = style.find(STYLE + "table-properties")
            if properties is not None and properties.get(TABLE + "display") == "false":
                found.add(style.get(STYLE + "name") or "")
    return found


def _place(rows: list[Row]) -> str:
    if not rows:
        return ""
    columns = [column for row in rows for column, _ in row.cells]
    return rectangle((rows[0].number, min(columns)), (rows[-1].number, max(columns)))


def _rows(table: Element, limit: int) -> Iterator[Row]:
    number = held = 0
    for row in table.iter(TABLE + "table-row"):
        times = _repeated(row, "number-rows-repeated")
        cells, reach = _cells(row, limit)
        if cells:
            held += (len(cells) + sum(len(text) for _, text in cells) // _CHARACTERS) * times
            if held > limit:
                raise too_many_cells(limit)
            for at in range(number, number + times):
                yield Row(at, cells, at + reach)
        number += times


def _cells(row: Element, limit: int) -> tuple[list[tuple[int, str]], int]:
    """Cells that are not empty, and how many more rows they cover."""
    cells: list[tuple[int, str]] = []
    column = reach = 0
    for cell in row.iterchildren(*_CELLS):
        times = _repeated(cell, "number-columns-repeated")
        text = _value(cell) if cell.tag == _CELLS[0] else ""
        if text:
            if len(cells) + times * (1 + len(text) // _CHARACTERS) > limit:
                raise too_many_cells(limit)
            cells += [(column + at, text) for at in range(times)]
            reach = max(reach, _repeated(cell, "number-rows-spanned") - 1)
        column += times
    return cells, reach


def _value(cell: Element) -> str:
    kind = cell.get(OFFICE + "value-type")
    if kind in ("float", "currency"):
        try:
            return value_text(float(cell.get(OFFICE + "value") or ""))
        except ValueError:
            return cell_text(cell)
    if kind == "date":
        date = (cell.get(OFFICE + "date-value") or "").removesuffix("T00:00:00")
        return date.replace("T", " ") or cell_text(cell)
    return cell_text(cell)


def _repeated(element: Element, name: str) -> int:
    text = element.get(TABLE + name) or "1"
    return int(text) if text.isdecimal() and len(text) < 10 else 1
