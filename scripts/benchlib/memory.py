"""`scripts/bench memory`: peak memory of a worker and of the parent as the input grows."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchlib import recipe, rows, table
from benchlib.errors import BenchError
from benchlib.measure import run as measured
from benchlib.pipeline import positive_int
from benchlib.rows import Prepared, Row

HELP = "Run the whole job on inputs of growing size and print its peak memory beside each."
LIMIT = 1.5e9
"""Bytes a worker may hold, from issue 2."""
#: Kanji that a copy's kanji are replaced by stay within the block.
_KANJI = range(0x4E00, 0x9FA0)


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    number = argparse.ArgumentParser.add_argument
    number(parser, "--input", nargs="+", type=Path, required=True, metavar="PATH",
           help=".jsonl or .jsonl.zst files or folders of them; rows with a 'text'")  # fmt: skip
    number(parser, "--mb", type=sizes, default=(60, 250, 1000), metavar="LIST",
           help="MB of text, with commas between (60,250,1000)")  # fmt: skip
    number(parser, "--workers", type=positive_int, default=2, help="worker processes (2)")
    number(parser, "--work", type=Path, help="work folder, kept; else a temporary one")
    parser.set_defaults(function=run)


def sizes(text: str) -> tuple[float, ...]:
    """Numbers above 0, with commas between."""
    values = tuple(float(part) for part in text.split(","))
    if not all(value > 0 for value in values):
        raise argparse.ArgumentTypeError("more than 0")
    return values


def run(options: argparse.Namespace) -> int:
    """Run each size and print the table."""
    with contextlib.ExitStack() as stack:
        work = options.work
        if work is None:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        files = rows.find(options.input)
        lines = [("MB", "documents", "kept", "wall s", "worker MB", "parent MB")]
        peaks = []
        for megabytes in options.mb:
            prepared = grown(files, work.absolute() / "input.jsonl", megabytes)
            line, peak = _one(prepared, work.absolute(), options.workers)
            print(f"  {megabytes:g} MB: {peak / 1e6:.0f} MB a worker", file=sys.stderr, flush=True)
            lines.append(line)
            peaks.append(peak)
        print(table.aligned(lines))
        print(f"largest worker: {max(peaks) / 1e6:.0f} MB (to stay under: {LIMIT / 1e6:.0f} MB)")
    return 0


def grown(files: list[Path], out: Path, megabytes: float) -> Prepared:
    """An input of about `megabytes` MB: a slice, or the whole several times in other words.

    Each copy's kanji are moved on by its number, so that copies are not each other's duplicates.
    """
    whole = rows.prepare(files, out, None)
    if megabytes <= whole.megabytes:
        return rows.prepare(files, out, megabytes)
    copies = round(megabytes / whole.megabytes)
    base = out.with_suffix(".base")
    out.replace(base)
    text_bytes = 0
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        for row in _copied(base, copies):
            stream.write(row.line())
            text_bytes += row.size
    base.unlink()
    return Prepared(out, whole.documents * copies, text_bytes)


def _copied(base: Path, copies: int) -> Iterator[Row]:
    size = len(_KANJI)
    for copy in range(copies):
        shift = {c: _KANJI[(i + 37 * copy) % size] for i, c in enumerate(_KANJI)}
        for row in rows.read(base):
            yield Row(f"{copy}-{row.id}", row.text.translate(shift) if copy else row.text)


def _one(prepared: Prepared, work: Path, workers: int) -> tuple[tuple[str, ...], int]:
    path = recipe.write(work / "recipe.yaml", prepared, True, workers, part=recipe.LARGEST_PART)
    out = work / "out"
    command = [sys.executable, "-m", "corpuskit", "run", str(path), "--out", str(out)]
    took = measured([*command, "--workers", str(workers), "--fresh"], work / "log.txt")
    found = json.loads((out / "run.json").read_text("utf-8"))["peak_rss_bytes"]
    total = json.loads((out / "manifest.json").read_text("utf-8"))["accounting"]["total"]
    if total["read"] != prepared.documents:
        raise BenchError(f"corpuskit read {total['read']} of {prepared.documents} documents")
    line = (
        f"{prepared.megabytes:.0f}",
        f"{prepared.documents:,}",
        f"{total['kept']:,}",
        f"{took.wall:.1f}",
        f"{found['worker'] / 1e6:.0f}",
        f"{found['parent'] / 1e6:.0f}",
    )
    return line, int(found["worker"])
