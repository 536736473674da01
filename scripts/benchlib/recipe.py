"""The recipes that corpuskit runs in the pipeline benchmark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchlib import rules
from benchlib.rows import Prepared

LARGEST_PART = 32 * 2**20
_SMALLEST_PART = 2**20


def stages(mecab: bool) -> list[Any]:
    """The stages of part (a), and with `mecab` of part (b): MeCab on what survived (a)."""
    minhash = {"ngram": rules.NGRAM, "num_perm": rules.BANDS * rules.ROWS}
    cheap: list[Any] = [
        "normalize",
        "signals.scripts",
        "signals.lines",
        {"signals.repetition": {"ngram": 5}},
        {"rules": rules.corpuskit([*rules.SHARED, *rules.NEAR])},
        {"dedup.minhash": {**minhash, "bands": rules.BANDS, "rows": rules.ROWS}},
    ]
    if mecab:
        cheap += ["morphology", {"rules": rules.corpuskit(rules.MECAB)}]
    return cheap


def part_size(size: int, workers: int) -> int:
    """Bytes of a task: corpuskit's default, or less so that a small input keeps workers busy."""
    return max(_SMALLEST_PART, min(LARGEST_PART, size // (4 * workers)))


def write(
    path: Path, prepared: Prepared, mecab: bool, workers: int, part: int | None = None
) -> Path:
    """Write the recipe (JSON is YAML) and return its path; `part` sets the bytes of a task."""
    content = {
        "name": "bench-b" if mecab else "bench-a",
        "part_size": part or part_size(prepared.path.stat().st_size, workers),
        "sources": [
            {"name": "input", "path": str(prepared.path), "reader": "jsonl", "id": "id"},
        ],
        "stages": stages(mecab),
        "output": {"path": "out"},
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    return path
