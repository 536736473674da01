"""Percent-encoding in one spelling: the part of comparing URLs that needs a loop over bytes."""

from __future__ import annotations

import numpy as np

from corpuskit.kernels.buffers import Bool, Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE, TWO

_PERCENT = 0x25


@inline
def _hex(octet: Int) -> Int:
    """Return the value of a hex digit, -1 for anything else."""
    if 0x30 <= octet <= 0x39:
        return octet - 0x30
    lower = octet | 0x20
    return lower - 0x57 if 0x61 <= lower <= 0x66 else np.int64(-1)


@inline
def _unreserved(octet: Int) -> Bool:
    """Say whether the octet is an unreserved character of RFC 3986: never needs encoding."""
    lower = octet | 0x20
    word = 0x61 <= lower <= 0x7A or 0x30 <= octet <= 0x39
    return word or octet == 0x2D or octet == 0x2E or octet == 0x5F or octet == 0x7E


@inline
def _digit(value: Int) -> Int:
    return value + 0x30 if value < 10 else value + 0x37


@kernel("void(uint8[::1], int32[::1], uint8[::1], int32[::1])")
def spell_percent(data: Bytes, offsets: Offsets, out: Bytes, out_offsets: Offsets) -> None:
    """Write each text with its percent-encoding normalised, as RFC 3986 (6.2.2) says.

    Encoded unreserved characters are decoded, other hex digits made capitals; octets that may not
    stand in a URL (blanks, controls, non-ASCII) are encoded; a lone % stays. `out` has room for
    three bytes for each byte of the texts; `out_offsets` is `int32[n + 1]`.
    """
    to = np.uint64(0)
    out_offsets[0] = 0
    for i in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[i]), np.uint64(offsets[i + 1])
        while at < stop:
            octet: Int = np.int64(data[at])
            encoded: Bool = False
            if octet == _PERCENT and at + TWO < stop:
                high, low = _hex(np.int64(data[at + ONE])), _hex(np.int64(data[at + TWO]))
                encoded = high >= 0 and low >= 0
                if encoded:
                    octet = high << 4 | low
                    at += TWO
            if (encoded and not _unreserved(octet)) or octet <= 0x20 or octet >= 0x7F:
                out[to] = _PERCENT
                out[to + ONE] = _digit(octet >> 4)
                out[to + TWO] = _digit(octet & 15)
                to += TWO + ONE
            else:
                out[to] = octet
                to += ONE
            at += ONE
        out_offsets[i + 1] = to
