"""In which order a page is read: columns found, rows made, rows joined to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from corpuskit.readers.pdf.chars import is_wide
from corpuskit.readers.pdf.lines import Piece, middle
from corpuskit.readers.pdf.rows import Row, joined, rows_of, starts_item

_GUTTER = 0.8  # sizes; columns are at least this far apart
_EDGES = 12  # places tried for a gutter, the most frequent first
_MOST_WORK = 50_000  # pieces looked at for columns, region by region
#: A sentence does not end, or a noun does not begin, with these.
_INFLECTED = re.compile("[ぁ-ゖー、っゃゅょッャュョ]")
_TERMINAL = tuple("。．.！？!?：:；;」』）)】")


@dataclass(slots=True)
class Block:
    """A paragraph, heading or table.

    Attributes:
        text: one line.
        size: of its letters.
        rows: number of lines it had.
        open_start: it may go on what a page before broke off.
        open_end: it may be gone on with on the next page.
        table: rows of cells.
        edges: where a table begins and ends.
        letters: length, for finding the usual size.
    """

    text: str
    size: float
    rows: int = 1
    open_start: bool = False
    open_end: bool = False
    table: list[list[str]] | None = None
    edges: tuple[float, float] = (0.0, 0.0)
    letters: int = field(default=0)


def blocks_of(pieces: Sequence[Piece]) -> list[Block]:
    """The blocks of a page in reading order."""
    found: list[Block] = []
    waiting = [list(pieces)]
    work = 0
    while waiting:
        region = waiting.pop()
        parts = _columns(region) if work + len(region) < _MOST_WORK and len(region) > 4 else None
        if parts is None:
            found += _paragraphs(rows_of(region))
        else:
            work += len(region)
            waiting += [part for part in reversed(parts) if part]
    return found


def _columns(region: list[Piece]) -> list[list[Piece]] | None:
    """What stands above, left, right and below of the best gutter, or None."""
    size = middle([piece.size for piece in region])
    x0 = np.array([piece.x0 for piece in region])
    x1 = np.array([piece.x1 for piece in region])
    top = np.array([piece.top for piece in region])
    bottom = np.array([piece.bottom for piece in region])
    best: tuple[int, float, float, float, list[list[Piece]]] | None = None
    for edge in _edges(x0):
        gutter = max(_GUTTER * size, 5.0)
        crosses = (x0 < edge - 1.0) & (x1 > edge - gutter)
        for low, high in _free(top[crosses], bottom[crosses]):
            inside = ~crosses & (top >= low - 1) & (bottom <= high + 1)
            count = int(inside.sum())
            if best is not None and count <= best[0]:
                continue
            one = [region[at] for at in np.flatnonzero(inside & (x0 < edge - 1.0)).tolist()]
            two = [region[at] for at in np.flatnonzero(inside & (x0 >= edge - 1.0)).tolist()]
            if sides := _sides(one, two):
                best = (count, edge, low, high, sides)
    if best is None:
        return None
    _, edge, low, high, sides = best
    above, below = list[Piece](), list[Piece]()
    for piece in region:
        if not (piece.top >= low - 1 and piece.bottom <= high + 1):
            upper = (piece.top + piece.bottom) / 2 < (max(low, -1e5) + min(high, 1e5)) / 2
            (above if upper else below).append(piece)
    return [above, *sides, below]


def _edges(x0: np.ndarray) -> list[float]:
    """Left edges that several pieces have, which are not the region's own."""
    ordered = np.sort(x0)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1e9) > 3.0)
    counts = np.diff([*starts.tolist(), len(ordered)])
    found = [(-int(n), float(ordered[at])) for at, n in zip(starts, counts, strict=True) if n > 1]
    return [edge for _, edge in sorted(found) if edge > ordered[0] + 10][:_EDGES]


def _free(top: np.ndarray, bottom: np.ndarray) -> list[tuple[float, float]]:
    """Heights between what crosses a gutter."""
    spans = []
    low = -1e9
    for at in np.argsort(top, kind="stable").tolist():
        if top[at] > low:
            spans.append((low, float(top[at])))
        low = max(low, float(bottom[at]))
    return [*spans, (low, 1e9)]


def _sides(one: list[Piece], two: list[Piece]) -> list[list[Piece]] | None:
    """In what order the two sides of a gutter are read; None for row by row.

    The file's own order tells most: columns are written one after the other, the cells of a table
    without rules in turn. Where a file is written by height, full lines on both sides tell.
    """
    if min(len(one), len(two)) < 2 or max(len(one), len(two)) < 3:
        return None
    shared = min(max(p.bottom for p in one), max(p.bottom for p in two)) - max(
        min(p.top for p in one), min(p.top for p in two)
    )
    if shared < 0.4 * min(_height(one), _height(two)):
        return None
    order = sorted([(p.order, 0, p) for p in one] + [(p.order, 1, p) for p in two], key=_by_order)
    groups: list[list[Piece]] = []
    for at, (_, side, piece) in enumerate(order):
        if at and order[at - 1][1] == side:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    if len(groups) - 1 <= max(1, 0.1 * min(len(one), len(two))):
        return [one, two]
    if order[0][1] == 0 and (cells := _cells(groups)):
        return cells
    if min(len(one), len(two)) > 4 and _is_prose(one) and _is_prose(two):
        return [one, two]
    return None


def _by_order(each: tuple[int, int, Piece]) -> tuple[int, int]:
    return each[0], each[1]


def _cells(groups: list[list[Piece]]) -> list[list[Piece]] | None:
    """The cells of a table without rules, if that is what alternating groups are.

    Each pair of a left and a right group is a row; rows lie one below the other, and somewhere the
    cells do not begin on one line, or reading along the lines would do.
    """
    if len(groups) % 2:
        return None
    lefts, rights = groups[::2], groups[1::2]
    level = [
        abs(a[0].base - b[0].base) < 0.3 * a[0].size for a, b in zip(lefts, rights, strict=True)
    ]
    if all(level):
        return None
    pairs = [left + right for left, right in zip(lefts, rights, strict=True)]
    for above, below in pairwise(pairs):
        if max(p.bottom for p in above) > min(p.top for p in below) + 0.5 * below[0].size:
            return None
    return groups


def _height(pieces: list[Piece]) -> float:
    return max(p.bottom for p in pieces) - min(p.top for p in pieces)


def _is_prose(pieces: list[Piece]) -> bool:
    """Most lines are full and long."""
    widths = np.array([piece.x1 - piece.x0 for piece in pieces])
    reach = max(p.x1 for p in pieces) - min(p.x0 for p in pieces)
    return bool(np.median(widths) > 0.8 * reach) and middle([len(p.text) for p in pieces]) >= 12


def _paragraphs(rows: list[Row]) -> list[Block]:
    """Rows of one column as paragraphs and tables."""
    found: list[Block] = []
    for stretch in _stretches(rows):
        box = stretch[0].box
        if box is not None and box.table is not None:
            found.append(Block("", box.size, table=box.table, edges=(box.x0, box.x1)))
        elif box is not None:
            for frame in box.frames or ():
                found += blocks_of(frame)
        else:
            found += _text_blocks(stretch, rows)
    return found


def _stretches(rows: list[Row]) -> list[list[Row]]:
    """Rows that follow each other without a gap; a table stands alone."""
    pitch = _pitch(rows)
    stretches: list[list[Row]] = []
    for row in rows:
        last = stretches[-1][-1] if stretches else None
        if (
            last is None
            or row.box is not None
            or last.box is not None
            or row.base - last.base > 1.3 * max(pitch, 1.1 * row.size, 1.1 * last.size) + 1
        ):
            stretches.append([row])
        else:
            stretches[-1].append(row)
    return stretches


def _pitch(rows: list[Row]) -> float:
    """The usual distance of base lines."""
    near = [
        round(b.base - a.base, 0)
        for a, b in pairwise(rows)
        if a.box is None and b.box is None and b.base - a.base < 2.6 * a.size
    ]
    return Counter(near).most_common(1)[0][0] if near else 0.0


def _text_blocks(rows: list[Row], region: list[Row]) -> list[Block]:
    right = _right_edge(rows, region)
    found: list[Block] = []
    part: list[Row] = []
    verse = _is_verse(rows, right)
    for row in rows:
        if part and not verse and _goes_on(part, row, right):
            part.append(row)
        else:
            if part:
                found.append(_block(part, right))
            part = [row]
    found.append(_block(part, right))
    return found


def _is_verse(rows: list[Row], right: float) -> bool:
    """Lines that end where their writer ended them: most stop early, and without a full stop."""
    if len(rows) < 4 or any(starts_item(row.text) for row in rows):
        return False
    short = [row for row in rows if row.x1 < right - 2 * row.size]
    return sum(not row.text.endswith(_TERMINAL) for row in short) > 0.6 * len(rows)


def _right_edge(rows: list[Row], region: list[Row]) -> float:
    """Where full lines end."""
    right = max(row.x1 for row in rows)
    whole = max(right, float(np.percentile([row.x1 for row in region], 90)))
    left = min(row.x0 for row in rows)
    full = sum(row.x1 > right - 0.8 * row.size for row in rows)
    wide = right - left > min(15 * rows[0].size, 0.6 * (whole - left))
    return right if full >= 2 and len(rows) >= 3 and wide else whole


def _goes_on(part: list[Row], row: Row, right: float) -> bool:
    """Whether a row goes on the paragraph before it."""
    last = part[-1]
    em = last.size
    if abs(row.size - em) > 0.12 * em or row.text.startswith("\u3000"):
        return False
    if last.entry or not (last.is_full(row.first, right) or _breaks_off(last, row, right)):
        return False
    ended = last.text.endswith(_TERMINAL)
    marked = starts_item(row.text)
    if marked and (marked == "sign" or ended or abs(row.x0 - part[-1].x0) > 0.5 * em):
        return False
    if len(part) > 1:
        return abs(row.x0 - last.x0) <= 0.6 * em
    shift = row.x0 - last.x0
    if shift > 0.6 * em:
        return shift < 5 * em and (bool(starts_item(last.text)) or not ended)
    return shift > -4 * em


def _breaks_off(last: Row, row: Row, right: float) -> bool:
    """A long line of Japanese ends within a sentence, and the next one begins below it."""
    return (
        last.x1 - last.x0 > 0.65 * (right - last.x0)
        and len(last.text) >= 15
        and abs(row.x0 - last.x0) < 0.4 * row.size
        and not last.text.endswith(_TERMINAL)
        and is_wide(last.text[-1])
        and is_wide(row.text[0])
        and bool(_INFLECTED.match(last.text[-1]) or _INFLECTED.match(row.text[0]))
        and not starts_item(row.text)
    )


def _block(part: list[Row], right: float) -> Block:
    first, last = part[0], part[-1]
    text = joined([row.text for row in part])
    left = min(row.x0 for row in part)
    goes_on = (
        not last.entry and last.is_full(last.size, right) and not last.text.endswith(_TERMINAL)
    )
    indented = len(part) > 1 and first.x0 > left + 0.6 * first.size
    starts = not indented and not starts_item(first.text) and not first.text.startswith("\u3000")
    return Block(
        text, middle([row.size for row in part]), len(part), starts, goes_on, letters=len(text)
    )
