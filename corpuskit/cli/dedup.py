"""``corpuskit dedup``: what was removed and why, and indexes for later runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from corpuskit.output.clusters import Explained

#: Rows of two texts side by side that are printed.
_ROWS = 200

app = typer.Typer(
    help="Explain what deduplication did; make indexes for later runs.", no_args_is_help=True
)


@app.command("explain")
def explain(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    document: Annotated[
        str, typer.Argument(metavar="ID", help="A document's id, or its first six digits or more.")
    ],
    limit: Annotated[int, typer.Option(min=1, help="Members of the cluster to list.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say why a document was removed or stayed, with its cluster and the proof.

    Lists the cluster (who stayed, who went in whose favour, similarity, bands that hit, what the
    keep policy looked at), and shows the document beside the one it was compared with: what differs
    stands in ⟦ ⟧, and numbers that only one of the two has are named.
    """
    from dataclasses import asdict

    from pyarrow import ArrowException

    from corpuskit.cli.show import print_json
    from corpuskit.errors import InputError
    from corpuskit.manifest import load
    from corpuskit.output import clusters

    if not re.fullmatch("[0-9a-fA-F]{6,32}", document):
        raise typer.BadParameter("an id is six to 32 hex digits", param_hint="ID")
    manifest = load(out / "manifest.json")
    try:
        told = clusters.explain(out, manifest, document, limit)
    except (OSError, ArrowException) as error:
        raise InputError(
            f"{out} is damaged: {error}", f"'corpuskit verify {out}' names every damage"
        ) from error
    if as_json:
        print_json(asdict(told))
    else:
        print_cluster(told)


def print_cluster(told: Explained, settings: bool = True) -> None:
    """A cluster for people: the verdict, the members, and the two texts side by side."""
    from corpuskit.cli.show import print_line, print_pairs, print_table

    print_line(f"document {told.id}: {told.verdict}")
    for stage, params in told.settings.items() if settings else ():
        print_line(f"{stage}: " + ", ".join(f"{k} {v}" for k, v in params.items()))
    print_line()
    policy = list(told.members[0].policy) if told.members else []
    heads = ("id", "is", "Jaccard", "containment", "bands", *policy, "from")
    rows = [
        (
            m.id[:12],
            m.relation,
            m.jaccard,
            m.containment,
            None if m.bands is None else f"{len(m.bands)}: {' '.join(map(str, m.bands))}",
            *m.policy.values(),
            f"{m.source} {m.uri} {m.locator}".strip(),
        )
        for m in told.members
    ]
    print_table(heads, rows, right=("Jaccard", "containment"))
    if told.more:
        print_line(f"… {told.more:,} more; --limit shows them")
    if told.compared is None:
        return
    print_line()
    if not told.rows:
        print_line(
            f"beside {told.compared}: the same sentences, or its text is not in this dataset"
        )
        return
    shown = [(r.kind, r.left, r.right) for r in told.rows[:_ROWS]]
    print_pairs((told.compared[:12], told.id[:12]), shown)
    if len(told.rows) > _ROWS:
        print_line(f"… {len(told.rows) - _ROWS} more rows; --json prints them all")
    for name, only in zip((told.compared, told.id), told.numbers, strict=True):
        if only:
            print_line(f"numbers only in {name[:12]}: {' '.join(only)}")


@app.command("index")
def index(
    paths: Annotated[
        list[Path], typer.Argument(metavar="DATASET...", help="Datasets, or indexes made before.")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of dedup.minhash: key=value."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Collect the band keys of datasets in one index, for a recipe's `against`.

    A dataset's own index (`dedup.minhash: {index: true}`) is taken over; without one, or with other
    settings, keys are computed from its texts. Settings are those of the first index found, the
    defaults of dedup.minhash where there is none, or what --set says.
    """
    from dataclasses import asdict

    from corpuskit.cli.show import print_json, print_line
    from corpuskit.collecting import collect

    found = collect(paths, out, dict(_parameter(item) for item in set_ or ()))
    if as_json:
        print_json({"out": str(out), **asdict(found)})
        return
    for name, rows in found.datasets.items():
        print_line(f"{name}: {rows:,} documents")
    print_line(f"{found.files} files in {out}, {found.made} of them computed")
    print_line(f"in a recipe: dedup.minhash: {{against: [{out}]}}")


def _parameter(item: str) -> tuple[str, Any]:
    """``key=value`` with a value as YAML reads it."""
    from ruamel.yaml import YAML

    key, equals, value = item.partition("=")
    if not equals or not key:
        raise typer.BadParameter(f"'{item}' is not key=value", param_hint="--set")
    return key, YAML(typ="safe").load(value)
