"""Tables that are ruled: lines that cross make cells, and glyphs fall into them."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corpuskit.readers.pdf.lines import Piece
from corpuskit.readers.pdf.page import Glyphs, Ints, Rule

_SNAP = 3.0  # points; rules nearer than this are one
_OPEN = 8.0  # points; so far lines reach beyond the last one that crosses them
#: A grid of few fields, one of which has as many letters as a page's column, is for the layout.
_FRAMES, _LAID_OUT = 10, 350
_MOST_RULES = 1500
_MOST_CELLS = 20_000


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table.

    Attributes:
        xs, ys: where its columns and rows begin, and the last ones end.
        owner: for each field, row by row, the number of the field that its cell begins with.
    """

    xs: list[float]
    ys: list[float]
    owner: list[int]

    @property
    def area(self) -> float:
        """In square points."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[-1] - self.ys[0])


def take_tables(
    glyphs: Glyphs,
    rules: Sequence[Rule],
    text_of: Callable[[Glyphs], str],
    pieces_of: Callable[[Glyphs], list[Piece]],
) -> tuple[list[Piece], Glyphs]:
    """Tables of a page, each as a piece, and the glyphs that stand outside of them.

    Args:
        glyphs: of the page.
        rules: its straight lines.
        text_of: makes the text of a cell.
        pieces_of: makes the pieces of a frame, where a grid serves the layout only.
    """
    tables: list[Piece] = []
    numbers = np.arange(len(glyphs))
    for grid in sorted(grids(rules), key=lambda grid: grid.area):
        inside = _inside(glyphs, numbers, grid)
        if not len(inside):
            continue
        if table := _table(glyphs, inside, grid, text_of, pieces_of):
            tables.append(table)
            numbers = np.setdiff1d(numbers, inside)
    return tables, glyphs.of(numbers)


def _inside(glyphs: Glyphs, numbers: Ints, grid: Grid) -> Ints:
    x, y = glyphs.middle[numbers], (glyphs.top[numbers] + glyphs.bottom[numbers]) / 2
    within = (x > grid.xs[0]) & (x < grid.xs[-1]) & (y > grid.ys[0]) & (y < grid.ys[-1])
    return numbers[within]


def _table(
    glyphs: Glyphs,
    inside: Ints,
    grid: Grid,
    text_of: Callable[[Glyphs], str],
    pieces_of: Callable[[Glyphs], list[Piece]],
) -> Piece | None:
    """The table, or None where a grid is no table: one column, or a drawing with hardly a word."""
    wide = len(grid.xs) - 1
    mine = glyphs.of(inside)
    column = np.searchsorted(grid.xs, mine.middle, "right") - 1
    row = np.searchsorted(grid.ys, (mine.top + mine.bottom) / 2, "right") - 1
    owner = np.asarray(grid.owner)[row * wide + column]
    filled = np.unique(owner).tolist()
    cells = len(set(grid.owner))
    if len({at % wide for at in filled}) < 2 or len(filled) < 0.2 * cells:
        return None
    size, bottom = float(np.median(mine.size)), grid.ys[-1]
    piece = Piece(
        "", grid.xs[0], grid.xs[-1], bottom, size, int(inside[0]), [], [],
        end=int(inside[-1]) + 1, height=bottom - grid.ys[0],
    )  # fmt: skip
    if len(filled) <= _FRAMES and np.bincount(owner).max() > _LAID_OUT:
        piece.frames = [pieces_of(mine.of(np.flatnonzero(owner == at))) for at in filled]
        return piece
    if cells < 3:
        return None
    rows = [[""] * wide for _ in range(len(grid.ys) - 1)]
    for at in filled:
        rows[at // wide][at % wide] = text_of(mine.of(np.flatnonzero(owner == at)))
    piece.table = _without_empty(rows)
    return piece if piece.table and len(piece.table[0]) > 1 else None


def _without_empty(rows: list[list[str]]) -> list[list[str]]:
    """Rows and columns without text are the drawing's, not the table's."""
    rows = [row for row in rows if any(row)]
    kept = [at for at in range(len(rows[0]) if rows else 0) if any(row[at] for row in rows)]
    return [[row[at] for at in kept] for row in rows]


def grids(rules: Sequence[Rule]) -> list[Grid]:
    """Grids of lines that cross; none where a page is full of lines, as a drawing is."""
    flat = _merged([(r.y0 + r.y1, r.x0, r.x1) for r in rules if r.flat])
    steep = _merged([(r.x0 + r.x1, r.y0, r.y1) for r in rules if not r.flat])
    if not flat or not steep or len(flat) + len(steep) < 3 or len(flat) + len(steep) > _MOST_RULES:
        return []
    found = (_grid(f, s) for f, s in _crossing(np.array(flat), np.array(steep)))
    return [grid for grid in found if grid is not None]


def _merged(lines: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Pieces of one line put together: (place, start, end), from twice the place."""
    merged: list[tuple[float, float, float]] = []
    for at, start, end in sorted((round(twice / 2, 0), start, end) for twice, start, end in lines):
        if merged and at - merged[-1][0] <= 1.0 and start <= merged[-1][2] + _SNAP:
            place, first, last = merged[-1]
            merged[-1] = (place, min(first, start), max(last, end))
        else:
            merged.append((at, start, end))
    return merged


def _crossing(flat: np.ndarray, steep: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Lines that hang together, as (horizontal, vertical)."""
    y, x0, x1 = flat.T[:, :, None]
    x, y0, y1 = steep.T[:, None, :]
    meet = (x >= x0 - _SNAP) & (x <= x1 + _SNAP) & (y >= y0 - _SNAP) & (y <= y1 + _SNAP)
    groups = []
    left = set(range(len(flat)))
    while left:
        rows, columns = {left.pop()}, set[int]()
        fresh = set(rows)
        while fresh:
            across = set(np.flatnonzero(meet[sorted(fresh)].any(axis=0)).tolist()) - columns
            columns |= across
            fresh = set(np.flatnonzero(meet[:, sorted(across)].any(axis=1)).tolist()) & left
            rows |= fresh
            left -= fresh
        if len(rows) > 1 and len(columns) > 1:
            groups.append((flat[sorted(rows)], steep[sorted(columns)]))
    return groups


def _grid(flat: np.ndarray, steep: np.ndarray) -> Grid | None:
    ys, xs = _with_ends(_places(flat[:, 0]), steep), _with_ends(_places(steep[:, 0]), flat)
    wide, high = len(xs) - 1, len(ys) - 1
    if wide < 1 or high < 1 or wide * high > _MOST_CELLS or wide * high < 2:
        return None
    walls = _covered(steep, xs, ys)
    floors = _covered(flat, ys, xs)
    owner = list(range(wide * high))
    for at in range(wide * high):
        row, column = divmod(at, wide)
        if column and not walls[column][row]:
            _unite(owner, at - 1, at)
        if row and not floors[row][column]:
            _unite(owner, at - wide, at)
    return Grid(xs, ys, [_first(owner, at) for at in range(wide * high)])


def _places(values: np.ndarray) -> list[float]:
    places: list[float] = []
    for value in sorted(values.tolist()):
        if not places or value - places[-1] > _SNAP:
            places.append(value)
    return places


def _with_ends(places: list[float], across: np.ndarray) -> list[float]:
    """Places, and where lines end that reach beyond them: the table is open at that side."""
    low, high = np.sort(across[:, 1])[1], np.sort(across[:, 2])[-2]
    before = [float(low)] if low < places[0] - _OPEN else []
    return [*before, *places, *([float(high)] if high > places[-1] + _OPEN else [])]


def _covered(lines: np.ndarray, places: list[float], cuts: list[float]) -> dict[int, list[bool]]:
    """For each place, whether a line runs along it between each two neighbouring cuts."""
    near: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for at, start, end in lines.tolist():
        near[max(0, bisect_right(places, at + 0.01) - 1)].append((start, end))
    halves = [(a + b) / 2 for a, b in itertools.pairwise(cuts)]
    return {
        at: [any(a <= half <= b for a, b in near[at]) for half in halves]
        for at in range(len(places))
    }


def _first(owner: list[int], at: int) -> int:
    while owner[at] != at:
        owner[at] = owner[owner[at]]
        at = owner[at]
    return at


def _unite(owner: list[int], one: int, two: int) -> None:
    a, b = _first(owner, one), _first(owner, two)
    owner[max(a, b)] = min(a, b)
