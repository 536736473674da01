"""The counts that signals share, computed once for a batch even when several stages ask."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pyarrow as pa

from corpuskit.kernels.buffers import same_memory, text_buffers

Counts = dict[str, np.ndarray]


class _Last(threading.local):
    """What was counted last; the array is held, so that its memory can't be another's."""

    array: pa.Array | None = None
    found: dict[str, Counts] | None = None


_last = _Last()


def _once(text: pa.Array, name: str, count: Callable[[pa.Array], Counts]) -> Counts:
    """What `count` makes of the texts, or made of them when it was last asked for by this name."""
    if _last.found is None or not same_memory(_last.array, text):
        _last.array, _last.found = text, {}
    if name not in _last.found:
        _last.found[name] = count(text)
    return _last.found[name]


def counts_of(text: pa.Array) -> Counts:
    """Counts of each text by name (see `corpuskit.kernels.counts.COLUMNS`).

    Args:
        text: n strings, no nulls.

    Returns:
        int64 arrays of n.
    """
    return _once(text, "counts", _counts)


def marks_of(text: pa.Array) -> Counts:
    """``foreign_kanji`` and ``exclamations`` of each text, int64 arrays of n."""
    return _once(text, "marks", _marks)


def duplicate_counts_of(text: pa.Array) -> Counts:
    """Repeated lines of each text by name: ``duplicate_lines``, ``duplicate_line_chars``."""
    return _once(text, "duplicates", _duplicates)


def units_of(text: pa.Array) -> Counts:
    """Letters, sentences, lines and paragraphs (see `corpuskit.kernels.units.COLUMNS`)."""
    return _once(text, "units", _units)


def ngrams_of(text: pa.Array) -> Counts:
    """Repeated n-grams: ``{column}_{n}`` of `corpuskit.kernels.ngrams.COLUMNS`; ``longest_run``."""
    return _once(text, "ngrams", _ngrams)


def known_ngrams_of(text: pa.Array) -> Counts | None:
    """What `ngrams_of` made of the texts, if it was asked about them last."""
    known = _last.found if same_memory(_last.array, text) else None
    return known.get("ngrams") if known else None


def traits_of(text: pa.Array) -> Counts:
    """Layout, industry, translation and OCR (see `corpuskit.kernels.traits.COLUMNS`)."""
    return _once(text, "traits", _traits)


def _counts(text: pa.Array) -> Counts:
    from corpuskit.kernels.counts import COLUMNS, text_counts

    counts = np.empty((len(text), len(COLUMNS)), np.int64)
    text_counts(*text_buffers(text), counts)
    return dict(zip(COLUMNS, counts.T, strict=True))


def _marks(text: pa.Array) -> Counts:
    from corpuskit.kernels.charset import FOREIGN, MARKS, count_marks

    marks = np.empty((len(text), len(MARKS)), np.int64)
    count_marks(*text_buffers(text), FOREIGN, marks)
    return dict(zip(MARKS, marks.T, strict=True))


def _duplicates(text: pa.Array) -> Counts:
    from corpuskit.kernels.counts import DUPLICATE_COLUMNS, duplicate_lines

    out = np.empty((len(text), len(DUPLICATE_COLUMNS)), np.int64)
    duplicate_lines(*text_buffers(text), out)
    return dict(zip(DUPLICATE_COLUMNS, out.T, strict=True))


def _units(text: pa.Array) -> Counts:
    from corpuskit.kernels.units import COLUMNS, unit_counts

    out = np.empty((len(text), len(COLUMNS)), np.int64)
    unit_counts(*text_buffers(text), out)
    return dict(zip(COLUMNS, out.T, strict=True))


def _ngrams(text: pa.Array) -> Counts:
    from corpuskit.kernels.ngrams import COLUMNS, FIRST, LAST, ngram_counts

    out = np.empty((len(text), LAST - FIRST + 1, len(COLUMNS)), np.int64)
    runs = np.empty(len(text), np.int64)
    ngram_counts(*text_buffers(text), out, runs)
    found = {
        f"{column}_{n}": out[:, n - FIRST, place]
        for n in range(FIRST, LAST + 1)
        for place, column in enumerate(COLUMNS)
    }
    return {**found, "longest_run": runs}


def _traits(text: pa.Array) -> Counts:
    from corpuskit.kernels.traits import COLUMNS, trait_counts

    out = np.empty((len(text), len(COLUMNS)), np.int64)
    trait_counts(*text_buffers(text), out)
    return dict(zip(COLUMNS, out.T, strict=True))
