"""The Ray engine: the same tasks on an existing cluster, or on a local one. Extra: ``ray``.

All nodes must see the recipe's inputs and the work folder under the same paths (shared storage).
"""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import ray
from ray.exceptions import RayTaskError, WorkerCrashedError

from corpuskit.engines.local import sendable
from corpuskit.engines.protocol import Outcome, Task
from corpuskit.ledger import Receipt


def _resources() -> dict[str, float]:
    """What the cluster has."""
    return dict(ray.cluster_resources())  # type: ignore[no-untyped-call]


def _run(task: Task) -> tuple[Receipt | None, BaseException | None]:
    """One task in a Ray worker; errors come back as values."""
    try:
        return task.run(), None
    except Exception as error:  # noqa: BLE001  (sent to the driver, which raises it)
        return None, sendable(error)


class RayEngine:
    """Runs tasks as Ray tasks.

    Args:
        workers: tasks under way at once; 0 means one for each CPU of the cluster.
        address: of an existing cluster; None starts a local one.
    """

    name = "ray"

    def __init__(self, workers: int = 0, address: str | None = None) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        self._own = not ray.is_initialized()
        if self._own:
            cpus = workers or len(os.sched_getaffinity(0))
            local: dict[str, Any] = {"num_cpus": cpus, "include_dashboard": False}
            ray.init(
                address=address,
                logging_level=logging.ERROR,
                log_to_driver=False,
                **({} if address else local),
            )
        self.size = workers or max(1, int(_resources().get("CPU", 1)))
        # No retries of its own: the run tries a task again alone, then finds the record at fault.
        self._remote = ray.remote(num_cpus=1, max_retries=0)(_run)

    def map(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Run tasks, largest first; outcomes come as they finish."""
        waiting = deque(sorted(tasks, key=lambda task: (-task.weight, task.key)))
        running: dict[Any, Task] = {}
        while waiting or running:
            while waiting and len(running) < self.size:
                task = waiting.popleft()
                running[self._remote.remote(task)] = task
            (ready, *_), _ = ray.wait(list(running), num_returns=1)
            yield self._outcome(ready, running.pop(ready))

    def _outcome(self, reference: Any, task: Task) -> Outcome:
        try:
            receipt, error = ray.get(reference)
        except WorkerCrashedError as crash:
            return Outcome(task, died=str(crash).split("\n")[0] or "worker crashed")
        except RayTaskError as failure:
            return Outcome(task, error=failure)
        return Outcome(task, receipt, error)

    def close(self) -> None:
        """Leave the cluster, and stop it where it was started here."""
        if self._own:
            ray.shutdown()
