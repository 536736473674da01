"""What a run shows while it works: a bar on a terminal, a line for each step elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Self


class Display:
    """Shows progress on standard error.

    Args:
        quiet: show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._bar: Any = None
        self._steps: dict[str, Any] = {}

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

            self._bar = Progress(
                "{task.description}", BarColumn(), MofNCompleteColumn(), "{task.fields[size]}",
                TimeElapsedColumn(), console=Console(stderr=True),
            )  # fmt: skip
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, title: str, done: int, total: int, weight: int) -> None:
        """A task of the step `title` ended: `done` of `total`, `weight` input bytes so far."""
        if self._quiet:
            return
        size = f"{weight / 1e6:.1f} MB" if weight >= 10**5 else ""
        if self._bar is None:
            if done == total:
                print(f"{title}: {total} tasks {size}".rstrip(), file=sys.stderr)
            return
        if title not in self._steps:
            self._steps[title] = self._bar.add_task(title, total=total, size="")
        self._bar.update(self._steps[title], completed=done, total=total, size=size)


def warm_kernels(extra: Iterable[str] = (), *, quiet: bool = False) -> None:
    """Compile the kernels once, before workers start, and say so.

    Args:
        extra: kernel modules that only some recipes need, this one among them.
        quiet: say nothing.
    """
    from corpuskit.kernels.compiler import is_warm, warm

    names = tuple(extra)
    if is_warm(names):
        return
    tty = sys.stderr.isatty() and not quiet

    def tell(name: str, done: int, total: int) -> None:
        if tty:
            print(f"\rcompiling kernels, once: {done}/{total} {name:<12}", end="", file=sys.stderr)

    if not quiet and not tty:
        print("compiling kernels, once", file=sys.stderr)
    seconds = warm(tell, names)
    if not quiet:
        print(
            f"{chr(13) if tty else ''}compiled kernels in {seconds:.0f} s{' ' * 24}".rstrip(),
            file=sys.stderr,
        )
