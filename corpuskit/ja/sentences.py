"""Sentences of Japanese text: where they start and stop, and a simple way to get them.

A sentence ends after a run of 。！？ and their kin with the closing brackets that follow, and at
every line break, so that headings and items of lists are sentences of their own. Nothing ends
inside 「」, 『』 and （）, so 「行くよ。」と言った。 is one, unless asked for; but two quotes in a
row are two. A bracket that is not closed within 200 characters or on its line counts as a slip.

! and ? end a sentence unless an ASCII letter, digit or sign follows (a!=b, ?q=1); ．does not
between digits nor after a label (１．はじめに). "." does only after hiragana (である.次は), or
between kana or kanji and a blank: else it is too often an abbreviation, a file name or a number.

Where there is no 。 what stands in its place ends a sentence: emoji of a mood (😊, ♪, ❤), faces of
signs ((^_^;, (´・ω・`)ノ, m(_ _)m, ^^;), （笑） and its kin, www; but not at the start of a
sentence, nor before a particle (😊が好き) or a mark. After 。 they belong to the sentence that it
ends. Marks that are part of a name (モーニング娘。, けいおん！) end no sentence: `NAMES` has a
few, and a user adds others.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels.buffers import Bytes, text_buffers
from corpuskit.kernels.sentences import ENDS, sentence_spans

SENTENCES_VERSION = 2
"""Changes whenever a rule does."""

MAX_CHARS = 20_000
"""Longest piece, in characters. MeCab takes about 1 kB of memory for each."""

NAMES = (
    "モーニング娘。", "カントリー娘。", "ゲスの極み乙女。", "君の名は。",
    "けいおん！", "ラブライブ！", "アイカツ！", "ハイキュー!!", "ハイキュー！！",
    "天才！志村どうぶつ園", "クイズ！ヘキサゴン", "Yahoo!", "Yahoo！",
    "Hey! Say! JUMP", "Hey!Say!JUMP", "BanG Dream!", "Wake Up, Girls!",
)  # fmt: skip
"""Names with a mark that would else end a sentence."""

Positions = npt.NDArray[np.int64]
Names = tuple[Bytes, Positions, Positions, Positions]


def spans(
    array: pa.StringArray,
    max_chars: int = MAX_CHARS,
    *,
    inside: bool = False,
    names: Iterable[str] = NAMES,
) -> tuple[Positions, Positions, Positions]:
    """Return `(starts, stops, texts)` of all sentences: bytes in the array's data, and row.

    The arrays are `int64[m]`, in order of the text. Spans have no white space at their ends, and
    nothing but white space lies between them.

    Args:
        array: the texts.
        max_chars: longest span, in characters; longer sentences are cut, after a comma if possible.
        inside: end sentences within brackets too: 「行くよ。」 and と言った。
        names: names with marks that end nothing; those without a mark do nothing.

    Raises:
        TypeError: the array is not of strings.
        ValueError: it has nulls, or `max_chars` is less than 1.
    """
    if max_chars < 1:
        raise ValueError(f"max_chars must be at least 1, not {max_chars}")
    data, offsets = text_buffers(array)
    starts, stops, texts = sentence_spans(data, offsets, max_chars, inside, _table(tuple(names)))
    return starts, stops, texts


def split(
    text: str,
    max_chars: int = MAX_CHARS,
    *,
    inside: bool = False,
    names: Iterable[str] = NAMES,
) -> list[str]:
    """Return the sentences of one text, without the white space around them; see `spans`.

    Raises:
        UnicodeEncodeError: the text has a lone surrogate.
        ValueError: `max_chars` is less than 1.
    """
    array = pa.array([text], pa.string())
    starts, stops, _ = spans(array, max_chars, inside=inside, names=names)
    data = memoryview(text.encode())
    return [str(data[start:stop], "utf-8") for start, stop in zip(starts, stops, strict=True)]


@lru_cache(maxsize=16)
def _table(names: tuple[str, ...]) -> Names:
    """The names as the kernel takes them: bytes, ends, and where the marks in them are."""
    data, ends = bytearray(), [0]
    marks: list[int] = []
    owners: list[int] = []
    for name in names:
        for at, character in enumerate(name):
            if character in _ENDING:
                marks.append(ends[-1] + len(name[:at].encode()))
                owners.append(len(ends) - 1)
        data += name.encode()
        ends.append(len(data))
    letters = np.frombuffer(bytes(data) or b"\0", np.uint8).copy()
    return letters, np.array(ends), np.array(marks, np.int64), np.array(owners, np.int64)


_ENDING = frozenset(ENDS + "!?．.")
