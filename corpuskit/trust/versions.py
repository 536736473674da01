"""The manifest of a dataset from which documents were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpuskit.manifest import (
    Accounting,
    Fates,
    Index,
    IndexRecord,
    LookupRecord,
    Manifest,
    RecipeRecord,
    Resource,
    Shard,
    StageRecord,
    Tables,
    Totals,
    content_digest,
)
from corpuskit.trust.takedownstage import Takedown


@dataclass(frozen=True)
class Change:
    """What a takedown changed.

    Attributes:
        shards: entries of the files that were written again, and of new ones, by path.
        indexes: sha256, bytes and rows of index files that were written again, by path.
        lookups: entries of files of the index of queries that were written again, by path.
        sources: kept documents that went, by source.
        ways: the same by how they were found.
        text_bytes: UTF-8 bytes of their texts.
        parent: sha256 of the manifest before.
        ledger: name of the ledger in the dataset.
        ledger_sha256: its digest.
        tombstones: its lines.
        key: file name of the key of its digests, if it has any.
    """

    shards: Mapping[str, Shard]
    indexes: Mapping[str, tuple[str, int, int]]
    lookups: Mapping[str, LookupRecord]
    sources: Mapping[str, int]
    ways: Mapping[str, int]
    text_bytes: int
    parent: str
    ledger: str
    ledger_sha256: str
    tombstones: int
    key: str | None


def changed(old: Manifest, change: Change) -> Manifest:
    """The manifest after a takedown: shards, sums, accounting, recipe, parent."""
    tables = {
        name: _shards(old.table(name), change, f"{name}/")
        for name in ("data", "rejected", "duplicates", "quarantine")
    }
    kept = tables.pop("data")
    params = {"file": change.ledger, "key": change.key}
    stage = _stage(old, change, params)
    reasons = dict(old.rejected_by)
    for way, n in change.ways.items():
        name = f"{stage.stage}/{way}"
        reasons[name] = reasons.get(name, 0) + n
    morphemes = [s.morphemes for s in kept if s.morphemes is not None]
    return old.model_copy(
        update={
            "recipe": _recipe(old, params),
            "resources": _resources(old, change),
            "stages": (*(s for s in old.stages if s.stage != stage.stage), stage),
            "accounting": _accounting(old, change),
            "rejected_by": dict(sorted(reasons.items())),
            "shards": kept,
            "tables": Tables(**tables),
            "totals": Totals(
                documents=sum(s.rows for s in kept),
                characters=sum(s.characters for s in kept),
                morphemes=None if old.totals.morphemes is None else sum(morphemes),
                text_bytes=old.totals.text_bytes - change.text_bytes,
            ),
            "index": _index(old, change),
            "lookup": old.lookup and tuple(change.lookups.get(f.path, f) for f in old.lookup),
            "parents": (change.parent,),
        }
    )


def _shards(old: tuple[Shard, ...], change: Change, folder: str) -> tuple[Shard, ...]:
    known = {shard.path for shard in old}
    new = [s for p, s in sorted(change.shards.items()) if p.startswith(folder) and p not in known]
    return (*(change.shards.get(shard.path, shard) for shard in old), *new)


def _recipe(old: Manifest, params: dict[str, Any]) -> RecipeRecord:
    """The recipe with the ledger as an input, as `corpuskit.recipe.load` would have it."""
    use = {"name": Takedown.name, "params": params}
    stages = [s for s in old.recipe.content.get("stages", ()) if s["name"] != Takedown.name]
    content = {**old.recipe.content, "takedowns": params, "stages": [*stages, use]}
    return RecipeRecord(digest=content_digest(content), content=content)


def _resources(old: Manifest, change: Change) -> tuple[Resource, ...]:
    version = f"{change.tombstones} tombstones"
    ledger = Resource(name=change.ledger, kind="list", version=version, digest=change.ledger_sha256)
    return (*(r for r in old.resources if r.name != change.ledger), ledger)


def _stage(old: Manifest, change: Change, params: dict[str, Any]) -> StageRecord:
    """The stage `takedown`, which may have taken documents before."""
    ident = f"{Takedown.name}@{Takedown.version}"
    n = sum(change.ways.values())
    kept = old.accounting.total.kept
    before = next((s for s in old.stages if s.stage == ident), None)
    rejected = dict(before.rejected) if before else {}
    for way, found in change.ways.items():
        rejected[way] = rejected.get(way, 0) + found
    return StageRecord(
        stage=ident,
        params=params,
        read=before.read if before else kept,
        kept=(before.kept if before else kept) - n,
        rejected=dict(sorted(rejected.items())),
        duplicates=0,
        templates=0,
        quarantined=before.quarantined if before else {},
    )


def _accounting(old: Manifest, change: Change) -> Accounting:
    return Accounting(
        total=_moved(old.accounting.total, sum(change.sources.values())),
        sources={
            name: _moved(fates, change.sources.get(name, 0))
            for name, fates in old.accounting.sources.items()
        },
    )


def _moved(fates: Fates, n: int) -> Fates:
    return fates.model_copy(update={"kept": fates.kept - n, "rejected": fates.rejected + n})


def _index(old: Manifest, change: Change) -> Index | None:
    if old.index is None:
        return None
    files = []
    for file in old.index.files:
        if file.path in change.indexes:
            sha256, size, rows = change.indexes[file.path]
            file = IndexRecord(path=file.path, sha256=sha256, bytes=size, rows=rows)
        files.append(file)
    return Index(stage=old.index.stage, files=tuple(files))
