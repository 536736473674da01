"""The numbers that languages are told apart by, as `scripts/fit_language` fitted them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpuskit.stage import Resource

Weights = npt.NDArray[np.int8]

LANGUAGES: tuple[str, ...] = ("en", "de", "fr", "es", "vi", "ru")
"""Languages of the columns of `Tables.letters`; the next column stands for all others."""

_FILES = ("kanji.npy", "pairs.npy", "letters.npy")
_HOME = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Tables:
    """Weights in sixteenths of a nat.

    Attributes:
        kanji: for Japanese against Chinese, of each code point from U+3400 to U+9FFF.
        pairs: the same of two kanji that stand side by side, hashed, `int8[131072]`.
        letters: of groups of letters for each language, hashed, `int8[32768, 8]`.
    """

    kanji: Weights
    pairs: Weights
    letters: Weights


@cache
def load() -> Tables:
    """Read the tables; they are small (0.4 MB) and read once in a process."""
    return Tables(*(np.load(_HOME / name, allow_pickle=False) for name in _FILES))


@cache
def resource() -> Resource:
    """What the manifest records of the tables."""
    digest = hashlib.sha256(b"".join((_HOME / name).read_bytes() for name in _FILES)).hexdigest()
    return Resource("corpuskit-language", "model", "1", digest, "Apache-2.0")
