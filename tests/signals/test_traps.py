"""Each trap of Japanese text through every signal: no error, shares in [0, 1], any cut the same."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.registry import Registry
from corpuskit.stage import Stage, apply
from corpuskit.testing import TRAPS, check_stage
from tests.kernels.traps import TEXTS

NAMES = (
    "blocks", "compression", "industrial", "layout", "letters", "lines", "menus", "ngrams", "ocr",
    "patterns", "repetition", "scripts", "sentences", "translation", "words",
)  # fmt: skip
ALL = [*TRAPS.values(), *TEXTS, "長い行" * 20_000, "\0" * 50]


def made(name: str) -> Stage:
    stage: Any = Registry().stage(f"signals.{name}")
    if name == "words":
        return stage(stage.Params(lists={"weather": "pkg:samples/words/weather.txt"}))
    if name == "patterns":
        return stage(stage.Params(patterns={"dates": "[0-9]{4}年"}))
    return stage()


@pytest.mark.parametrize("name", NAMES)
def test_every_trap(name: str) -> None:
    stage = made(name)
    batch = pa.RecordBatch.from_pydict({"text": pa.array(ALL, pa.string())})
    result = apply(stage, batch)
    assert result.failed is None
    for column in stage.columns_written():
        for value in result.batch.column(column.name).to_pylist():
            assert value is not None and math.isfinite(value) and value >= 0, column.name
            if column.name.endswith(("_ratio", "_share")) and "exclamation" not in column.name:
                assert value <= 1 or column.name in ("compression_ratio", "zlib_ratio"), column.name
    alone = [apply(stage, batch.slice(row, 1)).batch for row in range(len(ALL))]
    assert pa.Table.from_batches(alone).equals(pa.Table.from_batches([result.batch]))


@pytest.mark.parametrize("name", NAMES)
def test_the_contract(name: str) -> None:
    stage = made(name)
    check_stage(type(stage), params=stage.params)
