"""Morphemes by SudachiPy, an alternative to MeCab with three lengths of words (extra `sudachi`).

Its parts of speech are UniDic's, without the field of origin. What is white space in ASCII is no
morpheme, as with MeCab.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.ja.dictionary import file_digest
from corpuskit.ja.lexicon import Lexicon, Tag
from corpuskit.ja.morphemes import Found, Int32, Long, MorphemeCounts, Morphemes, parse
from corpuskit.ja.morphology import texts_of
from corpuskit.kernels.buffers import Bytes
from corpuskit.registry import missing_extra

MODES = ("A", "B", "C")
"""Short, middle and long words: 選挙/管理/委員/会, 選挙/管理/委員会, 選挙管理委員会."""
PACKAGED = ("small", "core", "full")
"""Dictionaries that come as packages, `sudachidict_small` and so on. small has short words only,
in which the modes hardly differ; middle and long ones are in core and full."""
DEFAULT = "small"

_BLANKS = frozenset(" \t\n\v\f\r")


@dataclass(frozen=True, slots=True)
class SudachiFile:
    """A dictionary: its file, the name of its package or file, and its version."""

    path: Path
    name: str
    version: str


def sudachi_file(dictionary: str | None = None) -> SudachiFile:
    """Return the file of a dictionary.

    Args:
        dictionary: small, core, full or the path of a compiled dictionary; None means small.

    Raises:
        MissingExtraError: SudachiPy is not installed.
        InputError: the dictionary is not there.
    """
    if find_spec("sudachipy") is None:
        raise missing_extra("sudachipy")
    chosen = dictionary or DEFAULT
    if chosen not in PACKAGED:
        path = Path(chosen)
        if not path.is_file():
            raise InputError(
                f"no Sudachi dictionary {path}", f"write {', '.join(PACKAGED)} or a file's path"
            )
        return SudachiFile(path, path.name, "")
    module = f"sudachidict_{chosen}"
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        name = f"sudachidict-{chosen}"
        raise InputError(f"{name} is not installed", f"python -m pip install {name}")
    path = Path(spec.submodule_search_locations[0]) / "resources" / "system.dic"
    name = f"sudachidict-{chosen}"
    return SudachiFile(path, name, importlib.metadata.version(name))


class SudachiTagger:
    """SudachiPy with one dictionary. Open one in each process.

    Args:
        dictionary: as in `sudachi_file`.
        mode: length of words, one of `MODES`.

    Raises:
        MissingExtraError: SudachiPy is not installed.
        InputError: the dictionary is not there or can't be opened.
    """

    max_chars = 12_000  # Sudachi takes 49,149 bytes at once, and a character has up to four

    def __init__(self, dictionary: str | None = None, mode: str = "C") -> None:
        file = sudachi_file(dictionary)
        import sudachipy
        from sudachipy.errors import SudachiError

        self._made_of = dictionary, mode
        try:
            opened = sudachipy.Dictionary(dict=str(file.path.absolute()))
            self._tokenize = opened.tokenizer(mode=getattr(sudachipy.SplitMode, mode)).tokenize
        except SudachiError as error:
            raise InputError(
                f"Sudachi can't open the dictionary {file.path}: {error}",
                "name a dictionary of the version that the installed SudachiPy reads",
            ) from error
        self.dictionary = _lexicon(opened)

    def __reduce__(self) -> tuple[type[SudachiTagger], tuple[str | None, str]]:
        return type(self), self._made_of

    def analyze(
        self, array: pa.StringArray, *, wakati: bool = False, pos: bool = True
    ) -> MorphemeCounts:
        """Count the morphemes of each text: see `MecabTagger.analyze`."""
        return self.parse(array).counts(wakati=wakati, pos=pos)

    def parse(self, array: pa.StringArray) -> Morphemes:
        """Return the morphemes of each text; errors as in `corpuskit.ja.morphemes.parse`."""
        return parse(self, array)

    def parse_pieces(self, data: Bytes, starts: Long, stops: Long, counts: Int32) -> Found:
        """Find the morphemes of stretches: see `corpuskit.ja.morphemes.Tagger`."""
        begins: list[int] = []
        ends: list[int] = []
        contexts: list[int] = []
        if not len(starts):
            return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint16)
        for piece, text in enumerate(_texts(data, starts, stops)):
            before, at = len(begins), int(starts[piece])
            for surface, context in self._morphemes(text):
                end = at + len(surface.encode())
                if not _BLANKS.issuperset(surface):  # nor is the rest of ㍿, 株式 and 会社
                    begins.append(at)
                    ends.append(end)
                    contexts.append(context)
                at = end
            counts[piece] = len(begins) - before
        return (
            np.array(begins, np.int32),
            np.array(ends, np.int32),
            np.array(contexts, np.uint16),
        )

    def _morphemes(self, text: str) -> Iterator[tuple[str, int]]:
        known = self.dictionary.known
        for morpheme in self._tokenize(text):
            unknown = known if morpheme.is_oov() else 0
            yield morpheme.raw_surface(), morpheme.part_of_speech_id() + unknown


def _texts(data: Bytes, starts: Long, stops: Long) -> Iterator[str]:
    """The stretches as strings, a hundred or so at a time."""
    for first in range(0, len(starts), 256):
        some = slice(first, first + 256)
        yield from texts_of(data, starts[some], stops[some])


def _lexicon(opened: Any) -> Lexicon:
    """Parts of speech by their number, twice: of words, and of what is in no dictionary."""
    tags: list[Tag] = []
    while (found := _pos_of(opened, len(tags))) is not None:
        tags.append(tuple(part for part in found[:4] if part != "*"))
    return Lexicon(len(tags), (*tags, *tags), None)


def _pos_of(opened: Any, number: int) -> tuple[str, ...] | None:
    try:
        found = opened.pos_of(number)
    except IndexError:
        return None
    return None if found is None else tuple(found)


def sudachi_info(dictionary: str | None = None) -> dict[str, str | int]:
    """Return what a manifest records of a dictionary: `name`, `version`, `sha256` of the file.

    Raises:
        MissingExtraError, InputError: as in `sudachi_file`.
    """
    file = sudachi_file(dictionary)
    return {"name": file.name, "version": file.version, "sha256": file_digest(file.path)}
