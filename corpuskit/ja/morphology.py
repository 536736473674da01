"""Morphemes by MeCab, as arrays: boundaries, context ids, counts by part of speech, segmented text.

MeCab gets one sentence at a time (a line break or 。 is a boundary for it anyway, and short input
stays in the processor's caches) and prints packed output: lengths and context ids, no surfaces, and
features only of unknown words. Python does work per sentence, kernels do the work per morpheme.
This takes as long as the bare `mecab` command printing the same, and less than when that prints
surfaces and parts of speech.

Boundaries are those of MeCab for each sentence. Of what MeCab skips as white space (ASCII blanks,
in UniDic) nothing is a morpheme; U+3000 is one, of UniDic's class 空白. NUL counts as white space.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.ja.dictionary import Dictionary, dictionary_info, load_dictionary
from corpuskit.kernels.buffers import Bytes, string_array, text_buffers

__all__ = ["CLASSES", "MecabTagger", "MorphemeCounts", "Morphemes", "dictionary_info"]

MORPHOLOGY_VERSION = 1
"""Changes whenever counts or boundaries do, the dictionary's own changes aside."""

CLASSES = (
    "nouns", "verbs", "adjectives", "adverbs", "particles", "auxiliaries", "symbols", "others",
)  # fmt: skip
"""Classes of part of speech, in the order of the columns of `MorphemeCounts.classes`."""

_CLASS_OF_PART = {
    "名詞": "nouns", "代名詞": "nouns", "動詞": "verbs", "形容詞": "adjectives",
    "形状詞": "adjectives", "副詞": "adverbs", "助詞": "particles", "助動詞": "auxiliaries",
    "記号": "symbols", "補助記号": "symbols", "空白": "symbols", "特殊": "symbols",
}  # fmt: skip
# 接続詞 連体詞 感動詞 接頭辞 接尾辞, and the rest of IPADIC and JUMAN: others.

_FORMAT = "-O '' -F'%pS%pl %phl\\n' -U'%pS%pl?%f[0]\\n' -E'.'"
_BLOCK_BYTES = 1 << 20

Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Contexts = npt.NDArray[np.uint16]


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
        contexts: left context id, that is part of speech, inflection and origin; of words that the
            dictionary doesn't have, `dictionary.known` and more; `uint16[m]`.
        dictionary: what the ids refer to.
    """

    texts: pa.StringArray
    first: Long
    begins: Int32
    ends: Int32
    contexts: Contexts
    dictionary: Dictionary

    def surfaces(self, text: int) -> list[str]:
        """Return the morphemes of one text as strings, for looking at."""
        data, _ = text_buffers(self.texts)
        span = slice(self.first[text], self.first[text + 1])
        pairs = zip(self.begins[span].tolist(), self.ends[span].tolist(), strict=True)
        return [data[begin:end].tobytes().decode() for begin, end in pairs]

    def parts(self, text: int) -> list[str]:
        """Return the parts of speech of one text, as the dictionary names them."""
        span = slice(self.first[text], self.first[text + 1])
        return [self.dictionary.parts[context] for context in self.contexts[span].tolist()]

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

    def class_counts(self) -> Long:
        """Return the number of morphemes by class, `int64[n, len(CLASSES)]`."""
        table = np.array([_class_number(part) for part in self.dictionary.parts], np.int64)
        texts, width = len(self.first) - 1, len(CLASSES)
        rows = np.repeat(np.arange(texts) * width, np.diff(self.first))
        cells: Long = np.bincount(rows + table[self.contexts], minlength=texts * width)
        return cells.reshape(texts, width)

    def unknown_counts(self) -> Long:
        """Return the number of morphemes that the dictionary doesn't have, `int64[n]`."""
        unknown = self.contexts >= self.dictionary.known
        total: Long = np.concatenate([[0], np.cumsum(unknown, dtype=np.int64)])
        return total[self.first[1:]] - total[self.first[:-1]]


def _class_number(part: str) -> int:
    return CLASSES.index(_CLASS_OF_PART.get(part, "others"))


class MecabTagger:
    """MeCab with one dictionary. Open one in each process: what is pickled is only the name.

    Args:
        dictionary: folder of a compiled MeCab dictionary in UTF-8; None means unidic-lite.

    Raises:
        InputError: there is no usable dictionary.
    """

    def __init__(self, dictionary: str | None = None) -> None:
        self.dictionary = load_dictionary(dictionary)
        self._folder = dictionary
        self._parse = _open(self.dictionary).parse
        names = [name.encode() for name in self.dictionary.guesses]
        self._names = np.frombuffer(bytearray(b"".join(names)), np.uint8)
        self._name_ends = np.cumsum([0, *map(len, names)], dtype=np.int64)

    def __reduce__(self) -> tuple[type[MecabTagger], tuple[str | None]]:
        return type(self), (self._folder,)

    def analyze(
        self, array: pa.StringArray, *, wakati: bool = False, pos: bool = True
    ) -> MorphemeCounts:
        """Count the morphemes of each text, by class if `pos`; segment the texts if `wakati`.

        Raises:
            TypeError: the array is not of strings.
            ValueError: it has nulls.
        """
        morphemes = self.parse(array)
        return MorphemeCounts(
            morphemes=np.diff(morphemes.first),
            unknown=morphemes.unknown_counts(),
            classes=morphemes.class_counts() if pos else None,
            segmented=morphemes.segmented() if wakati else None,
        )

    def parse(self, array: pa.StringArray) -> Morphemes:
        """Return the morphemes of each text; errors as in `analyze`."""
        from corpuskit.ja.sentences import spans

        data, offsets = text_buffers(array)
        starts, stops, texts = spans(array)
        counts = np.empty(len(starts), np.int32)
        blocks = [
            self._parse_block(data, starts[block], stops[block], counts[block])
            for block in _blocks(stops - starts)
        ]
        per_text = np.zeros(len(offsets), np.int64)
        np.add.at(per_text, texts + 1, counts)
        begins, ends, contexts = _concatenated(blocks)
        return Morphemes(array, np.cumsum(per_text), begins, ends, contexts, self.dictionary)

    def _parse_block(self, data: Bytes, starts: Long, stops: Long, counts: Int32) -> _Block:
        from corpuskit.kernels.morphology import read_output

        output = np.frombuffer(self._print(data, starts, stops), np.uint8)
        room = int(np.count_nonzero(output == 0x0A))
        begins, ends = np.empty(room, np.int32), np.empty(room, np.int32)
        contexts = np.empty(room, np.uint16)
        found = read_output(
            output, starts, stops, self._names, self._name_ends, self.dictionary.known,
            begins, ends, contexts, counts,
        )  # fmt: skip
        if found < 0:
            raise RuntimeError("MeCab's output doesn't fit the text it was given")
        return begins[:found], ends[:found], contexts[:found]

    def _print(self, data: Bytes, starts: Long, stops: Long) -> bytearray:
        from corpuskit.kernels.morphology import join_pieces

        joined = np.empty(int((stops - starts).sum()) + len(starts), np.uint8)
        join_pieces(data, starts, stops, joined)
        pieces = str(joined[:-1].data, "utf-8").split("\n")
        return bytearray("".join(map(self._parse, pieces)), "utf-8")


_Block = tuple[Int32, Int32, Contexts]


def _open(dictionary: Dictionary) -> Any:
    import fugashi

    arguments = f"-r {shlex.quote(os.devnull)} -d {shlex.quote(str(dictionary.path))} {_FORMAT}"
    try:
        return fugashi.GenericTagger(arguments, quiet=True)
    except RuntimeError as error:
        raise InputError(
            f"MeCab can't open the dictionary {dictionary.path}: {error}",
            "check that its folder is complete and readable",
        ) from error


def _blocks(sizes: Long) -> Iterator[slice]:
    """Group the pieces, so that the memory for MeCab's output is the same for any batch."""
    ends = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = int(ends[start - 1]) if start else 0
        stop = int(np.searchsorted(ends, before + _BLOCK_BYTES, "right"))
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop


def _concatenated(blocks: list[_Block]) -> _Block:
    if not blocks:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint16)
    begins, ends, contexts = zip(*blocks, strict=True)
    return np.concatenate(begins), np.concatenate(ends), np.concatenate(contexts)
