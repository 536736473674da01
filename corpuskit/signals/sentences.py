"""Signals over sentences and their lengths."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.stage import Column, Stage, share

_I = pa.int64()
_F = pa.float64()


class Sentences(Stage):
    """Lengths and repetition of sentences, as Swallow Corpus v1 splits them.

    In a line, a sentence is a stretch without 。．！？!? and the one mark after it. Where
    brackets should hold a sentence together, `signals.lines` and `morphology` are not affected:
    this split is the one that published thresholds were set for.
    """

    name: ClassVar[str] = "signals.sentences"
    version: ClassVar[int] = 1
    example: ClassVar[str] = "- signals.sentences"
    kernels: ClassVar[tuple[str, ...]] = ("units",)
    writes: ClassVar[tuple[Column, ...]] = (
        Column("sentence_spans", _I, "sentences"),
        Column("mean_sentence_span", _F, "mean characters of a sentence, mark included (Swallow)"),
        Column("median_sentence_span", _I, "lower median of the same, at most 4095"),
        Column("max_sentence_span", _I, "characters of the longest sentence (Swallow)"),
        Column("long_sentence_ratio", _F, "sentences of more than 200 characters / sentences"),
        Column("short_sentence_ratio", _F, "sentences of less than 10 characters / sentences"),
        Column(
            "ellipsis_sentence_ratio", _F, "sentences that end in ・ or … / sentences (Swallow)"
        ),
        Column("duplicate_sentence_ratio", _F, "sentences equal to an earlier one / sentences"),
        Column("duplicate_sentence_char_ratio", _F, "characters of these / of all sentences"),
        Column(
            "duplicate_paragraph_ratio",
            _F,
            "lines whose sentences equal an earlier line's / lines; blank ones count (Swallow)",
        ),
        Column("duplicate_paragraph_char_ratio", _F, "characters of these / of all sentences"),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers, shared with `signals.letters` and `signals.blocks`."""
        from corpuskit.signals.counting import units_of

        found = units_of(batch.column("text"))
        spans, chars = found["spans"], found["span_chars"]
        columns = {
            "sentence_spans": pa.array(spans),
            "mean_sentence_span": share(chars, spans),
            "median_sentence_span": pa.array(found["median_span"]),
            "max_sentence_span": pa.array(found["longest_span"]),
            "long_sentence_ratio": share(found["long_spans"], spans),
            "short_sentence_ratio": share(found["short_spans"], spans),
            "ellipsis_sentence_ratio": share(found["ellipsis_spans"], spans),
            "duplicate_sentence_ratio": share(found["duplicate_spans"], spans),
            "duplicate_sentence_char_ratio": share(found["duplicate_span_chars"], chars),
            "duplicate_paragraph_ratio": share(found["duplicate_rows"], found["rows"]),
            "duplicate_paragraph_char_ratio": share(
                found["duplicate_row_chars"], found["row_chars"]
            ),
        }
        return append_columns(batch, columns)
