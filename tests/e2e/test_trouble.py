"""Trouble from outside: a full disk, two runs at once, Ctrl-C, unreadable folders."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpuskit.errors import OutputError
from corpuskit.ledger import Ledger
from corpuskit.recipe import load
from corpuskit.run import Options, run, work_path
from tests.conftest import RecipeWriter, text_of, tree, write_jsonl


def many(folder: Path, n: int = 40) -> list[dict[str, object]]:
    for i in range(n):
        write_jsonl(
            folder / f"{i:02d}.jsonl", [{"id": j, "text": text_of(i * 50 + j)} for j in range(40)]
        )
    return [{"name": "docs", "path": str(folder), "reader": "jsonl", "id": "id"}]


def command(recipe: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "corpuskit", "run", str(recipe), "--workers", "2", *more]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("may not mount a tmpfs here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_and_the_run_goes_on_afterwards(
    small_disk: Path, tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    recipe = write_recipe(many(tmp_path / "in", 60), part_size="200KB")
    straight = run(load(recipe), Options(workers=2)).out
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 1_600_000)
    done = subprocess.run(
        command(recipe, "--out", str(small_disk / "out")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert "the disk is full" in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = subprocess.run(
        command(recipe, "--out", str(small_disk / "out")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert tree(small_disk / "out") == tree(straight)


def test_two_runs_at_once_on_one_output(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    recipe = write_recipe(many(tmp_path / "in", 2))
    ledger = Ledger(work_path(tmp_path / "out"))
    with pytest.raises(OutputError, match="another run is writing"):
        run(load(recipe), Options(workers=1))
    ledger.close()
    assert run(load(recipe), Options(workers=1)).manifest.accounting.total.kept > 0


def test_ctrl_c_stops_quietly_and_the_next_run_goes_on(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    recipe = write_recipe(many(tmp_path / "in"), part_size="20KB")
    straight = run(load(recipe), Options(workers=2)).out
    out = tmp_path / "stopped"
    process = subprocess.Popen(
        command(recipe, "--out", str(out)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    ledger = work_path(out) / "ledger.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (ledger.exists() and ledger.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "run the same command again" in told
    assert "Traceback" not in told
    assert not out.exists()
    finished = run(load(recipe), Options(out=out, workers=2))
    assert finished.reused > 0
    assert tree(out) == tree(straight)


def test_workers_end_with_a_killed_parent(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    recipe = write_recipe(many(tmp_path / "in"), part_size="20KB")
    process = subprocess.Popen(
        command(recipe),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    ledger = work_path(tmp_path / "out") / "ledger.jsonl"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (ledger.exists() and ledger.stat().st_size):
        time.sleep(0.005)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and _group(process.pid):
        time.sleep(0.05)
    assert not _group(process.pid)


def _group(leader: int) -> list[int]:
    """Processes of a session that are still alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def test_an_unwritable_output_is_told(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    recipe = write_recipe(many(tmp_path / "in", 1))
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot write"):
        run(load(recipe), Options(out=tmp_path / "file" / "out", workers=1))
    assert any((tmp_path / "in").iterdir())
