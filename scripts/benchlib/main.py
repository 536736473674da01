"""The command line of `scripts/bench`: one subcommand for each benchmark."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchlib import dedup, ingest, memory, pipeline, text
from benchlib.errors import BenchError


def parser() -> argparse.ArgumentParser:
    """The parser of all subcommands; a subcommand sets `function`, which returns the exit code."""
    top = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True, metavar="BENCHMARK")
    pipeline.add(commands.add_parser("pipeline", help=pipeline.HELP, description=pipeline.HELP))
    memory.add(commands.add_parser("memory", help=memory.HELP, description=memory.HELP))
    ingest.add(commands.add_parser("ingest", help=ingest.HELP, description=ingest.HELP))
    dedup.add(commands.add_parser("dedup", help=dedup.HELP, description=dedup.HELP))
    text.add(commands.add_parser("text", help=text.HELP, description=text.HELP))
    return top


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark; exit code 2 for what the user can mend, 1 for what failed."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.function(options)
    except BenchError as error:
        print(f"scripts/bench: {error}", file=sys.stderr)
        return 1
    return code
