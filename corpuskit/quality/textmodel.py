"""A classifier of texts: n-grams and signals, each by logistic regression, and their combination.

wording = weights . x, where x of a text is (tfidf) 1 + ln(count) of each bucket times its
ln((1 + n) / (1 + df)) + 1, of length 1; or (mean) count / all n-grams times that, so that the
result is the mean of what its n-grams weigh, whatever the text's length.

form = sum over signals of a piecewise linear function of the signal, flat outside its knots, which
are quantiles of the training texts.

score = 1 / (1 + exp(-(a wording + b form + c))). a, b and c are fitted on wording and form of texts
that were left out when those were fitted (5 folds), so the score is a calibrated probability where
texts are like those it was trained on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.errors import InputError
from corpuskit.quality.langmodel import load_arrays, save_arrays
from corpuskit.quality.logistic import folds, logistic, sigmoid
from corpuskit.quality.symbols import Grams

FORMAT = "corpuskit classifier 1"

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Long = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a classifier is fitted.

    Attributes:
        grams: n-grams it looks at.
        scale: ``tfidf`` or ``mean``.
        least: texts that a bucket must be in.
        wording: C of the regression on n-grams.
        form: C of the regression on signals.
        knots: quantiles of a signal.
    """

    grams: Grams
    scale: str = "tfidf"
    least: int = 2
    wording: float = 10.0
    form: float = 1.0
    knots: int = 5


@dataclass(frozen=True)
class Rows:
    """Texts as numbers.

    Attributes:
        counts: n-grams of each bucket, `[n, buckets]`.
        signals: `float64[n, s]`.
    """

    counts: Any
    signals: Doubles

    def take(self, rows: Long) -> Rows:
        """Some of the texts."""
        return Rows(self.counts[rows], self.signals[rows])


@dataclass(frozen=True)
class TextModel:
    """A fitted classifier.

    Attributes:
        settings: how it was fitted.
        signals: names of the columns it reads.
        weights: of the buckets, idf and scale included, `float32[buckets]`.
        idf: of the buckets, 0 where unknown, `float32[buckets]`; empty where the scale is mean.
        knots: of each signal, `float64[s, k]`.
        heights: form at each knot, `float64[s, k]`.
        mix: a, b and c.
        about: how it was trained, for people.
    """

    settings: Settings
    signals: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    idf: npt.NDArray[np.float32]
    knots: Doubles
    heights: Doubles
    mix: tuple[float, float, float]
    about: Mapping[str, Any]

    def wording(self, counts: Any) -> Doubles:
        """What n-grams say of each text, in log-odds."""
        if self.settings.scale == "mean":
            sizes = np.maximum(np.asarray(counts.sum(axis=1)).reshape(-1), 1)
            return np.asarray(self.mix[0] * (counts @ self.weights.astype(np.float64)) / sizes)
        logs = counts.copy()
        logs.data = 1.0 + np.log(logs.data)
        weighted = logs * self.idf.astype(np.float64)[None, :]
        length = np.sqrt(np.asarray((weighted * weighted).sum(axis=1)).reshape(-1))
        found = weighted @ self.weights.astype(np.float64)
        return np.asarray(self.mix[0] * found / np.where(length > 0, length, 1.0))

    def form(self, signals: Doubles) -> Doubles:
        """What each signal says of each text, in log-odds: `float64[n, s]`."""
        out = np.empty(signals.shape)
        for i in range(signals.shape[1]):
            out[:, i] = np.interp(signals[:, i], *_distinct(self.knots[i], self.heights[i]))
        return self.mix[1] * out

    def score(self, rows: Rows) -> Doubles:
        """The score of each text, 0 to 1."""
        form = self.form(rows.signals).sum(axis=1)
        return sigmoid(self.wording(rows.counts) + form + self.mix[2])

    def save(self, path: Path) -> None:
        """Write the model; the same model gives the same bytes."""
        s = self.settings
        header = {
            "format": FORMAT, "units": s.grams.units, "orders": list(s.grams.orders),
            "bits": s.grams.bits, "scale": s.scale, "least": s.least, "C": [s.wording, s.form],
            "signals": list(self.signals), "mix": list(self.mix), "about": dict(self.about),
        }  # fmt: skip
        save_arrays(
            path, header, weights=self.weights, idf=self.idf, knots=self.knots,
            heights=self.heights,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> TextModel:
        """Read a model that `save` wrote. Raises InputError."""
        h, arrays = load_arrays(path, FORMAT)
        grams = Grams(h["units"], tuple(h["orders"]), h["bits"])
        knots = arrays["knots"]
        settings = Settings(grams, h["scale"], h["least"], h["C"][0], h["C"][1], knots.shape[1])
        if len(arrays["weights"]) != 1 << grams.bits:
            raise InputError(f"{path} is damaged: it lacks weights", "train it again")
        return cls(
            settings, tuple(h["signals"]), arrays["weights"].astype(np.float32), arrays["idf"],
            knots, arrays["heights"], tuple(h["mix"]), h["about"],
        )  # fmt: skip


def _distinct(knots: Doubles, heights: Doubles) -> tuple[Doubles, Doubles]:
    """Knots in strict order: of equal ones the first."""
    keep = np.concatenate([[True], np.diff(knots) > 0])
    return knots[keep], heights[keep]


def fit(
    rows: Rows,
    good: Flags,
    groups: Long,
    signals: Sequence[str],
    settings: Settings,
    weights: Doubles | None = None,
    mixed_on: Flags | None = None,
) -> TextModel:
    """Fit a classifier.

    Args:
        rows: n texts.
        good: their labels.
        groups: texts that must not be on both sides of a fold share a number.
        signals: names of the signals.
        settings: see `Settings`.
        weights: of the texts; 1 without them.
        mixed_on: texts that a, b and c are fitted on; all without it.

    Raises:
        InputError: there are not ten texts of each label.
    """
    if min(int(good.sum()), int((~good).sum())) < 10:
        raise InputError("fewer than ten texts of a label", "label more texts")
    share = np.ones(len(good)) if weights is None else weights
    wording, form = np.empty(len(good)), np.empty(len(good))
    fold = folds(groups, 5)
    for k in range(5):
        inside, outside = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        part = _parts(rows.take(inside), good[inside], share[inside], settings, signals)
        left = rows.take(outside)
        wording[outside] = part.wording(left.counts)
        form[outside] = part.form(left.signals).sum(axis=1)
    use = np.ones(len(good), bool) if mixed_on is None else mixed_on
    pair = np.column_stack([wording, form])[use]
    slopes, constant = logistic(pair, good[use], 1.0, share[use])
    mix = (max(float(slopes[0]), 0.0), max(float(slopes[1]), 0.0), constant)
    return replace(_parts(rows, good, share, settings, signals), mix=mix)


def _parts(
    rows: Rows, good: Flags, share: Doubles, settings: Settings, signals: Sequence[str]
) -> TextModel:
    """A model with wording and form fitted, and the sum of both as score."""
    weights, idf = _wording(rows.counts, good, share, settings)
    knots = np.array(
        [np.quantile(column, np.linspace(0, 1, settings.knots)) for column in rows.signals.T]
    ).reshape(len(signals), settings.knots)
    heights = _form(rows.signals, knots, good, share, settings)
    return TextModel(settings, tuple(signals), weights, idf, knots, heights, (1.0, 1.0, 0.0), {})


def _wording(
    counts: Any, good: Flags, share: Doubles, settings: Settings
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    from scipy import sparse

    n, width = counts.shape
    seen = np.bincount(counts.indices, minlength=width)
    known = np.flatnonzero(seen >= settings.least)
    idf = np.log((1 + n) / (1 + seen[known])) + 1
    weights, kept = np.zeros(width, np.float32), np.zeros(width, np.float32)
    if not len(known):
        return weights, kept
    part = counts[:, known].tocsr()
    if settings.scale == "mean":
        sizes = np.maximum(np.asarray(counts.sum(axis=1)).reshape(-1), 1)
        x = sparse.csr_array(part * idf[None, :] / sizes[:, None])
        spread = float(np.mean(np.sqrt(np.asarray((x * x).sum(axis=1)).reshape(-1)))) or 1.0
        found, _ = logistic(x * (1 / spread), good, settings.wording, share)
        weights[known] = found * idf / spread
        return weights, np.zeros(0, np.float32)
    part.data = 1.0 + np.log(part.data)
    x = sparse.csr_array(part * idf[None, :])
    length = np.sqrt(np.asarray((x * x).sum(axis=1)).reshape(-1))
    x = sparse.csr_array(x * (1 / np.where(length > 0, length, 1.0))[:, None])
    found, _ = logistic(x, good, settings.wording, share)
    weights[known], kept[known] = found, idf
    return weights, kept


def _form(
    signals: Doubles, knots: Doubles, good: Flags, share: Doubles, settings: Settings
) -> Doubles:
    """Heights of the piecewise linear functions at their knots."""
    heights = np.zeros(knots.shape)
    hats, places = [], []
    for i in range(len(knots)):
        at = np.flatnonzero(np.concatenate([[True], np.diff(knots[i]) > 0]))
        if len(at) < 2:
            continue
        for j, corner in enumerate(np.eye(len(at))):
            hats.append(np.interp(signals[:, i], knots[i][at], corner))
            places.append((i, at[j]))
    if hats:
        x = np.column_stack(hats)
        middle = np.average(x, axis=0, weights=share)
        found, _ = logistic(x - middle, good, settings.form, share)
        for (i, j), height in zip(places, found, strict=True):
            heights[i, j] = height
        for i in range(len(knots)):  # zero for the mean text
            mine = [k for k, (row, _) in enumerate(places) if row == i]
            shift = float(found[mine] @ middle[mine]) if mine else 0.0
            heights[i] = heights[i] - shift
    return heights
