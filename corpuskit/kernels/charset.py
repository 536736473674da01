"""Marks of what a text is not: kanji that no Japanese standard has, and exclamation marks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets
from corpuskit.kernels.compiler import kernel
from corpuskit.kernels.utf8 import ONE

Counts = npt.NDArray[np.int64]

FIRST, LAST = 0x4E00, 0x9FFF


def _foreign() -> Bytes:
    """1 for each code point of U+4E00 to U+9FFF that neither JIS X 0213 nor CP932 encodes."""
    table = np.zeros(LAST - FIRST + 1, np.uint8)
    for i in range(len(table)):
        character = chr(FIRST + i)
        if not any(character.encode(name, "ignore") for name in ("euc_jis_2004", "cp932")):
            table[i] = 1
    return table


FOREIGN = _foreign()


MARKS: tuple[str, ...] = ("foreign_kanji", "exclamations")
"""Columns of `count_marks`, in order."""


@kernel("void(uint8[::1], int32[::1], uint8[::1], int64[:,::1])")
def count_marks(data: Bytes, offsets: Offsets, table: Bytes, out: Counts) -> None:
    """Write the counts `MARKS` of text i to `out[i]`.

    Args:
        data: UTF-8.
        offsets: of the texts, `int32[n + 1]`.
        table: `FOREIGN`, by code point from `FIRST`.
        out: `int64[n, 2]`.
    """
    for i in range(len(out)):
        foreign: Int = 0
        shouts: Int = 0
        at = np.uint64(offsets[i])
        stop = np.uint64(offsets[i + 1])
        while at < stop:
            lead = data[at]
            if lead < 0x80:
                shouts += lead == 0x21
                at += ONE
            elif lead < 0xE0:
                at += np.uint64(2)
            elif lead < 0xF0:
                after, last = data[at + ONE], data[at + np.uint64(2)]
                if 0xE4 <= lead <= 0xE9:  # lead of U+4000 to U+9FFF
                    high = (np.int64(lead) & 15) << 12 | (np.int64(after) & 63) << 6
                    point = high | (np.int64(last) & 63)
                    if point >= FIRST:
                        foreign += table[point - FIRST]
                else:
                    shouts += lead == 0xEF and after == 0xBC and last == 0x81
                at += np.uint64(3)
            else:
                at += np.uint64(4)
        out[i, 0] = foreign
        out[i, 1] = shouts
