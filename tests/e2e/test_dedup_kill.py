"""Killed with SIGKILL in each step of deduplication and resumed: the same bytes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from corpuskit.recipe import load
from corpuskit.run import Options, make_state, run
from corpuskit.steps import PhaseStep, steps_of
from tests.conftest import RecipeWriter, tree, write_jsonl

STAGES: list[dict[str, Any]] = [
    {"dedup.exact": {}},
    {"dedup.minhash": {"index": True}},
    {"dedup.lines": {"min_documents": 5, "action": "remove"}},
    {"dedup.substrings": {"action": "cut"}},
]


def documents(n: int) -> list[dict[str, str]]:
    """Documents with a shared footer, exact copies, edited copies and copied passages."""
    rng = random.Random(7)

    def prose(length: int) -> str:
        return "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(length))

    passage = prose(150)
    footer = "この文書の著作権は砂原機工株式会社にあります。無断転載を禁じます。"
    rows = []
    for i in range(n):
        text = "\n".join(prose(60) for _ in range(8))
        if i % 5 == 1:
            text += f"\n{passage}"
        if i % 3 == 0:
            text += f"\n{footer}"
        rows.append(text)
        if i % 4 == 0:
            rows.append(text)
        if i % 4 == 2:
            rows.append(text.replace("\n", "\n追記 ", 1))
    return [{"text": text} for text in rows]


def start(recipe: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "corpuskit", "run", str(recipe), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def ledger(work: Path) -> int:
    """Tasks done so far."""
    path = work / "ledger.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def kill_at(recipe: Path, out: Path, tasks: int) -> bool:
    """Start the run and kill it, workers too, once so many tasks are done; False if it ended."""
    work = out.with_name(f"{out.name}.work")
    process = start(recipe, out)
    end = time.monotonic() + 120
    while process.poll() is None and ledger(work) < tasks:
        assert time.monotonic() < end, "the run hangs"
        time.sleep(0.002)
    if process.poll() is not None:
        assert process.returncode == 0
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return True


def test_killed_in_each_step_of_deduplication(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    write_jsonl(tmp_path / "in" / "a.jsonl", documents(120))
    write_jsonl(tmp_path / "in" / "b.jsonl", documents(60))
    sources = [{"name": "docs", "path": str(tmp_path / "in")}]
    recipe = write_recipe(sources, STAGES, part_size="40kB")
    whole = run(load(recipe), Options(out=tmp_path / "whole", workers=1))
    found = {s.stage.split("@")[0] for s in whole.manifest.stages if s.duplicates}
    assert found >= {"dedup.exact", "dedup.minhash"}
    out = tmp_path / "killed"
    kills = sum(kill_at(recipe, out, done) for done in first_tasks(recipe, tmp_path / "plan.work"))
    assert kills >= 10
    assert tree(run(load(recipe), Options(out=out, workers=2)).out) == tree(whole.out)


def first_tasks(recipe: Path, work: Path) -> list[int]:
    """For each phase, how many tasks are done when its first one is."""
    state = make_state(load(recipe), work)
    parts = len(state.inventory.parts)
    counts, done = [], 0
    for step in steps_of(state.pipeline):
        if isinstance(step, PhaseStep):
            counts.append(done + 1)
            over = {"parts": parts, "partitions": state.partitions, "all": 1, "inputs": 0}
            done += over[step.phase.over]
        else:
            done += parts
    return counts


def test_the_documents_are_what_they_are_meant_to_be() -> None:
    rows = documents(12)
    assert len(json.dumps(rows)) > 1000 and len({r["text"] for r in rows}) < len(rows)
