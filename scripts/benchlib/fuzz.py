"""Damaged copies of real files, read by whole runs: no crash, no hang, nothing silently lost."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchlib.errors import BenchError

#: Larger files are left out: they cost time and are damaged in the same ways.
LARGEST = 1_500_000
_ENDINGS_CHANGED = 0.1


@dataclass
class Report:
    """What became of the damaged files.

    Attributes:
        files: files written and read.
        read: records offered, those in the quarantine included.
        kept, rejected, quarantined: records by fate.
        errors: quarantined records by class of error.
        lost: files of which there is neither a record nor a skipped part.
        slowest: seconds of the slowest run, and its number.
        seconds: wall time of all runs.
    """

    files: int = 0
    read: int = 0
    kept: int = 0
    rejected: int = 0
    quarantined: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)
    seconds: float = 0.0


def sources(folder: Path, largest: int = LARGEST) -> list[Path]:
    """The files of a folder that are to be damaged, by path.

    Raises:
        BenchError: there are none.
    """
    found = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size <= largest)
    if not found:
        raise BenchError(f"no files below {folder}")
    return found


def damaged(paths: Sequence[Path], seed: int) -> tuple[str, bytes]:
    """One damaged file: its name and its bytes; the same for the same seed."""
    rng = random.Random(seed)
    path = rng.choice(paths)
    data = path.read_bytes()
    kind = rng.choice(("cut", "flips", "burst", "splice", "spliced kinds", "doubled", "zeros"))
    at = rng.randrange(len(data) + 1)
    if kind == "cut":
        data = data[:at]
    elif kind == "flips":
        data = _flipped(data, rng)
    elif kind == "burst":
        end = at + rng.randrange(1, 200)
        data = data[:at] + rng.randbytes(end - at) + data[end:]
    elif kind == "zeros":
        end = at + rng.randrange(1, 5000)
        data = data[:at] + bytes(end - at) + data[end:]
    elif kind == "doubled":
        data = data[:at] + data[at // 2 :]
    else:
        alike = [p for p in paths if p.parent == path.parent]
        other = rng.choice(alike if kind == "splice" else paths).read_bytes()
        data = data[: len(data) // 2] + other[len(other) // 2 :]
    suffixes = "".join(path.suffixes[-2:])[-24:]
    if rng.random() < _ENDINGS_CHANGED:
        suffixes = rng.choice(paths).suffix
    return f"{seed:06d}{suffixes}", data


def _flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 30, 300))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def rounds(total: int, size: int) -> Iterator[range]:
    """Seeds of each run."""
    for start in range(0, total, size):
        yield range(start, min(total, start + size))


def fuzz(
    folder: Path, total: int, work: Path, *, size: int = 500, workers: int = 2, first: int = 0
) -> Report:
    """Damage files, read them by runs of `size` files each, and say what became of them."""
    from corpuskit.recipe import load
    from corpuskit.run import Options, run

    paths = sources(folder)
    report = Report()
    for number, seeds in enumerate(rounds(total, size)):
        given = work / "in"
        shutil.rmtree(given, ignore_errors=True)
        given.mkdir(parents=True)
        for seed in seeds:
            name, data = damaged(paths, first + seed)
            (given / name).write_bytes(data)
        recipe = work / "recipe.yaml"
        recipe.write_text(json.dumps(_recipe(given)), "utf-8")
        started = time.perf_counter()
        done = run(load(recipe), Options(out=work / "out", workers=workers, fresh=True))
        took = time.perf_counter() - started
        report.seconds += took
        report.slowest = max(report.slowest, (took, number))
        _add(report, done.manifest)
    return report


def _recipe(folder: Path) -> dict[str, object]:
    return {
        "name": "fuzz",
        "part_size": "2MB",
        "limits": {"seconds": 60, "memory": "2GB"},
        "sources": [{"name": "damaged", "path": str(folder)}],
        "stages": [],
        "output": {"path": "out"},
    }


def _add(report: Report, manifest: object) -> None:
    total = manifest.accounting.total  # type: ignore[attr-defined]
    report.read += total.read
    report.kept += total.kept
    report.rejected += total.rejected
    report.quarantined += total.quarantined
    report.errors.update(manifest.quarantined_by)  # type: ignore[attr-defined]
    for record in manifest.inputs:  # type: ignore[attr-defined]
        report.files += 1
        if record.bytes and not record.read and not record.skipped:
            report.lost.append(f"{record.uri} ({record.reader}, {record.bytes} bytes)")


def main(arguments: Sequence[str]) -> int:
    """The command line; exit code 1 where something was lost."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz_readers", description=__doc__)
    parser.add_argument("folder", type=Path, help="real files to damage")
    parser.add_argument("--files", type=int, default=20_000, help="damaged files (20,000)")
    parser.add_argument("--first", type=int, default=0, help="first seed (0)")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (2)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as work:
        report = fuzz(
            options.folder, options.files, Path(work), workers=options.workers, first=options.first
        )
    print(f"{report.files:,} damaged files in {report.seconds:.0f} s; runs that ended early: 0")
    print(
        f"records: {report.read:,} read = {report.kept:,} kept + {report.rejected:,} rejected + "
        f"{report.quarantined:,} quarantined"
    )
    print(f"slowest run: {report.slowest[0]:.1f} s (number {report.slowest[1]})")
    print("quarantined by error:", dict(report.errors.most_common()))
    print(f"files without any record or reason: {len(report.lost)}", *report.lost[:20], sep="\n  ")
    return 1 if report.lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
