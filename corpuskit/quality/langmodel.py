"""Language models of n-grams over characters or words: storage and scores.

A document is its lines that are not blank, each by itself, as KenLM and CCNet take it. Over
characters, a run of white space within a line is one symbol, ▁; over words, what stands between
white space is a word: give it the column `segmented` of the stage `morphology`, or text segmented
as the model's training text was.

The perplexity of a document is 10 ** (-sum of log10 p / symbols), where each line's end counts as
a symbol; its bits per character are -sum of log2 p / (characters + lines), where characters are
those of the lines, runs of white space counted once. Models are compared by bits per character:
perplexities of models with other symbols or vocabularies are not comparable.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.kernels.buffers import text_buffers

FORMAT = "corpuskit language model 1"
UNKNOWN, BEGIN, END = 0, 1, 2
"""Ids of <unk>, <s> and </s>; the other symbols follow, sorted by their words."""

Long = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Lines:
    """Texts as lines of symbols.

    Attributes:
        symbols: of all lines, one after the other, `uint64[s]`.
        ends: where each line ends, `int64[lines + 1]`.
        first: lines of text i are `first[i]` to `first[i + 1]`, `int64[n + 1]`.
        characters: of each text, `int64[n]`.
    """

    symbols: Words
    ends: Long
    first: Long
    characters: Long


def lines_of(text: pa.Array, units: str) -> Lines:
    """Cut texts into lines and symbols; units are ``characters`` or ``words``."""
    from corpuskit.kernels.langmodel import line_symbols

    data, offsets = text_buffers(text)
    size = int(offsets[-1] - offsets[0])
    symbols = np.empty(size, np.uint64)
    ends = np.empty(size + 2, np.int64)
    first, characters = np.empty(len(text) + 1, np.int64), np.empty(len(text), np.int64)
    count = line_symbols(data, offsets, units == "words", symbols, ends, first, characters)
    return Lines(symbols[: ends[count]], ends[: count + 1], first, characters)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model says of n texts.

    Attributes:
        log10: sum of log10 of the probabilities of all symbols, `float64[n]`.
        symbols: symbols and line ends, `int64[n]`.
        characters: characters and line ends, `int64[n]`.
    """

    log10: npt.NDArray[np.float64]
    symbols: Long
    characters: Long

    def perplexity(self) -> npt.NDArray[np.float64]:
        """10 ** (-log10 / symbols), 0 where there is no symbol."""
        mean = np.divide(self.log10, self.symbols, out=np.zeros(len(self.log10)),
                         where=self.symbols > 0)  # fmt: skip
        return np.asarray(np.where(self.symbols > 0, np.power(10.0, -mean), 0.0))

    def bits(self) -> npt.NDArray[np.float64]:
        """Bits per character, 0 where there is none."""
        total = -self.log10 * np.log2(10.0)
        found = np.divide(total, self.characters, out=np.zeros(len(total)),
                          where=self.characters > 0)  # fmt: skip
        return np.asarray(found)


@dataclass(frozen=True)
class LanguageModel:
    """A model of n-grams, as a trie in sorted arrays (see `corpuskit.kernels.langmodel`).

    Attributes:
        units: ``characters`` or ``words``.
        order: length of the longest n-grams.
        keys: words of the symbols from id 3 on, sorted, `uint64[v - 3]`.
        names: the words themselves, in the same order; empty where units are characters.
        counts: nodes of each length.
        first: where the continuations of each node start, `int64[nodes + 1]`.
        last: last symbol of each node, `int32[nodes]`.
        logs: log10 of the probability of each node, `float32[nodes]`.
        backoffs: log10 of the backoff weight of each node, `float32[nodes]`.
        about: how it was trained, for people.
    """

    units: str
    order: int
    keys: Words
    names: tuple[str, ...]
    counts: tuple[int, ...]
    first: Long
    last: Int32
    logs: Floats
    backoffs: Floats
    about: Mapping[str, Any]

    def ids(self, symbols: Words) -> Int32:
        """Ids of symbols; 0 for those that the model doesn't know."""
        return ids_of(self.keys, symbols)

    def score(self, text: pa.Array) -> Scores:
        """Score texts. Raises ValueError on nulls."""
        from corpuskit.kernels.langmodel import score_lines

        lines = lines_of(text, self.units)
        out = np.empty(len(lines.ends) - 1, np.float64)
        score_lines(self.ids(lines.symbols), lines.ends, self.order, self.first, self.last,
                    self.logs, self.backoffs, out)  # fmt: skip
        sums = _sums(out, lines.first)
        count = np.diff(lines.first)
        symbols = np.diff(lines.ends[lines.first]) + count
        return Scores(sums, symbols, lines.characters + count)

    def save(self, path: Path) -> None:
        """Write the model; the same model gives the same bytes."""
        header = {
            "format": FORMAT, "units": self.units, "order": self.order,
            "counts": list(self.counts), "about": dict(self.about),
        }  # fmt: skip
        names = np.frombuffer("\n".join(self.names).encode(), np.uint8)
        save_arrays(
            path, header, keys=self.keys, names=names, first=self.first, last=self.last,
            logs=self.logs, backoffs=self.backoffs,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> LanguageModel:
        """Read a model that `save` wrote.

        Raises:
            InputError: it isn't there, or is something else.
        """
        header, arrays = load_arrays(path, FORMAT)
        names = bytes(arrays["names"]).decode()
        return cls(
            header["units"], header["order"], arrays["keys"],
            tuple(names.split("\n")) if names else (), tuple(header["counts"]), arrays["first"],
            arrays["last"], arrays["logs"], arrays["backoffs"], header["about"],
        )  # fmt: skip


def ids_of(keys: Words, symbols: Words) -> Int32:
    """Place of each symbol among sorted keys, plus 3; 0 for those that are not there."""
    if not len(keys):
        return np.zeros(len(symbols), np.int32)
    at = np.minimum(np.searchsorted(keys, symbols), len(keys) - 1)
    return np.where(keys[at] == symbols, at + 3, UNKNOWN).astype(np.int32)


def _sums(values: npt.NDArray[np.float64], first: Long) -> npt.NDArray[np.float64]:
    """Sums of `values[first[i]:first[i + 1]]`: the same however texts are batched."""
    sums = np.zeros(len(first) - 1)
    np.add.at(sums, np.repeat(np.arange(len(sums)), np.diff(first)), values)
    return sums


def save_arrays(path: Path, header: Mapping[str, Any], **arrays: npt.NDArray[Any]) -> None:
    """Write arrays and a JSON header as .npz; the same values give the same bytes."""
    text = json.dumps(header, ensure_ascii=False, sort_keys=True)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, header=np.frombuffer(text.encode(), np.uint8), **arrays)  # type: ignore[arg-type]
    path.write_bytes(buffer.getvalue())


def load_arrays(path: Path, expected: str) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Read what `save_arrays` wrote, with the header's `format` as expected.

    Raises:
        InputError: it isn't there, or is something else.
    """
    if not path.is_file():
        raise InputError(f"model not found: {path}", "paths are relative to the recipe")
    try:
        with np.load(path, allow_pickle=False) as found:
            arrays = {name: np.ascontiguousarray(found[name]) for name in found.files}
        header: dict[str, Any] = json.loads(bytes(arrays.pop("header")))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path} is no {expected}: {error}", "train it again") from error
    if header.get("format") != expected:
        raise InputError(
            f"{path} is a '{header.get('format')}', not a '{expected}'", "give another model"
        )
    return header, arrays
