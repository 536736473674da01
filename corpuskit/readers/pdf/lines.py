"""From glyphs to pieces of lines: what stands on one base line without a wide gap."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from corpuskit.readers.layout import WIDE
from corpuskit.readers.pdf.chars import characters, is_combining, is_wide, paired, small_sign
from corpuskit.readers.pdf.page import ASCENT, DESCENT, Glyphs

_SPACE = 0.16  # sizes; a wider gap between Latin letters is a space
_WIDE_SPACE = 0.6  # beside a Japanese letter
_APART = 1.1  # sizes; a wider gap parts a line
_MOST_RUNS = 20_000  # a page of more is no text to look for readings and notes in
_MOST_NEAR = 200  # runs of a row
_LONGEST = 3000  # letters of a piece
_APART_IN_FILE = 0.45  # where the file does not write them one after the other
_WIDE = re.compile(f"[{WIDE}]")
_RUBY = re.compile(r"[ぁ-ゖァ-ヺー・･ヽヾゝゞ\s]+|[﹅﹆●○•、﹅◦]+")
_RUBY_SIZE = 0.62


@dataclass(slots=True)
class Piece:
    """A piece of a line.

    Attributes:
        text: without space at its ends.
        x0, x1: where it begins and ends along the line.
        base: its base line; `y` grows towards the following lines.
        size: of its largest letters.
        order: place in the file.
        letters: of the file, one for each glyph, with `edges`.
        edges: left edges of the glyphs, and the last one's right edge.
        first: width of its first word, or letter where it is Japanese.
        end: place in the file after its last glyph.
        table: rows of cells, where the piece is a table and has no text.
        frames: pieces of each field, where the piece is a grid that serves the layout.
        raised: 1 where it is a small sign above its line, -1 below.
        height: of a table, above `base`.
    """

    text: str
    x0: float
    x1: float
    base: float
    size: float
    order: int
    letters: list[str]
    edges: list[float]
    first: float = 0.0
    end: int = 0
    table: list[list[str]] | None = None
    height: float = 0.0
    frames: list[list[Piece]] | None = None
    raised: int = 0

    @property
    def is_box(self) -> bool:
        """It is a table or a grid, and no text."""
        return self.table is not None or self.frames is not None

    @property
    def top(self) -> float:
        """Where its letters begin."""
        return self.base - (self.height or ASCENT * self.size)

    @property
    def bottom(self) -> float:
        """Where its letters end."""
        return self.base + DESCENT * self.size


def pieces(glyphs: Glyphs, *, keep_ruby: bool = False) -> list[Piece]:
    """The pieces of all lines, by base line and then along it."""
    if not len(glyphs):
        return []
    runs = list(_runs(glyphs))
    rows = _rows(runs)
    if len(runs) <= _MOST_RUNS:
        rows = _without_ruby(_with_raised(rows), keep=keep_ruby)
    return [piece for row in rows for piece in _joined(row)]


def _runs(g: Glyphs) -> Iterator[Piece]:
    """Glyphs that follow each other both in the file and on the page."""
    letters = characters(g.code)
    size = np.maximum(g.size[1:], g.size[:-1])
    gap = g.left[1:] - g.right[:-1]
    parted = (
        (np.abs(np.diff(g.base)) > 0.12 * size)
        | (gap > 0.9 * size)
        | (gap < -0.7 * size)
        | (np.minimum(g.size[1:], g.size[:-1]) < 0.8 * size)
    )
    over = {letter for letter in set(letters) if is_combining(letter)}
    marks = {at for at, letter in enumerate(letters) if letter in over} if over else set()
    ends = [at + 1 for at in np.flatnonzero(parted).tolist() if at + 1 not in marks]
    left, right, base, sizes = (v.tolist() for v in (g.left, g.right, g.base, g.size))
    for start, stop in zip([0, *ends], [*ends, len(letters)], strict=True):
        while stop > start and letters[stop - 1] == " ":
            stop -= 1
        while start < stop and letters[start] == " ":
            start += 1
        if start == stop:
            continue
        most, own = max(sizes[start:stop]), letters[start:stop]
        edges = [*left[start:stop], right[stop - 1]]
        text = _spaced(own, edges, right[start:stop], most)
        first = edges[_first_word(text, own)] - edges[0]
        x1 = max(right[stop - 1], edges[0])
        line = middle(base[start:stop])
        yield Piece(text, edges[0], x1, line, most, start, own, edges, first, end=stop)


def _first_word(text: str, letters: list[str]) -> int:
    """Number of letters before the first place where a line can end."""
    if is_wide(letters[0]):
        return 1
    wide = _WIDE.search(text)
    word = text[: wide.start() if wide else None].split(" ", 1)[0]
    return min(len(letters), max(1, len(word)))


def _spaced(letters: list[str], left: list[float], right: list[float], size: float) -> str:
    """Letters with the spaces that their distances mean."""
    narrow = size * _SPACE
    gaps = [at for at in range(1, len(letters)) if left[at] - right[at - 1] > narrow]
    if not gaps:
        return "".join(letters)
    spaced = list(letters)
    for at in gaps:
        if _is_space(letters[at - 1], letters[at], left[at] - right[at - 1], size):
            spaced[at] = " " + letters[at]
    return "".join(spaced)


def _is_space(before: str, after: str, gap: float, size: float) -> bool:
    """A gap is a space; beside Japanese letters narrow ones are only the setting's."""
    if before.isspace() or after.isspace() or is_combining(after):
        return False
    wide = is_wide(before[-1]) + is_wide(after[0])
    return gap > size * (_SPACE if wide == 0 else _WIDE_SPACE if wide == 1 else _APART)


def _rows(runs: list[Piece]) -> list[list[Piece]]:
    """Runs on the same base line."""
    rows: list[list[Piece]] = []
    base = size = 0.0
    for run in sorted(runs, key=lambda r: (r.base, r.x0, r.order)):
        if rows and run.base - base <= 0.22 * min(size, run.size):
            rows[-1].append(run)
            if run.size > size:
                base, size = run.base, run.size
        else:
            rows.append([run])
            base, size = run.base, run.size
    return rows


def _with_raised(rows: list[list[Piece]]) -> list[list[Piece]]:
    """Raised and lowered signs go back into the line they belong to."""
    bases = [row[0].base for row in rows]
    for at, row in enumerate(rows):
        stay = []
        for run in row:
            home = _home(run, rows, bases, at)
            if home is None:
                stay.append(run)
            else:
                row_of, run.raised = home
                rows[row_of].append(run)
        rows[at] = stay
    return [row for row in rows if row]


def _home(
    run: Piece, rows: list[list[Piece]], bases: list[float], at: int
) -> tuple[int, int] | None:
    """The row that a small run belongs to, and whether it stands above or below its base line."""
    for near in _near(bases, at, run.base, 1.2 * run.size):
        for big in rows[near][:_MOST_NEAR]:
            if big.size * 0.85 < run.size:
                continue
            overlap = min(run.bottom, big.bottom) - max(run.top, big.top)
            if (
                overlap >= 0.5 * run.size
                and big.x0 - 1.2 * big.size <= run.x1
                and run.x0 <= big.x1 + 0.5 * big.size
            ):
                return near, 1 if run.base < big.base else -1
    return None


def _near(bases: Sequence[float], at: int, base: float, reach: float) -> list[int]:
    """Numbers of the rows within reach of a base line, the row itself left out."""
    low, high = bisect_left(bases, base - reach), bisect_left(bases, base + reach)
    return [near for near in range(low, min(high, low + 12)) if near != at]


def _without_ruby(rows: list[list[Piece]], *, keep: bool) -> list[list[Piece]]:
    """Small kana over a line are readings of what is below: dropped, or set in brackets."""
    bases = [row[0].base for row in rows]
    for at, row in enumerate(rows):
        stay, readings = [], []
        for run in row:
            below = _below(run, rows, bases, at)
            if below is None:
                stay.append(run)
            else:
                readings.append((below, run))
        rows[at] = stay
        if keep:
            for below, reading in reversed(_side_by_side(readings)):
                _annotate(below, reading)
    return [row for row in rows if row]


def _below(run: Piece, rows: list[list[Piece]], bases: list[float], at: int) -> Piece | None:
    if not _RUBY.fullmatch(run.text):
        return None
    for near in _near(bases, at, run.base + 1.6 * run.size, 1.7 * run.size):
        for big in rows[near][:_MOST_NEAR]:
            if (
                run.size <= _RUBY_SIZE * big.size
                and -0.6 * run.size <= big.top - run.base <= 0.8 * run.size
                and big.x0 - run.size <= run.x0
                and run.x1 <= big.x1 + run.size
            ):
                return big
    return None


def _side_by_side(readings: list[tuple[Piece, Piece]]) -> list[tuple[Piece, Piece]]:
    """Readings of one line that touch are one reading."""
    joined: list[tuple[Piece, Piece]] = []
    for below, run in sorted(readings, key=lambda each: (each[0].order, each[1].x0)):
        if joined and joined[-1][0] is below and run.x0 - joined[-1][1].x1 < 0.3 * run.size:
            last = joined[-1][1]
            last.text, last.x1 = last.text + run.text, run.x1
        else:
            joined.append((below, run))
    return joined


def _annotate(below: Piece, reading: Piece) -> None:
    """Put a reading behind the letters it stands over."""
    word = "".join(reading.text.split())
    over = [
        at
        for at in range(len(below.letters))
        if min(below.edges[at + 1], reading.x1) - max(below.edges[at], reading.x0)
        > 0.3 * (below.edges[at + 1] - below.edges[at])
    ]
    kanji = [at for at in over if not _RUBY.fullmatch(below.letters[at])]
    if kanji and not re.fullmatch(r"[﹅﹆●○•、・◦]+", word):
        below.letters[kanji[-1]] += f"（{word}）"
        below.text = "".join(below.letters)


def _joined(row: list[Piece]) -> Iterator[Piece]:
    """Runs of a row that stand close together."""
    last: Piece | None = None
    for run in sorted(row, key=lambda r: (r.x0, r.order)):
        if last is None:
            last = run
        elif run.text == last.text and abs(run.x0 - last.x0) < 0.25 * run.size:
            continue  # drawn twice, to look bold or to throw a shadow
        elif run.x0 - last.x1 <= _reach(last, run) and len(last.letters) < _LONGEST:
            last = _together(last, run)
        else:
            yield _finished(last)
            last = run
    if last is not None:
        yield _finished(last)


def _reach(one: Piece, two: Piece) -> float:
    """How far runs of one line may be apart; less where the file has other text in between."""
    follows = -3 <= two.order - one.end <= 3
    if one.raised and not two.raised:
        follows = True
    return (_APART if follows else _APART_IN_FILE) * max(one.size, two.size)


def _together(one: Piece, two: Piece) -> Piece:
    size = max(one.size, two.size)
    if two.raised and not one.raised:
        two.text = small_sign(two.text, two.raised, one.text)
    elif one.raised and not two.raised:
        one.text = small_sign(one.text, one.raised, "")
    space = _is_space(one.text[-1], two.text[0], two.x0 - one.x1, min(one.size, two.size))
    base = one.base if one.size >= two.size else two.base
    goes_on = not space and one.first >= 0.95 * (one.x1 - one.x0) and not is_wide(two.text[0])
    return Piece(
        f"{one.text}{' ' if space else ''}{two.text}",
        one.x0, max(one.x1, two.x1), base, size, min(one.order, two.order),
        one.letters + two.letters, one.edges[:-1] + two.edges,
        two.x0 - one.x0 + two.first if goes_on else one.first, max(one.end, two.end),
        raised=one.raised and two.raised,
    )  # fmt: skip


def _finished(piece: Piece) -> Piece:
    piece.text = paired(piece.text)
    return piece


def middle(values: Sequence[float]) -> float:
    """The (upper) median, 0 of nothing."""
    return sorted(values)[len(values) // 2] if values else 0.0
