"""The command line. Verbs live in files of their own; heavy imports happen inside them.

Exit codes: 0 done; 1 verify found a mismatch, query nothing, diff a difference; 2 the recipe or the
call is wrong; 3 nothing was kept; 4 an input or output cannot be used; 5 a fault in corpuskit or a
stage; 6 done, but a limit of time or memory was passed, so that another machine may give another
dataset; 130 interrupted.
"""

from __future__ import annotations

import gc
import sys

import typer

from corpuskit.cli import (
    dedup,
    diff,
    export,
    init,
    inspect,
    plan,
    query,
    recipe,
    run,
    score,
    sign,
    stages,
    takedown,
    verify,
)
from corpuskit.errors import CorpuskitError

app = typer.Typer(
    name="corpuskit",
    help="Curate Japanese and industrial documents into training data that can be defended.",
    epilog="Exit codes: 0 done · 1 verify found a mismatch · 2 recipe or call is wrong · "
    "3 nothing was kept · 4 input or output cannot be used · 5 a fault in a stage · "
    "6 done, but a limit of time or memory was passed · 130 interrupted",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run.command)
app.command("plan")(plan.command)
app.command("verify")(verify.command)
app.command("sign")(sign.command)
app.command("query")(query.command)
app.command("diff")(diff.command)
app.command("takedown")(takedown.command)
app.command("export")(export.command)
app.command("inspect")(inspect.command)
app.command("stages")(stages.command)
app.command("init")(init.command)
app.add_typer(dedup.app, name="dedup")
app.add_typer(score.app, name="score")
app.add_typer(recipe.app, name="recipe")


def _version(value: bool) -> None:
    if value:
        from corpuskit import __version__

        typer.echo(f"corpuskit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Curate Japanese and industrial documents into training data that can be defended."""


def main() -> None:
    """Run the command line; errors become one message and an exit code."""
    try:
        app()
    except CorpuskitError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    finally:
        gc.freeze()  # the process ends: Python need not look for cycles in all it has imported
