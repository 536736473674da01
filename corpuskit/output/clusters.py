"""A document's duplicate cluster: who stayed, who went in whose favour, and on what proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpuskit.errors import InputError
from corpuskit.manifest import Manifest, Table
from corpuskit.output.diff import Aligned, side_by_side
from corpuskit.output.story import Place, find, read_row

_RELATED = ("duplicate_of", "template_of", "cluster", "unverified_of")


@dataclass(frozen=True, slots=True)
class Member:
    """One document of a cluster.

    Attributes:
        id: 32 hex digits.
        table: ``data`` and ``rejected`` documents stayed at this stage, ``duplicates`` did not.
        relation: ``head`` (gives the cluster its name), ``kept``, ``duplicate of ID`` or
            ``template of ID``.
        jaccard, containment: measured similarity to that document; None for others.
        bands: numbers of the MinHash bands that hit.
        stage: versioned name of the stage that removed it.
        source, uri, locator: where it came from.
        policy: the columns that decided which document stays.
    """

    id: str
    table: Table
    relation: str
    jaccard: float | None
    containment: float | None
    bands: tuple[int, ...] | None
    stage: str | None
    source: str
    uri: str
    locator: str
    policy: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Explained:
    """A cluster as seen from one of its documents.

    Attributes:
        id: the document asked for.
        table: where it is.
        verdict: one sentence: why it stayed or went.
        settings: parameters of the stages that decided.
        members: of the cluster, the document itself included; the first `limit`.
        more: members left out.
        compared: id of the document it is shown beside, or None.
        rows: their sentences side by side (that one left, this one right).
        numbers: numeric tokens that only one of the two has, as ``(left, right)``.
    """

    id: str
    table: Table
    verdict: str
    settings: Mapping[str, Mapping[str, Any]]
    members: tuple[Member, ...]
    more: int
    compared: str | None
    rows: tuple[Aligned, ...]
    numbers: tuple[tuple[str, ...], tuple[str, ...]]


def explain(out: Path, manifest: Manifest, prefix: str, limit: int = 50) -> Explained:
    """Explain what deduplication made of a document.

    Args:
        out: the dataset.
        manifest: its manifest.
        prefix: at least six hex digits of the document's id.
        limit: members to give.

    Raises:
        InputError: no document, or more than one, has such an id; it is in quarantine.
    """
    place = find(out, manifest, prefix.lower())
    if place.table == "quarantine":
        raise InputError(f"{place.id} is in quarantine: it never met another document")
    row = read_row(place)
    names = _cluster_ids(out, manifest, row)
    members = sorted(_members(out, manifest, names), key=_order)
    other = _partner(row, members)
    rows, numbers = _beside(out, manifest, row, other)
    return Explained(
        place.id,
        place.table,
        _verdict(row, place.table, members),
        {s.stage: s.params for s in manifest.stages if s.stage.startswith("dedup.")},
        tuple(members[:limit]),
        max(len(members) - limit, 0),
        other,
        rows,
        numbers,
    )


def _cluster_ids(out: Path, manifest: Manifest, row: Mapping[str, Any]) -> set[str]:
    """Ids that the cluster's documents refer to: its name, and whom its documents name."""
    names = {row["id"], *(row[n] for n in _RELATED if row.get(n))}
    kept = row.get("duplicate_of")
    if kept and not row.get("duplicate_in"):
        place = _found(out, manifest, kept)
        other = read_row(place) if place else {}
        names |= {other[n] for n in _RELATED if other.get(n)}
    return names


def _members(out: Path, manifest: Manifest, names: set[str]) -> Iterator[Member]:
    wanted = pa.array(sorted(names), pa.string())
    for table in ("data", "rejected", "duplicates"):
        for shard in manifest.table(table):
            yield from _of_shard(out / shard.path, table, wanted, names, manifest)


def _of_shard(
    path: Path, table: Table, wanted: pa.Array, names: set[str], manifest: Manifest
) -> Iterator[Member]:
    policy = _policy_columns(manifest)
    have = set(pq.read_schema(path).names)
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            keys = [n for n in ("id", *_RELATED) if n in have]
            found = file.read_row_group(group, columns=keys)
            mask = pc.is_in(found.column("id"), value_set=wanted)
            for name in keys[1:]:
                mask = pc.or_(mask, pc.is_in(found.column(name), value_set=wanted))
            if not pc.any(mask).as_py():
                continue
            shown = [n for n in (*_SHOWN, *keys, *policy) if n in have]
            rows = file.read_row_group(group, columns=list(dict.fromkeys(shown))).filter(mask)
            for row in rows.to_pylist():
                yield _member(row, table, policy)


_SHOWN = (
    "source", "uri", "locator", "stage", "jaccard", "containment", "bands_hit", "duplicate_in",
    "template_jaccard",
)  # fmt: skip


def _policy_columns(manifest: Manifest) -> tuple[str, ...]:
    """Columns that the policies of the deduplicating stages look at, in order."""
    names: list[str] = []
    for stage in manifest.stages:
        names += [item.split(" ")[0] for item in stage.params.get("keep", ())]
    return tuple(dict.fromkeys(n for n in names if n not in ("id", "length")))


def _member(row: Mapping[str, Any], table: Table, policy: tuple[str, ...]) -> Member:
    kept, template = row.get("duplicate_of"), row.get("template_of")
    jaccard, containment = row.get("jaccard"), row.get("containment")
    if table == "duplicates" and kept:
        where = f" in {row['duplicate_in']}" if row.get("duplicate_in") else ""
        relation = f"duplicate of {kept}{where}"
    elif template:
        relation, jaccard, containment = f"template of {template}", row["template_jaccard"], None
    elif row.get("unverified_of"):
        relation = f"unverified, perhaps of {row['unverified_of']}"
    else:
        relation = "head" if row.get("cluster") == row["id"] else "kept"
    bands = row.get("bands_hit")
    return Member(
        row["id"],
        table,
        relation,
        jaccard,
        containment,
        None if bands is None else tuple(bands),
        row.get("stage") if table == "duplicates" else None,
        row["source"],
        row["uri"],
        row["locator"],
        {name: row[name] for name in policy if name in row},
    )


def _order(member: Member) -> tuple[int, float, str]:
    rank = {"head": 0, "kept": 1}.get(member.relation.split(" ")[0], 2)
    return rank, -(member.jaccard or 0.0), member.id


def _partner(row: Mapping[str, Any], members: list[Member]) -> str | None:
    """The document to show beside: the one it names, else the first that names it."""
    own = row["id"]
    for name in ("duplicate_of", "template_of", "unverified_of"):
        if row.get(name):
            return str(row[name])
    naming = [m.id for m in members if m.relation.endswith(f" of {own}")]
    return naming[0] if naming else None


def _verdict(row: Mapping[str, Any], table: Table, members: list[Member]) -> str:
    if table == "duplicates":
        where = f" in the dataset '{row['duplicate_in']}'" if row.get("duplicate_in") else ""
        measured = "equal text or URL" if row.get("jaccard") is None else (
            f"Jaccard {row['jaccard']:g}, containment {row['containment']:g}"
        )  # fmt: skip
        return (
            f"removed by {row['stage']} as a duplicate of {row['duplicate_of']}{where}: {measured}"
        )
    if row.get("template_of"):
        return (
            f"stayed beside {row['template_of']} at Jaccard {row['template_jaccard']:g}: "
            "their numbers differ"
        )
    if row.get("unverified_of"):
        return f"stayed: {row['unverified_of']} shares a band, but its text is not at hand"
    gone = sum(m.relation == f"duplicate of {row['id']}" for m in members)
    if gone:
        return f"stayed, in place of {gone} others"
    return "stayed: no duplicate of it was found"


def _beside(
    out: Path, manifest: Manifest, row: Mapping[str, Any], other: str | None
) -> tuple[tuple[Aligned, ...], tuple[tuple[str, ...], tuple[str, ...]]]:
    place = None if other is None else _found(out, manifest, other)
    if place is None or place.table == "quarantine":
        return (), ((), ())
    left, right = read_row(place).get("text") or "", row.get("text") or ""
    return tuple(side_by_side(left, right)), _numbers(left, right)


def _found(out: Path, manifest: Manifest, name: str) -> Place | None:
    """Where a document lies; None where it is one of an earlier dataset, or lost."""
    try:
        return find(out, manifest, name)
    except InputError:
        return None


def _numbers(left: str, right: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hard numeric tokens that only one of two texts has, in order of appearance."""
    from corpuskit.dedup.numbers import explain_numbers

    tokens = [[n.token for n in explain_numbers(t) if n.kind == "hard"] for t in (left, right)]
    only = []
    for mine, others in ((tokens[0], tokens[1]), (tokens[1], tokens[0])):
        rest = list(others)
        alone = []
        for token in mine:
            if token in rest:
                rest.remove(token)
            else:
                alone.append(token)
        only.append(tuple(alone))
    return only[0], only[1]
