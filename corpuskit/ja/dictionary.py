"""MeCab dictionaries: what one says about itself, and which part of speech its context ids mean.

MeCab prints a morpheme's left context id at no cost, but looks up and splits a line of features to
print its part of speech. The ids of UniDic, IPADIC and JUMAN dictionaries are made from the part of
speech, so a table of a few thousand ids says the same of words (not of unknown words: in UniDic,
the id of nouns serves for symbols too). It is read from the compiled dictionary itself (MeCab
0.996, `dictionary.cpp`): a header of ten uint32 and the name of the character set, an index of
`dsize` bytes, `tsize` bytes of 16-byte tokens, then features, each ended by NUL.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpuskit.errors import InputError

FILES = ("char.bin", "dicrc", "matrix.bin", "sys.dic", "unk.dic")
"""The files that MeCab loads; the digest covers these."""

_MAGIC, _VERSION = 0xEF718F77, 102
_HEADER = 72
_TOKEN = np.dtype(
    [
        ("left", "<u2"), ("right", "<u2"), ("pos", "<u2"), ("cost", "<i2"),
        ("feature", "<u4"), ("compound", "<u4"),
    ]
)  # fmt: skip
_LONGEST_POS = 64


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A MeCab dictionary on disk.

    Attributes:
        path: its folder.
        name: name of the package it came in, or of the folder.
        version: the dictionary's own version, "" if it tells none.
        charset: character set, as the dictionary writes it.
        entries: number of words.
        known: number of left context ids.
        parts: part of speech (first feature) by context: first of each left context id, "" where no
            word has it; then those of unknown words, in the order of `guesses`; then "".
        guesses: the parts of speech that unknown words can have.
    """

    path: Path
    name: str
    version: str
    charset: str
    entries: int
    known: int
    parts: tuple[str, ...]
    guesses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """The tokens of a compiled file; their features start at byte `features` of `data`."""

    tokens: npt.NDArray[np.void]
    data: mmap.mmap
    features: int
    contexts: int

    def part(self, offset: int) -> str:
        start = self.features + offset
        feature = self.data[start : start + _LONGEST_POS].partition(b"\0")[0]
        return feature.partition(b",")[0].decode("utf-8", "replace")


@cache
def load_dictionary(folder: str | None = None) -> Dictionary:
    """Return the dictionary in a folder; None means the installed unidic-lite.

    Raises:
        InputError: there is no MeCab dictionary of version 102 in UTF-8.
    """
    path = Path(folder) if folder is not None else _unidic_lite()
    charset, entries, parts = _read(path / "sys.dic", _parts_of_contexts)
    _, _, guesses = _read(path / "unk.dic", _parts_of_tokens)
    return Dictionary(
        path=path,
        name="unidic-lite" if folder is None else path.resolve().name,
        version=_version(path),
        charset=charset,
        entries=entries,
        known=len(parts),
        parts=(*parts, *guesses, ""),
        guesses=tuple(guesses),
    )


def dictionary_info(folder: str | None = None) -> dict[str, str | int]:
    """Return what a manifest records of a dictionary.

    Keys: `name`, `version`, `charset`, `entries` (words), `bytes` (of `FILES`), `sha256` (hex; of
    the lines "sha256  name\\n" of `FILES`, in order, as `sha256sum` prints them). The digest is
    kept in the user's cache until a file changes.

    Raises:
        InputError: there is no usable dictionary.
    """
    dictionary = load_dictionary(folder)
    return {
        "name": dictionary.name,
        "version": dictionary.version,
        "charset": dictionary.charset,
        "entries": dictionary.entries,
        "bytes": sum((dictionary.path / name).stat().st_size for name in FILES),
        "sha256": _digest(dictionary.path),
    }


def _unidic_lite() -> Path:
    import unidic_lite

    return Path(unidic_lite.DICDIR)


def _version(path: Path) -> str:
    file = path / "version"
    return file.read_text("utf-8").strip() if file.is_file() else ""


def _read(path: Path, read_parts: Callable[[_Words], list[str]]) -> tuple[str, int, list[str]]:
    """Return character set, number of words, and what `read_parts` makes of them."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no MeCab dictionary in {path.parent}: {error}",
            "name a folder that holds sys.dic, unk.dic, matrix.bin, char.bin and dicrc",
        ) from error
    with data:
        if len(data) < _HEADER:
            raise _unusable(path, "it is cut short")
        magic, version, _, entries, contexts, _, index, size, _, _ = np.frombuffer(
            data[:40], "<u4"
        ).tolist()
        charset = data[40:_HEADER].rstrip(b"\0").decode("ascii", "replace")
        if magic ^ _MAGIC != len(data) or version != _VERSION:
            raise _unusable(path, "it is no compiled dictionary of version 102, or cut short")
        if charset.lower().replace("-", "") != "utf8":
            raise _unusable(path, f"its character set is {charset}")
        tokens = np.frombuffer(data[_HEADER + index : _HEADER + index + size], _TOKEN)
        words = _Words(tokens, data, _HEADER + index + size, contexts)
        return charset, entries, read_parts(words)


def _unusable(path: Path, reason: str) -> InputError:
    return InputError(f"can't use the MeCab dictionary {path}: {reason}", "compile it for UTF-8")


def _parts_of_contexts(words: _Words) -> list[str]:
    parts = [""] * words.contexts
    ids, rows = np.unique(words.tokens["left"], return_index=True)
    for context, offset in zip(ids.tolist(), words.tokens["feature"][rows].tolist(), strict=True):
        parts[context] = words.part(offset)
    return parts


def _parts_of_tokens(words: _Words) -> list[str]:
    return sorted({words.part(offset) for offset in words.tokens["feature"].tolist()})


def _digest(path: Path) -> str:
    files = [path.resolve() / name for name in FILES]
    stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    key = hashlib.sha256(json.dumps(stats).encode()).hexdigest()
    cached = _cache() / f"{key}.sha256"
    if cached.is_file():
        return cached.read_text("ascii")
    lines = []
    for file in files:
        with file.open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.name}\n")
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    _store(cached, digest)
    return digest


def _cache() -> Path:
    from corpuskit.kernels.compiler import cache_dir

    return cache_dir().parents[1] / "dictionaries"


def _store(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(text)
        os.replace(file.name, path)  # noqa: PTH105 (the name is a string already)
    except OSError:
        return  # without a cache the next process computes it again, which costs half a second
