"""Lists of words from files: read, checked, made into the table that kernels search with."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from corpuskit.errors import InputError

if TYPE_CHECKING:
    from corpuskit.kernels.words import WordTable

Counts = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class WordList:
    """A list as it was read.

    Attributes:
        words: different words, in order.
        digest: sha256 of the file.
    """

    words: tuple[str, ...]
    digest: str


def read(path: Path) -> WordList:
    """Read a list: UTF-8, one word a line, blank lines and those that start with # left out.

    Raises:
        InputError: the file is missing, no UTF-8, or holds no word.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"can't read the list of words {path.name}: {error.strerror}",
            "give its path from the recipe's folder on",
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the list of words {path.name} is not UTF-8 at byte {error.start}",
            "convert it to UTF-8, one word a line",
        ) from None
    lines = (line.strip() for line in text.split("\n"))
    words = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not words:
        raise InputError(f"the list {path.name} holds no word", "write one word a line")
    return WordList(words, hashlib.sha256(raw).hexdigest())


@functools.lru_cache(maxsize=32)
def table_of(words: tuple[str, ...]) -> WordTable:
    """The table of a list, made once in each process."""
    from corpuskit.kernels.words import word_table

    return word_table(words)


def count(text: pa.Array, words: tuple[str, ...], bounded: bool) -> Counts:
    """Words of a list in each text, by name (see `corpuskit.kernels.words.COLUMNS`)."""
    from corpuskit.kernels.buffers import text_buffers
    from corpuskit.kernels.words import COLUMNS, word_counts

    out = np.empty((len(text), len(COLUMNS)), np.int64)
    data, offsets = text_buffers(text)
    table = table_of(words)
    word_counts(
        data, offsets, table.keys, table.nodes, table.ends, table.first, table.pairs, table.size,
        bounded, out,
    )  # fmt: skip
    return dict(zip(COLUMNS, out.T, strict=True))
