"""Signals over repeated n-grams of characters, as Gopher and Swallow measure them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_F = pa.float64()
_TOP = (2, 3, 4)
_DUPLICATE = (5, 6, 7, 8, 9, 10)
_SWALLOW = "(Swallow Corpus v1, Okazaki et al. 2024)"
_GOPHER = "(Gopher, Rae et al. 2021, with characters for words)"


class Ngrams(Stage):
    """Measures repeated n-grams of characters: the most frequent of 2 to 4, duplicates of 5 to 10.

    White space and line breaks are characters as all others. Shares by type count each n-gram
    once and fall with a text's length less than those by occurrence do.
    """

    name: ClassVar[str] = "signals.ngrams"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.ngrams"
    kernels: ClassVar[tuple[str, ...]] = ("ngrams",)
    writes: ClassVar[tuple[Column, ...]] = (
        *(
            Column(
                f"top_{n}gram_ratio",
                _F,
                f"occurrences of the most frequent {n}-gram / occurrences of all {_SWALLOW}",
            )
            for n in _TOP
        ),
        *(
            Column(
                f"top_{n}gram_char_ratio",
                _F,
                f"{n} x occurrences of the most frequent {n}-gram / characters {_GOPHER}",
            )
            for n in _TOP
        ),
        *(
            Column(
                f"duplicate_{n}gram_type_ratio",
                _F,
                f"different {n}-grams that occur more than once / different {n}-grams {_SWALLOW}",
            )
            for n in _DUPLICATE
        ),
        *(
            Column(
                f"duplicate_{n}gram_ratio",
                _F,
                f"occurrences of {n}-grams that occur more than once / occurrences of all",
            )
            for n in _DUPLICATE
        ),
        *(
            Column(
                f"duplicate_{n}gram_char_ratio",
                _F,
                f"characters of {n}-grams met before, left to right without overlaps, / "
                f"characters {_GOPHER}",
            )
            for n in _DUPLICATE
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers."""
        from corpuskit.signals.counting import ngrams_of

        found = ngrams_of(batch.column("text"))
        characters = found["total_2"] + 1
        columns = {}
        for n in _TOP:
            columns[f"top_{n}gram_ratio"] = share(found[f"top_{n}"], found[f"total_{n}"])
            covered = np.minimum(n * found[f"top_{n}"], characters)
            columns[f"top_{n}gram_char_ratio"] = share(covered, characters)
        for n in _DUPLICATE:
            repeated = share(found[f"repeated_types_{n}"], found[f"types_{n}"])
            columns[f"duplicate_{n}gram_type_ratio"] = repeated
            columns[f"duplicate_{n}gram_ratio"] = share(found[f"repeated_{n}"], found[f"total_{n}"])
            columns[f"duplicate_{n}gram_char_ratio"] = share(found[f"chars_{n}"], characters)
        return append_columns(batch, columns)
