"""The counts that signals share, computed once for a batch even when several stages ask."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.charset import FOREIGN, foreign_kanji
from corpuskit.kernels.counts import COLUMNS, DUPLICATE_COLUMNS, duplicate_lines, text_counts

Counts = dict[str, np.ndarray]


class _Last(threading.local):
    """The last text column counted; the array is held, so its address can't be given to another."""

    array: pa.Array | None = None
    counts: Counts | None = None


_last = _Last()


def counts_of(text: pa.Array) -> Counts:
    """Counts of each text by name (see `corpuskit.kernels.counts.COLUMNS`).

    Args:
        text: n strings, no nulls.

    Returns:
        int64 arrays of n.
    """
    if _last.array is None or _last.counts is None or not _same(_last.array, text):
        data, offsets = text_buffers(text)
        out = np.empty((len(text), len(COLUMNS)), np.int64)
        text_counts(data, offsets, out)
        _last.array, _last.counts = text, dict(zip(COLUMNS, out.T, strict=True))
    return _last.counts


def _same(a: pa.Array, b: pa.Array) -> bool:
    """Whether two arrays are the same memory."""
    if len(a) != len(b) or a.offset != b.offset:
        return False
    addresses = [[x.address if x else 0 for x in array.buffers()[1:]] for array in (a, b)]
    return addresses[0] == addresses[1]


def duplicate_counts_of(text: pa.Array) -> Counts:
    """Repeated lines of each text by name: ``duplicate_lines``, ``duplicate_line_chars``."""
    data, offsets = text_buffers(text)
    out = np.empty((len(text), len(DUPLICATE_COLUMNS)), np.int64)
    duplicate_lines(data, offsets, out)
    return dict(zip(DUPLICATE_COLUMNS, out.T, strict=True))


def foreign_kanji_of(text: pa.Array) -> np.ndarray:
    """Kanji of each text that no Japanese standard has, int64[n]."""
    data, offsets = text_buffers(text)
    out = np.empty(len(text), np.int64)
    foreign_kanji(data, offsets, FOREIGN, out)
    return out
