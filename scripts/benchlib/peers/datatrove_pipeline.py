"""datatrove's pipeline: Gopher and FineWeb filters, then MinHash in its four steps.

    python datatrove_pipeline.py CONFIG.json

Filters and bounds are those of FineWeb-2 for jpn_Jpan (fineweb-2, configs/jpn_Jpan.yml and
fineweb-2-pipeline.py), without language identification (its model would have to be downloaded) and
without the formatters after deduplication. Words come from datatrove's Japanese tokenizer (spaCy
with Sudachi). CONFIG has `input` (folder of parts), `work`, `result`, `workers`, and `filters`:
whether there are any, or MinHash alone. With `decide` it ends when it knows which documents go,
before the step that reads them again and writes the others.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found]
from datatrove.pipeline.dedup import (  # type: ignore[import-not-found]
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.dedup.minhash import MinhashConfig  # type: ignore[import-not-found]
from datatrove.pipeline.filters import (  # type: ignore[import-not-found]
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from datatrove.pipeline.readers import JsonlReader  # type: ignore[import-not-found]
from datatrove.pipeline.writers import JsonlWriter  # type: ignore[import-not-found]
from datatrove.utils.hashing import HashConfig  # type: ignore[import-not-found]

LANGUAGE = "jpn_Jpan"
STOP_WORDS = list("のにはをたてがとで年し・月れさ")
TOP = ((2, 0.239), (3, 0.196), (4, 0.172))
REPEATED = ((5, 0.243), (6, 0.225), (7, 0.207), (8, 0.190), (9, 0.175), (10, 0.159))
BUCKETS, ROWS = 14, 8


def filters() -> list[Any]:
    """The quality filters, in FineWeb-2's order; 0 switches a bound off."""
    return [
        GopherRepetitionFilter(
            language=LANGUAGE,
            dup_para_frac=0,
            dup_para_char_frac=0,
            dup_line_char_frac=0,
            dup_line_frac=0.328,
            top_n_grams=TOP,
            dup_n_grams=REPEATED,
        ),
        FineWebQualityFilter(
            language=LANGUAGE,
            short_line_thr=999,
            char_duplicates_ratio=0.1,
            line_punct_thr=0.096,
            new_line_ratio=0.13,
        ),
        GopherQualityFilter(
            language=LANGUAGE,
            min_avg_word_length=1,
            max_avg_word_length=6,
            stop_words=STOP_WORDS,
            max_non_alpha_words_ratio=0.759,
            min_stop_words=2,
        ),
    ]


def main(config: dict[str, Any]) -> None:
    """Run the steps one after the other, and note the seconds of each."""
    work = Path(config["work"])
    tasks = len(list(Path(config["input"]).iterdir()))
    minhash = MinhashConfig(
        n_grams=5,
        num_buckets=BUCKETS,
        hashes_per_bucket=ROWS,
        hash_config=HashConfig(hash_fc="xxhash", precision=64),
    )
    kept = str(work / "kept")
    filtered = str(work / "filtered") if config["filters"] else config["input"]
    signatures, buckets, remove = (str(work / name) for name in ("sigs", "buckets", "remove"))
    steps: dict[str, tuple[list[Any], int]] = {
        "filters": (
            [JsonlReader(config["input"]), *filters(), JsonlWriter(filtered, compression=None)],
            tasks,
        ),
        "signatures": (
            [
                JsonlReader(filtered),
                MinhashDedupSignature(signatures, config=minhash, language=LANGUAGE),
            ],
            tasks,
        ),
        "buckets": ([MinhashDedupBuckets(signatures, buckets, config=minhash)], BUCKETS),
        "cluster": ([MinhashDedupCluster(buckets, remove, config=minhash)], 1),
        "remove": (
            [
                JsonlReader(filtered),
                MinhashDedupFilter(remove),
                JsonlWriter(kept, compression=None),
            ],
            tasks,
        ),
    }
    if not config["filters"]:
        del steps["filters"]
    if config.get("decide"):
        del steps["remove"]
    seconds = {}
    for name, (steps_of, count) in steps.items():
        started = time.perf_counter()
        workers = min(count, config["workers"])
        logs = str(work / "logs" / name)
        LocalPipelineExecutor(steps_of, tasks=count, workers=workers, logging_dir=logs).run()
        seconds[name] = round(time.perf_counter() - started, 3)
    Path(config["result"]).write_text(
        json.dumps({"seconds": seconds, "version": version("datatrove")}), "utf-8"
    )


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
