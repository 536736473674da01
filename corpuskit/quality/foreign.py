"""Users' own models of other makers: KenLM's binary files and fastText's classifiers.

Both need a package that corpuskit doesn't bring: kenlm (LGPL, compiled when installed), and
fasttext-predict or fasttext-wheel (MIT). ARPA files need neither.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError, MissingExtraError
from corpuskit.quality.langmodel import Lines, Scores, lines_of

Doubles = npt.NDArray[np.float64]


def _needed(module: str, package: str) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"the module '{module}' is not installed", f"python -m pip install {package}"
        ) from error


def _there(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"model not found: {path}", "paths are relative to the recipe")


class KenLM:
    """A KenLM binary file.

    Args:
        path: the file.
        units: what its symbols are: ``characters`` (▁ for white space) or ``words``.

    Raises:
        MissingExtraError: the package kenlm is not installed.
        InputError: the file isn't there, or KenLM refuses it.
    """

    def __init__(self, path: Path, units: str) -> None:
        _there(path)
        kenlm = _needed("kenlm", "kenlm")
        self.units = units
        try:
            self._model = kenlm.Model(str(path))
        except OSError as error:
            raise InputError(f"KenLM can't load {path}: {error}", "give another file") from error

    def score(self, text: pa.Array) -> Scores:
        """Score texts line by line, as `LanguageModel.score`."""
        lines = lines_of(text, self.units)
        sums = np.zeros(len(text))
        for i, entry in enumerate(text.to_pylist()):
            for line in entry.split("\n"):
                words = line.split()
                if words:
                    spaced = words if self.units == "words" else list("▁".join(words))
                    sums[i] += self._model.score(" ".join(spaced), bos=True, eos=True)
        return _scores(sums, lines)


def _scores(sums: Doubles, lines: Lines) -> Scores:
    count = np.diff(lines.first)
    symbols = np.diff(lines.ends[lines.first]) + count
    return Scores(sums, symbols, lines.characters + count)


class FastText:
    """A fastText classifier, .bin or .ftz.

    Args:
        path: the file.
        label: the label whose probability is the score, with or without ``__label__``.

    Raises:
        MissingExtraError: neither fasttext-predict nor fasttext-wheel is installed.
        InputError: the file isn't there, fastText refuses it, or it has no such label.
    """

    def __init__(self, path: Path, label: str) -> None:
        _there(path)
        fasttext = _needed("fasttext", "fasttext-predict")
        try:
            model = fasttext.load_model(str(path))
        except (ValueError, RuntimeError) as error:
            raise InputError(f"fastText can't load {path}: {error}", "give another file") from error
        # `predict(str)` of fasttext-wheel raises with NumPy 2; what it calls does not.
        self._model = getattr(model, "f", model)
        self._label = label if label.startswith("__label__") else f"__label__{label}"
        labels = {name for _, name in self._pairs("\n")} or {self._label}
        if self._label not in labels:
            raise InputError(
                f"{path} has no label '{label}'; it has {', '.join(sorted(labels))}",
                "set 'label' to the one of good texts",
            )

    def score(self, text: pa.Array) -> Doubles:
        """Probability of the label for each text, line breaks taken for blanks; 0 to 1."""
        return np.array([self._one(entry) for entry in text.to_pylist()], np.float64)

    def _one(self, text: str) -> float:
        found = self._pairs(text.replace("\n", " ") + "\n")
        return min(max(dict((name, p) for p, name in found).get(self._label, 0.0), 0.0), 1.0)

    def _pairs(self, text: str) -> list[tuple[float, str]]:
        """All labels with their probabilities."""
        found = self._model.predict(text, -1, 0.0, "strict")
        return [(float(p), str(name)) for p, name in found]
