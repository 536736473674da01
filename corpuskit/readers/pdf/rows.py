"""Rows of a column, and how their texts join."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpuskit.readers.pdf.chars import HYPHENS, is_wide
from corpuskit.readers.pdf.lines import Piece

_FAR = 2.0  # sizes
_LONGEST_ENTRY = 500  # letters of a line of a table of contents
_NUMBERS = "0-9０-９一二三四五六七八九十百"
_SIGN = re.compile(
    r"o\s+(?=\S)|\[\^\d+\]:"
    r"|[•・●■◆○□▪※▶►⇒◇★☆◎▼▽△▲✓☑☐–—－＜【〔◦‣❖①-⑳㈠-㈩㋐-㋾][^ー]?|[-*＊]\s"
    rf"|第[{_NUMBERS}]+[章節条項編部款][\s　]"
)
_NUMBER = re.compile(
    rf"[(（]?[{_NUMBERS}]{{1,3}}[)）.．、](?!\d)|\d+(?:[.．]\d+)+[.．]?\s"
    r"|[(（][ア-ンｱ-ﾝa-zA-Z]{1,2}[)）]|[ア-ンa-zA-Z][)）．.]\s?(?![a-z]\.)"
    r"|[イロハニホヘト][　\s]|(?:図|表|Figure|Table)\s?[\d０-９]"
)
#: Dots between a title and its page in a table of contents.
_LEADERS = re.compile(r"\s*[.．・…‥·](?:\s?[.．・…‥·]){2,}\s*(?=[\dⅰ-ⅻivxlcIVXLC ()（）-]*$)")
_SPACED = re.compile(r"\S(?:[\s　]+\S){1,11}")
_BULLET = re.compile(r"[•◦‣▪⇨]\s*(?=\S)|o\s+(?=\S)")
_CLOSING = re.compile("[、。，．」』）】〕］]")
_LOWER = re.compile(r"[a-zà-öø-ÿ]")


@dataclass(slots=True)
class Row:
    """A line of a column, or a table.

    Attributes:
        text: of all its pieces.
        x0, x1: its ends.
        base: its base line.
        size: of most of it.
        first: width of its first word.
        box: the table or grid that it is.
        entry: it is a line of a table of contents, or of a table without rules.
    """

    text: str
    x0: float
    x1: float
    base: float
    size: float
    first: float
    box: Piece | None = None
    entry: bool = False

    def is_full(self, next_word: float, right: float) -> bool:
        """Whether the next line's first word would not have had room on this one."""
        return self.x1 + min(next_word, 0.6 * (right - self.x0)) + 0.9 * self.size >= right


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces of one column as rows, from top to bottom."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.top if p.is_box else p.base, p.x0)):
        last = rows[-1] if rows else None
        if last is None or piece.is_box or last[0].is_box:
            rows.append([piece])
        elif abs(piece.base - last[-1].base) <= 0.3 * min(piece.size, last[-1].size):
            last.append(piece)
        else:
            rows.append([piece])
    found = [_row(row) for row in rows]
    return [row for row in found if row.text or row.box is not None]


def _row(pieces: list[Piece]) -> Row:
    pieces.sort(key=lambda piece: piece.x0)
    longest = max(pieces, key=lambda piece: len(piece.text))
    text, leaders = unspaced(_side_by_side(pieces)), 0
    if len(text) < _LONGEST_ENTRY:
        text, leaders = _LEADERS.subn(" ", text)
    first = pieces[0]
    return Row(
        text.rstrip(), first.x0, max(piece.x1 for piece in pieces), longest.base, longest.size,
        first.first, first if first.is_box else None, bool(leaders) or _is_tabular(pieces),
    )  # fmt: skip


def _is_tabular(pieces: list[Piece]) -> bool:
    """Its pieces are far apart, and the first is no bullet or number of what follows."""
    return any(
        two.x0 - one.x1 > _FAR * one.size
        and not (at == 0 and (one.text.isdigit() or starts_item(f"{one.text} ")))
        for at, (one, two) in enumerate(pairwise(pieces))
    )


def _side_by_side(pieces: list[Piece]) -> str:
    parts = [pieces[0].text]
    for piece in pieces[1:]:
        parts.append(piece.text if _CLOSING.match(piece.text) else f" {piece.text}")
    return "".join(parts)


def unspaced(text: str) -> str:
    """A word set wide to fill a width (均等割り付け) without its gaps: 目　　次 is 目次."""
    if len(text) > 60 or not _SPACED.fullmatch(text):
        return text
    letters = text.split()
    if all(is_wide(letter) and letter not in "、。，．・：…" for letter in letters):
        return "".join(letters)
    return text


def starts_item(text: str) -> str:
    """How a line begins an item: "sign" is a bullet, "number" what a sentence can also have."""
    if _SIGN.match(text):
        return "sign"
    return "number" if _NUMBER.match(text) else ""


def bulleted(text: str) -> str:
    """A bullet of a word processor as one of Markdown."""
    found = _BULLET.match(text)
    return f"- {text[found.end() :]}" if found else text


def joined(lines: Sequence[str]) -> str:
    """Lines of a paragraph as one: no space beside Japanese, parted words put together."""
    parts = [lines[0]]
    before = lines[0]
    for line in lines[1:]:
        if not line or not before:
            continue
        last = before[-1]
        if last in HYPHENS and len(before) > 1 and before[-2].isalpha() and _LOWER.match(line):
            parts[-1] = parts[-1][:-1]
        elif not (is_wide(last) or is_wide(line[0]) or last in HYPHENS):
            parts.append(" ")
        parts.append(line)
        before = line
    return "".join(parts)
