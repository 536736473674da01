"""Hugging Face datasets: a folder of `save_to_disk`, one that `load_dataset` opens, or a hub id.

`datasets` is imported when a dataset is opened. Nothing is fetched unless the recipe allows the
network: local folders are opened in the offline mode of `datasets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from corpuskit.document import Identity
from corpuskit.errors import InputError
from corpuskit.readers.parquet import add_rows, wrong_columns
from corpuskit.readers.protocol import (
    InputFile,
    Read,
    Reader,
    ReaderParams,
    Slice,
    no_records,
    problem,
    problems,
)
from corpuskit.readers.rows import RowBatch

#: Rows that `datasets` hands over at a time.
_ROWS = 200
_HUB = re.compile(r"^hf:/+(?P<id>[^/]+(?:/[^/]+)?)/?$")


class HuggingFaceParams(ReaderParams):
    """Options of the reader of Hugging Face datasets."""

    split: str | None = Field(None, description="Only this split; all of them if null.")
    config: str | None = Field(None, description="Name of the configuration, if there are several.")
    revision: str | None = Field(None, description="Commit, tag or branch of a dataset on the hub.")
    network: bool = Field(False, description="Set by the recipe's own 'network'.")


@dataclass(frozen=True, slots=True)
class _Split:
    """A split: its name, its dataset, and its rows where they are known (on disk)."""

    name: str
    data: Any
    rows: int | None = None


class HuggingFace(Reader):
    """Reads a dataset as a whole; slices are ranges of rows where the dataset is on disk."""

    name: ClassVar[str] = "huggingface"
    scope: ClassVar[Literal["file", "tree"]] = "tree"
    Params: ClassVar[type[ReaderParams]] = HuggingFaceParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """0: a tree is never chosen for a single file."""
        return 0

    def slices(self, file: InputFile, target: int) -> Sequence[Slice]:
        """Ranges of rows, counted over all splits, for `save_to_disk`; else one slice.

        Raises:
            InputError: it can't be opened, or needs the network.
        """
        splits = self._splits(file)
        rows = sum(split.rows or 0 for split in splits)
        if not rows or file.size <= target:
            return [Slice(weight=file.size)]
        step = max(1, rows * target // file.size)
        return [
            Slice(
                start,
                min(start + step, rows),
                start + 1,
                min(step, rows - start) * file.size // rows,
            )
            for start in range(0, rows, step)
        ]

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """Read batch by batch in Arrow's format; locators are ``SPLIT row N``.

        Raises:
            InputError: it can't be opened, or needs the network.
        """
        base = 0
        for split in self._splits(file):
            first, data = 1, split.data
            if split.rows is not None and piece.stop >= 0:
                low = max(piece.start - base, 0)
                high = min(piece.stop - base, split.rows)
                base += split.rows
                if low >= high:
                    continue
                first, data = low + 1, data.select(range(low, high))
            yield from self._rows(split.name, data, first, identity)

    def _rows(self, split: str, data: Any, first: int, identity: Identity) -> Iterator[Read]:
        rows = RowBatch(identity, self.fields)
        number = first
        try:
            for table in data.with_format("arrow").iter(batch_size=_ROWS):
                if wrong := wrong_columns(table.schema, self.fields.text):
                    row = problem(identity, split, *wrong)
                    yield Read(no_records(), problems([row]))
                    return
                for batch in table.to_batches():
                    add_rows(rows, batch, number, f"{split} row ")
                    number += batch.num_rows
                    yield from rows.full()
        except (pa.ArrowException, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            yield from rows.rest()
            message = f"the rest of the split can't be read ({type(error).__name__})"
            row = problem(identity, f"{split} row {number}", "corrupt_dataset", message)
            yield Read(no_records(), problems([row]))
            return
        yield from rows.rest()

    def _splits(self, file: InputFile) -> list[_Split]:
        hub = _HUB.match(file.uri) or _HUB.match(file.path.as_posix())
        if hub and not self.params.network:
            raise InputError(
                f"the dataset {hub['id']} is on the hub, and this recipe allows no network",
                "set 'network: true', or download it and give its folder",
            )
        try:
            found = self._from_hub(hub["id"]) if hub else self._from_disk(file)
        except (OSError, ValueError, pa.ArrowException) as error:
            if isinstance(error, PermissionError):
                raise
            raise InputError(
                f"{file.uri} is not a dataset that can be opened ({type(error).__name__})",
                "give a folder made by save_to_disk, or one that load_dataset opens",
            ) from error
        only = self.params.split
        chosen = [split for split in found if only in (None, split.name)]
        if not chosen:
            names = ", ".join(split.name for split in found)
            raise InputError(f"{file.uri} has no split '{only}'", f"its splits are: {names}")
        return chosen

    def _from_hub(self, name: str) -> list[_Split]:
        import datasets

        datasets.disable_progress_bars()
        options = {"revision": self.params.revision, "streaming": True}
        return _streams(datasets.load_dataset(name, self.params.config, **options))

    def _from_disk(self, file: InputFile) -> list[_Split]:
        import datasets

        datasets.disable_progress_bars()
        path = file.path
        if (path / "dataset_dict.json").is_file():
            named = datasets.DatasetDict.load_from_disk(str(path), keep_in_memory=False)
            return [_Split(str(key), data, len(data)) for key, data in named.items()]
        if (path / "state.json").is_file():
            data = datasets.Dataset.load_from_disk(str(path), keep_in_memory=False)
            return [_Split(str(data.split or "train"), data, len(data))]
        with _offline():
            return _streams(datasets.load_dataset(str(path), self.params.config, streaming=True))


def _streams(found: Any) -> list[_Split]:
    return [_Split(str(key), data) for key, data in found.items()]


@contextmanager
def _offline() -> Iterator[None]:
    """Keep `datasets` and the hub's client from the network while a local folder is opened."""
    import datasets
    import huggingface_hub.constants as hub

    before = datasets.config.HF_HUB_OFFLINE, hub.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = hub.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE, hub.HF_HUB_OFFLINE = before
