"""Labelled texts: read from a file, turned into numbers, cross-validated."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.quality.logistic import folds
from corpuskit.quality.modelstages import numbers
from corpuskit.quality.symbols import counted, symbols_of
from corpuskit.quality.textmodel import Rows, Settings, TextModel, fit

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Long = npt.NDArray[np.int64]

_GOOD, _BAD = frozenset({"good", "1", "true", "yes"}), frozenset({"bad", "0", "false", "no"})


@dataclass(frozen=True)
class Labelled:
    """Texts with labels.

    Attributes:
        text: n strings.
        good: whether people call them good, n.
        source: where each is from, n; empty strings where the file doesn't say.
        groups: a number for each, the same for texts that are equal but for white space, width
            and case, n.
    """

    text: pa.Array
    good: Flags
    source: tuple[str, ...]
    groups: Long


def read_labels(path: Path) -> Labelled:
    """Read a TSV with a header, or JSON Lines, with `text`, `label` and perhaps `source`.

    Labels are good or bad, 1 or 0, true or false, yes or no. TSV cells are taken as they stand,
    quotes included.

    Raises:
        InputError: the file isn't there, or a line is wrong; the message names it.
    """
    texts, good, source = [], [], []
    for line, row in _rows(path):
        label = str(row.get("label", "")).strip().lower()
        if not isinstance(row.get("text"), str) or label not in _GOOD | _BAD:
            raise InputError(
                f"{path}:{line}: no text, or the label '{label}' is none",
                "give columns 'text' and 'label' (good or bad, 1 or 0)",
            )
        texts.append(row["text"])
        good.append(label in _GOOD)
        source.append(str(row.get("source") or ""))
    if not texts:
        raise InputError(f"{path} has no labelled texts", "give one text a line")
    return Labelled(pa.array(texts, pa.string()), np.array(good), tuple(source), groups_of(texts))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.is_file():
        raise InputError(f"labels not found: {path}", "give a TSV or JSON Lines file")
    with path.open(encoding="utf-8", newline="") as lines:
        if path.suffix in (".jsonl", ".json"):
            for number, line in enumerate(lines, 1):
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise InputError(
                        f"{path}:{number}: {error}", "one JSON object a line"
                    ) from error
                yield number, row if isinstance(row, dict) else {}
        else:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for number, row in enumerate(table, 2):
                yield number, {key: value for key, value in row.items() if key is not None}


def groups_of(texts: Sequence[str]) -> Long:
    """Numbers of texts, the same for those that are equal but for white space, width and case."""
    folded = [re.sub(r"\s+", "", unicodedata.normalize("NFKC", t)).lower() for t in texts]
    return np.unique(folded, return_inverse=True)[1].reshape(-1).astype(np.int64)


@dataclass(frozen=True)
class Numbers:
    """Texts as a classifier sees them.

    Attributes:
        rows: n-grams and signals.
        names: of the signals.
    """

    rows: Rows
    names: tuple[str, ...]


def numbers_of(
    text: pa.Array, settings: Settings, stages: Sequence[str], only: Sequence[str] = ()
) -> Numbers:
    """Run stages over texts, and count n-grams.

    Args:
        text: n strings.
        settings: what is counted.
        stages: names of installed stages whose numbers are the signals.
        only: signals that are wanted; all without it.
    """
    from corpuskit.registry import Registry

    batch = pa.RecordBatch.from_pydict({"text": text})
    names: list[str] = []
    for name in stages:
        stage = Registry().stage(name)()
        stage.open()
        batch = stage.process(batch)
        written = [c for c in stage.columns_written() if c.name != "text"]
        names += [c.name for c in written if pa.types.is_primitive(c.type)]
    wanted = tuple(only) or tuple(names)
    tagger = None
    if settings.grams.units == "morphemes":
        from corpuskit.ja.morphology import MecabTagger

        tagger = MecabTagger()
    counts = counted(*symbols_of(text, settings.grams.units, tagger), settings.grams)
    return Numbers(Rows(counts, numbers(batch, wanted)), wanted)


def cross_validated(
    seen: Numbers, labels: Labelled, settings: Settings, count: int = 10, extra: Any = None
) -> Doubles:
    """Scores of all texts, each by a model that was fitted without its fold.

    The whole fit, combination included, is made anew for each fold; groups stay together.

    Args:
        seen: the texts as numbers.
        labels: their labels.
        settings: how to fit.
        count: number of folds.
        extra: (rows, good, weights) of more texts that each fit gets.
    """
    fold = folds(labels.groups, count)
    out = np.empty(len(labels.good))
    for k in range(count):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        model = fitted(
            seen.rows.take(inside), labels.good[inside], labels.groups[inside], seen.names,
            settings, extra,
        )  # fmt: skip
        out[outside] = model.score(seen.rows.take(outside))
    return out


def fitted(
    rows: Rows, good: Flags, groups: Long, names: tuple[str, ...], settings: Settings,
    extra: Any = None,
) -> TextModel:  # fmt: skip
    """Fit a model on labelled texts and, where given, on more with weights of their own."""
    if extra is None:
        return fit(rows, good, groups, names, settings)
    from scipy import sparse

    more, more_good, more_weights = extra
    both = Rows(
        sparse.vstack([rows.counts, more.counts], format="csr"),
        np.concatenate([rows.signals, more.signals]),
    )
    numbered = np.concatenate([groups, groups.max() + 1 + np.arange(len(more_good))])
    weights = np.concatenate([np.ones(len(good)), more_weights])
    return fit(both, np.concatenate([good, more_good]), numbered, names, settings, weights)
