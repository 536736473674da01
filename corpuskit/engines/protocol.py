"""What an engine is: it maps tasks, nothing else. Whatever must be exchanged goes through files."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from corpuskit.ledger import Receipt, peak_rss


@dataclass(frozen=True)
class Task:
    """One piece of work: a function of one argument, named so that it can be sent anywhere.

    Attributes:
        key: names the result.
        function: ``module:name``; called with `payload`, returns a `Receipt`.
        payload: picklable.
        weight: bytes, to start the largest first and to show progress.
    """

    key: str
    function: str
    payload: Any
    weight: int = 0

    def run(self) -> Receipt:
        """Do the work here."""
        module, _, name = self.function.partition(":")
        receipt: Receipt = getattr(importlib.import_module(module), name)(self.payload)
        return replace(receipt, peak_rss=peak_rss())


@dataclass(frozen=True)
class Outcome:
    """What became of a task: a receipt, an error, or a worker that died.

    Attributes:
        task: the task.
        receipt: what it left behind, or None.
        error: the exception it raised, or None.
        died: what is known of the worker's death (``exit code -9``), or an empty string.
    """

    task: Task
    receipt: Receipt | None = None
    error: BaseException | None = None
    died: str = ""


class Engine(Protocol):
    """Runs tasks somewhere."""

    name: str

    def map(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Run tasks; outcomes come as they finish, one for each task."""

    def close(self) -> None:
        """Stop all workers."""
