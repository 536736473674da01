"""Running headers, footers and page numbers: what comes back on page after page."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from corpuskit.readers.pdf.lines import Piece

_BAND = 0.2  # of the height, at the top and at the bottom
_NARROW = 0.1  # the part of a band in which two pages are enough
_ROWS = 4  # rows looked at in a band, from the edge
_HEADING = 1.2  # a row so much larger than the text is a heading, unless most pages have it
_REVIEW = re.compile(
    r"コメントの追加 ?\[|コメント ?\[|書式を?変更|変更されたフィールド|表の書式変更|削除:"
    r"|Comment(?:ed)? ?\[|Formatted:|Deleted:|Field Code Changed"
)
_LONGEST_NUMBER = 40
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(
    r"(?P<before>[-–—‐−―〜~・\s(\[【〈<|«]*(?:pages?|p\.?|no\.?|第)?\s*)"
    r"(?P<number>\d{1,4}|[ivxlc]{1,7})"
    r"(?P<after>\s*(?:(?:/|of)\s*(?:p\.?)?\s*\d{1,4})?\s*(?:頁|ページ|pages?|p)?"
    r"[-–—‐−―〜~・\s)\]】〉>|»]*)"
)


@dataclass(slots=True)
class _Row:
    """A row in a band: its pieces by number, and what is the same on other pages."""

    page: int
    pieces: list[int]
    key: str
    text: str
    y: float
    size: float
    top: bool
    rank: int  # from the edge of the page, 0 the outermost


def running(pages: Sequence[Sequence[Piece]], heights: Sequence[float]) -> list[set[int]]:
    """For each page the numbers of the pieces that are headers, footers or page numbers.

    Args:
        pages: the horizontal pieces of each page.
        heights: of the pages.
    """
    rows = [row for at, page in enumerate(pages) for row in _band_rows(at, page, heights[at])]
    usual = _usual_size(pages)
    gone: list[set[int]] = [set() for _ in pages]
    marked = _repeated(rows, heights, usual)
    _mark_numbers(rows, marked, len(pages), heights)
    for row, is_running in zip(rows, marked, strict=True):
        if is_running:
            gone[row.page].update(row.pieces)
    return gone


def review_notes(page: Sequence[Piece]) -> set[int]:
    """Numbers of the pieces that a word processor printed in a margin of its own for reviewers."""
    marks = [piece for piece in page if _REVIEW.match(piece.text)]
    if not marks:
        return set()
    edge = min(piece.x0 for piece in marks)
    right = max(piece.x1 for piece in page)
    size = max(piece.size for piece in marks)
    beside = {
        number
        for number, piece in enumerate(page)
        if piece.x0 >= edge - 0.5 * size and not piece.is_box
    }
    text = [piece for number, piece in enumerate(page) if number not in beside]
    clear = text and max(piece.x1 for piece in text) < edge + 0.5 * size
    return beside if clear and edge > 0.5 * right else set()


def _band_rows(at: int, page: Sequence[Piece], height: float) -> list[_Row]:
    found: list[_Row] = []
    for top in (True, False):
        inside = [
            (piece.base, number)
            for number, piece in enumerate(page)
            if (piece.bottom < _BAND * height if top else piece.top > (1 - _BAND) * height)
        ]
        inside.sort(reverse=not top)
        rows: list[list[int]] = []
        last = -1e9
        for base, number in inside:
            if rows and abs(base - last) < 0.3 * page[number].size:
                rows[-1].append(number)
            elif len(rows) == _ROWS:
                break
            else:
                rows.append([number])
                last = base
        found += [_row(at, page, row, top, rank) for rank, row in enumerate(rows)]
    return found


def _row(at: int, page: Sequence[Piece], numbers: list[int], top: bool, rank: int) -> _Row:
    numbers = sorted(numbers, key=lambda number: page[number].x0)
    text = " ".join(page[number].text for number in numbers)
    plain = unicodedata.normalize("NFKC", text).lower()
    key = _DIGITS.sub("0", re.sub(r"\s+", "", plain))
    first = page[numbers[0]]
    return _Row(
        at, numbers, key, plain.strip(), first.base, max(page[n].size for n in numbers), top, rank
    )


def _usual_size(pages: Sequence[Sequence[Piece]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for piece in page:
            sizes[round(piece.size, 1)] += len(piece.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _repeated(rows: Sequence[_Row], heights: Sequence[float], usual: float) -> list[bool]:
    """Rows with the same text, numbers aside, at the same height of enough pages."""
    same: dict[tuple[bool, str], list[float]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.y):
        same[row.top, row.key].append(row.y)
    marked = []
    for row in rows:
        places = same[row.top, row.key]
        near = bisect_left(places, row.y + 4) - bisect_left(places, row.y - 4)
        height = heights[row.page]
        outer = not _NARROW * height < row.y < (1 - _NARROW) * height
        most = near >= (2 if outer else 3) and near >= 0.5 * len(heights)
        plain = row.size < _HEADING * usual
        words = any(letter.isalpha() for letter in row.key)  # numbers have to count
        marked.append(words and (most or (plain and near >= 3)))
    return marked


def _mark_numbers(
    rows: Sequence[_Row], marked: list[bool], pages: int, heights: Sequence[float]
) -> None:
    """Page numbers: alone in their row, outermost, and counting with the pages."""
    found: list[tuple[int, re.Match[str]]] = []
    outer: Counter[tuple[int, bool]] = Counter()
    for at, row in enumerate(rows):
        if marked[at]:
            outer[row.page, row.top] += 1
    for at, row in enumerate(rows):
        match = _NUMBER.fullmatch(row.text) if len(row.text) < _LONGEST_NUMBER else None
        if match and row.rank <= outer[row.page, row.top]:
            found.append((at, match))
    offsets = Counter(
        int(match["number"]) - rows[at].page for at, match in found if match["number"].isdigit()
    )
    roman = sum(not match["number"].isdigit() for _, match in found)
    for at, match in found:
        number = match["number"]
        if number.isdigit():
            row = rows[at]
            alone = pages == 1 and (row.y > 0.86 * heights[row.page] or row.y < 0.08 * heights[0])
            counts = offsets[int(number) - row.page] >= 2 or alone
        else:
            counts = roman >= 2
        decorated = bool(match["before"].strip() or match["after"].strip())
        if counts or (decorated and number.isdigit()):
            marked[at] = True
