"""A stage used twice in one recipe: each use has its own name, counts and cuts."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, text_of, write_jsonl

FIRST, SECOND = "この行はすべての文書にあります。", "この行もすべての文書にあります。終わり。"


def test_two_uses_are_told_apart(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    texts = [f"{FIRST}\n{text_of(i)}\n{SECOND}" for i in range(12)]
    write_jsonl(tmp_path / "in.jsonl", [*({"text": t} for t in texts), {"text": "短い。"}])
    stages = [
        "signals.scripts",
        {"rules": [{"signal": "characters", "min": 10}]},
        {"dedup.lines": {"min_documents": 12, "min_length": 18, "action": "remove"}},
        {"dedup.lines": {"min_documents": 12, "min_length": 10, "action": "remove"}},
        "signals.lines",
        {"rules": [{"signal": "characters", "min": 11}]},
    ]
    recipe = write_recipe([{"name": "s", "path": str(tmp_path / "in.jsonl")}], stages)
    done = run(load(recipe), Options(workers=1))
    assert list(verify(done.out)) == []
    found = {s.stage: (s.read, s.kept) for s in done.manifest.stages}
    assert found["rules@1"] == (13, 12) and found["rules@1#2"] == (12, 12)
    assert found["dedup.lines@1"] == found["dedup.lines@1#2"] == (12, 12)
    rows = pq.read_table(done.out / "data" / "train-00000-of-00001.parquet").to_pylist()
    for row, text in zip(rows, texts, strict=True):
        assert row["text"] == text[len(FIRST) + 1 : -len(SECOND) - 1]
        stage = [cut["stage"] for cut in row["cuts"]]
        assert stage == ["dedup.lines@1", "dedup.lines@1#2"]
        last, first = row["cuts"]
        assert SECOND in text[last["start"] : last["stop"]]
        assert first["start"] == 0 and first["stop"] >= len(FIRST)


def test_rejections_name_the_use(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    write_jsonl(tmp_path / "in.jsonl", [{"text": text_of(i, 2 + i)} for i in range(6)])
    stages = [
        "signals.scripts",
        {"rules": [{"signal": "characters", "min": 60}]},
        {"rules": [{"signal": "characters", "max": 200}]},
    ]
    recipe = write_recipe([{"name": "s", "path": str(tmp_path / "in.jsonl")}], stages)
    done = run(load(recipe), Options(workers=1))
    assert set(done.manifest.rejected_by) == {"rules@1/characters", "rules@1#2/characters"}
    assert list(verify(done.out)) == []
