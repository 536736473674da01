"""The stages `perplexity` and `score`: users' own models over documents."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.errors import InputError
from corpuskit.paths import resolve_path
from corpuskit.quality.logistic import sigmoid
from corpuskit.stage import Column, Params, Resource, Stage

_F = pa.float64()


@functools.lru_cache(16)
def _digest(path: Path, _stamp: tuple[int, int]) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _WithModel(Stage):
    """A stage with a model in a file."""

    def _path(self) -> Path:
        return Path(resolve_path(self.params.model, self.root))

    def inputs(self) -> tuple[Path, ...]:
        """The model.

        Raises:
            InputError: it is not there.
        """
        path = self._path()
        if not path.is_file():
            raise InputError(f"model not found: {path}", "paths are relative to the recipe")
        return (path,)

    def resources(self) -> tuple[Resource, ...]:
        """The model, for the manifest."""
        (path,) = self.inputs()
        stat = path.stat()
        digest = _digest(path, (stat.st_mtime_ns, stat.st_size))
        return (Resource(path.name, "model", digest[:12], digest),)


class PerplexityParams(Params):
    """Which model, over what."""

    model: str = Field(
        description="Path of a model: what 'corpuskit score train' wrote, an ARPA file, or KenLM's "
        ".bin (needs the package kenlm)."
    )
    column: str = Field("text", description="Column to score; 'segmented' for models of morphemes.")
    units: Literal["characters", "words"] = Field(
        "words", description="What the symbols of a KenLM .bin are; other models say so themselves."
    )


class Perplexity(_WithModel):
    """How surprising a text is to an n-gram language model, line by line.

    Compare models by bits per character; perplexities hang on what a symbol is.
    """

    name: ClassVar[str] = "perplexity"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = PerplexityParams
    kernels: ClassVar[tuple[str, ...]] = ("langmodel",)
    example: ClassVar[str] = "- perplexity: {model: 'pkg:samples/models/tiny.arpa'}"
    writes: ClassVar[tuple[Column, ...]] = (
        Column(
            "perplexity", _F,
            "10 ** (-sum of log10 p / symbols), each line's end a symbol; 0 for no text (CCNet)",
        ),
        Column(
            "bits_per_character", _F,
            "-sum of log2 p / (characters + lines), runs of white space counted once; 0 for none",
        ),
    )  # fmt: skip

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._model: Any = None

    def columns_read(self) -> tuple[str, ...]:
        """The column it scores."""
        return (self.params.column,)

    def open(self) -> None:
        """Load the model."""
        from corpuskit.quality.arpa import load
        from corpuskit.quality.foreign import KenLM

        path = self._path()
        self._model = KenLM(path, self.params.units) if path.suffix == ".bin" else load(path)

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Score every line."""
        if self._model is None:
            self.open()
        found = self._model.score(batch.column(self.params.column))
        columns = {
            "perplexity": pa.array(np.round(found.perplexity(), 6)),
            "bits_per_character": pa.array(np.round(found.bits(), 6)),
        }
        return append_columns(batch, columns)


class ScoreParams(Params):
    """Which model."""

    model: str = Field(
        description="Path of a classifier: what 'corpuskit score train' wrote, or fastText's .bin "
        "or .ftz (needs the package fasttext-predict or fasttext-wheel)."
    )
    label: str = Field("good", description="A fastText model's label of good texts.")
    column: str = Field("score", description="Column to write.")


class Score(_WithModel):
    """How probable it is that people call a text good, by a classifier trained on labels.

    The parts are log-odds: above 0 they speak for the text, below 0 against it; the score is
    1 / (1 + exp(-(wording + form + c))), c a constant of the model.
    """

    name: ClassVar[str] = "score"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = ScoreParams
    kernels: ClassVar[tuple[str, ...]] = ("textgrams",)
    example: ClassVar[str] = "- score: {model: 'pkg:quality/default.npz'}"

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._model: Any = None
        self._tagger: Any = None

    def columns_read(self) -> tuple[str, ...]:
        """The text, and the signals that the model was trained with."""
        return ("text", *(() if self._foreign() else self._loaded().signals))

    def columns_written(self) -> tuple[Column, ...]:
        """The score; its parts, where the model is corpuskit's."""
        name = self.params.column
        score = Column(name, _F, "probability of the label of good texts, 0 to 1; higher is better")
        if self._foreign():
            return (score,)
        return (
            score,
            Column(f"{name}_wording", _F, "part of the score from n-grams, log-odds"),
            Column(f"{name}_form", _F, "part of the score from signals, log-odds"),
        )

    def _foreign(self) -> bool:
        return self._path().suffix in (".bin", ".ftz")

    def _loaded(self) -> Any:
        from corpuskit.quality.textmodel import TextModel

        if self._model is None:
            self._model = TextModel.load(self._path())
        return self._model

    def open(self) -> None:
        """Load the model, and MeCab where it looks at morphemes."""
        from corpuskit.quality.foreign import FastText

        if self._foreign():
            self._model = FastText(self._path(), self.params.label)
        elif self._loaded().settings.grams.units == "morphemes":
            from corpuskit.ja.morphology import MecabTagger

            self._tagger = MecabTagger()

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Score every text."""
        text, name = batch.column("text"), self.params.column
        if self._foreign():
            if self._model is None:
                self.open()
            return append_columns(batch, {name: pa.array(np.round(self._model.score(text), 6))})
        model = self._loaded()
        if model.settings.grams.units == "morphemes" and self._tagger is None:
            self.open()
        signals = numbers(batch, model.signals)
        wording, form = wording_of(model, text, self._tagger), model.form(signals).sum(axis=1)
        score = sigmoid(wording + form + model.mix[2])
        columns = {name: score, f"{name}_wording": wording, f"{name}_form": form}
        return append_columns(batch, {k: pa.array(np.round(v, 6)) for k, v in columns.items()})


def numbers(batch: pa.RecordBatch, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Columns as float64 `[n, len(names)]`; nulls are 0."""
    out = np.zeros((batch.num_rows, len(names)))
    for i, name in enumerate(names):
        values = batch.column(name).cast(_F).fill_null(0.0)
        out[:, i] = values.to_numpy(zero_copy_only=False)
    return out


def wording_of(model: Any, text: pa.Array, tagger: Any = None) -> npt.NDArray[np.float64]:
    """What n-grams say of each text, in log-odds, for a `TextModel`."""
    from corpuskit.quality.symbols import counted, mean_of_weights, symbols_of

    grams = model.settings.grams
    symbols, ends = symbols_of(text, grams.units, tagger)
    if model.settings.scale == "mean":
        return np.asarray(model.mix[0] * mean_of_weights(symbols, ends, grams, model.weights))
    return np.asarray(model.wording(counted(symbols, ends, grams)))
