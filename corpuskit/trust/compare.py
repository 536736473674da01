"""What differs between two datasets: documents and their fates, counts, recipe, digests.

Documents are compared by id, in slices of the id space that fit in memory: an id is a function of
the record's bytes and place, so that a record of which either changed is another document. Whether
a stage left another text behind shows in the shards' digests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.manifest import TABLES, Manifest, load
from corpuskit.output.recount import Ids, id_slices
from corpuskit.output.sums import file_sha256
from corpuskit.output.verify import FATE_OF

#: The fate of a document that a dataset has no record of.
ABSENT = "absent"
_FATES = (*(FATE_OF[table] for table in TABLES), ABSENT)


@dataclass(frozen=True)
class Changed:
    """A value that differs; None where a side has none.

    Attributes:
        name: what it belongs to, such as ``stages.2.params.bound`` or ``data/train-…``.
        before, after: in the first and in the second dataset.
    """

    name: str
    before: Any
    after: Any


@dataclass
class Difference:
    """All that differs between two datasets.

    Attributes:
        child: whether the second one names the first as its parent.
        fates: documents by fate in the first and in the second; equal fates are left out.
        documents: the first ids of each such pair.
        counts: sums of accounting, reasons and totals.
        recipe: keys of the recipe.
        made_of: inputs, dictionaries, lists, models, plug-ins and versions.
        files: sha256 of shards and index files.
    """

    child: bool
    fates: Counter[tuple[str, str]] = field(default_factory=Counter)
    documents: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    counts: list[Changed] = field(default_factory=list)
    recipe: list[Changed] = field(default_factory=list)
    made_of: list[Changed] = field(default_factory=list)
    files: list[Changed] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether the two are the same."""
        parts = (self.fates, self.counts, self.recipe, self.made_of, self.files)
        return not any(parts)


def compare(one: Path, two: Path, limit: int = 20) -> Difference:
    """Compare two datasets.

    Args:
        one, two: their folders.
        limit: ids to list of each change of fate.

    Raises:
        InputError: a folder is no dataset, or a shard cannot be read.
    """
    before, after = load(one / "manifest.json"), load(two / "manifest.json")
    found = Difference(file_sha256(one / "manifest.json") in after.parents)
    found.counts = list(_changed(_counts(before), _counts(after)))
    found.recipe = list(_changed(_flat(before.recipe.content), _flat(after.recipe.content)))
    found.made_of = list(_changed(_made_of(before), _made_of(after)))
    found.files = list(_changed(_files(before), _files(after)))
    if any(c.name.endswith(".parquet") for c in found.files):  # else all ids are the same
        try:
            _documents(found, (one, before), (two, after), limit)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise InputError(
                f"a shard cannot be read: {error}", "'corpuskit verify' names every damage"
            ) from error
    return found


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Changed]:
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Changed(name, before.get(name), after.get(name))


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """JSON as values by dotted place; empty objects and lists stand for themselves."""
    if isinstance(value, dict) and value:
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and value:
        items = [(str(i), item) for i, item in enumerate(value)]
    else:
        return {name: value}
    found: dict[str, Any] = {}
    for key, item in items:
        found |= _flat(item, f"{name}.{key}" if name else key)
    return found


def _counts(manifest: Manifest) -> dict[str, Any]:
    data = manifest.model_dump(
        mode="json", include={"accounting", "rejected_by", "quarantined_by", "totals"}
    )
    return {name: value for name, value in _flat(data).items() if not isinstance(value, dict)}


def _made_of(manifest: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = {f"input {r.source}/{r.uri}": r.sha256 for r in manifest.inputs}
    found |= {f"{r.kind} {r.name} {r.version}": r.digest for r in manifest.resources}
    found |= {f"plug-in {p.name}": p.digest for p in manifest.plugins}
    return found | {f"version of {name}": value for name, value in manifest.versions.items()}


def _files(manifest: Manifest) -> dict[str, Any]:
    found: dict[str, Any] = {shard.path: shard.sha256 for _, shard in manifest.files()}
    if manifest.index is not None:
        found |= {file.path: file.sha256 for file in manifest.index.files}
    return found


# --- documents ------------------------------------------------------------------------------------

Dataset = tuple[Path, Manifest]


def _documents(found: Difference, one: Dataset, two: Dataset, limit: int) -> None:
    """Count ids by their two fates, and list the first of those whose fates differ."""
    rows = max(sum(s.rows for _, s in manifest.files()) for _, manifest in (one, two))
    for left, right in zip(_fates(one, rows), _fates(two, rows), strict=True):
        ids = np.union1d(left[0], right[0])
        pairs = np.stack([_fate(ids, *left), _fate(ids, *right)])
        for before, after in np.unique(pairs, axis=1).T.tolist():
            if before == after:
                continue
            at = np.flatnonzero((pairs[0] == before) & (pairs[1] == after))
            pair = (_FATES[before], _FATES[after])
            found.fates[pair] += len(at)
            listed = found.documents.setdefault(pair, [])
            listed += [_hex(i) for i in ids[at[: max(0, limit - len(listed))]].tolist()]


def _fates(dataset: Dataset, rows: int) -> Iterator[tuple[Ids, npt.NDArray[np.int64]]]:
    """Ids, sorted, and the number of each one's fate in `_FATES`; slice by slice."""
    out, manifest = dataset
    named = list(manifest.files())
    numbers = np.array([TABLES.index(table) for table, _ in named], np.int64)
    for part in id_slices([(table, out / shard.path) for table, shard in named], rows):
        yield part.ids, numbers[part.files]


def _fate(ids: Ids, known: Ids, fates: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The fate of each of `ids`, `ABSENT` for those that are not known."""
    found = np.full(len(ids), len(_FATES) - 1, np.int64)
    found[np.searchsorted(ids, known)] = fates
    return found


def _hex(octets: bytes) -> str:
    return octets.ljust(16, b"\0").hex()
