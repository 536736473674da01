"""CLD2 for texts that the package's own tables leave to others: extra `langid`."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.stage import Resource

_FIRST_BYTES = 16_384
_LOCAL = ("ja", "zh", "ko")


def resource() -> Resource:
    """What the manifest records of CLD2, whose tables are in its wheel."""
    files = importlib.metadata.distribution("pycld2").files or []
    digests = sorted(str(f.hash.value) for f in files if f.hash and f.suffix == ".so")
    version = importlib.metadata.version("pycld2")
    return Resource("cld2", "model", version, ",".join(digests), "Apache-2.0", "US")


def fill(text: pa.Array, names: Any, scores: Any) -> tuple[Any, Any]:
    """Let CLD2 say what is not Japanese, Chinese or Korean, by the first 16 kB of each text.

    Args:
        text: n strings.
        names: language codes or None, `object[n]`.
        scores: `float64[n]`.

    Returns:
        New names and scores; a score is CLD2's share of the text in the language, where it calls
        that reliable. What it says of Chinese, Japanese and Korean is not taken.
    """
    cld2: Any = importlib.import_module("pycld2")
    names, scores = names.copy(), scores.copy()
    for row in np.flatnonzero(~np.isin(names.astype(str), _LOCAL)).tolist():
        piece = text[row].as_py()[:_FIRST_BYTES]
        # CLD2 refuses control characters.
        piece = "".join(c if c.isprintable() else " " for c in piece)
        reliable, _, found = cld2.detect(piece.encode("utf-8", "replace"))
        code, percent = found[0][1], found[0][2]
        known = reliable and code != "un" and code.partition("-")[0] not in _LOCAL
        names[row] = code if known else None
        scores[row] = percent / 100 if known else 0.0
    return names, scores
