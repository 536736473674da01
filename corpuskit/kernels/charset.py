"""Kanji that Japanese standards do not have: the mark of Chinese among texts without kana."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets
from corpuskit.kernels.compiler import kernel

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


@kernel("void(uint8[::1], int32[::1], uint8[::1], int64[::1])")
def foreign_kanji(data: Bytes, offsets: Offsets, table: Bytes, out: Counts) -> None:
    """Write to `out[i]` how many characters of text i the `table` marks.

    Args:
        data: UTF-8.
        offsets: of the texts, `int32[n + 1]`.
        table: `FOREIGN`, by code point from `FIRST`.
        out: `int64[n]`.
    """
    for i in range(len(out)):
        count: Int = 0
        at: Int = np.int64(offsets[i])
        stop = np.int64(offsets[i + 1])
        while at < stop:
            lead = data[at]
            if lead < 0xE4 or lead > 0xE9:  # only E4 to E9 lead U+4000 to U+9FFF
                at += 1
                continue
            point = (
                ((np.int64(lead) & 15) << 12)
                | ((np.int64(data[at + 1]) & 63) << 6)
                | (np.int64(data[at + 2]) & 63)
            )
            if point >= FIRST:
                count += np.int64(table[point - FIRST])
            at += 3
        out[i] = count
