"""The counts that signals share, computed once for a batch even when several stages ask."""

from __future__ import annotations

import threading

import numpy as np
import pyarrow as pa

from corpuskit.kernels.buffers import same_memory, text_buffers
from corpuskit.kernels.charset import FOREIGN, MARKS, count_marks
from corpuskit.kernels.counts import COLUMNS, DUPLICATE_COLUMNS, duplicate_lines, text_counts

Counts = dict[str, np.ndarray]


class _Last(threading.local):
    """What was counted last; the array is held, so that its memory can't be another's."""

    array: pa.Array | None = None
    counts: Counts | None = None
    marks: Counts | None = None


_last = _Last()


def counts_of(text: pa.Array) -> Counts:
    """Counts of each text by name (see `corpuskit.kernels.counts.COLUMNS`).

    Args:
        text: n strings, no nulls.

    Returns:
        int64 arrays of n.
    """
    _count(text)
    return _last.counts or {}


def marks_of(text: pa.Array) -> Counts:
    """``foreign_kanji`` and ``exclamations`` of each text, int64 arrays of n."""
    _count(text)
    return _last.marks or {}


def _count(text: pa.Array) -> None:
    if same_memory(_last.array, text):
        return
    data, offsets = text_buffers(text)
    counts = np.empty((len(text), len(COLUMNS)), np.int64)
    text_counts(data, offsets, counts)
    marks = np.empty((len(text), len(MARKS)), np.int64)
    count_marks(data, offsets, FOREIGN, marks)
    _last.array = text
    _last.counts = dict(zip(COLUMNS, counts.T, strict=True))
    _last.marks = dict(zip(MARKS, marks.T, strict=True))


def duplicate_counts_of(text: pa.Array) -> Counts:
    """Repeated lines of each text by name: ``duplicate_lines``, ``duplicate_line_chars``."""
    data, offsets = text_buffers(text)
    out = np.empty((len(text), len(DUPLICATE_COLUMNS)), np.int64)
    duplicate_lines(data, offsets, out)
    return dict(zip(DUPLICATE_COLUMNS, out.T, strict=True))
