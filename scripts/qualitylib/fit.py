"""Fits the weights of the stage `quality` and says how well they do.

On labelled web texts, on pieces of good documents (laws, literature, encyclopedia, manuals, office)
and on junk made of such pieces. Of the documents, one half is for the fit; medians are of whole
documents of the other half.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.quality.combined import LINES, MODEL, SIGNALS
from corpuskit.quality.evaluate import evaluate, table
from corpuskit.quality.labelled import Numbers, cross_validated, fitted, numbers_of, read_labels
from corpuskit.quality.symbols import Grams
from corpuskit.quality.textmodel import Settings, TextModel
from qualitylib import junk
from qualitylib.data import KINDS, half, piece
from qualitylib.outcome import RECIPES, judged

SETTINGS = Settings(Grams("characters", (1, 2), 16), "mean")
STAGES = ("signals.scripts", "signals.lines")
#: Junk that the fit sees. What quality_outcome plants is of these kinds too, and of two more.
SEEN = ("menu", "garbled", "shuffled", "scanned", "spam")


def numbered(texts: list[str]) -> Numbers:
    return numbers_of(pa.array(texts, pa.string()), SETTINGS, STAGES, SIGNALS)


def extra_texts(folder: Path, each: int, weight: float, bad: float) -> tuple[Any, Any, Any]:
    """Good pieces and junk, with weights: `weight` for each kind, `bad` times that for its junk."""
    texts, good, weights = [], [], []
    for kind in KINDS:
        whole = half(folder, kind, 0, each)
        pieces = [piece(t, 250 if i % 2 else 1500) for i, t in enumerate(whole)]
        damaged = [junk.make(SEEN[i % len(SEEN)], t, "fit") for i, t in enumerate(pieces)]
        texts += pieces + damaged
        good += [True] * len(pieces) + [False] * len(damaged)
        weights += [weight / len(pieces)] * len(pieces) + [bad * weight / len(pieces)] * len(
            damaged
        )
    return numbered(texts).rows, np.array(good), np.array(weights)


def medians(
    model: TextModel, folder: Path, web: pa.Array, each: int
) -> list[tuple[str, int, float]]:
    """Median score of web texts, and of documents that the fit didn't see, by kind."""
    rows = [("web (the labelled texts)", web.to_pylist())]
    rows += [(kind, half(folder, kind, 1, each)) for kind in KINDS]
    return [
        (name, len(texts), float(np.median(model.score(numbered(texts).rows))))
        for name, texts in rows
    ]


def shipped(model: TextModel) -> TextModel:
    """The model with weights rounded to what ships: 8 bits a bucket, four digits elsewhere."""
    from dataclasses import replace

    top = float(np.abs(model.weights).max()) or 1.0
    scale = top / 127
    levels = np.rint(model.weights / scale)
    return replace(
        model,
        weights=(levels * np.float32(scale)).astype(np.float32),
        knots=np.round(model.knots, 4), heights=np.round(model.heights, 4),
        mix=tuple(round(v, 4) for v in model.mix),
    )  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with corpus/ and labels/")
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--each", type=int, default=400, help="pieces of each kind")
    parser.add_argument("--weight", type=float, default=20.0, help="weight of each kind")
    parser.add_argument("--bad", type=float, default=1.0, help="weight of junk beside good pieces")
    given = parser.parse_args(arguments)
    labels = read_labels(given.data / "labels" / "quality_mc4_good_bad.tsv")
    seen = numbered(labels.text.to_pylist())
    extra = extra_texts(given.data, given.each, given.weight, given.bad)
    scores = cross_validated(seen, labels, SETTINGS, 10, extra)
    print("default score, ten folds grouped by normalised text, whole fit in each:")
    print(table(evaluate(scores, labels.good, labels.groups)))
    model = fitted(seen.rows, labels.good, labels.groups, seen.names, SETTINGS, extra)
    model = shipped(model)
    about = {
        "fitted_by": "scripts/fit_quality", "labels": len(labels.good), "pieces": len(extra[1]),
        "weight": given.weight, "bad": given.bad,
    }  # fmt: skip
    model = TextModel(
        **{**{f: getattr(model, f) for f in model.__dataclass_fields__}, "about": about}
    )
    model.save(given.out)
    print(f"mix: {model.mix}; {given.out.stat().st_size:,} bytes; lines: {len(LINES)} signals")
    print("choice\tkept\tbalanced accuracy on the labelled texts")
    for name in (*RECIPES, "default score"):
        keep = scores >= 0.5 if name == "default score" else judged(labels.text.to_pylist(), name)
        right = (keep[labels.good].mean() + (~keep[~labels.good]).mean()) / 2
        print(f"{name}\t{keep.mean():.3f}\t{right:.4f}")
    print("kind\tdocuments\tmedian")
    for name, count, value in medians(model, given.data, labels.text, 300):
        print(f"{name}\t{count}\t{value:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
