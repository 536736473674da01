"""Part `signatures` of `scripts/bench dedup`: MinHash signatures a core, beside two libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchlib import environments, rules, table
from benchlib.deduptools import NUM_PERM
from benchlib.errors import BenchError
from benchlib.rows import Prepared, Row, read

_PEER = Path(__file__).parent / "peers" / "signatures.py"
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Entry:
    """One row of the table: a tool, how it is called, and how much faster corpuskit is to be."""

    tool: str
    variant: str
    label: str
    goal: float | None = None


OWN = Entry("corpuskit", "", "corpuskit")
PEERS = (
    Entry("rensa", "update", "rensa RMinHash.update", 8.0),
    Entry("rensa", "bulk", "rensa RMinHash, bulk", 8.0),
    Entry("datasketch", "bulk", "datasketch MinHash.bulk, xxh32", 40.0),
)
HEADER = (
    "tool", "MB", "CPU s", "MB/s", "documents/s", "shingles/s", "corpuskit is", "hashing only s",
    "corpuskit is",
)  # fmt: skip


def as_seen(prepared: Prepared, out: Path) -> Prepared:
    """The texts as corpuskit's deduplication sees them: so all tools have the same shingles."""
    from corpuskit.kernels.shingles import view_text

    size = 0
    with out.open("w", encoding="utf-8", newline="\n") as stream:
        for row in read(prepared.path):
            seen = Row(row.id, view_text(row.text))
            stream.write(seen.line())
            size += seen.size
    return Prepared(out, prepared.documents, size)


def run(prepared: Prepared, peers: Sequence[str], envs: Path, runs: int) -> list[dict[str, Any]]:
    """Measure each tool, print the table and the verdicts, return the figures."""
    figures = []
    for entry in (OWN, *(e for e in PEERS if e.tool in peers)):
        python = Path(sys.executable)
        if entry.tool != "corpuskit":
            python = environments.python_of(entry.tool, envs)
        found = _measured(entry, prepared, python, runs)
        print(f"  {entry.label}: {found['seconds']:.2f} s", file=sys.stderr, flush=True)
        figures.append({"tool": entry.label, "megabytes": prepared.megabytes, **found})
    print(f"\nsignatures: one core, {NUM_PERM} permutations, characters by {rules.NGRAM}")
    print(report(figures))
    return figures


def _measured(entry: Entry, prepared: Prepared, python: Path, runs: int) -> dict[str, Any]:
    asked = {
        "tool": entry.tool,
        "variant": entry.variant,
        "path": str(prepared.path),
        "num_perm": NUM_PERM,
        "ngram": rules.NGRAM,
        "runs": runs,
    }
    own = {"PYTHONPATH": str(_ROOT)} if entry is OWN else {}
    one = dict.fromkeys(("RAYON_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    done = subprocess.run(
        [str(python), str(_PEER)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env={**os.environ, **one, **own},
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{entry.label} failed:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def report(figures: Sequence[dict[str, Any]]) -> str:
    """The table and a line for each goal; the first figure is corpuskit's."""
    own = figures[0]["seconds"]
    rows = [HEADER, *(_row(figure, own) for figure in figures)]
    goals = {entry.label: entry.goal for entry in PEERS}
    lines = [table.aligned(rows)]
    for figure in figures[1:]:
        goal, ratio = goals[figure["tool"]], figure["seconds"] / own
        if goal is not None:
            word = "reached" if ratio >= goal else "NOT reached"
            lines.append(f"{word}: {ratio:.2f} x {figure['tool']} (to reach: {goal:g} x)")
    lines.append(
        "shingles are made from strings in memory and hashed by every tool; 'hashing only' leaves "
        "out what the libraries take for making the list of strings, but nothing of corpuskit"
    )
    return "\n".join(lines)


def _row(figure: dict[str, Any], own: float) -> tuple[str, ...]:
    seconds, hashing = figure["seconds"], figure["hashing"]
    is_own = hashing is None
    return (
        figure["tool"],
        f"{figure['megabytes']:.1f}",
        f"{seconds:.3f}",
        f"{figure['megabytes'] / seconds:.2f}",
        f"{figure['documents'] / seconds:,.0f}",
        f"{figure['shingles'] / seconds / 1e6:.2f} M",
        "-" if is_own else f"{seconds / own:.2f} x",
        "-" if is_own else f"{hashing:.3f}",
        "-" if is_own else f"{hashing / own:.2f} x",
    )
