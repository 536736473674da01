"""Sentences of Japanese text: where they start and stop, and a simple way to get them.

A sentence ends after a run of 。！？ and their kin with the closing brackets that follow, and
at every line break. Nothing ends inside 「」, 『』 and （）, so 「行くよ。」と言った。 is one; but
「はい。」「いいえ。」 are two. A bracket that is not closed within 200 characters or on its line
counts as a slip. ! and ? end a sentence unless an ASCII letter, digit or sign follows (a!=b, ?q=1);
．does not between digits nor after a label (１．はじめに). "." never does: too often it is an
abbreviation, a name of a file or a number.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.sentences import sentence_spans

SENTENCES_VERSION = 1
"""Changes whenever a rule does."""

MAX_CHARS = 20_000
"""Longest piece, in characters. MeCab takes about 1 kB of memory for each."""

Positions = npt.NDArray[np.int64]


def spans(
    array: pa.StringArray, max_chars: int = MAX_CHARS
) -> tuple[Positions, Positions, Positions]:
    """Return `(starts, stops, texts)` of all sentences: bytes in the array's data, and row.

    The arrays are `int64[m]`, in order of the text. Spans have no white space at their ends, and
    nothing but white space lies between them.

    Raises:
        TypeError: the array is not of strings.
        ValueError: it has nulls, or `max_chars` is less than 1.
    """
    if max_chars < 1:
        raise ValueError(f"max_chars must be at least 1, not {max_chars}")
    data, offsets = text_buffers(array)
    starts, stops, texts = sentence_spans(data, offsets, max_chars)
    return starts, stops, texts


def split(text: str, max_chars: int = MAX_CHARS) -> list[str]:
    """Return the sentences of one text, without the white space around them.

    Raises:
        UnicodeEncodeError: the text has a lone surrogate.
        ValueError: `max_chars` is less than 1.
    """
    array = pa.array([text], pa.string())
    starts, stops, _ = spans(array, max_chars)
    data = memoryview(text.encode())
    return [str(data[start:stop], "utf-8") for start, stop in zip(starts, stops, strict=True)]
