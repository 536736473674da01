"""Signals of damage by optical character recognition."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()


class Ocr(Stage):
    """Counts marks that scanners leave in Japanese text.

    Lookalikes are ロカニエタトハ between kanji, ー after a kanji or digit, 口力二工夕卜八一 between
    katakana, and ヘベペリ of katakana between hiragana. On 1,213 texts of the development corpus
    against the same with artificial damage (lookalikes swapped, kana replaced, spaces and marks
    put in), ocr_rate has an AUC of 0.72 where up to 1 % of the characters were touched, 0.87 at
    3 %, 0.98 at 10 %; real scans were not measured.
    """

    name: ClassVar[str] = "signals.ocr"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.ocr"
    kernels: ClassVar[tuple[str, ...]] = ("traits", "traitshapes", "traittables")
    writes: ClassVar[tuple[Column, ...]] = (
        Column("lookalikes", _I, "characters that stand where another of the same shape belongs"),
        Column("spaced_ratio", _F, "single spaces between two Japanese letters / Japanese letters"),
        Column("stray_marks", _I, "one of ' ^ ; \\ ~ ´ ¨ · ¸ between Japanese letters, and U+FFFD"),
        Column(
            "rare_pair_ratio",
            _F,
            "neighbouring hiragana that make less than 2 in a million of all pairs in the "
            "development corpus / such neighbours",
        ),
        Column(
            "ocr_rate",
            _F,
            "(lookalikes + spaces between letters + stray marks + rare pairs) / 1,000 Japanese "
            "letters",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, shared with the other stages over traits."""
        from corpuskit.signals.counting import traits_of

        found = traits_of(batch.column("text"))
        letters = found["japanese"]
        marks = [found[name] for name in ("lookalikes", "spaced", "strays", "rare_pairs")]
        columns = {
            "lookalikes": pa.array(found["lookalikes"]),
            "spaced_ratio": share(found["spaced"], letters),
            "stray_marks": pa.array(found["strays"]),
            "rare_pair_ratio": share(found["rare_pairs"], found["kana_pairs"]),
            "ocr_rate": share(1000 * np.sum(marks, axis=0), letters),
        }
        return append_columns(batch, columns)
