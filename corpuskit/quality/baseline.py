"""The stage `quality`: a baseline score in [0, 1] made of five readable parts.

Each part is a piecewise linear membership in [0, 1] of a signal: 1 inside the range that
well-edited Japanese prose and manuals show, falling to 0 outside it. The score is their weighted
mean. The ranges were read off the signals' quantiles on the development corpus (laws, literature,
manuals, encyclopedia); they are a first version, to be fitted on labelled text later.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage

#: part: (signal, zero below, one from, one up to, zero above, weight)
PARTS: dict[str, tuple[str, float, float, float, float, float]] = {
    "japanese": ("japanese_ratio", 0.2, 0.6, 1.0, 1.01, 0.25),
    "kana": ("kana_ratio", 0.05, 0.3, 0.85, 1.01, 0.2),
    "ended": ("ended_line_ratio", 0.0, 0.35, 1.0, 1.01, 0.2),
    "repeats": ("duplicate_line_ratio", -1.0, 0.0, 0.1, 0.6, 0.2),
    "particles": ("particle_ratio", 0.02, 0.18, 0.45, 0.6, 0.15),
}


def membership(x: np.ndarray, low: float, one: float, until: float, high: float) -> np.ndarray:
    """0 up to `low`, rising to 1 at `one`, 1 up to `until`, falling to 0 at `high`."""
    return np.clip(np.minimum((x - low) / (one - low), (high - x) / (high - until)), 0.0, 1.0)


class Baseline(Stage):
    """A first quality score from scripts, line ends, repetition and particles."""

    name: ClassVar[str] = "quality"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- quality"
    reads: ClassVar[tuple[str, ...]] = tuple(part[0] for part in PARTS.values())
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "quality",
            pa.float64(),
            "weighted mean of five memberships in [0, 1]: japanese 0.25, kana 0.2, ended 0.2, "
            "repeats 0.2, particles 0.15",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Mean of the parts, rounded to six digits."""
        score = np.zeros(batch.num_rows)
        for signal, low, one, until, high, weight in PARTS.values():
            values = batch.column(signal).to_numpy(zero_copy_only=False).astype(np.float64)
            score += weight * membership(values, low, one, until, high)
        return append_columns(batch, {"quality": pa.array(np.round(score, 6))})
