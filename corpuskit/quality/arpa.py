"""Language models as ARPA files, out and in: SRILM's ngram-format(5), which KenLM reads and writes.

A character model's ▁ is a run of white space. Reading takes files of other makers too; whether
their symbols are characters or words is seen from the unigrams: all of one character is a
character model.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt
import xxhash

from corpuskit.errors import InputError
from corpuskit.quality.langmodel import BEGIN, LanguageModel

_SPECIAL = ("<unk>", "<s>", "</s>")
_CAPITALS = {"<UNK>": "<unk>", "<S>": "<s>", "</S>": "</s>"}


def write(model: LanguageModel, path: Path) -> None:
    """Write a model as an ARPA file, n-grams in the order of the model's symbols."""
    names = [*_SPECIAL, *(model.names or (chr(key) for key in model.keys.tolist()))]
    bases = np.concatenate([[0], np.cumsum(model.counts)]).tolist()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write("\\data\\\n")
        for k, count in enumerate(model.counts):
            out.write(f"ngram {k + 1}={count}\n")
        texts: list[str] = []
        for k in range(model.order):
            span = slice(bases[k], bases[k + 1])
            texts = (
                [names[i] for i in model.last[span].tolist()]
                if k == 0
                else _longer(model, bases[k - 1], texts, names)
            )
            out.write(f"\n\\{k + 1}-grams:\n")
            values = zip(texts, model.logs[span].tolist(), model.backoffs[span].tolist(),
                         strict=True)  # fmt: skip
            for text, log, backoff in values:
                weight = f"\t{backoff:.7g}" if k + 1 < model.order else ""
                out.write(f"{log:.7g}\t{text}{weight}\n")
        out.write("\n\\end\\\n")


def _longer(model: LanguageModel, base: int, texts: list[str], names: list[str]) -> list[str]:
    """n-grams one symbol longer than `texts`, which are those of the nodes from `base` on."""
    first = model.first[base : base + len(texts) + 1]
    parents = np.repeat(np.arange(len(texts)), np.diff(first)).tolist()
    last = model.last[first[0] : first[-1]].tolist()
    return [f"{texts[p]} {names[i]}" for p, i in zip(parents, last, strict=True)]


def read(path: Path) -> LanguageModel:
    """Read an ARPA file, plain or gzipped.

    Raises:
        InputError: it is none, or lacks <unk>, <s> or </s>; the message names the line.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
            return _model(_Reader(path, lines))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read: {error}", "give an ARPA file in UTF-8") from error


class _Reader:
    """The lines of a file, with their numbers."""

    def __init__(self, path: Path, lines: TextIO) -> None:
        self.path, self.number = path, 0
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            yield line.rstrip("\r\n")

    def wrong(self, what: str) -> InputError:
        """The error for the present line."""
        return InputError(f"{self.path}:{self.number}: {what}", "give an ARPA file")


_Grams = list[tuple[tuple[str, ...], float, float]]


def _model(reader: _Reader) -> LanguageModel:
    levels: list[_Grams] = []
    begun = ended = False
    for line in reader:
        if not begun:
            begun = line.strip() == "\\data\\"
        elif line.strip() == "\\end\\":
            ended = True
            break
        elif line.startswith("\\"):
            if line.strip() != f"\\{len(levels) + 1}-grams:":
                raise reader.wrong(f"'{line.strip()}' where \\{len(levels) + 1}-grams: is due")
            levels.append([])
        elif levels and line.strip():
            levels[-1].append(_entry(reader, line, len(levels)))
    if not ended or not levels:
        raise reader.wrong("the file ends before \\end\\")
    return _built(reader, levels)


def _entry(reader: _Reader, line: str, length: int) -> tuple[tuple[str, ...], float, float]:
    parts = line.replace("\t", " ").split(" ")
    parts = [part for part in parts if part]
    if len(parts) not in (length + 1, length + 2):
        raise reader.wrong(f"{len(parts)} fields, not {length + 1} or {length + 2}")
    try:
        log = float(parts[0])
        backoff = float(parts[length + 1]) if len(parts) == length + 2 else 0.0
    except ValueError:
        raise reader.wrong("a probability is no number") from None
    return tuple(_CAPITALS.get(word, word) for word in parts[1 : length + 1]), log, backoff


def _built(reader: _Reader, levels: list[_Grams]) -> LanguageModel:
    words = {words[0] for words, _, _ in levels[0]}
    for name in ("<s>", "</s>"):
        if name not in words:
            raise reader.wrong(f"there is no unigram {name}")
    if "<unk>" not in words:  # a closed vocabulary: what it doesn't know is as good as impossible
        levels[0].append((("<unk>",), -99.0, 0.0))
    plain = sorted(words - {*_SPECIAL})
    units = "characters" if all(len(word) == 1 for word in plain) else "words"
    keyed = sorted((_key(word, units), word) for word in plain)
    ids = {name: i for i, name in enumerate((*_SPECIAL, *(word for _, word in keyed)))}
    counts, first, last, logs, backoffs = _trie(reader, levels, ids)
    keys = np.array([key for key, _ in keyed], np.uint64)
    names = tuple(word for _, word in keyed) if units == "words" else ()
    logs[BEGIN] = -99.0
    return LanguageModel(
        units, len(levels), keys, names, counts, first, last, logs, backoffs,
        {"from": reader.path.name},
    )  # fmt: skip


def _key(word: str, units: str) -> int:
    return ord(word) if units == "characters" else xxhash.xxh64_intdigest(word.encode())


def _trie(
    reader: _Reader, levels: list[_Grams], ids: dict[str, int]
) -> tuple[tuple[int, ...], npt.NDArray[np.int64], npt.NDArray[np.int32],
           npt.NDArray[np.float32], npt.NDArray[np.float32]]:  # fmt: skip
    """The arrays of a `LanguageModel`."""
    sizes = [len(level) for level in levels]
    bases = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    nodes: dict[tuple[int, ...], int] = {(): 0}
    first, last = np.full(bases[-1] + 1, bases[-1], np.int64), np.empty(bases[-1], np.int32)
    logs, backoffs = np.empty(bases[-1], np.float32), np.empty(bases[-1], np.float32)
    for k, level in enumerate(levels):
        try:
            rows = sorted((tuple(ids[w] for w in words), log, b) for words, log, b in level)
            parents = np.array([nodes[row[0][:-1]] for row in rows], np.int64)
        except KeyError as error:
            raise reader.wrong(f"an n-gram's beginning is no n-gram itself: {error}") from None
        nodes = {row[0]: i for i, row in enumerate(rows)}
        if len(nodes) < len(rows):
            raise reader.wrong(f"a {k + 1}-gram stands there twice")
        span = slice(bases[k], bases[k + 1])
        last[span] = [row[0][-1] for row in rows]
        logs[span], backoffs[span] = [r[1] for r in rows], [r[2] for r in rows]
        if k:
            before = np.arange(sizes[k - 1])
            first[bases[k - 1] : bases[k]] = bases[k] + np.searchsorted(parents, before)
            first[bases[k]] = bases[k + 1]
    return tuple(sizes), first, last, logs, backoffs


def load(path: Path) -> LanguageModel:
    """Read a model: an ARPA file (.arpa, .arpa.gz), or what `corpuskit score train` wrote.

    Raises:
        InputError: it isn't there, or is neither.
    """
    if not path.is_file():
        raise InputError(f"model not found: {path}", "paths are relative to the recipe")
    if path.name.endswith((".arpa", ".arpa.gz")):
        return read(path)
    return LanguageModel.load(path)
