"""When two texts are the same to `dedup.exact`: what is ignored, and what never is.

| ignore | what becomes the same |
| --- | --- |
| space | every run of white space, line breaks included, is one space; none at the ends |
| width | full- and half-width forms (Ａ１！ = A1!, ｶﾞ｡ = ガ。, ￥ = ¥), U+3000 and a space; |
| | か + U+3099 = が. Not ～ and －, which are no mere widths of ~ and - in Japanese |
| punctuation | commas, full stops, ! ? : ; … ・, quotation marks and brackets count for nothing |

A mark of punctuation stays where it belongs to a number or a name: beside a digit (1.5, 1,000,
(3), 50：50) and between two kanji numerals (一・五), white space aside, and between two Latin
letters (don't, example.com). Dashes, waves, slashes, signs and symbols are no punctuation here.

Nothing else is folded, whatever is ignored. Dakuten count (ハス, バス, パス), and digits do: １ = 1
in width, but 10⁵ is not 105, ½ not 1/2, ① not 1, 一 not 1. m² and ㎡ are not m2, ㈱ is not (株),
々 and ゝ stay, ー 〜 ～ − - are five characters, old orthography is another spelling, case counts.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels import foldings, shingles
from corpuskit.kernels.buffers import Bytes, Offsets, string_array, text_buffers
from corpuskit.kernels.normalize import KANA, KANA_SIZE

Ignore = Literal["space", "width", "punctuation"]

#: Marks that count for nothing beside all brackets and quotation marks (Ps, Pe, Pi, Pf).
MARKS = "、。，．､｡,.!?:;！？：；…‥・･‼⁇⁈⁉\"'`＂＇｀"
#: Forms that Unicode calls full-width, but that are characters of their own in Japanese.
UNFOLDED = "～－"

_VOICED, _SEMI_VOICED = "\u3099", "\u309a"


def folded(array: pa.Array | pa.ChunkedArray, ignore: Sequence[Ignore]) -> tuple[Bytes, Offsets]:
    """Texts as they are compared: `(data, offsets)`, text i is ``data[offsets[i]:offsets[i + 1]]``.

    Args:
        array: n texts without nulls.
        ignore: what is ignored, in any order; nothing means the texts as they are.
    """
    if set(ignore) == {"space"}:
        return shingles.view(array)
    data, offsets = text_buffers(array)
    if "width" in ignore:
        out, ends = _room(offsets)
        foldings.fold_width(data, offsets, _width(), _voiced(), out, ends)
        data, offsets = out, ends
    if "punctuation" in ignore:
        out, ends = _room(offsets)
        foldings.drop_marks(data, offsets, _classes(), out, ends)
        data, offsets = out, ends
    if "space" in ignore:
        out, ends = _room(offsets)
        shingles.dedup_view(data, offsets, out, ends)
        data, offsets = out, ends
    return data, offsets


def folded_text(text: str, ignore: Sequence[Ignore]) -> str:
    """One text as it is compared."""
    data, offsets = folded(pa.array([text], pa.string()), ignore)
    return str(string_array(data, offsets)[0].as_py())


def _room(offsets: Offsets) -> tuple[Bytes, Offsets]:
    """Arrays for as many texts, none of which grows."""
    return np.empty(int(offsets[-1]) - int(offsets[0]), np.uint8), np.empty(len(offsets), np.int32)


@functools.cache
def _width() -> npt.NDArray[np.uint16]:
    """What each code point of the BMP becomes: the other member of <wide> and <narrow> pairs."""
    table = np.arange(0x10000, dtype=np.uint16)
    for point in (0x3000, *range(0xFF00, 0xFFF0)):
        tag, _, other = unicodedata.decomposition(chr(point)).partition(" ")
        if tag in ("<wide>", "<narrow>") and chr(point) not in UNFOLDED:
            table[point] = int(other, 16)
    return table


@functools.cache
def _voiced() -> npt.NDArray[np.uint16]:
    """Voiced, then semi-voiced letter of the kana from U+3040 on, or 0."""
    kana = np.zeros(2 * KANA_SIZE, np.uint16)
    for row, mark in enumerate((_VOICED, _SEMI_VOICED)):
        for column in range(KANA_SIZE):
            letter = unicodedata.normalize("NFC", chr(KANA + column) + mark)
            if len(letter) == 1:
                kana[row * KANA_SIZE + column] = ord(letter)
    return kana


@functools.cache
def _classes() -> Bytes:
    """What each code point is to `foldings.drop_marks`."""
    return np.array([_class(chr(point)) for point in range(foldings.CLASSES)], np.uint8)


def _class(character: str) -> int:
    category = unicodedata.category(character)
    if character in MARKS or category in ("Ps", "Pe", "Pi", "Pf"):
        return foldings.MARK
    if unicodedata.numeric(character, None) is not None:
        return foldings.KANJI if category == "Lo" else foldings.DIGIT
    if character in (_VOICED, _SEMI_VOICED):
        return foldings.JOINING
    latin = ord(character) < 0x250 or "Ａ" <= character <= "ｚ"
    return foldings.LETTER if latin and category[0] == "L" else 0
