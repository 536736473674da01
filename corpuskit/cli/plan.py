"""``corpuskit plan``: what a run would do, before anything runs."""

from __future__ import annotations

from pathlib import Path

import typer


def command(
    recipe: Path = typer.Argument(help="The recipe, a YAML file."),
    out: Path | None = typer.Option(None, help="Folder of the dataset; else the recipe's."),
    workers: int = typer.Option(0, min=0, help="Worker processes; 0 is one per CPU."),
    set_: list[str] = typer.Option([], "--set", help="Override a value: key.path=value."),
    json: bool = typer.Option(False, "--json", help="Print the plan as JSON."),
) -> None:
    """Show stages, passes, tasks, bytes, reuse, memory, and the MinHash curve."""
    from corpuskit.plan import explain
    from corpuskit.recipe import load
    from corpuskit.run import Options

    plan = explain(load(recipe, set_), Options(out, workers))
    if json:
        import json as json_

        typer.echo(json_.dumps(plan.as_json(), ensure_ascii=False, indent=1))
    else:
        typer.echo(plan.as_text())
