"""How far the cells of a sheet reach, found before a library sets them out in memory.

A sheet with one cell at each end would otherwise take terabytes.
"""

from __future__ import annotations

import re
import struct

_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])([^<>]*)(?<!/)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]{1,3})\$?(\d{1,7})""")
_WIDEST = 16_384
#: BIFF records that hold cells: they begin with row and column.
_XLS_CELLS = frozenset((0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
_XLS_BEGIN = 0x0809


def column_letters(column: int) -> str:
    """A for 0, AA for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def rectangle(start: tuple[int, int], end: tuple[int, int]) -> str:
    """``A1:F20`` for the first and the last cell, each row and column from 0."""
    return f"{column_letters(start[1])}{start[0] + 1}:{column_letters(end[1])}{end[0] + 1}"


def _number(letters: bytes) -> int:
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - 64
    return found


def xlsx_area(data: bytes) -> int:
    """Cells in the rectangle of all cells with a value in a sheet's XML (at most, not exactly)."""
    letters: set[bytes] = set()
    low, high, unplaced = 1 << 30, 0, 0
    for tag in _CELL.finditer(data):
        place = _PLACE.search(tag[1])
        if place is None:
            unplaced += 1
            continue
        letters.add(place[1])
        row = int(place[2])
        low, high = min(low, row), max(high, row)
    if not letters and not unplaced:
        return 0
    columns = [_number(each) for each in letters]
    width = max(columns) - min(columns) + 1 if columns else 0
    if unplaced:  # these follow each other, from any column on
        low, width = 1, min(_WIDEST, max([*columns, 0]) + unplaced)
        high += unplaced
    return width * max(1, high - low + 1)


def xlsb_area(data: bytes) -> int:
    """The same for a sheet's part of a binary workbook."""
    at, end = 0, len(data)
    row = low_row = low_column = 1 << 30
    high_row = high_column = -1
    while at < end:
        kind, at = _packed(data, at, 2)
        size, at = _packed(data, at, 4)
        if kind == 0 and at + 4 <= end:
            (row,) = struct.unpack_from("<I", data, at)
        elif 2 <= kind <= 11 and at + 4 <= end:  # 1 is a blank cell
            (column,) = struct.unpack_from("<I", data, at)
            low_row, high_row = min(low_row, row), max(high_row, row)
            low_column, high_column = min(low_column, column), max(high_column, column)
        at += size
    if high_row < 0:
        return 0
    return (high_row - low_row + 1) * (high_column - low_column + 1)


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends."""
    number = 0
    for group in range(most):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << (7 * group)
        if not byte & 0x80:
            break
    return number, at


def xls_areas(data: bytes) -> list[int]:
    """The same for each part of an old workbook's stream, sheets and others."""
    areas: list[int] = []
    at, end = 0, len(data)
    low_row = low_column = 1 << 30
    high_row = high_column = -1
    while at + 4 <= end:
        kind, size = struct.unpack_from("<HH", data, at)
        if kind == _XLS_BEGIN:
            areas.append(0)
            low_row = low_column = 1 << 30
            high_row = high_column = -1
        elif kind in _XLS_CELLS and size >= 6 and at + 8 <= end and areas:
            row, column = struct.unpack_from("<HH", data, at + 4)
            last = column
            if kind == 0x00BD and at + 4 + size <= end:
                (last,) = struct.unpack_from("<H", data, at + 2 + size)
            low_row, high_row = min(low_row, row), max(high_row, row)
            low_column, high_column = min(low_column, column), max(high_column, column, last)
            areas[-1] = (high_row - low_row + 1) * (high_column - low_column + 1)
        at += 4 + size
    return areas
