"""How many documents a plan expects."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from corpuskit.expected import SAMPLE
from corpuskit.plan import explain
from corpuskit.recipe import load


def planned(folder: Path, path: str) -> tuple[int, bool]:
    recipe = folder / "recipe.yaml"
    recipe.write_text(
        f"name: p\nsources: [{{name: s, path: '{path}'}}]\n"
        "stages: [dedup.minhash: {}]\noutput: {path: out}\n"
    )
    plan = explain(load(recipe))
    text = plan.as_text()
    assert f"{plan.documents:,} documents expected" in text
    assert ("about " + f"{plan.documents:,}" in text) is not plan.documents_exact
    return plan.documents, plan.documents_exact


def lines(n: int) -> bytes:
    rows = [json.dumps({"text": f"文書{i * 7919 % n}の本文です。"}) + "\n" for i in range(n)]
    return "".join(rows).encode()


def test_lines_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(123))
    assert planned(tmp_path, "a.jsonl") == (123, True)


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_compressed_file_is_sampled(tmp_path: Path, ending: str) -> None:
    packed = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}[ending]
    (tmp_path / f"a.jsonl.{ending}").write_bytes(packed(lines(123)))
    assert planned(tmp_path, f"a.jsonl.{ending}") == (123, True)


def test_a_large_compressed_file_is_about_right(tmp_path: Path) -> None:
    import random

    rng = random.Random(3)
    rows = [json.dumps({"text": rng.randbytes(60).hex()}) + "\n" for _ in range(40_000)]
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress("".join(rows).encode()))
    assert path.stat().st_size > SAMPLE
    count, exact = planned(tmp_path, "a.jsonl.gz")
    assert not exact and abs(count - 40_000) < 2_000


def test_parquet_says_its_rows(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["本文"] * 77}), tmp_path / "a.parquet")
    assert planned(tmp_path, "a.parquet") == (77, True)


def test_other_files_are_one_document_each(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / f"{i}.txt").write_text("これは文書です。\n" * 5, encoding="utf-8")
    assert planned(tmp_path, "*.txt") == (3, True)
