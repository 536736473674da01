"""The text around a candidate, folded one character for one, and the way back to bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass

BEFORE, AFTER = 330, 150
"""Bytes that rules see before and after a candidate."""

NEAR = 70
"""Characters before and after a candidate that are folded; the rest serves labels only."""

_HYPHENS = "‐‑‒–—―−－─﹣ｰ"
_KANJI = str.maketrans("〇一二三四五六七八九", "0123456789")


def _table() -> dict[int, int]:
    table = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    table.update({ord(mark): 0x2D for mark in _HYPHENS})
    table.update({code: 0x20 for code in (0x3000, 0xA0, 0x2003)})
    return table


_FOLD = _table()
_LONG_VOWEL = re.compile(r"(?<=[0-9)])ー(?=[0-9(])")


def fold(text: str) -> str:
    """Full-width ASCII as ASCII, hyphens of all kinds as `-`; every character stays one.

    ー is a hyphen only between digits: サーバー keeps its own.
    """
    if text.isascii():
        return text
    text = text.translate(_FOLD)
    return _LONG_VOWEL.sub("-", text) if "ー" in text else text


@dataclass(slots=True)
class Window:
    """A candidate with the text around it.

    Attributes:
        row: number of the text.
        text: as it stands.
        folded: the same, one character for one, up to `NEAR` characters away.
        base: byte of the text, from its start, where the window begins.
        first: character where the candidate begins.
        last: the character after it.
    """

    row: int
    text: str
    folded: str
    base: int
    first: int
    last: int

    def bytes_of(self, start: int, stop: int) -> tuple[int, int]:
        """First byte and byte after the last, in the text, of characters `start` to `stop`."""
        head = self.base + len(self.text[:start].encode())
        return head, head + len(self.text[start:stop].encode())


def cut(data: memoryview, row: int, bounds: tuple[int, int], span: tuple[int, int]) -> Window:
    """The window around bytes `span` of the text at bytes `bounds` of `data`."""
    start = max(bounds[0], span[0] - BEFORE)
    stop = min(bounds[1], span[1] + AFTER)
    while data[start] & 0xC0 == 0x80:
        start += 1
    while stop < bounds[1] and data[stop] & 0xC0 == 0x80:
        stop -= 1
    head = str(data[start : span[0]], "utf-8")
    middle = str(data[span[0] : span[1]], "utf-8")
    text = head + middle + str(data[span[1] : stop], "utf-8")
    first, last = len(head), len(head) + len(middle)
    near = max(0, first - NEAR)
    end = last + NEAR
    folded = text[:near] + fold(text[near:end]) + text[end:]
    return Window(row, text, folded, start - bounds[0], first, last)


def with_kanji_digits(window: Window) -> Window:
    """The window with the kanji digits of its candidate as ASCII digits."""
    middle = window.folded[window.first : window.last].translate(_KANJI)
    folded = window.folded[: window.first] + _LONG_VOWEL.sub("-", middle)
    folded += window.folded[window.last :]
    return Window(window.row, window.text, folded, window.base, window.first, window.last)
