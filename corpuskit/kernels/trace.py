"""Where written bytes come from: the part that all kernels which rewrite text share.

A trace has a row for each byte written: where the characters that its character came from start and
stop in the bytes read. One without rows means that nobody asked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from corpuskit.kernels.buffers import Bytes
from corpuskit.kernels.compiler import inline
from corpuskit.kernels.utf8 import ONE, TWO, decode

Trace = npt.NDArray[np.int32]


@inline
def traced_room(trace: Trace, used: np.uint64, wanted: np.uint64) -> Trace:
    """Return a trace that holds the first `used` rows and has room for `wanted`, unless empty."""
    if len(trace) == 0 or wanted <= np.uint64(len(trace)):
        return trace
    fresh = np.empty((np.int64(wanted + wanted // TWO), 2), np.int32)
    for row in range(np.int64(used)):
        fresh[row, 0], fresh[row, 1] = trace[row, 0], trace[row, 1]
    return fresh


@inline
def trace_copy(trace: Trace, w: np.uint64, data: Bytes, at: np.uint64, stop: np.uint64) -> None:
    """Note that the bytes written from `w` on are the characters of `data[at:stop]`."""
    if len(trace) == 0:
        return
    while at < stop:
        after = decode(data, at)[1]
        trace_span(trace, w, w + (after - at), at, after)
        w += after - at
        at = after


@inline
def trace_span(trace: Trace, w: np.uint64, end: np.uint64, at: np.uint64, stop: np.uint64) -> None:
    """Note that the bytes written from `w` to `end` come from `data[at:stop]`."""
    if len(trace) == 0:
        return
    while w < end:
        trace[w, 0], trace[w, 1] = at, stop
        w += ONE
