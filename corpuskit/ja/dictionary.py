"""MeCab dictionaries: what one says about itself, and what its context ids mean.

MeCab prints a morpheme's left context id at no cost, but looks up and splits a line of features to
print its part of speech. The ids of UniDic, IPADIC and JUMAN dictionaries are made from the part of
speech, those of UniDic from the origin too, so a table of a few thousand ids says the same of words
(not of unknown words: in UniDic, the id of nouns serves for symbols too). Of a dictionary that a
user names, every word is held against that. It is read from the compiled dictionary itself (MeCab
0.996, `dictionary.cpp`): a header of ten uint32 and the name of the character set, an index of
`dsize` bytes, `tsize` bytes of 16-byte tokens, then features, each ended by NUL.

Which feature is what, a dictionary doesn't say in a way that all share. UniDic's dicrc lists the
names of its fields; else their number tells the family (`Layout`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import mmap
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpuskit.errors import InputError
from corpuskit.ja.lexicon import Lexicon, Tag

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
_FIELD = re.compile(r"^;\s*f\[(\d+)\]:\s*(\w+)", re.M)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which feature of a dictionary is what.

    Attributes:
        parts: how many features from the first on are parts of speech.
        origin: which is UniDic's goshu, the origin of the word; None if none is.
    """

    parts: int
    origin: int | None


def layout_of(dicrc: str, fields: int) -> Layout:
    """Tell which feature is what.

    Args:
        dicrc: text of the dictionary's dicrc, whose comments may name the features.
        fields: number of features of its words, the least that one of them has.
    """
    named = {name: int(number) for number, name in _FIELD.findall(dicrc)}
    if "pos1" in named and max(named.values()) < fields:
        parts = sum(f"pos{n}" in named for n in range(1, 5))
        return Layout(parts, named.get("goshu"))
    if fields >= 17:  # UniDic: 17, 26 or 29
        return Layout(4, 12)
    if fields >= 9:  # IPADIC, NEologd: 品詞 and three subdivisions, 活用型 活用形 原形 読み 発音
        return Layout(4, None)
    if fields >= 7:  # JUMAN: 品詞 品詞細分類, 活用型 活用形 原形 読み 意味情報
        return Layout(2, None)
    return Layout(1, None)


@dataclass(frozen=True, slots=True)
class Dictionary(Lexicon):
    """A MeCab dictionary on disk; contexts are its left context ids, then kinds of unknown words.

    Attributes:
        path: its folder.
        name: name of the package it came in, or of the folder.
        version: the dictionary's own version, "" if it tells none.
        charset: character set, as the dictionary writes it.
        entries: number of words.
        guesses: the parts of speech that unknown words can have, with "*" where there is none,
            all of one length; their contexts are from `known` on, in this order, and one more for
            what is none of them.
    """

    path: Path
    name: str
    version: str
    charset: str
    entries: int
    guesses: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """The tokens of a compiled file; their features start at byte `features` of `data`."""

    charset: str
    entries: int
    contexts: int
    tokens: npt.NDArray[np.void]
    data: mmap.mmap
    features: int

    def feature(self, offset: int) -> tuple[str, ...]:
        start = self.features + offset
        text = self.data[start : self.data.find(b"\0", start)].decode("utf-8", "replace")
        return tuple(next(csv.reader([text]), ()))


@cache
def load_dictionary(folder: str | None = None) -> Dictionary:
    """Return the dictionary in a folder; None means the installed unidic-lite.

    Raises:
        InputError: there is no MeCab dictionary of version 102 in UTF-8, or words of one context
            id are of several parts of speech.
    """
    path = Path(folder) if folder is not None else _unidic_lite()
    words = _read(path / "sys.dic")
    found = _features_of_contexts(words)
    layout = layout_of(_dicrc(path), min(map(len, found.values()), default=0))
    if folder is not None:
        _check(path, words, layout)
    guesses = _guesses(path / "unk.dic", layout.parts)
    tags: list[Tag] = [()] * words.contexts
    origins = [""] * words.contexts
    for context, feature in found.items():
        tags[context] = _tag(feature, layout.parts)
        if layout.origin is not None:
            origins[context] = feature[layout.origin]
    return Dictionary(
        known=words.contexts,
        tags=(*tags, *(_tag(guess, len(guess)) for guess in guesses), ()),
        origins=None if layout.origin is None else (*origins, *([""] * (len(guesses) + 1))),
        path=path,
        name="unidic-lite" if folder is None else path.resolve().name,
        version=_version(path),
        charset=words.charset,
        entries=words.entries,
        guesses=guesses,
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


def _dicrc(path: Path) -> str:
    file = path / "dicrc"
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def _version(path: Path) -> str:
    file = path / "version"
    return file.read_text("utf-8").strip() if file.is_file() else ""


def _read(path: Path) -> _Words:
    """Open a compiled file."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no MeCab dictionary in {path.parent}: {error}",
            "name a folder that holds sys.dic, unk.dic, matrix.bin, char.bin and dicrc",
        ) from error
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
    return _Words(charset, entries, contexts, tokens, data, _HEADER + index + size)


def _unusable(path: Path, reason: str) -> InputError:
    return InputError(f"can't use the MeCab dictionary {path}: {reason}", "compile it for UTF-8")


def _tag(feature: tuple[str, ...], parts: int) -> Tag:
    return tuple(part for part in feature[:parts] if part not in ("", "*"))


def _features_of_contexts(words: _Words) -> dict[int, tuple[str, ...]]:
    """The features of one word of each left context id."""
    ids, rows = np.unique(words.tokens["left"], return_index=True)
    offsets = words.tokens["feature"][rows].tolist()
    return {i: words.feature(offset) for i, offset in zip(ids.tolist(), offsets, strict=True)}


def _check(path: Path, words: _Words, layout: Layout) -> None:
    """Hold every word against the first of its left context id."""
    from corpuskit.kernels.features import NO_FIELD, first_that_differs

    data = np.frombuffer(words.data, np.uint8)[words.features :]
    left, places = (words.tokens[name].astype(np.int64) for name in ("left", "feature"))
    origin = NO_FIELD if layout.origin is None else layout.origin
    first, other = first_that_differs(data, left, places, words.contexts, layout.parts, origin)
    if first >= 0:
        a, b = (",".join(words.feature(int(places[row]))[:6]) for row in (first, other))
        raise InputError(
            f"can't use the MeCab dictionary {path}: its context id {left[first]} is of words of "
            f"several kinds: {a} and {b}",
            "compile it with ids made from parts of speech, as UniDic and IPADIC have them",
        )


def _guesses(path: Path, parts: int) -> tuple[Tag, ...]:
    words = _read(path)
    found = {words.feature(offset) for offset in words.tokens["feature"].tolist()}
    fewest = min((len(feature) for feature in found), default=0)
    return tuple(sorted({feature[: min(parts, fewest)] for feature in found}))


def _digest(path: Path) -> str:
    return _kept(_sums, [path.resolve() / name for name in FILES])


def file_digest(path: Path) -> str:
    """Return the sha256 of a file in hex, kept in the user's cache until the file changes."""
    return _kept(lambda files: _sha256(files[0]), [path.resolve()])


def _sums(files: list[Path]) -> str:
    lines = "".join(f"{_sha256(file)}  {file.name}\n" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _kept(digest: Callable[[list[Path]], str], files: list[Path]) -> str:
    """The digest of files from the user's cache, or computed and put there."""
    stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    key = hashlib.sha256(json.dumps(stats).encode()).hexdigest()
    cached = _cache() / f"{key}.sha256"
    if cached.is_file():
        return cached.read_text("ascii")
    found = digest(files)
    _store(cached, found)
    return found


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
