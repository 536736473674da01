"""Part `scale` of `scripts/bench dedup`: band keys of millions of documents, and their clusters.

Band keys of documents with Zipf-distributed clusters are written as a run's segment would write
them; then the phases that look at all documents at once, `bands` and `clusters`, are run as they
are. `gather` and `verify` need texts and look at one cluster at a time; `--only steps` and
`bench memory` measure them. The clusters found must be the planted ones, to the document.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt

from benchlib import dedupscale_keys, dedupscale_tasks, table
from benchlib import dedupscale_report as report
from benchlib.dedupscale_keys import Shape
from benchlib.dedupscale_report import Phase, Size
from benchlib.dedupscale_tasks import Done, KeysJob, PhaseJob
from benchlib.errors import BenchError
from corpuskit.dedup import files
from corpuskit.dedup.minhash import MinHash
from corpuskit.exchange import PartFiles
from corpuskit.steps import State

MILLION = 1_000_000


def parser() -> argparse.ArgumentParser:
    """The options behind `--scale`."""
    top = argparse.ArgumentParser(prog="scripts/bench dedup --scale", description=__doc__)
    number = top.add_argument
    number("--documents", type=_millions, default=(1.0, 3.0, 10.0, 30.0), metavar="LIST",
           help="millions of documents, with commas between (1,3,10,30)")  # fmt: skip
    number("--exponent", type=float, default=Shape.exponent,
           help=f"of the Zipf distribution of cluster sizes ({Shape.exponent})")  # fmt: skip
    number("--jaccard", type=float, nargs=2, default=Shape.jaccard, metavar=("LOW", "HIGH"),
           help="similarity of members to their cluster's original (0.6 1.0)")  # fmt: skip
    number("--seed", type=int, default=Shape.seed, help="of all that is drawn (1)")
    number("--document-bytes", type=int, default=3000, metavar="BYTES",
           help="input a document stands for; it decides on the partitions (3000)")  # fmt: skip
    number("--part-documents", type=int, default=200_000, metavar="N",
           help="documents in a part (200000: part_size 600 MB at 3000 bytes)")  # fmt: skip
    number("--parents", type=int, metavar="BYTES",
           help="budget of the clusters' parents, to see them go over files")  # fmt: skip
    number("--workers", type=int, default=2, help="processes at a time (2)")
    number(
        "--work", type=Path, help="folder for the files, emptied after each size; else temporary"
    )
    number("--json", type=Path, metavar="FILE", help="write all figures to a file")
    return top


def _millions(text: str) -> tuple[float, ...]:
    values = tuple(float(part) for part in text.split(","))
    if not values or min(values) <= 0:
        raise argparse.ArgumentTypeError("numbers above 0, with commas between")
    return values


def main(arguments: Sequence[str]) -> int:
    """Run each size, the smallest first, and print figures and verdicts."""
    options = parser().parse_args(arguments)
    sizes: list[Size] = []
    with contextlib.ExitStack() as stack:
        work = options.work or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        )
        if (work / "scale").exists():
            raise BenchError(f"{work / 'scale'} is left from a run that was ended; remove it")
        for millions in sorted(options.documents):
            shape = Shape(
                round(millions * MILLION), exponent=options.exponent,
                jaccard=tuple(options.jaccard), seed=options.seed,
            )  # fmt: skip
            load = os.getloadavg()[0]
            sizes.append(measure(shape, work.absolute() / "scale", options))
            print(f"\n{report.title(sizes[-1])}; load {load:.1f} at the start")
            print(table.aligned(report.phases(sizes[-1])))
            if options.json:
                _write_json(options.json, sizes, options)
    print(f"\n{table.aligned(report.sizes_beside(sizes))}\n")
    print(*report.verdicts(sizes), sep="\n")
    return 0


def partitions_of(documents: int, document_bytes: int) -> int:
    """Partitions of a run over input of this size."""
    inventory = SimpleNamespace(bytes=documents * document_bytes)
    return int(State.partitions.fget(SimpleNamespace(inventory=inventory)))  # type: ignore[attr-defined]


def measure(shape: Shape, folder: Path, options: argparse.Namespace) -> Size:
    """Write keys, find edges and clusters, compare these with the planted ones.

    Raises:
        BenchError: a task failed.
    """
    folder.mkdir(parents=True)
    try:
        labels = dedupscale_keys.planted(shape)
        np.save(folder / "planted.npy", labels)
        sizes = np.bincount(labels)
        in_clusters, largest = int(sizes[sizes > 1].sum()), int(sizes.max())
        partitions = partitions_of(shape.documents, options.document_bytes)
        del labels, sizes
        run = _Run(shape, folder, partitions, options)
        parts = run.spread()
        run.phase("bands", partitions, parts)
        run.phase("clusters", 1, parts)
        right = _is_right(shape, folder)
    finally:
        shutil.rmtree(folder)
    stated = dict(MinHash().costs(shape.documents))
    return Size(
        shape.documents, in_clusters, largest, len(parts), partitions, run.phases, stated, right
    )


class _Run:
    """The phases of one size."""

    def __init__(
        self, shape: Shape, folder: Path, partitions: int, options: argparse.Namespace
    ) -> None:
        self.shape, self.folder, self.partitions = shape, folder, partitions
        self.part: int = options.part_documents
        self.workers: int = options.workers
        self.parents: int | None = options.parents
        self.earlier: dict[str, Sequence[Path]] = {}
        self.phases: dict[str, Phase] = {}

    def spread(self) -> list[PartFiles]:
        """Write the parts' keys."""
        home = self.folder / "spread"
        home.mkdir()
        bases = range(0, self.shape.documents, self.part)
        jobs = [
            KeysJob(
                self.shape, self.folder / "planted.npy", base,
                min(base + self.part, self.shape.documents), self.partitions, home / f"{i:06}",
            )
            for i, base in enumerate(bases)
        ]  # fmt: skip
        done, _ = dedupscale_tasks.each(jobs, self.workers)
        wall = sum(task.wall for task in done) / self.workers
        self.phases["spread"] = _phase(done, wall, home, 0)
        return [PartFiles(job.base, job.stop - job.base, job.out, job.out) for job in jobs]

    def phase(self, name: str, tasks: int, parts: Sequence[PartFiles]) -> None:
        """Run the tasks of a phase."""
        home = self.folder / name
        home.mkdir()
        jobs = [
            PhaseJob(
                name, i, self.partitions, parts, dict(self.earlier), home / f"{i:06}", self.parents
            )
            for i in range(tasks)
        ]
        (done, wall), temporary = dedupscale_tasks.sampled(
            home, lambda: dedupscale_tasks.each(jobs, self.workers)
        )
        self.earlier[name] = [job.out for job in jobs]
        self.phases[name] = _phase(done, wall, home, temporary)


def _phase(done: Sequence[Done], wall: float, home: Path, temporary: int) -> Phase:
    counts: dict[str, int] = {}
    for task in done:
        for name, count in task.counts.items():
            counts[name] = counts.get(name, 0) + count
    return Phase(
        tasks=len(done),
        wall=wall,
        cpu=sum(task.cpu for task in done),
        peak=max(task.peak for task in done),
        base=max(task.base for task in done),
        disk=sum(path.stat().st_size for path in home.iterdir()),
        temporary=temporary,
        counts=counts,
    )


def _is_right(shape: Shape, folder: Path) -> bool:
    """Whether each document's cluster is the one that its planted keys make."""
    found: npt.NDArray[np.int64] = np.full(shape.documents, -1, np.int64)
    before = -1
    with files.reading(folder / "clusters" / "000000") as reader:
        for i in range(reader.num_record_batches):
            batch = reader.get_batch(i)
            docs = batch.column("doc").to_numpy()
            if len(docs) and (docs[0] <= before or np.any(np.diff(docs) <= 0)):
                return False  # sorted, each once
            before = docs[-1] if len(docs) else before
            found[docs] = batch.column("cluster").to_numpy()
    wanted = dedupscale_keys.expected(shape, np.load(folder / "planted.npy"))
    return bool(np.array_equal(found, wanted))


def _write_json(path: Path, sizes: Sequence[Size], options: argparse.Namespace) -> None:
    content = {
        "cpus": len(os.sched_getaffinity(0)),
        "load": os.getloadavg(),
        "options": {k: v for k, v in vars(options).items() if k not in ("json", "work")},
        "sizes": [asdict(size) for size in sizes],
    }
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
