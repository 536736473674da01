"""Signals over scripts: how much of a text is which kind of writing."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()
_SHARES = ("hiragana", "katakana", "kanji", "latin", "digits", "punctuation", "symbols")


class Scripts(Stage):
    """Counts characters by script; shares are of characters that are not white space."""

    name: ClassVar[str] = "signals.scripts"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.scripts"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("characters", _I, "Unicode code points"),
        *(
            Column(f"{name}_ratio", _F, f"{name} / characters that are not white space")
            for name in _SHARES
        ),
        Column(
            "special_ratio",
            _F,
            "(punctuation + symbols + emoji + white space) / characters (BigScience, 2022)",
        ),
        Column("japanese_ratio", _F, "(hiragana + katakana + kanji) / characters, no white space"),
        Column(
            "kana_ratio",
            _F,
            "(hiragana + katakana) / (hiragana + katakana + kanji)",
        ),
        Column(
            "foreign_kanji_ratio",
            _F,
            "kanji that neither JIS X 0213 nor CP932 has / kanji; high in simplified Chinese",
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Two passes over the text buffers."""
        from corpuskit.signals.counting import counts_of, marks_of

        counts = counts_of(batch.column("text"))
        visible = counts["characters"] - counts["spaces"]
        kana = counts["hiragana"] + counts["katakana"]
        columns = {"characters": pa.array(counts["characters"])}
        columns.update({f"{name}_ratio": share(counts[name], visible) for name in _SHARES})
        special = counts["punctuation"] + counts["symbols"] + counts["emoji"] + counts["spaces"]
        columns["special_ratio"] = share(special, counts["characters"])
        columns["japanese_ratio"] = share(kana + counts["kanji"], visible)
        columns["kana_ratio"] = share(kana, kana + counts["kanji"])
        foreign = marks_of(batch.column("text"))["foreign_kanji"]
        columns["foreign_kanji_ratio"] = share(foreign, counts["kanji"])
        return append_columns(batch, columns)
