"""`keep` names a column that only a later stage writes: it is computed ahead, for members only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from corpuskit.errors import RecipeError
from corpuskit.output.verify import verify
from corpuskit.pipeline import make_stage
from corpuskit.plan import explain
from corpuskit.recipe import load
from corpuskit.registry import Registry
from corpuskit.run import Options, run
from corpuskit.stage import apply
from tests.conftest import RecipeWriter, text_of, write_jsonl

SIGNALS: list[Any] = ["signals.scripts", "signals.lines", "signals.repetition", "morphology"]
EXACT = {"dedup.exact": {"keep": ["quality"], "ignore": ["space", "width", "punctuation"]}}
MINHASH = {"dedup.minhash": {"keep": ["quality"]}}
LATER = [EXACT, MINHASH, *SIGNALS, "quality"]


def noisy(text: str) -> str:
    """The same words as a worse text: without its sentence marks."""
    return text.replace("。", "").replace("、", "")


TEXTS = [
    text_of(0), noisy(text_of(0)), noisy(text_of(1)), text_of(1), text_of(2), text_of(7),
    text_of(2) + "\nMENU HOME NEWS" * 12, "ｗｗｗ\n" * 12 + text_of(7), text_of(4),
]  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> list[dict[str, Any]]:
    rows = [{"id": str(i), "text": text} for i, text in enumerate(TEXTS)]
    write_jsonl(tmp_path / "in" / "a.jsonl", rows[:5])
    write_jsonl(tmp_path / "in" / "b.jsonl", rows[5:])
    return [{"name": "docs", "path": str(tmp_path / "in"), "reader": "jsonl", "id": "id"}]


def qualities() -> dict[str, float]:
    """Quality of each document, by the stages themselves."""
    batch = pa.record_batch({"text": pa.array(TEXTS)})
    for name in [*SIGNALS, "quality"]:
        stage = make_stage(Registry(), name, {})
        stage.open()
        batch = apply(stage, batch).batch
    return {str(i): value for i, value in enumerate(batch.column("quality").to_pylist())}


def table(out: Path, name: str) -> dict[str, dict[str, Any]]:
    rows = ds.dataset(out / name, format="parquet").to_table().to_pylist()
    return {row["source_id"]: row for row in rows}


def test_the_better_document_stays(
    corpus: list[dict[str, Any]], write_recipe: RecipeWriter
) -> None:
    quality = qualities()
    finished = run(load(write_recipe(corpus, LATER)), Options(workers=1))
    kept, gone = table(finished.out, "data"), table(finished.out, "duplicates")
    ids = {row["id"]: name for name, row in kept.items()}
    pairs = {name: ids[row["duplicate_of"]] for name, row in gone.items()}
    assert {frozenset(pair) for pair in pairs.items()} == {
        frozenset(pair) for pair in [("0", "1"), ("2", "3"), ("4", "6"), ("5", "7")]
    }
    assert all(quality[worse] < quality[better] for worse, better in pairs.items())
    assert {name: row["quality"] for name, row in kept.items()} == {n: quality[n] for n in kept}
    stages = {name: row["stage"].split("@")[0] for name, row in gone.items()}
    assert set(stages.values()) == {"dedup.exact", "dedup.minhash"}
    assert not list(verify(finished.out))


def test_the_plan_says_what_is_computed_ahead(
    corpus: list[dict[str, Any]], write_recipe: RecipeWriter
) -> None:
    plan = explain(load(write_recipe(corpus, LATER)))
    ahead = {s.step: s.stages for s in plan.steps if "gather" in s.step}
    assert set(ahead) == {"dedup.exact@1 gather", "dedup.minhash@1 gather"}
    names = ["signals.scripts@1", "signals.lines@1", "quality@2"]
    for stages in ahead.values():
        for name in names:
            assert f"{name} (ahead of its turn, for members of clusters only)" in stages
    first = next(s for s in plan.steps if s.step == "read and stream")
    assert not any("morphology" in s or "quality" in s for s in first.stages)
    text = plan.as_text()
    assert text.count("quality@2 (ahead of its turn") == 2
    assert "dedup.exact@1: by text, ignoring space and width and punctuation" in text


def test_nothing_is_computed_ahead_for_built_in_columns(
    corpus: list[dict[str, Any]], write_recipe: RecipeWriter
) -> None:
    stages = ["dedup.exact", "dedup.minhash", *SIGNALS, "quality"]
    plan = explain(load(write_recipe(corpus, stages)))
    assert "ahead of its turn" not in plan.as_text()
    assert [s.step for s in plan.steps if "exact" in s.step] == ["dedup.exact@1 groups"]


@pytest.mark.parametrize("stage", ["dedup.exact", "dedup.minhash"])
def test_a_column_that_nobody_writes(
    stage: str, corpus: list[dict[str, Any]], write_recipe: RecipeWriter
) -> None:
    later = ["normalize", {stage: {"keep": ["qualty"]}}, *SIGNALS, "quality"]
    with pytest.raises(RecipeError, match=rf"'{stage}' reads the column 'qualty'") as caught:
        explain(load(write_recipe(corpus, later)))
    assert "test.yaml:" in caught.value.message
    assert "no installed stage writes it" in caught.value.remedy
    with pytest.raises(RecipeError, match="'quality'") as caught:
        explain(load(write_recipe(corpus, [{stage: {"keep": ["quality"]}}])))
    assert "add the stage 'quality'" in caught.value.remedy
