"""Signals over words as published filters define them: FineWeb-2's and HojiChar's."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.stage import Column, Params, Stage, share

_I = pa.int64()
_F = pa.float64()


class FineWebParams(Params):
    """What FineWeb-2 sets for a language."""

    stop_words: tuple[str, ...] = Field((), description="Words that ordinary text has.")


class FineWeb(Stage):
    """Words, and n-grams of words, as datatrove's Gopher and FineWeb filters count them.

    Needs ``morphology: {segmented: true}`` before it: words are UniDic's morphemes, where FineWeb-2
    had Sudachi's. Shares are of the text's characters.
    """

    name: ClassVar[str] = "signals.fineweb"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = FineWebParams
    reads: ClassVar[tuple[str, ...]] = ("text", "segmented")
    kernels: ClassVar[tuple[str, ...]] = ("wordgrams",)
    example: ClassVar[str] = "- signals.fineweb: {stop_words: [の, に, を, は]}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("words", _I, "words with a character that is no punctuation"),
        Column("mean_word_length", _F, "characters / word, of those words"),
        Column("alpha_word_ratio", _F, "words with a letter / all words"),
        Column("stop_word_types", _I, "stop words that occur"),
        Column("newline_word_ratio", _F, "line feeds / all words"),
        Column("hash_word_ratio", _F, "# / all words"),
        Column("ellipsis_word_ratio", _F, "… and ... / all words"),
        *(
            Column(
                f"top_{n}word_char_ratio",
                _F,
                f"characters of the most frequent {n} words in a row, with spaces, times their "
                "occurrences / characters",
            )
            for n in range(2, 5)
        ),
        *(
            Column(
                f"duplicate_{n}word_char_ratio",
                _F,
                f"characters of {n} words in a row that occurred before, without overlaps / "
                "characters",
            )
            for n in range(5, 11)
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the segmented texts."""
        text = batch.column("text")
        found = words_of(batch.column("segmented"), self.params.stop_words)
        words, characters = found["words"], _array(pc.utf8_length(text))
        newlines = _array(pc.count_substring(text, "\n"))
        dots = pc.add(pc.count_substring(text, "..."), pc.count_substring(text, "…"))
        columns = {
            "words": pa.array(found["solid_words"]),
            "mean_word_length": share(found["solid_chars"], found["solid_words"]),
            "alpha_word_ratio": share(found["alpha_words"], words),
            "stop_word_types": pa.array(found["stop_words"]),
            "newline_word_ratio": share(newlines, words),
            "hash_word_ratio": share(_array(pc.count_substring(text, "#")), words),
            "ellipsis_word_ratio": share(_array(dots), words),
        }
        for n in range(2, 5):
            columns[f"top_{n}word_char_ratio"] = share(found[f"top_{n}"], characters)
        for n in range(5, 11):
            columns[f"duplicate_{n}word_char_ratio"] = share(found[f"duplicate_{n}"], characters)
        return append_columns(batch, columns)


class HojiChar(Stage):
    """Special characters, runs and repeated words as HojiChar's filters count them.

    Needs ``morphology: {segmented: true}`` before it. HojiChar gives MeCab the text in pieces of
    100,000 characters, where the stage `morphology` gives it sentences; both use UniDic.
    """

    name: ClassVar[str] = "signals.hojichar"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("text", "segmented")
    kernels: ClassVar[tuple[str, ...]] = ("wordgrams",)
    example: ClassVar[str] = "- signals.hojichar"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("special_character_ratio", _F, "special characters / characters (after BigScience)"),
        Column("longest_character_run", _I, "longest run of one character, white space too"),
        Column(
            "repeated_7word_ratio", _F, "7 words in a row that occur more than once / 7 in a row"
        ),
    )

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """A pass over the texts, and one over the segmented ones."""
        from corpuskit.kernels.buffers import text_buffers
        from corpuskit.kernels.wordgrams import MARKED, marked_counts
        from corpuskit.signals.codepoints import special_table

        data, offsets = text_buffers(batch.column("text"))
        out = np.empty((batch.num_rows, len(MARKED)), np.int64)
        marked_counts(data, offsets, special_table(), out)
        found = words_of(batch.column("segmented"), ())
        columns = {
            "special_character_ratio": share(out[:, 1], out[:, 0]),
            "longest_character_run": pa.array(np.ascontiguousarray(out[:, 2])),
            "repeated_7word_ratio": share(found["repeated_sevens"], found["sevens"]),
        }
        return append_columns(batch, columns)


def words_of(segmented: pa.Array, stop_words: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Counts of each segmented text by name (`corpuskit.kernels.wordgrams.COLUMNS`), int64 of n."""
    from corpuskit.kernels.buffers import text_buffers
    from corpuskit.kernels.wordgrams import COLUMNS, word_counts, word_hash
    from corpuskit.signals.codepoints import word_table

    data, offsets = text_buffers(segmented)
    stops = np.array([word_hash(w.encode()) for w in dict.fromkeys(stop_words)], np.uint64)
    out = np.empty((len(segmented), len(COLUMNS)), np.int64)
    word_counts(data, offsets, word_table(), stops, out)
    return dict(zip(COLUMNS, out.T, strict=True))


def _array(values: Any) -> np.ndarray:
    numbers: np.ndarray = values.to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers
