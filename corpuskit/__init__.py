"""corpuskit curates Japanese and industrial documents into training data that can be defended.

The names here are the public ones; everything else may change. They load on first use, so that
``corpuskit --help`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from corpuskit.datasetmap import DatasetMap
    from corpuskit.document import Document
    from corpuskit.errors import CorpuskitError
    from corpuskit.recipe import Recipe
    from corpuskit.stage import Column, Params, Result, Stage, doc_filter, doc_signal

_HOME = {
    "Column": "corpuskit.stage",
    "CorpuskitError": "corpuskit.errors",
    "DatasetMap": "corpuskit.datasetmap",
    "Document": "corpuskit.document",
    "Params": "corpuskit.stage",
    "Recipe": "corpuskit.recipe",
    "Result": "corpuskit.stage",
    "Stage": "corpuskit.stage",
    "doc_filter": "corpuskit.stage",
    "doc_signal": "corpuskit.stage",
}

__all__ = [
    "Column",
    "CorpuskitError",
    "DatasetMap",
    "Document",
    "Params",
    "Recipe",
    "Result",
    "Stage",
    "doc_filter",
    "doc_signal",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'corpuskit' has no attribute '{name}'")
