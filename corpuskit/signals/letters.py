"""Signals over letters, by the code point ranges of published Japanese filters."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_F = pa.float64()
_LETTERS = ("hiragana", "katakana", "kanji", "kuten", "toten")


class Letters(Stage):
    """Counts Japanese letters as Swallow Corpus v1 does, and full stops as HojiChar does.

    Japanese letters are hiragana U+3041-3096, katakana U+30A1-30FA (ー is none), kanji 々〇〻
    U+3400-9FFF and U+F900-FAFF, kuten 。．！？ and toten 、，. `signals.scripts` counts by kinds
    of writing instead: there, ー and half-width kana are katakana.
    """

    name: ClassVar[str] = "signals.letters"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.letters"
    kernels: ClassVar[tuple[str, ...]] = ("units",)
    writes: ClassVar[tuple[Column, ...]] = (
        Column("japanese_letters", pa.int64(), "hiragana, katakana, kanji, kuten and toten"),
        *(
            Column(f"{name}_letter_ratio", _F, f"{name} / Japanese letters (Swallow Corpus v1)")
            for name in _LETTERS
        ),
        Column("japanese_letter_ratio", _F, "Japanese letters / characters (Swallow Corpus v1)"),
        Column("hiragana_char_ratio", _F, "U+3040 to U+309F / characters (uzushio)"),
        Column("kuten", pa.int64(), "occurrences of 。"),
        Column(
            "characters_per_kuten",
            _F,
            "characters / 。; a million times the characters where there is none (HojiChar's "
            "DiscardRareKuten keeps up to 100)",
        ),
        Column(
            "head_kana",
            pa.int64(),
            "kana among the first 50 characters (HojiChar's AcceptJapanese wants one)",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, shared with `signals.sentences` and `signals.blocks`."""
        from corpuskit.signals.counting import units_of

        found = units_of(batch.column("text"))
        stops = found["full_stops"]
        letters = {
            "hiragana": found["hiragana"],
            "katakana": found["katakana"],
            "kanji": found["kanji"],
            "kuten": found["full_marks"] + stops,
            "toten": found["commas"],
        }
        japanese = np.sum(list(letters.values()), axis=0)
        characters = found["characters"]
        columns = {"japanese_letters": pa.array(japanese)}
        for name, count in letters.items():
            columns[f"{name}_letter_ratio"] = share(count, japanese)
        columns["japanese_letter_ratio"] = share(japanese, characters)
        block = found["hiragana"] + found["kana_block"]
        columns["hiragana_char_ratio"] = share(block, characters)
        columns["kuten"] = pa.array(stops)
        spread = np.where(stops > 0, characters / np.maximum(stops, 1), characters * 1e6)
        columns["characters_per_kuten"] = pa.array(np.round(spread, 6))
        columns["head_kana"] = pa.array(found["head_kana"])
        return append_columns(batch, columns)
