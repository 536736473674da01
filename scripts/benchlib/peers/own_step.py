"""Runs the near-duplicate step of a recipe with corpuskit, and writes no dataset.

    python own_step.py CONFIG.json

All steps up to the last phase of the recipe's only exchange, as `corpuskit run` takes them: texts
read and kept in step files, keys, bands, clusters, gathered texts, verification. What is left out
is what a dataset needs: applying the outcome, the shards, manifest and card. CONFIG has `recipe`,
`workers`, `work` (a folder for the step files, removed at the end) and `result`.
"""

from __future__ import annotations

import gc
import json
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from corpuskit.engines.local import LocalEngine, start_forkserver
from corpuskit.kernels.compiler import is_warm

if __name__ == "__main__" and is_warm():
    start_forkserver()  # as the command does: it loads while this process does


def main(config: dict[str, Any]) -> None:
    """Run the steps; write how many documents were read, how many removed, and the CPU seconds."""
    from corpuskit.ledger import Ledger
    from corpuskit.recipe import load
    from corpuskit.run import Runner, make_state
    from corpuskit.steps import SegmentStep, steps_of

    work = Path(config["work"])
    engine = LocalEngine(config["workers"])
    try:
        state = make_state(load(Path(config["recipe"])), work)
        ledger = Ledger(work, fresh=True)
        runner = Runner(state, ledger, engine)
        for step in steps_of(state.pipeline):
            if isinstance(step, SegmentStep) and step.number:
                break
            receipts = state.receipts[step.name] = runner.execute(step)
        ledger.close()
    finally:
        engine.close()
    spent: Counter[str] = Counter()
    for done in state.receipts.values():
        for receipt in done:
            spent.update(receipt.spent)
    result = {
        "read": sum(receipt.counts["read"] for receipt in state.receipts["segment0"]),
        "removed": sum(receipt.counts["removed"] for receipt in receipts),
        "cpu_seconds_by_stage": {name: round(seconds, 3) for name, seconds in spent.items()},
    }
    Path(config["result"]).write_text(json.dumps(result), "utf-8")
    shutil.rmtree(work)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    gc.freeze()  # as the command does at its end
