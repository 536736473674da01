"""Morphemes as arrays, whichever tagger finds them; those of whole texts, or around some spans.

Boundaries are those of the tagger for each sentence. Of what it skips as white space (ASCII blanks
and line breaks) nothing is a morpheme; U+3000 is one, of class 空白. NUL counts as white space.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.ja.lexicon import CLASSES, Codes, Lexicon
from corpuskit.kernels.buffers import Bytes, string_array, text_buffers

Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Contexts = npt.NDArray[np.uint16]
Found = tuple[Int32, Int32, Contexts]
"""Where morphemes begin and end, in bytes, and their contexts."""


class Tagger(Protocol):
    """What finds the morphemes of stretches of text. One is opened in each process."""

    @property
    def dictionary(self) -> Lexicon:
        """What the contexts mean."""

    @property
    def max_chars(self) -> int:
        """Longest stretch, in characters, that it takes at once."""

    def parse_pieces(self, data: Bytes, starts: Long, stops: Long, counts: Int32) -> Found:
        """Find the morphemes of stretches of UTF-8, in order.

        Args:
            data: the text.
            starts: where each stretch starts, in bytes.
            stops: where it stops.
            counts: receives the number of morphemes of each.
        """


@dataclass(frozen=True, slots=True)
class MorphemeCounts:
    """Numbers of morphemes of n texts.

    Attributes:
        morphemes: all, `int64[n]`.
        unknown: those that are not in the dictionary, `int64[n]`.
        classes: by class, `int64[n, len(CLASSES)]`; rows sum to `morphemes`. None if not wanted.
        segmented: the texts with a space between morphemes and their line breaks, or None.
    """

    morphemes: Long
    unknown: Long
    classes: Long | None
    segmented: pa.StringArray | None


@dataclass(frozen=True, slots=True)
class Morphemes:
    """The morphemes of n texts, m in all, packed.

    Attributes:
        texts: the texts.
        first: morphemes of text i are `first[i]` to `first[i + 1]`, `int64[n + 1]`.
        begins: where each starts, in bytes of the texts' data, `int32[m]`.
        ends: where each ends, `int32[m]`.
        contexts: its number in the dictionary's tables, that is part of speech, inflection and
            origin; of words that the dictionary doesn't have, `dictionary.known` and more;
            `uint16[m]`.
        sentences: number of sentences of each text, `int64[n]`.
        dictionary: what the contexts mean.
    """

    texts: pa.StringArray
    first: Long
    begins: Int32
    ends: Int32
    contexts: Contexts
    sentences: Long
    dictionary: Lexicon

    def surfaces(self, text: int) -> list[str]:
        """Return the morphemes of one text as strings, for looking at."""
        data, _ = text_buffers(self.texts)
        span = slice(self.first[text], self.first[text + 1])
        pairs = zip(self.begins[span].tolist(), self.ends[span].tolist(), strict=True)
        return [data[begin:end].tobytes().decode() for begin, end in pairs]

    def parts(self, text: int) -> list[str]:
        """Return the parts of speech of one text, as the dictionary names them."""
        span = slice(self.first[text], self.first[text + 1])
        parts = self.dictionary.parts
        return [parts[context] for context in self.contexts[span].tolist()]

    def segmented(self) -> pa.StringArray:
        """Return the texts with one space between morphemes; line breaks stay."""
        from corpuskit.kernels.morphology import segment

        data, offsets = text_buffers(self.texts)
        out = np.empty(int(offsets[-1] - offsets[0]) + len(self.begins), np.uint8)
        sizes = np.empty(len(offsets), np.int64)
        used = segment(data, offsets, self.first, self.begins, self.ends, out, sizes)
        if used > np.iinfo(np.int32).max:
            raise ValueError(f"segmented texts of a batch exceed 2 GiB: {used} bytes")
        return string_array(out[:used], sizes.astype(np.int32))

    def code_counts(self, table: Codes, codes: int) -> Long:
        """Return the number of morphemes by code of their context, `int64[n, codes]`.

        Args:
            table: code by context, below `codes`.
            codes: how many there are.
        """
        texts = len(self.first) - 1
        rows = np.repeat(np.arange(texts) * codes, np.diff(self.first))
        cells: Long = np.bincount(rows + table[self.contexts], minlength=texts * codes)
        return cells.reshape(texts, codes)

    def class_counts(self) -> Long:
        """Return the number of morphemes by class, `int64[n, len(CLASSES)]`."""
        return self.code_counts(self.dictionary.classes(), len(CLASSES))

    def unknown_counts(self) -> Long:
        """Return the number of morphemes that the dictionary doesn't have, `int64[n]`."""
        return self.flag_counts(self.contexts >= self.dictionary.known)

    def flag_counts(self, flags: npt.NDArray[np.bool_]) -> Long:
        """Return how many of each text's morphemes are flagged, `int64[n]`; flags are `bool[m]`."""
        total: Long = np.concatenate([[0], np.cumsum(flags, dtype=np.int64)])
        return total[self.first[1:]] - total[self.first[:-1]]

    def counts(self, *, wakati: bool = False, pos: bool = True) -> MorphemeCounts:
        """Count the morphemes, by class if `pos`; segment the texts if `wakati`."""
        return MorphemeCounts(
            morphemes=np.diff(self.first),
            unknown=self.unknown_counts(),
            classes=self.class_counts() if pos else None,
            segmented=self.segmented() if wakati else None,
        )


@dataclass(frozen=True, slots=True)
class Around:
    """The morphemes of the sentences that some spans touch, m in all, each once.

    Attributes:
        begins: where each starts, in bytes of the texts' data, ascending, `int32[m]`.
        ends: where each ends, `int32[m]`.
        contexts: as in `Morphemes`, `uint16[m]`.
        names: what kind of proper noun each is, a number in `lexicon.NAMES`, `uint8[m]`.
        touching: morphemes that share a byte with span i are `touching[i, 0]` to `touching[i, 1]`,
            `int64[k, 2]`.
        nearby: those of the sentences that span i touches, likewise.
        dictionary: what the contexts mean; `dictionary.tags[context]` are parts of speech.
    """

    begins: Int32
    ends: Int32
    contexts: Contexts
    names: Codes
    touching: Long
    nearby: Long
    dictionary: Lexicon


def parse(tagger: Tagger, array: pa.StringArray) -> Morphemes:
    """Return the morphemes of each text.

    Raises:
        TypeError: the array is not of strings.
        ValueError: it has nulls.
    """
    from corpuskit.ja.sentences import spans

    data, offsets = text_buffers(array)
    starts, stops, texts = spans(array, tagger.max_chars)
    counts = np.empty(len(starts), np.int32)
    begins, ends, contexts = tagger.parse_pieces(data, starts, stops, counts)
    per_text = np.zeros(len(offsets), np.int64)
    np.add.at(per_text, texts + 1, counts)
    sentences = np.bincount(texts, minlength=len(offsets) - 1).astype(np.int64)
    first = np.cumsum(per_text)
    return Morphemes(array, first, begins, ends, contexts, sentences, tagger.dictionary)


def parse_around(tagger: Tagger, array: pa.StringArray, starts: Long, stops: Long) -> Around:
    """Return the morphemes of those sentences only that the spans touch.

    Args:
        tagger: who finds them; it gets one sentence at a time.
        array: the texts; none may be null.
        starts: where each of k spans starts, in bytes of the array's data (`text_buffers`; in an
            array that is no slice, from the first text's start), in any order.
        stops: where it stops; a span is not empty and lies within one text.

    Raises:
        TypeError: the array is not of strings.
        ValueError: it has nulls, or a span is empty.
    """
    from corpuskit.ja.sentences import spans

    if np.any(stops <= starts):
        raise ValueError("a span must not be empty")
    data, _ = text_buffers(array)
    begun, ended, _ = spans(array, tagger.max_chars)
    sentences = _overlapping(begun, ended, starts, stops)
    marks = np.zeros(len(begun) + 1, np.int64)
    np.add.at(marks, sentences[:, 0], 1)
    np.add.at(marks, sentences[:, 1], -1)
    wanted = np.flatnonzero(np.cumsum(marks[:-1]) > 0)
    counts = np.empty(len(wanted), np.int32)
    begins, ends, contexts = tagger.parse_pieces(data, begun[wanted], ended[wanted], counts)
    before = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    return Around(
        begins, ends, contexts, tagger.dictionary.names()[contexts],
        touching=_overlapping(begins, ends, starts, stops),
        nearby=before[np.searchsorted(wanted, sentences)],
        dictionary=tagger.dictionary,
    )  # fmt: skip


def _overlapping(begins: Long | Int32, ends: Long | Int32, starts: Long, stops: Long) -> Long:
    """First and last, exclusive, of the ranges in order that share a byte with each span."""
    first = np.searchsorted(ends, starts, "right")
    last = np.searchsorted(begins, stops, "left")
    return np.stack([first, np.maximum(first, last)], axis=1).astype(np.int64)
