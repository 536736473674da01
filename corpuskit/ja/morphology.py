"""Morphemes by MeCab, as arrays: boundaries, context ids, counts by part of speech, segmented text.

MeCab gets one sentence at a time (a line break or 。 is a boundary for it anyway, and short input
stays in the processor's caches) and prints packed output: lengths and context ids, no surfaces, and
features only of unknown words. Python does work per sentence, kernels do the work per morpheme.
This takes as long as the bare `mecab` command printing the same, and less than when that prints
surfaces and parts of speech.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.ja.dictionary import Dictionary, dictionary_info, load_dictionary
from corpuskit.ja.lexicon import CLASSES
from corpuskit.ja.morphemes import Found, Int32, Long, MorphemeCounts, Morphemes, parse
from corpuskit.ja.sentences import MAX_CHARS
from corpuskit.kernels.buffers import Bytes

__all__ = ["CLASSES", "MecabTagger", "MorphemeCounts", "Morphemes", "dictionary_info"]

MORPHOLOGY_VERSION = 1
"""Changes whenever counts or boundaries do, the dictionary's own changes aside."""

_FORMAT = "-O '' -F'%pS%pl %phl\\n' -U'%pS%pl?{}\\n' -E'.'"
_BLOCK_BYTES = 1 << 20


class MecabTagger:
    """MeCab with one dictionary. Open one in each process: what is pickled is only the name.

    Args:
        dictionary: folder of a compiled MeCab dictionary in UTF-8; None means unidic-lite.

    Raises:
        InputError: there is no usable dictionary.
    """

    max_chars = MAX_CHARS

    def __init__(self, dictionary: str | None = None) -> None:
        self.dictionary = load_dictionary(dictionary)
        self._folder = dictionary
        self._parse = _open(self.dictionary).parse
        # MeCab prints nothing for "*".
        guesses = self.dictionary.guesses
        names = [",".join(guess).replace("*", "").encode() for guess in guesses]
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
        return self.parse(array).counts(wakati=wakati, pos=pos)

    def parse(self, array: pa.StringArray) -> Morphemes:
        """Return the morphemes of each text; errors as in `analyze`."""
        return parse(self, array)

    def parse_pieces(self, data: Bytes, starts: Long, stops: Long, counts: Int32) -> Found:
        """Find the morphemes of stretches: see `corpuskit.ja.morphemes.Tagger`."""
        return concatenated(
            [
                self._parse_block(data, starts[block], stops[block], counts[block])
                for block in _blocks(stops - starts)
            ]
        )

    def _parse_block(self, data: Bytes, starts: Long, stops: Long, counts: Int32) -> Found:
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
        return bytearray("".join(map(self._parse, texts_of(data, starts, stops))), "utf-8")


def texts_of(data: Bytes, starts: Long, stops: Long) -> list[str]:
    """Return stretches of UTF-8 as strings.

    NUL, where MeCab would stop, line breaks and the bytes of lone surrogates become spaces.
    """
    from corpuskit.kernels.morphology import join_pieces

    joined = np.empty(int((stops - starts).sum()) + len(starts), np.uint8)
    join_pieces(data, starts, stops, joined)
    return str(joined[:-1].data, "utf-8").split("\n")


def _open(dictionary: Dictionary) -> Any:
    import fugashi

    width = max(map(len, dictionary.guesses), default=1)
    shape = _FORMAT.format(",".join(f"%f[{field}]" for field in range(width)))
    arguments = f"-r {shlex.quote(os.devnull)} -d {shlex.quote(str(dictionary.path))} {shape}"
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


def concatenated(blocks: list[Found]) -> Found:
    """Return what was found in several blocks as one."""
    if not blocks:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint16)
    begins, ends, contexts = zip(*blocks, strict=True)
    return np.concatenate(begins), np.concatenate(ends), np.concatenate(contexts)
