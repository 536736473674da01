"""The loops around MeCab: pieces into one buffer, its output into arrays, text into morphemes.

MeCab prints, for each morpheme, the white space before it, its length in bytes, then " " and its
context id, or, for an unknown word, "?" and its part of speech, then "\\n"; after each piece, ".".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.utf8 import ONE

Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Contexts = npt.NDArray[np.uint16]

_SPACE, _LINE, _END, _UNKNOWN = 0x20, 0x0A, 0x2E, 0x3F
_ZERO, _NINE = 0x30, 0x39


@kernel("void(uint8[::1], int64[::1], int64[::1], uint8[::1])")
def join_pieces(data: Bytes, starts: Long, stops: Long, out: Bytes) -> None:
    """Write the pieces one after another, each closed by "\\n".

    NUL, where MeCab would stop, and line breaks become spaces, so do the bytes of lone surrogates,
    which can't become a string; lengths stay. `out` has room for all pieces and their line breaks.
    """
    w = np.uint64(0)
    for piece in range(len(starts)):
        at, stop = np.uint64(starts[piece]), np.uint64(stops[piece])
        lone = 0
        while at < stop:
            byte = data[at]
            if byte == 0xED and at + ONE < stop and data[at + ONE] >= 0xA0:
                lone = 3
            out[w] = _SPACE if lone > 0 or byte == 0 or byte == _LINE else byte
            lone -= lone > 0
            w += ONE
            at += ONE
        out[w] = _LINE
        w += ONE


@inline
def _number(output: Bytes, at: np.uint64) -> tuple[Int, np.uint64]:
    value = np.int64(0)
    while _ZERO <= output[at] <= _NINE:
        value = 10 * value + np.int64(output[at]) - _ZERO
        at += ONE
    return value, at


@inline
def _name(
    output: Bytes, at: np.uint64, size: np.uint64, names: Bytes, ends: Long
) -> tuple[Int, np.uint64]:
    """Return which of the names stands before the line break, and the position of that."""
    stop = at
    while stop < size and output[stop] != _LINE:
        stop += ONE
    for which in range(len(ends) - 1):
        first, length = ends[which], ends[which + 1] - ends[which]
        same = length == np.int64(stop - at)
        for i in range(length if same else 0):
            same = same and names[first + i] == output[np.int64(at) + i]
        if same:
            return np.int64(which), stop
    return np.int64(len(ends) - 1), stop


@kernel(
    "int64(uint8[::1], int64[::1], int64[::1], uint8[::1], int64[::1], int64,"
    "int32[::1], int32[::1], uint16[::1], int32[::1])"
)
def read_output(
    output: Bytes, starts: Long, stops: Long, names: Bytes, name_ends: Long, known: Int,
    begins: Int32, ends: Int32, contexts: Contexts, counts: Int32,
) -> Int:  # fmt: skip
    """Read MeCab's packed output for the pieces; return the number of morphemes, or -1.

    `begins`, `ends` and `contexts` receive one entry a morpheme, `counts` one a piece; they have
    room for as many as `output` has line breaks. Unknown words get `known` plus the number of their
    part of speech in `names` as context. -1 says that the output does not fit the pieces.
    """
    size = np.uint64(len(output))
    at, n = np.uint64(0), np.int64(0)
    for piece in range(len(starts)):
        position, before = starts[piece], n
        while at < size and output[at] != _END:
            if not _ZERO <= output[at] <= _NINE:  # white space between morphemes
                position += 1
                at += ONE
                continue
            length, at = _number(output, at)
            if output[at] == _UNKNOWN:
                which, at = _name(output, at + ONE, size, names, name_ends)
                contexts[n] = known + which
            else:
                contexts[n], at = _number(output, at + ONE)
            begins[n] = position
            position += length
            ends[n] = position
            n += 1
            at += ONE
        if at >= size or position > stops[piece]:
            return np.int64(-1)
        counts[piece] = n - before
        at += ONE
    return n if at == size else np.int64(-1)


@kernel("int64(uint8[::1], int32[::1], int64[::1], int32[::1], int32[::1], uint8[::1], int64[::1])")
def segment(
    data: Bytes, offsets: Offsets, first: Long, begins: Int32, ends: Int32, out: Bytes, sizes: Long
) -> Int:
    """Write the texts' morphemes, one space between two of a line; line breaks stay.

    Morphemes of text i are `first[i]` to `first[i + 1]`. `out` has room for all text and one byte
    a morpheme; `sizes` receives the offsets, n + 1. Returns how many bytes were written.
    """
    w = np.uint64(0)
    for text in range(len(offsets) - 1):
        sizes[text] = w
        at, spaced = np.uint64(offsets[text]), True
        for morpheme in range(first[text], first[text + 1]):
            begin, end = np.uint64(begins[morpheme]), np.uint64(ends[morpheme])
            while at < begin:
                if data[at] == _LINE:
                    out[w] = _LINE
                    w += ONE
                    spaced = True
                at += ONE
            if not spaced:
                out[w] = _SPACE
                w += ONE
            while at < end:
                out[w] = data[at]
                w += ONE
                at += ONE
            spaced = False
        while at < np.uint64(offsets[text + 1]):
            if data[at] == _LINE:
                out[w] = _LINE
                w += ONE
            at += ONE
    sizes[-1] = w
    return np.int64(w)
