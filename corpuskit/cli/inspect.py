"""``corpuskit inspect OUT [ID]``: look at documents, and at one document's whole story."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpuskit.manifest import Manifest
    from corpuskit.output.browse import Query
    from corpuskit.output.clusters import Explained
    from corpuskit.output.story import Story

_TEXT_HEAD = 600
_CUTS = 12


class TableName(StrEnum):
    """The four places where a record ends."""

    KEPT = "kept"
    REJECTED = "rejected"
    DUPLICATES = "duplicates"
    QUARANTINE = "quarantine"


def command(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    document: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A document's id, or its first six digits or more."),
    ] = None,
    table: Annotated[TableName | None, typer.Option(help="List this table only.")] = None,
    source: Annotated[str | None, typer.Option(help="List this source only.")] = None,
    stage: Annotated[str | None, typer.Option(help="List what this stage decided.")] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="List what this signal rejected, or this error quarantined."),
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="Documents to list of each table.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the documents of a dataset, or tell one document's whole story.

    Without ID: how many documents there are, by table, source and reason, and the first of them.
    With ID: where it came from, every signal, the verdict with value and bound, and its duplicate
    cluster: who stayed and who went, and the document beside the one it was compared with, with
    what differs in ⟦ ⟧.
    """
    from pyarrow import ArrowException

    from corpuskit.errors import InputError
    from corpuskit.manifest import load
    from corpuskit.output.browse import Query

    if document is not None and not re.fullmatch("[0-9a-fA-F]{6,32}", document):
        raise typer.BadParameter("an id is six to 32 hex digits", param_hint="ID")
    manifest = load(out / "manifest.json")
    if document is None:
        _check(manifest, source, reason)
    name: Any = "data" if table is TableName.KEPT else table and table.value
    query = Query(name, source, stage, reason, limit)
    try:
        if document is None:
            _list(out, manifest, query, as_json)
        else:
            _tell(out, manifest, document, as_json)
    except (OSError, ArrowException) as error:
        raise InputError(
            f"{out} is damaged: {error}", f"'corpuskit verify {out}' names every damage"
        ) from error


def _check(manifest: Manifest, source: str | None, reason: str | None) -> None:
    """Refuse a source or a reason that the dataset does not know, and name the nearest."""
    reasons = {key.rpartition("/")[2] for key in manifest.rejected_by} | {*manifest.quarantined_by}
    for value, known, option in (
        (source, set(manifest.accounting.sources), "--source"),
        (reason, reasons, "--reason"),
    ):
        if value is not None and value not in known:
            from corpuskit.registry import nearest

            message = f"'{value}' is not in this dataset{nearest(value, sorted(known))}"
            raise typer.BadParameter(message, param_hint=option)


def _list(out: Path, manifest: Manifest, query: Query, as_json: bool) -> None:
    from dataclasses import asdict

    from corpuskit.cli.show import print_json, print_line, print_table
    from corpuskit.output.browse import listings

    found = list(listings(out, manifest, query))
    if as_json:
        print_json({"dataset": manifest.name, "tables": [asdict(one) for one in found]})
        return
    for one in found:
        print_line(f"{_shown(one.table)}: {one.documents:,} documents")
        counts = [("source", *item) for item in one.sources.items()]
        counts += [("reason", *item) for item in one.reasons.items()]
        print_table(("by", "name", "documents"), counts, right=("documents",))
        rows = [(e.id[:12], e.source, e.uri, e.locator, e.reason, e.head) for e in one.entries]
        if rows:
            print_line()
            print_table(("id", "source", "uri", "locator", "reason", "text"), rows)
        print_line()


def _shown(table: str | None) -> str:
    return "kept" if table == "data" else str(table)


def _tell(out: Path, manifest: Manifest, prefix: str, as_json: bool) -> None:
    from dataclasses import asdict

    from corpuskit.cli.show import print_json
    from corpuskit.output.clusters import explain
    from corpuskit.output.story import story

    told = story(out, manifest, prefix)
    met = told.twin is not None or told.cluster or told.stands_for[1]
    cluster = explain(out, manifest, told.id) if met else None
    if as_json:
        members = [asdict(m) for m in cluster.members] if cluster else []
        print_json({**asdict(told), "table": _shown(told.table), "members": members})
    else:
        _print_story(told, cluster)


def _print_story(told: Story, cluster: Explained | None) -> None:
    from corpuskit.cli.dedup import print_cluster
    from corpuskit.cli.show import print_line, print_table

    print_line(f"document {told.id}: {_shown(told.table)} ({told.file})")
    if told.reason:
        print_line(f"why: {told.reason}")
    print_line()
    facts = {**told.origin, **{f"meta.{k}": v for k, v in told.meta.items()}, **_fate(told)}
    print_table(("fact", "value"), [(k, v) for k, v in facts.items() if v is not None])
    if told.signals:
        print_line()
        print_table(
            ("signal", "value", "about"), [(s.name, s.value, s.about) for s in told.signals]
        )
    _print_quality({s.name: s.value for s in told.signals})
    if cluster is not None:
        print_line()
        print_cluster(cluster, settings=False)
    if told.text is not None:
        print_line()
        print_line(f"text, {len(told.text):,} characters:")
        for line in told.text[:_TEXT_HEAD].splitlines():
            print_line(line)
        if len(told.text) > _TEXT_HEAD:
            print_line("…")


def _print_quality(values: dict[str, Any]) -> None:
    """What each part of `quality` says for (above 0) or against the document, the most first."""
    from corpuskit.cli.show import print_line, print_table

    if values.get("quality_wording") is None:
        return
    from corpuskit.quality.combined import explained

    parts = sorted(explained(values).items(), key=lambda part: (-abs(part[1]), part[0]))
    print_line()
    print_table(
        ("part of quality", "log-odds"), [(n, f"{v:+.3f}") for n, v in parts], right=("log-odds",)
    )


def _fate(told: Story) -> dict[str, Any]:
    """Verdict, twin, cluster and the documents it stands for, as facts."""
    facts: dict[str, Any] = dict(told.verdict)
    if told.twin is not None:
        where = _shown(told.twin["table"]) if told.twin["table"] else "not in the dataset"
        place = " ".join(str(told.twin.get(k) or "") for k in ("source", "uri", "locator"))
        facts["duplicate_of"] = f"{told.twin['id']} ({where}) {place}".rstrip()
    facts.update(told.cluster)
    ids, count = told.stands_for
    if count:
        facts["stands for"] = f"{count:,} removed: {' '.join(name[:12] for name in ids)}"
    for stage in dict.fromkeys(cut["stage"] for cut in told.cuts):
        facts[f"cut by {stage}"] = _cuts([cut for cut in told.cuts if cut["stage"] == stage])
    return facts


def _cuts(cuts: list[Mapping[str, Any]]) -> str:
    """Number, characters and the first places of what a stage took out of a text."""
    size = sum(cut["stop"] - cut["start"] for cut in cuts)
    places = " ".join(f"{cut['start']}-{cut['stop']}" for cut in cuts[:_CUTS])
    more = f" and {len(cuts) - _CUTS:,} more" if len(cuts) > _CUTS else ""
    what = "one piece" if len(cuts) == 1 else f"{len(cuts):,} pieces"
    return f"{what}, {size:,} characters, at {places}{more}"
