"""The text as decontamination compares it. It is never written anywhere: documents keep theirs.

| class | what becomes the same | example |
| --- | --- | --- |
| width | full- and half-width forms of one character | Ａ１ = A1, ｶﾞ = ガ |
| kana | hiragana and katakana; a letter with a combining or separate mark | か\u3099 = が = ガ |
| case | capital and small letters | NaCl = nacl |
| ideographs | radicals and compatibility forms, which PDF files are full of | ⼈ = 人 |
| blanks | white space, line breaks and control characters count for nothing | 東 京 = 東京 |
| punctuation | classes P and Sk, waves, bars, minus, boxes, list marks | 何か？ = 何か |

| class | what stays different | example |
| --- | --- | --- |
| marks | voiced and semi-voiced letters | ハス, バス, パス |
| digits | every one; raised, enclosed, kanji | 100V, 200V; 10⁵, 105; ①, 1 |
| long vowels | ー | ビル, ビール |
| small kana | っ ゃ ょ | いった, いつた |
| repetition | 々 ゝ ゞ | 人々, 人人 |
| symbols | letters of units and mathematics | ㎡, m2; +, × |

A decimal point counts for nothing, as any punctuation does: 1.5 = 15.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.folding import KANA, KANA_SIZE, Long, Points, Short, fold_texts

FOLD_VERSION = 1
"""Changes when a character folds to something else."""

_VOICED, _SEMI_VOICED = 0x3099, 0x309A
_MARKS = {0x309B: _VOICED, 0x309C: _SEMI_VOICED, 0xFF9E: _VOICED, 0xFF9F: _SEMI_VOICED}
_NOTHING = frozenset("~|−￨￤¦\ufffd")


@functools.cache
def tables() -> tuple[Short, Short]:
    """What each code point of the BMP folds to, and what kana become with a mark; for kernels."""
    table = np.array([_folded(point) for point in range(0x10000)], np.uint16)
    kana = np.zeros(2 * KANA_SIZE, np.uint16)
    for i, mark in enumerate((_VOICED, _SEMI_VOICED)):
        for letter in range(KANA_SIZE):
            joined = unicodedata.normalize("NFC", chr(KANA + letter) + chr(mark))
            if len(joined) == 1:
                kana[i * KANA_SIZE + letter] = ord(joined)
    return table, kana


def _folded(point: int) -> int:
    """What one code point folds to; 0 for nothing."""
    if point in _MARKS:
        return _MARKS[point]
    if 0x3041 <= point <= 0x3096 or point in (0x309D, 0x309E):
        return point + 0x60
    letter = chr(point)
    radical = 0x2E80 <= point < 0x2FE0 or 0xF900 <= point < 0xFB00
    if radical or unicodedata.decomposition(letter).startswith(("<wide>", "<narrow>")):
        letter = unicodedata.normalize("NFKC", letter)
    if len(letter) != 1 or ord(letter) >= 0x10000:
        return point
    lower = letter.lower()
    letter = lower if len(lower) == 1 else letter
    return 0 if _counts_for_nothing(letter) else ord(letter)


def _counts_for_nothing(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category[0] in "PZ" or category in ("Cc", "Cf", "Cs", "Sk") or letter in _NOTHING:
        return True
    return 0x2500 <= ord(letter) < 0x2600 or 0xFE00 <= ord(letter) < 0xFE10


def fold_all(texts: Sequence[str]) -> tuple[Points, Long]:
    """Fold texts: their characters one after the other, and where each text ends (n + 1)."""
    data, offsets = text_buffers(pa.array(texts, pa.string()))
    points = np.empty(max(len(data), 1), np.uint32)
    ends = np.zeros(len(texts) + 1, np.int64)
    fold_texts(data, offsets, *tables(), points, ends)
    return points[: ends[-1]].copy(), ends


def fold(text: str) -> str:
    """One text as decontamination compares it."""
    points: npt.NDArray[np.uint32] = fold_all([text])[0]
    return points.astype("<u4").tobytes().decode("utf-32-le")
