"""The index of a dataset: what later runs need to find near-duplicates of its documents.

An index is a folder ``index/`` with one Parquet file for each shard of the kept documents, row by
row beside it: ``id``, ``keys`` (the document's band keys, ``fixed_size_list<uint64>[bands]``, null
for an empty text) and, where asked for, ``signature`` (``fixed_size_list<uint32>[num_perm]``). It
is made from the texts as they stand in the shards. Each file's schema carries a `Scheme`: two
indexes, or an index and a recipe, can be compared only where theirs are equal.

`corpuskit dedup index` collects the indexes of several datasets in one folder (``index.json`` says
where each file came from), so that a run needs one path, and no text of datasets that aren't there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.errors import InputError

#: Changes when a file written before could no longer be read as what it was.
INDEX_VERSION = 1
FOLDER = "index"
LIST = "index.json"
_META = b"corpuskit.index"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How band keys were made; equal schemes give equal keys for equal texts.

    Attributes:
        version: `INDEX_VERSION`.
        hash: the family of permutations, and the versions of text view and shingle hash.
        unit: what a shingle counts.
        ngram: units in a shingle.
        num_perm, bands, rows, seed: of the signature.
    """

    version: int
    hash: str
    unit: str
    ngram: int
    num_perm: int
    bands: int
    rows: int
    seed: int

    def differs(self, other: Scheme) -> str:
        """The first difference in words, or an empty text."""
        for name, mine in asdict(self).items():
            if getattr(other, name) != mine:
                return f"{name} is {getattr(other, name)}, not {mine}"
        return ""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file of an index.

    Attributes:
        path: the Parquet file.
        dataset: name of the dataset it belongs to.
        rows: documents in it.
        data: the shard with their texts, or None where it isn't at hand.
    """

    path: Path
    dataset: str
    rows: int
    data: Path | None

    @property
    def at_hand(self) -> bool:
        """Whether the texts can be read."""
        return self.data is not None and self.data.is_file()


def schema(scheme: Scheme, signatures: bool) -> pa.Schema:
    """Columns of an index file, with its scheme."""
    fields = [pa.field("id", pa.string()), pa.field("keys", pa.list_(pa.uint64(), scheme.bands))]
    if signatures:
        fields.append(pa.field("signature", pa.list_(pa.uint32(), scheme.num_perm)))
    text = json.dumps(asdict(scheme), sort_keys=True, separators=(",", ":"))
    return pa.schema(fields, metadata={_META: text.encode()})


def scheme_of(path: Path) -> Scheme:
    """The scheme an index file was made with.

    Raises:
        InputError: it is not an index of this version.
    """
    try:
        raw = (pq.read_schema(path).metadata or {}).get(_META)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} can't be read as an index: {error}") from error
    values: dict[str, Any] = json.loads(raw) if raw else {}
    if values.get("version") != INDEX_VERSION or set(values) != set(Scheme.__slots__):
        raise InputError(
            f"{path} is not an index of version {INDEX_VERSION}",
            "make it again: corpuskit dedup index DATASET -o FOLDER",
        )
    return Scheme(**values)


def files_of(path: Path) -> list[IndexFile]:
    """The files of an index, in order.

    Args:
        path: a dataset that has an index, or a folder that `corpuskit dedup index` wrote.

    Raises:
        InputError: there is no index.
    """
    if (path / LIST).is_file():
        return list(_collected(path))
    if (path / "manifest.json").is_file():
        return list(_own(path))
    raise InputError(
        f"{path} is neither a dataset nor an index",
        "give the folder of an earlier run, or what 'corpuskit dedup index' wrote",
    )


def _own(out: Path) -> Iterator[IndexFile]:
    from corpuskit.manifest import load

    manifest = load(out / "manifest.json")
    if manifest.index is None:
        raise InputError(
            f"the dataset {out} has no index",
            f"'corpuskit dedup index {out} -o FOLDER' makes one; a run writes one with "
            "dedup.minhash: {index: true}",
        )
    for shard, file in zip(manifest.shards, manifest.index.files, strict=True):
        yield _file(out / file.path, manifest.name, file.rows, out / shard.path)


def _collected(folder: Path) -> Iterator[IndexFile]:
    try:
        listed = json.loads((folder / LIST).read_text(encoding="utf-8"))
        for entry in listed["files"]:
            data = (folder / entry["data"]).resolve() if entry["data"] else None
            path = folder / FOLDER / PurePosixPath(entry["path"]).name
            yield _file(path, entry["dataset"], entry["rows"], data)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder / LIST} is damaged: {error!r}", "make the index again"
        ) from error


def _file(path: Path, dataset: str, rows: int, data: Path | None) -> IndexFile:
    if not path.is_file():
        raise InputError(f"{path} is missing", "make the index again, or restore the file")
    return IndexFile(path, dataset, rows, data)


def all_files(paths: Sequence[Path], scheme: Scheme) -> list[IndexFile]:
    """The files of several indexes, which must have been made with this scheme.

    Raises:
        InputError: an index is missing or was made otherwise; a dataset comes twice.
    """
    found: list[IndexFile] = []
    names: dict[str, Path] = {}
    for path in paths:
        files = files_of(path)
        for name in sorted({file.dataset for file in files}):
            if name in names:
                raise InputError(
                    f"the dataset '{name}' is in {names[name]} and in {path}", "name it once"
                )
            names[name] = path
        found += files
    for file in found:
        difference = scheme.differs(scheme_of(file.path))
        if difference:
            raise InputError(
                f"{file.path} was made with other settings: {difference}",
                "use its settings in dedup.minhash, or make the index again: corpuskit dedup index",
            )
    return found
