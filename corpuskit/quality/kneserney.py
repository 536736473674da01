"""Trains a language model: interpolated Kneser-Ney with modified discounts, as KenLM's lmplz.

Chen and Goodman, An empirical study of smoothing techniques for language modeling (1998), and
Heafield et al., Scalable modified Kneser-Ney language model estimation (2013). n-grams below the
longest, those that start with <s> aside, count how many symbols stand before them. The discounts of
a length come from its numbers of n-grams with counts 1 to 4:
Y = n1 / (n1 + 2 n2), D_i = i - (i + 1) Y n_(i+1) / n_i for i = 1, 2 and 3 or more; where a number
is 0, 0.5, 1 and 1.5 stand in, as with lmplz --discount_fallback. Unigrams are interpolated with the
uniform distribution over all symbols, </s> and <unk> included.

The whole training text is held in memory, about 60 bytes a symbol and length of n-grams.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.quality.langmodel import BEGIN, END, LanguageModel, ids_of, lines_of

Long = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

MOST_SYMBOLS = 100_000_000
"""Symbols of a training text; more would need an external sort."""


@dataclass(frozen=True)
class _Level:
    """n-grams of one length, sorted by their first symbols and then by the last."""

    parents: Long  # node of the first n - 1 symbols, in its level
    symbols: Long  # last symbol
    suffixes: Long  # node of the last n - 1 symbols, in its level
    begins: npt.NDArray[np.bool_]  # whether it starts with <s>
    raw: Long  # occurrences


def train(
    texts: Iterable[pa.Array], units: str, order: int, about: Mapping[str, Any] | None = None
) -> LanguageModel:
    """Train a model on texts.

    Args:
        texts: arrays of strings without nulls; how they are cut makes no difference.
        units: ``characters`` or ``words``.
        order: length of the longest n-grams, at least 1.
        about: how the model was trained, stored in it.

    Raises:
        InputError: there is no text, or too much.
    """
    symbols, ends, names = _gathered(texts, units)
    if not len(symbols):
        raise InputError("the training texts have no characters", "give texts with words in them")
    keys = np.unique(symbols)
    line = _marked(ids_of(keys, symbols), ends)
    levels = _levels(line, len(keys) + 3, order)
    model = _estimate(levels, len(keys) + 3)
    found = tuple(names[int(key)] for key in keys) if units == "words" else ()
    return LanguageModel(units, order, keys, found, *model, dict(about or {}))


def _gathered(
    texts: Iterable[pa.Array], units: str
) -> tuple[npt.NDArray[np.uint64], Long, dict[int, str]]:
    """Symbols of all lines, where lines end, and what words are called."""
    symbols, sizes, total = [np.empty(0, np.uint64)], [np.empty(0, np.int64)], 0
    names: dict[int, str] = {}
    for text in texts:
        lines = lines_of(text, units)
        symbols.append(lines.symbols.copy())
        sizes.append(np.diff(lines.ends))
        total += len(lines.symbols)
        if total > MOST_SYMBOLS:
            raise InputError(
                f"more than {MOST_SYMBOLS:,} symbols to train on",
                "give fewer texts, or --characters",
            )
        if units == "words":
            words = [word for entry in text.to_pylist() for word in _split(entry)]
            names.update(zip(lines.symbols.tolist(), words, strict=True))
    return np.concatenate(symbols), np.concatenate([[0], *sizes]).cumsum(), names


def _split(text: str) -> list[str]:
    """Words between white space, where kernels see any: Unicode's White_Space."""
    # str.split also takes U+001C to U+001F for white space, which Unicode's property doesn't.
    kept = text.translate({code: 0xF0000 + code for code in range(0x1C, 0x20)}).split()
    return [w.translate({0xF0000 + code: code for code in range(0x1C, 0x20)}) for w in kept]


def _marked(ids: npt.NDArray[np.int32], ends: Long) -> tuple[Long, Long]:
    """All lines with <s> and </s>, and how many symbols each has left in its line."""
    sizes = np.diff(ends)
    out = np.empty(len(ids) + 2 * len(sizes), np.int64)
    starts = ends[:-1] + 2 * np.arange(len(sizes))
    inner = np.ones(len(out), bool)
    inner[starts] = False
    inner[starts + sizes + 1] = False
    out[starts], out[starts + sizes + 1], out[inner] = BEGIN, END, ids
    left = np.repeat(starts + sizes + 2, sizes + 2) - np.arange(len(out))
    return out, left


def _levels(line: tuple[Long, Long], vocabulary: int, order: int) -> list[_Level]:
    symbols, left = line
    node, first = symbols, symbols  # of the n-gram that starts at each place
    raw = np.bincount(symbols, minlength=vocabulary).astype(np.int64)
    everything = np.arange(vocabulary)
    none = np.zeros(vocabulary, np.int64)
    levels = [_Level(none, everything, none, everything == BEGIN, raw)]
    for length in range(2, order + 1):
        places = np.flatnonzero(left >= length)
        keys = node[places] * vocabulary + symbols[places + length - 1]
        unique, at, inverse, counts = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        here = places[at]
        levels.append(
            _Level(unique // vocabulary, unique % vocabulary, node[here + 1], first[here] == BEGIN,
                   counts.astype(np.int64))
        )  # fmt: skip
        node = np.full(len(symbols), -1, np.int64)
        node[places] = inverse.reshape(-1)
    return levels


def _counts(levels: list[_Level], k: int) -> Long:
    """Adjusted counts of the n-grams of a level."""
    level = levels[k]
    if k + 1 == len(levels):
        counts = level.raw.copy()
    else:
        before = np.bincount(levels[k + 1].suffixes, minlength=len(level.raw))
        counts = np.where(level.begins, level.raw, before)
    if k == 0:
        counts[BEGIN] = 0  # nothing predicts it
    return counts


def discounts(counts: Long) -> Doubles:
    """Discounts for counts 0, 1, 2 and 3 or more, from the numbers of n-grams with them."""
    n = np.bincount(np.minimum(counts, 5), minlength=6).astype(np.float64)
    if not (n[1:5] > 0).all():
        return np.array([0.0, 0.5, 1.0, 1.5])
    y = n[1] / (n[1] + 2 * n[2])
    found = [0.0, *(i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3))]
    if not all(0 <= value <= i for i, value in enumerate(found)):
        return np.array([0.0, 0.5, 1.0, 1.5])
    return np.array(found)


def _estimate(
    levels: list[_Level], vocabulary: int
) -> tuple[tuple[int, ...], Long, npt.NDArray[np.int32], npt.NDArray[np.float32],
           npt.NDArray[np.float32]]:  # fmt: skip
    below = np.full(1, 1.0 / (vocabulary - 1))  # uniform; nothing predicts <s>
    probabilities: list[Doubles] = []
    backoffs: list[Doubles] = []
    for k, level in enumerate(levels):
        counts = _counts(levels, k)
        parents = len(levels[k - 1].raw) if k else 1
        cut = np.minimum(discounts(counts)[np.minimum(counts, 3)], counts)
        total = np.bincount(level.parents, weights=counts, minlength=parents)
        freed = np.bincount(level.parents, weights=cut, minlength=parents)
        gamma = np.divide(freed, total, out=np.ones(parents), where=total > 0)
        share = np.divide(counts - cut, total[level.parents], out=np.zeros(len(counts)),
                          where=total[level.parents] > 0)  # fmt: skip
        below = share + gamma[level.parents] * below[level.suffixes]
        if k:
            backoffs.append(gamma)
        probabilities.append(below)
    backoffs.append(np.ones(len(levels[-1].raw)))
    with np.errstate(divide="ignore"):
        logs = np.log10(np.concatenate(probabilities))
    logs[BEGIN] = -99.0
    # A node without continuations has weight 1, and one whose continuations were never discounted
    # (possible where a discount is 0) a weight that ARPA files can still hold.
    back = np.log10(np.maximum(np.concatenate(backoffs), 1e-99))
    return (*_trie(levels), logs.astype(np.float32), back.astype(np.float32))


def _trie(levels: list[_Level]) -> tuple[tuple[int, ...], Long, npt.NDArray[np.int32]]:
    """Numbers of nodes, where their continuations start, and their last symbols."""
    sizes = [len(level.raw) for level in levels]
    bases = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    first = []
    for k in range(len(levels) - 1):
        places = np.arange(sizes[k])
        first.append(bases[k + 1] + np.searchsorted(levels[k + 1].parents, places))
    first.append(np.full(sizes[-1] + 1, bases[-1]))
    last = np.concatenate([level.symbols for level in levels]).astype(np.int32)
    return tuple(sizes), np.concatenate(first).astype(np.int64), last
