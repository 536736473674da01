"""What `dedupscale` measured, its tables, and what was reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpuskit.dedup import estimate

#: What the issue asks for.
LINEAR = 1.1
WORKER = 2e9
DISK = 400
STATED = 0.15


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase took, all its tasks together.

    Attributes:
        tasks: how many.
        wall: seconds from its start to its end; of ``spread`` the seconds of its tasks, divided
            by the workers, because making up the keys lies between them.
        cpu: CPU seconds of its tasks.
        peak: largest resident bytes of a task's process, memory-mapped pages included.
        base: of that, what a process has before it works.
        disk: bytes of its files.
        temporary: most bytes of temporary files at a time.
        counts: what its tasks say.
    """

    tasks: int
    wall: float
    cpu: float
    peak: int
    base: int
    disk: int
    temporary: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Size:
    """One number of documents.

    Attributes:
        documents: how many.
        in_clusters: documents that were planted in a cluster of two or more.
        largest: documents of the largest cluster.
        parts: keys files.
        partitions: record batches in each.
        phases: by name.
        stated: what `corpuskit plan` states, in bytes: disk and memory.
        right: whether the clusters found are the planted ones.
    """

    documents: int
    in_clusters: int
    largest: int
    parts: int
    partitions: int
    phases: dict[str, Phase]
    stated: dict[str, int]
    right: bool

    @property
    def wall(self) -> float:
        """Seconds of all phases."""
        return sum(phase.wall for phase in self.phases.values())

    @property
    def cpu(self) -> float:
        """CPU seconds of all phases."""
        return sum(phase.cpu for phase in self.phases.values())

    @property
    def peak(self) -> int:
        """Largest resident bytes of a process."""
        return max(phase.peak for phase in self.phases.values())

    @property
    def disk(self) -> int:
        """Bytes of keys, edges and clusters, and the largest sort space."""
        kept = sum(phase.disk for phase in self.phases.values())
        return kept + max(phase.temporary for phase in self.phases.values())


def title(size: Size) -> str:
    share = size.in_clusters / size.documents
    return (
        f"{size.documents:,} documents, {share:.0%} in clusters, the largest of "
        f"{size.largest:,}; {size.parts} parts x {size.partitions} partitions; clusters are "
        f"{'the planted ones' if size.right else 'NOT THE PLANTED ONES'}"
    )


def phases(size: Size) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = [
        ("phase", "tasks", "wall s", "CPU s", "CPU us/doc", "peak MB", "of which before",
         "bytes/doc", "temporary"),
    ]  # fmt: skip
    for name, phase in size.phases.items():
        lines.append((
            name, str(phase.tasks), f"{phase.wall:.1f}", f"{phase.cpu:.1f}",
            f"{1e6 * phase.cpu / size.documents:.2f}", f"{phase.peak / 1e6:.0f}",
            f"{phase.base / 1e6:.0f}", f"{phase.disk / size.documents:.1f}",
            f"{phase.temporary / size.documents:.1f}",
        ))  # fmt: skip
    return lines


def sizes_beside(sizes: Sequence[Size]) -> list[tuple[str, ...]]:
    base = sizes[0]
    lines: list[tuple[str, ...]] = [
        ("documents", "times", "wall s", "times", "CPU s", "times", "peak MB", "stated",
         "bytes/doc", "stated", "off by"),
    ]  # fmt: skip
    for size in sizes:
        disk, memory = stated(size)
        lines.append((
            f"{size.documents:,}", f"{size.documents / base.documents:.1f}",
            f"{size.wall:.1f}", f"{size.wall / base.wall:.1f}",
            f"{size.cpu:.1f}", f"{size.cpu / base.cpu:.1f}",
            f"{size.peak / 1e6:.0f}", f"{memory / 1e6:.0f}",
            f"{size.disk / size.documents:.1f}", f"{disk / size.documents:.1f}",
            f"{100 * (disk / size.disk - 1):+.1f} %",
        ))  # fmt: skip
    return lines


def stated(size: Size) -> tuple[int, int]:
    """Bytes on disk, and of one task's memory, that `corpuskit plan` states."""
    disk = sum(value for name, value in size.stated.items() if name.startswith("disk: "))
    return disk, size.stated[estimate.MEMORY]


def verdicts(sizes: Sequence[Size]) -> list[str]:
    """What the issue asks for, and whether it was reached."""
    base = sizes[0]
    off = max(abs(stated(size)[0] / size.disk - 1) for size in sizes)
    peak = max(size.peak for size in sizes)
    disk = max(size.disk / size.documents for size in sizes)
    lines = [
        _verdict("clusters are the planted ones", all(size.right for size in sizes)),
        _verdict(f"peak memory {peak / 1e6:.0f} MB (under {WORKER / 1e6:.0f})", peak < WORKER),
        _verdict(f"disk {disk:.0f} bytes a document (under {DISK})", disk < DISK),
        _verdict(f"disk stated within {100 * off:.1f} % (15)", off <= STATED),
    ]
    for size in sizes[1:]:
        times = size.documents / base.documents
        for name, ratio in (("wall", size.wall / base.wall), ("CPU", size.cpu / base.cpu)):
            said = (
                f"{name} time of {size.documents:,} is {ratio:.1f} times that of "
                f"{base.documents:,} (at most {LINEAR * times:.1f})"
            )
            lines.append(_verdict(said, ratio <= LINEAR * times))
    return lines


def _verdict(said: str, reached: bool) -> str:
    return f"{'reached' if reached else 'NOT REACHED'}: {said}"
