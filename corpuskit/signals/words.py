"""Signals over the user's lists of words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field, field_validator

from corpuskit.document import append_columns
from corpuskit.paths import resolve_path
from corpuskit.signals import wordlists
from corpuskit.stage import Column, Params, Resource, Stage, share


class WordsParams(Params):
    """Which lists, and what counts as a word of them."""

    lists: dict[str, str] = Field(
        min_length=1,
        description="Path of a list (UTF-8, one word a line, # starts a comment) by its name.",
    )
    boundaries: Literal["katakana", "none"] = Field(
        "katakana",
        description="katakana: アス is not in アスパラガス, nor ass in class; none: anywhere.",
    )

    @field_validator("lists")
    @classmethod
    def _named(cls, lists: dict[str, str]) -> dict[str, str]:
        for name in lists:
            if not re.fullmatch("[a-z][a-z0-9_]*", name):
                raise ValueError(f"the name of the list '{name}' must be like adult or ng_words")
        return lists


class Words(Stage):
    """Counts the words of lists that a recipe names.

    Words are taken from the left, the longest at each place, without overlaps, and as they are
    written: after `normalize`, lists want its forms. With boundaries, a word that starts or ends
    in katakana, a Latin letter or a digit doesn't match where a run of the same goes on, nor does
    one that a combining dakuten follows. corpuskit ships no list but a small example.
    """

    name: ClassVar[str] = "signals.words"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = WordsParams
    example: ClassVar[str] = "- signals.words:\n    lists: {weather: pkg:samples/words/weather.txt}"
    kernels: ClassVar[tuple[str, ...]] = ("words",)

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._lists: dict[str, wordlists.WordList] | None = None

    def columns_written(self) -> tuple[Column, ...]:
        """Three columns for each list."""
        found: list[Column] = []
        for name in self.params.lists:
            about = f"occurrences of words of the list '{name}', leftmost and longest"
            found.append(Column(f"{name}_words", pa.int64(), about))
            about = f"different words of the list '{name}' found"
            found.append(Column(f"{name}_types", pa.int64(), about))
            about = f"characters of words of the list '{name}' / characters"
            found.append(Column(f"{name}_word_share", pa.float64(), about))
        return tuple(found)

    def _paths(self) -> dict[str, Path]:
        lists = self.params.lists.items()
        return {name: Path(resolve_path(path, self.root)) for name, path in lists}

    def inputs(self) -> tuple[Path, ...]:
        """The lists, which are read and checked here.

        Raises:
            InputError: a list is missing, no UTF-8, or empty.
        """
        for path in self._paths().values():
            wordlists.read(path)
        return tuple(self._paths().values())

    def resources(self) -> tuple[Resource, ...]:
        """The lists, for the manifest."""
        read = {name: wordlists.read(path) for name, path in self._paths().items()}
        return tuple(
            Resource(name, "list", f"{len(found.words)} words", found.digest)
            for name, found in read.items()
        )

    def open(self) -> None:
        """Read the lists."""
        self._lists = {name: wordlists.read(path) for name, path in self._paths().items()}

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """One pass over the text buffers for each list."""
        if self._lists is None:
            self.open()
        text, bounded = batch.column("text"), self.params.boundaries == "katakana"
        columns = {}
        for name, found in (self._lists or {}).items():
            counts = wordlists.count(text, found.words, bounded)
            columns[f"{name}_words"] = pa.array(counts["words"])
            columns[f"{name}_types"] = pa.array(counts["types"])
            columns[f"{name}_word_share"] = share(counts["word_chars"], counts["characters"])
        return append_columns(batch, columns)
