"""Signals of text translated by machines."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.signals import wordlists
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()

PHRASES: tuple[str, ...] = (
    "することができます", "することができる", "ことを示します", "ことに注意してください",
    "する必要があります", "する必要がある", "のいずれか", "を含む", "を使用して", "によって",
    "に対して", "することによって", "する可能性があります", "しようとし", "のために",
    "を参照してください", "を許可", "を提供します", "を指定します", "に関する", "に基づいて",
    "しない限り", "をクリックします", "された場合",
)  # fmt: skip
"""Phrases that stand for English ones word by word."""


class Translation(Stage):
    """Measures traits that translation by machine shares: literal phrases, marks, spaces.

    Each is weak evidence, and only within one product: of 415 labelled PowerShell documents (374 by
    machine) phrase_rate tells the two apart with an AUC of 0.70, latin_space_ratio with 0.81 (low
    means machine there: a matter of house style), ascii_mark_ratio with 0.43. The rate of
    pronouns was tried (0.51) and left out. No score is made of them.
    """

    name: ClassVar[str] = "signals.translation"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.translation"
    kernels: ClassVar[tuple[str, ...]] = ("traits", "traitshapes", "traittables", "words")
    writes: ClassVar[tuple[Column, ...]] = (
        Column("phrase_rate", _F, "することができます, によって, ... / 1,000 Japanese letters"),
        Column(
            "latin_space_ratio",
            _F,
            "borders of Japanese and Latin letters or digits with a space / all such borders",
        ),
        Column(
            "ascii_mark_ratio",
            _F,
            "half-width , . : ! ? ( after a Japanese letter / these and the full-width ones",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Two passes over the text buffers, one shared with the other stages over traits."""
        from corpuskit.signals.counting import traits_of

        text = batch.column("text")
        found = traits_of(text)
        letters = found["japanese"]
        marks = found["ascii_marks"] + found["full_marks"]
        phrases = wordlists.count(text, PHRASES, True)["words"]
        columns = {
            "phrase_rate": share(1000 * phrases, letters),
            "latin_space_ratio": share(found["spaced_borders"], found["borders"]),
            "ascii_mark_ratio": share(found["ascii_marks"], marks),
        }
        return append_columns(batch, columns)
