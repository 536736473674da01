"""One index folder out of several datasets and indexes: what `corpuskit dedup index` does."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corpuskit.dedup.index import FOLDER, INDEX_VERSION, LIST, IndexFile, files_of, scheme_of
from corpuskit.dedup.minhash import MinHash
from corpuskit.errors import InputError, OutputError, RecipeError
from corpuskit.indexing import write_index
from corpuskit.manifest import load
from corpuskit.output.sums import file_sha256


@dataclass(frozen=True, slots=True)
class Collected:
    """What an index folder holds.

    Attributes:
        datasets: documents by dataset.
        made: files whose keys were computed; the others were copied.
        files: all files.
    """

    datasets: Mapping[str, int]
    made: int
    files: int


def collect(paths: Sequence[Path], out: Path, params: Mapping[str, Any]) -> Collected:
    """Write an index folder; a dataset's own index is taken over where its settings are these.

    Args:
        paths: datasets and index folders.
        out: the folder to write; must not exist, or be empty.
        params: parameters of `dedup.minhash`; with none, those of the first index found.

    Raises:
        InputError: a path is neither, an index has other settings and no texts to make it from, or
            a dataset comes twice.
        OutputError: the folder holds something.
        RecipeError: a parameter is wrong.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out} is not empty", "choose another folder")
    exchange = _exchange(paths, params)
    temp = out.with_name(f"{out.name}.tmp")
    shutil.rmtree(temp, ignore_errors=True)
    (temp / FOLDER).mkdir(parents=True)
    entries: list[dict[str, Any]] = []
    made = 0
    for path in paths:
        seen = {entry["dataset"] for entry in entries}
        for file, fits in _sources(path, exchange):
            if file.dataset in seen:
                raise InputError(f"the dataset '{file.dataset}' comes twice", "name it once")
            name = f"{len(entries):05}-{file.dataset}.parquet"
            rows = _place(file, fits, exchange, temp / FOLDER / name)
            made += not fits
            data = os.path.relpath(file.data, out) if file.data is not None else None
            digest = file_sha256(temp / FOLDER / name)
            entries.append(
                {"path": name, "dataset": file.dataset, "rows": rows, "sha256": digest,
                 "data": data}
            )  # fmt: skip
    listed = {"version": INDEX_VERSION, "scheme": asdict(exchange.scheme()), "files": entries}
    text = json.dumps(listed, ensure_ascii=False, sort_keys=True, indent=1)
    (temp / LIST).write_text(f"{text}\n", encoding="utf-8")
    if out.exists():
        out.rmdir()
    temp.rename(out)
    datasets: dict[str, int] = {}
    for entry in entries:
        datasets[entry["dataset"]] = datasets.get(entry["dataset"], 0) + entry["rows"]
    return Collected(datasets, made, len(entries))


def _exchange(paths: Sequence[Path], params: Mapping[str, Any]) -> MinHash:
    given = dict(params) or _settings(paths)
    try:
        return MinHash(MinHash.Params.model_validate({**given, "index": True}))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise RecipeError(f"dedup.minhash: {key}: {first['msg']}", "see corpuskit stages") from None


def _settings(paths: Sequence[Path]) -> dict[str, Any]:
    """Parameters of the first index that is there; none where there is none."""
    for path in paths:
        if (path / LIST).is_file() or _has_index(path):
            scheme = asdict(scheme_of(files_of(path)[0].path))
            return {n: scheme[n] for n in MinHash.Params.model_fields if n in scheme}
    return {}


def _has_index(path: Path) -> bool:
    manifest = path / "manifest.json"
    return manifest.is_file() and bool((index := load(manifest).index) and index.files)


def _sources(path: Path, exchange: MinHash) -> Iterator[tuple[IndexFile, bool]]:
    """A path's files, and whether each can be copied as it is."""
    if (path / LIST).is_file() or _has_index(path):
        for file in files_of(path):
            yield file, not exchange.scheme().differs(scheme_of(file.path))
        return
    if not (path / "manifest.json").is_file():
        files_of(path)  # says what is wrong
    manifest = load(path / "manifest.json")
    for shard in manifest.shards:
        data = path / shard.path
        yield IndexFile(data, manifest.name, shard.rows, data), False


def _place(file: IndexFile, fits: bool, exchange: MinHash, out: Path) -> int:
    if fits:
        shutil.copyfile(file.path, out)
        return file.rows
    if file.data is None or not file.at_hand:
        difference = exchange.scheme().differs(scheme_of(file.path))
        raise InputError(
            f"{file.path} was made with other settings ({difference}), and its texts aren't at "
            "hand to make it again",
            "give the settings it was made with, or the dataset",
        )
    return write_index(exchange, file.data, out)
