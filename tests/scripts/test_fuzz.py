"""`scripts/fuzz_readers` over 500 damaged real files: nothing ends the run, nothing is lost."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib.fuzz import damaged, fuzz, sources

from tests.readers.reading import shared


def test_damage_is_a_function_of_the_seed() -> None:
    paths = sources(shared("fixtures"), 50_000)
    assert damaged(paths, 7) == damaged(paths, 7)
    assert len({damaged(paths, seed)[1] for seed in range(50)}) > 45


def test_five_hundred_damaged_files(tmp_path: Path) -> None:
    report = fuzz(shared("fixtures"), 500, tmp_path, size=250, first=500_000)
    assert report.files == 500
    assert report.read == report.kept + report.rejected + report.quarantined
    assert report.lost == []
    faults = {"reader_failed", "worker_died", "timeout", "memory"} & set(report.errors)
    assert not faults, report.errors
