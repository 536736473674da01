"""Turns the trace of rewritten texts into their edits: where lengths differ, and by how much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes, Int, Offsets
from corpuskit.kernels.compiler import inline, kernel
from corpuskit.kernels.trace import Trace, trace_copy
from corpuskit.kernels.utf8 import decode

Edits = npt.NDArray[np.int32]
Long = npt.NDArray[np.int64]

AT, LENGTH, SOURCE_LENGTH = range(3)


@inline
def _characters(data: Bytes, start: Int, stop: Int) -> Int:
    count: Int = 0
    for at in range(start, stop):
        count += data[at] & 0xC0 != 0x80
    return count


@inline
def _more(edits: Edits, used: Int) -> Edits:
    if used < len(edits):
        return edits
    fresh = np.empty((2 * used + 16, 3), np.int32)
    for row in range(used):
        for field in range(3):
            fresh[row, field] = edits[row, field]
    return fresh


@inline
def _put(edits: Edits, n: Int, at: Int, length: Int, source_length: Int) -> tuple[Edits, Int]:
    """Append an edit, unless it is of one character to one."""
    if length == 1 and source_length == 1:
        return edits, n
    edits = _more(edits, n)
    edits[n, AT], edits[n, LENGTH], edits[n, SOURCE_LENGTH] = at, length, source_length
    return edits, n + 1


@kernel("int32[:,::1](uint8[::1], int32[::1], uint8[::1], int32[::1], int32[:,::1], int64[::1])")
def find_edits(
    source: Bytes, source_offsets: Offsets, data: Bytes, offsets: Offsets, trace: Trace, ends: Long
) -> Edits:
    """Return `(at, length, source_length)` of the edits of all texts, `int32[m, 3]`.

    An edit says that `length` characters of the text, from character `at` on, come from
    `source_length` characters of the source. What lies between edits is one for one. A length of
    0 is a removal. Characters whose sources overlap are in one edit.

    Args:
        source: bytes that the trace leads to.
        source_offsets: of the source texts, n + 1.
        data: bytes of the texts.
        offsets: of the texts, n + 1; the first is 0.
        trace: `int32[len(data), 2]`.
        ends: receives where each text's edits end, n + 1; the first is 0.
    """
    edits = np.empty((16, 3), np.int32)
    n: Int = 0
    ends[0] = 0
    length: Int = 0
    for text in range(len(offsets) - 1):
        done = np.int64(source_offsets[text])  # up to where the source is accounted for
        w, stop = np.int64(offsets[text]), np.int64(offsets[text + 1])
        at: Int = 0
        while w < stop:
            begin, end = np.int64(trace[w, 0]), np.int64(trace[w, 1])
            if begin > done:
                edits, n = _put(edits, n, at, 0, _characters(source, done, begin))
            w, length = np.int64(decode(data, np.uint64(w))[1]), 1
            while w < stop and trace[w, 0] < end:
                end = max(end, np.int64(trace[w, 1]))
                w = np.int64(decode(data, np.uint64(w))[1])
                length += 1
            edits, n = _put(edits, n, at, length, _characters(source, begin, end))
            at += length
            done = end
        rest = np.int64(source_offsets[text + 1])
        if rest > done:
            edits, n = _put(edits, n, at, 0, _characters(source, done, rest))
        ends[text + 1] = n
    return edits[:n].copy()


@kernel("void(int32[:,::1], int32[:,::1])")
def chain(trace: Trace, before: Trace) -> None:
    """Make a trace that leads to the bytes of the pass before lead where that pass's leads."""
    for row in range(len(trace)):
        start, stop = trace[row, 0], trace[row, 1]
        trace[row, 0], trace[row, 1] = before[start, 0], before[stop - 1, 1]


@kernel("int32[:,::1](uint8[::1], int64, int64)")
def same(data: Bytes, start: Int, stop: Int) -> Trace:
    """Return the trace of characters that stay as they are in `data[start:stop]`."""
    trace = np.empty((stop - start, 2), np.int32)
    trace_copy(trace, np.uint64(0), data, np.uint64(start), np.uint64(stop))
    return trace
