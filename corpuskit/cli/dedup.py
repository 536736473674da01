"""``corpuskit dedup``: what was removed and why, and indexes for later runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Explain what deduplication did; make indexes for later runs.", no_args_is_help=True
)


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
