"""The cells of a sheet as readable text: tables as tables, forms on graph paper as lines.

Japanese forms are drawn on sheets of many narrow columns, with labels and values in merged cells.
Empty columns are left out, columns that never meet in a row are one, and what is no table then is
written row by row.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpuskit.readers.layout import table

_LONG_CELL = 1000  # characters; a longer cell is layout, not data
_TABLE_FILL = 0.4  # share of a table's cells that are not empty
_NAMED = 0.75  # share of columns that have a name in a table with many empty cells
_LOOSE_FILL = 0.5  # below this share columns that never meet are joined
_ENDS = re.compile(r"(?m)(?:  \|)+$")  # empty cells at the end of a row, which Markdown fills in
_NUMBER = re.compile(r"[-+]?[\d.,]+%?|\d{4}-\d\d-\d\d.*")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty.

    Attributes:
        number: from 0.
        cells: column and text, in order; none is empty.
        reach: the last row that its merged cells cover.
    """

    number: int
    cells: list[tuple[int, str]]
    reach: int


def value_text(value: object) -> str:
    """A cell's value as text: whole numbers without ``.0``, dates and times in ISO form."""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as a cell holds
    if isinstance(value, datetime.datetime):
        midnight = not (value.hour or value.minute or value.second or value.microsecond)
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat("minutes" if not value.second else "seconds")
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return str(value)


def rows_of(
    values: Iterable[Sequence[object]], start: tuple[int, int], reach: Mapping[tuple[int, int], int]
) -> Iterator[Row]:
    """Rows that are not empty.

    Args:
        values: all rows from the first; empty cells are ``""``.
        start: row and column of the first cell.
        reach: of merged cells the last row, by row and column of the first.
    """
    first_row, first_column = start
    for number, row in enumerate(values, first_row):
        if row.count("") == len(row):
            continue
        cells = [
            (column, text)
            for column, value in enumerate(row, first_column)
            if value != "" and (text := value_text(value))
        ]
        if cells:
            last = max([number, *(reach.get((number, column), 0) for column, _ in cells)])
            yield Row(number, cells, last)


def grid_blocks(rows: Iterable[Row]) -> Iterator[str]:
    """The text of a sheet's rows: what empty rows part are blocks."""
    block: list[Row] = []
    reach = -1
    for row in rows:
        if block and row.number > reach + 1:
            yield from _block(block)
            block = []
        block.append(row)
        reach = max(reach, row.reach)
    yield from _block(block)


def _block(rows: list[Row]) -> Iterator[str]:
    """A block: lines before and after a table, or lines only."""
    start, end = 0, len(rows)
    while start < end and len(rows[start].cells) == 1:
        start += 1
    left = min((row.cells[0][0] for row in rows[start:end]), default=0)
    while end > start and len(rows[end - 1].cells) == 1 and rows[end - 1].cells[0][0] <= left:
        end -= 1
    yield from _lines(rows[:start])
    yield from _table(rows[start:end])
    yield from _lines(rows[end:])


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    if rows:
        yield "\n".join(" ".join(text for _, text in row.cells) for row in rows)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    filled = sum(len(row.cells) for row in rows)
    place = {column: at for at, column in enumerate(sorted({c for r in rows for c, _ in r.cells}))}
    width = len(place)
    if width and filled / (len(rows) * width) < _LOOSE_FILL:
        place = _joined(rows, list(place))
        width = max(place.values()) + 1
    longest = max((len(text) for row in rows for _, text in row.cells), default=0)
    sparse = not width or filled / (len(rows) * width) < _TABLE_FILL
    if sparse and len(rows) > 2 and width > 2:  # names over all columns make a table of it
        sparse = max(len(row.cells) for row in rows[:2]) < _NAMED * width
    if len(rows) < 2 or width < 2 or sparse or longest > _LONG_CELL:
        yield from _lines(rows)
        return
    cells = []
    for row in rows:
        line = [""] * width
        for column, text in row.cells:
            line[place[column]] = text
        cells.append(line)
    header = all(text and not _NUMBER.fullmatch(text) for text in cells[0])
    yield _ENDS.sub("", table(cells, header=header))


def _joined(rows: Sequence[Row], columns: list[int]) -> dict[int, int]:
    """Columns by number, where neighbours that never have cells in the same row are one."""
    used: dict[int, set[int]] = {column: set() for column in columns}
    for at, row in enumerate(rows):
        for column, _ in row.cells:
            used[column].add(at)
    place: dict[int, int] = {}
    held: set[int] = set()
    number = -1
    for column in columns:
        if number < 0 or held & used[column]:
            number += 1
            held = set(used[column])
        else:
            held |= used[column]
        place[column] = number
    return place
