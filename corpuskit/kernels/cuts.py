"""Taking pieces out of texts, and byte places as character places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets
from corpuskit.kernels.compiler import kernel

Positions = npt.NDArray[np.int64]


@kernel("void(uint8[::1], int32[::1], int64[::1], int64[::1], int64[::1], uint8[::1], int32[::1])")
def remove_pieces(
    data: Bytes,
    offsets: Offsets,
    bounds: Positions,
    starts: Positions,
    stops: Positions,
    out_data: Bytes,
    out_offsets: Offsets,
) -> None:
    """Write each text without its pieces.

    The pieces of text i are ``bounds[i]:bounds[i + 1]`` of `starts` and `stops`, in bytes from the
    text's start, sorted, none overlapping. `out_data` has room for all texts; `out_offsets` is
    ``int32[n + 1]``.
    """
    to: Int = 0
    out_offsets[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.int64(offsets[i]), np.int64(offsets[i + 1])
        start = at
        for piece in range(bounds[i], bounds[i + 1] + 1):
            last = piece == bounds[i + 1]
            end = stop if last else start + starts[piece]
            while at < end:
                out_data[to] = data[at]
                to += 1
                at += 1
            if not last:
                at = start + stops[piece]
        out_offsets[i + 1] = to


@kernel("void(uint8[::1], int32[::1], int64[::1], int64[::1])")
def characters_before(data: Bytes, offsets: Offsets, bounds: Positions, places: Positions) -> None:
    """Turn byte places into character places, where they stand.

    The places of text i are ``bounds[i]:bounds[i + 1]`` of `places`, in bytes from the text's
    start, ascending; afterwards they count the characters (code points) before them.
    """
    for i in range(len(offsets) - 1):
        at, count = np.int64(offsets[i]), np.int64(0)
        for k in range(bounds[i], bounds[i + 1]):
            end = min(np.int64(offsets[i]) + places[k], np.int64(offsets[i + 1]))
            while at < end:
                count += (data[at] & 0xC0) != 0x80
                at += 1
            places[k] = count
