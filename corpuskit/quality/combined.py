"""The stage `quality`: a combined score in [0, 1], the sum of parts that each say for or against.

The parts are log-odds. `quality_wording` is the mean weight of the text's character n-grams,
`quality_scripts` and `quality_lines` are sums of piecewise linear functions of signals, each of
which `explained` gives by itself. quality = 1 / (1 + exp(-(wording + scripts + lines + c))).

The weights in `default.npz` were fitted by `scripts/fit_quality`; `docs/quality.md` says on what,
how well they do and where not. Your own labels give your own weights: `corpuskit score train`,
and the stage `score`.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from corpuskit.document import append_columns
from corpuskit.quality.logistic import sigmoid
from corpuskit.quality.modelstages import numbers, wording_of
from corpuskit.stage import Column, Resource, Stage

SCRIPTS: tuple[str, ...] = (
    "hiragana_ratio", "katakana_ratio", "kanji_ratio", "latin_ratio", "digits_ratio",
    "punctuation_ratio", "symbols_ratio", "special_ratio", "japanese_ratio", "kana_ratio",
)  # fmt: skip
LINES: tuple[str, ...] = (
    "mean_sentence", "short_line_ratio", "ended_line_ratio", "bullet_line_ratio",
    "ellipsis_line_ratio", "duplicate_line_ratio", "exclamation_ratio",
)  # fmt: skip
SIGNALS = SCRIPTS + LINES
MODEL = Path(__file__).with_name("default.npz")


@functools.cache
def default_model() -> Any:
    """The classifier that the package ships."""
    from corpuskit.quality.textmodel import TextModel

    return TextModel.load(MODEL)


class Combined(Stage):
    """How well a text is made, 0 to 1: from its wording, its scripts and its lines.

    The three parts are log-odds: above 0 they speak for the text, below 0 against it, and with a
    constant they add up to ln(quality / (1 - quality)). Fitted on short web texts labelled by
    people and on laws, literature, manuals and encyclopedia; see docs/quality.md.
    """

    name: ClassVar[str] = "quality"
    version: ClassVar[int] = 2
    example: ClassVar[str] = "- quality"
    kernels: ClassVar[tuple[str, ...]] = ("textgrams",)
    reads: ClassVar[tuple[str, ...]] = ("text", *SIGNALS)
    writes: ClassVar[tuple[Column, ...]] = (
        Column("quality", pa.float64(), "1 / (1 + exp(-(wording + scripts + lines + constant)))"),
        Column("quality_wording", pa.float64(), "mean weight of the character n-grams, log-odds"),
        Column("quality_scripts", pa.float64(), "sum over the shares of scripts, log-odds"),
        Column("quality_lines", pa.float64(), "sum over signals of lines and sentences, log-odds"),
    )

    def resources(self) -> tuple[Resource, ...]:
        """The weights, for the manifest."""
        return (Resource("quality-default", "model", *_identity(), "Apache-2.0"),)

    def open(self) -> None:
        """Read the weights."""
        default_model()

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers; the rest is arithmetic on signals."""
        model = default_model()
        wording = wording_of(model, batch.column("text"))
        form = model.form(numbers(batch, model.signals))
        scripts = form[:, : len(SCRIPTS)].sum(axis=1)
        lines = form[:, len(SCRIPTS) :].sum(axis=1)
        score = sigmoid(wording + scripts + lines + model.mix[2])
        values = {
            "quality": score, "quality_wording": wording, "quality_scripts": scripts,
            "quality_lines": lines,
        }  # fmt: skip
        return append_columns(batch, {k: pa.array(np.round(v, 6)) for k, v in values.items()})


@functools.cache
def _identity() -> tuple[str, str]:
    import hashlib

    digest = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    return digest[:12], digest


def explained(values: dict[str, Any]) -> dict[str, float]:
    """What each part of `quality` says of a document with these columns, in log-odds.

    Args:
        values: the document's columns by name; signals that are missing are left out.
    """
    model = default_model()
    row = np.array([[float(values.get(name) or 0.0) for name in model.signals]])
    form = model.form(row)[0].tolist()
    known = {n: round(v, 6) for n, v in zip(model.signals, form, strict=True) if n in values}
    return {"wording": float(values.get("quality_wording") or 0.0), **known,
            "constant": round(model.mix[2], 6)}  # fmt: skip
