"""``corpuskit run``: runs a recipe and closes with a table of what became of every record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from corpuskit.errors import EXIT_INTERRUPTED, EXIT_MACHINE_DEPENDENT, EXIT_NOTHING_KEPT

if TYPE_CHECKING:
    from corpuskit.assemble import Finished


def command(
    recipe: Path = typer.Argument(help="The recipe, a YAML file."),
    out: Path | None = typer.Option(None, help="Folder of the dataset; else the recipe's."),
    workers: int = typer.Option(0, min=0, help="Worker processes; 0 is one per CPU."),
    engine: str = typer.Option("local", help="local, or ray (extra 'ray')."),
    address: str | None = typer.Option(None, help="Address of an existing Ray cluster."),
    set_: list[str] = typer.Option([], "--set", help="Override a value: key.path=value."),
    fresh: bool = typer.Option(False, help="Ignore what earlier runs left."),
    keep_work: bool = typer.Option(
        False, help="Keep step files, so that a changed recipe reuses them."
    ),
    overwrite: bool = typer.Option(False, help="Replace another recipe's dataset."),
    json: bool = typer.Option(False, "--json", help="Print the result as JSON."),
) -> None:
    """Run a recipe: read, process, deduplicate, score, and write a verified dataset."""
    if engine not in ("local", "ray"):
        raise typer.BadParameter(f"'{engine}' is not an engine: local or ray")
    if engine == "local":
        _load_ahead()

    from corpuskit.cli.progress import Display, warm_kernels
    from corpuskit.pipeline import kernels_of
    from corpuskit.recipe import load
    from corpuskit.run import Options, run

    loaded = load(recipe, set_)
    options = Options(out, workers, engine, address, fresh, keep_work, overwrite)
    try:
        warm_kernels(kernels_of(loaded), quiet=json)
        with Display(quiet=json) as display:
            finished = run(loaded, options, display.advance)
    except KeyboardInterrupt:
        typer.echo("stopped: run the same command again and it goes on where it was", err=True)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if json:
        import json as json_

        typer.echo(json_.dumps(as_json(finished), ensure_ascii=False, indent=1))
    else:
        show(finished)
    if finished.manifest.accounting.total.kept == 0:
        typer.echo("nothing was kept: 'corpuskit inspect' shows why", err=True)
        raise typer.Exit(EXIT_NOTHING_KEPT)
    if finished.manifest.machine_dependent:
        typer.echo(
            "a limit of time or memory was passed: another machine may give another dataset; "
            "'corpuskit inspect --table quarantine' shows the files",
            err=True,
        )
        raise typer.Exit(EXIT_MACHINE_DEPENDENT)


def _load_ahead() -> None:
    """Let the workers' modules load beside our own, unless kernels must be compiled first."""
    from corpuskit.engines.local import start_forkserver
    from corpuskit.kernels.compiler import is_warm

    if is_warm():
        start_forkserver()


def as_json(finished: Finished) -> dict[str, Any]:
    """The closing table as data."""
    manifest = finished.manifest
    return {
        "out": str(finished.out),
        "accounting": manifest.accounting.model_dump(),
        "rejected_by": manifest.rejected_by,
        "quarantined_by": manifest.quarantined_by,
        "shards": len(manifest.shards),
        "characters": manifest.totals.characters,
        "morphemes": manifest.totals.morphemes,
        "seconds": round(finished.seconds, 3),
        "mb_per_second": round(finished.input_bytes / 1e6 / finished.seconds, 3),
        "tasks_reused": finished.reused,
        "cpu_seconds_by_stage": dict(finished.spent),
    }


def rows(finished: Finished) -> list[tuple[str, str, str]]:
    """The closing table: label, number, note."""
    manifest = finished.manifest
    total = manifest.accounting.total
    table = [("read", f"{total.read:,}", ""), ("kept", f"{total.kept:,}", "")]
    table.append(("rejected", f"{total.rejected:,}", ""))
    table += [(f"  {reason}", f"{n:,}", "") for reason, n in _most(manifest.rejected_by)]
    exact, near = _duplicates(finished)
    templates = sum(stage.templates for stage in manifest.stages)
    note = f"{exact:,} exact, {near:,} near; {templates:,} template pairs stay"
    table.append(("duplicates", f"{total.duplicate:,}", note))
    table.append(("quarantined", f"{total.quarantined:,}", ""))
    table += [(f"  {error}", f"{n:,}", "") for error, n in _most(manifest.quarantined_by)]
    table.append(("shards", f"{len(manifest.shards):,}", ""))
    table.append(("characters", f"{manifest.totals.characters:,}", ""))
    morphemes = manifest.totals.morphemes
    table.append(("morphemes", "not counted" if morphemes is None else f"{morphemes:,}", ""))
    speed = finished.input_bytes / 1e6 / finished.seconds
    table.append(("speed", f"{speed:.2f} MB/s", f"{finished.seconds:.1f} s in all"))
    return table


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _duplicates(finished: Finished) -> tuple[int, int]:
    by_stage = {s.stage: s.duplicates for s in finished.manifest.stages}
    exact = sum(n for stage, n in by_stage.items() if stage.startswith("dedup.exact"))
    return exact, sum(by_stage.values()) - exact


def show(finished: Finished) -> None:
    """Print the closing table and what to try next."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(title=finished.manifest.name, show_header=False, title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for row in rows(finished):
        table.add_row(*row)
    console.print(table)
    out = _short(finished.out)
    console.print("next:", style="bold")
    console.print(f"  corpuskit verify {out}", soft_wrap=True, markup=False)
    console.print(f"  corpuskit inspect {out} --table duplicates", soft_wrap=True, markup=False)
    load = f"from datasets import load_dataset; print(load_dataset('{out}'))"
    console.print(f'  python -c "{load}"', soft_wrap=True, markup=False)


def _short(path: Path) -> str:
    """The path from here where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
