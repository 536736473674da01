"""``corpuskit stages``: what is installed, and what each stage reads, writes and takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer


def command(
    name: str | None = typer.Argument(None, help="A stage or reader; all are listed without it."),
    plugin: list[Path] = typer.Option([], help="A plug-in file whose stages are listed too."),
    json: bool = typer.Option(False, "--json", help="Print as JSON."),
) -> None:
    """List installed stages and readers, or describe one."""
    from corpuskit.describe import describe, listing
    from corpuskit.registry import Registry

    registry = Registry(plugin)
    found: Any = listing(registry) if name is None else describe(registry, name)
    if json:
        import json as json_

        typer.echo(json_.dumps(found, ensure_ascii=False, indent=1))
    elif name is None:
        for row in found:
            typer.echo(f"{row['kind']:<8} {row['name']:<18} {row['about']}  [{row['origin']}]")
    else:
        from corpuskit.describe import as_text

        typer.echo(as_text(found))
