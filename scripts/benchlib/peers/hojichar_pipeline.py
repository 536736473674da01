"""HojiChar's pipeline: filters and LSH keys in its `Parallel` pool, its deduplicator in the parent.

    python hojichar_pipeline.py CONFIG.json

The deduplicator keeps its keys in one process, so it can't run in the pool. The rest is what
HojiChar's own command does: a line is loaded from JSON in a worker, dumped to JSON in a worker, and
written by the parent. CONFIG has `input`, `output`, `result`, `jobs`, `filters` (pairs of name and
parameters; `DocumentNormalizer` is one of them) and `dedup` (parameters). Where `output` is null,
nothing is dumped or written: it ends when it knows which documents go.
"""

from __future__ import annotations

import contextlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hojichar import (  # type: ignore[import-not-found]
    Compose,
    Document,
    document_filters,
)
from hojichar.core.parallel import Parallel  # type: ignore[import-not-found]
from hojichar.filters.deduplication import (  # type: ignore[import-not-found]
    GenerateDedupLSH,
    InlineDeduplicator,
)


def main(config: dict[str, Any]) -> None:
    """Filter, deduplicate, write, count."""
    filters = [getattr(document_filters, name)(**given) for name, given in config["filters"]]
    compose = Compose(
        [
            document_filters.JSONLoader(),
            *filters,
            GenerateDedupLSH(**config["dedup"]),
            *([document_filters.JSONDumper(skip_rejected=True)] if config["output"] else []),
        ]
    )
    deduplicator = InlineDeduplicator()
    counts = {"read": 0, "kept": 0, "rejected": 0, "duplicates": 0}
    with (
        Path(config["input"]).open(encoding="utf-8", newline="\n") as lines,
        _output(config["output"]) as output,
        Parallel(compose, num_jobs=config["jobs"]) as pool,
    ):
        for document in pool.imap_apply(Document(line) for line in lines):
            counts["read"] += 1
            if document.is_rejected:
                counts["rejected"] += 1
            elif deduplicator.apply(document).is_rejected:
                counts["duplicates"] += 1
            else:
                counts["kept"] += 1
                if output is not None:
                    output.write(document.text + "\n")
    by_filter = {
        stats.name: stats.discard_num
        for stats in compose.get_total_statistics()
        if stats.discard_num and stats.name != "Total"
    }
    result = {**counts, "rejected_by": by_filter, "version": version("hojichar")}
    Path(config["result"]).write_text(json.dumps(result, ensure_ascii=False), "utf-8")


def _output(path: str | None) -> Any:
    return Path(path).open("w", encoding="utf-8") if path else contextlib.nullcontext()


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
