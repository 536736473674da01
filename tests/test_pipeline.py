"""From a stage list to segments: cuts, columns, and what is wrong before anything runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from corpuskit.document import BASE
from corpuskit.errors import RecipeError
from corpuskit.pipeline import PENDING, Pipeline, build, make_stage
from corpuskit.recipe import load
from corpuskit.registry import Registry
from tests.conftest import RecipeWriter

SOURCES = [{"name": "docs", "path": "docs"}]
SIGNALS = ["signals.scripts", "signals.lines"]
RULES = {"rules": [{"signal": "characters", "min": 5}]}


@pytest.fixture
def built(write_recipe: RecipeWriter) -> Any:
    def build_from(stages: list[Any], **more: Any) -> Pipeline:
        return build(load(write_recipe(SOURCES, stages, **more)), Registry())

    return build_from


def names(pipeline: Pipeline) -> list[tuple[list[str], list[str]]]:
    return [([s.name for s in p.stages], [e.name for e in p.exchanges]) for p in pipeline.segments]


@pytest.mark.parametrize(
    ("stages", "segments"),
    [
        ([], [([], [])]),
        (["normalize"], [(["normalize"], [])]),
        (["dedup.exact"], [([], ["dedup.exact"]), ([], [])]),
        (
            ["normalize", "dedup.exact", "dedup.minhash", "morphology"],
            [(["normalize"], ["dedup.exact", "dedup.minhash"]), (["morphology"], [])],
        ),
        (
            ["dedup.exact", "normalize", "dedup.minhash"],
            [([], ["dedup.exact"]), (["normalize"], ["dedup.minhash"]), ([], [])],
        ),
    ],
)
def test_segments_end_with_their_exchanges(
    built: Any, stages: list[Any], segments: list[Any]
) -> None:
    pipeline = built(stages)
    assert names(pipeline) == segments
    assert [s.name for s in pipeline.used] == stages
    assert [p for s in pipeline.segments for p in s.positions] == list(range(len(stages)))


def test_a_segments_schema_has_the_columns_of_all_stages_before(built: Any) -> None:
    pipeline = built(["signals.scripts", "dedup.minhash", "signals.lines"])
    first, second = (set(segment.schema.names) for segment in pipeline.segments)
    assert set(BASE.names) < first
    assert "characters" in first and "lines" not in first and "cluster" not in first
    assert {"characters", "lines", "cluster"} <= second
    assert pipeline.schema.field("text").equals(BASE.field("text"))
    assert {c.name for c in pipeline.columns} >= {"characters", "lines", "cluster"}


def test_in_study_mode_a_verdict_travels_along(built: Any) -> None:
    pipeline = built([*SIGNALS, RULES], mode="study")
    assert set(PENDING) <= set(pipeline.segments[-1].schema.names)
    assert not set(PENDING) & set(pipeline.schema.names)
    assert not set(PENDING) & set(built([*SIGNALS, RULES]).segments[-1].schema.names)


def test_a_stage_may_read_the_documents_own_columns(built: Any) -> None:
    assert names(built(["provenance"])) == [(["provenance"], [])]


@pytest.mark.parametrize(
    ("stages", "column", "remedy"),
    [
        ([RULES], "characters", "add the stage 'signals.scripts' before it"),
        ([RULES, *SIGNALS], "characters", "'signals.scripts' writes it: move it before 'rules'"),
        (["quality", *SIGNALS, "morphology"], r"\w+", "writes it: move it before 'quality'"),
        ([{"rules": [{"signal": "quality", "min": 0.5}]}], "quality", "add the stage 'quality'"),
        ([{"rules": [{"signal": "nothing", "min": 1}]}], "nothing", "no installed stage writes it"),
        ([{"rules": [{"signal": "cluster_size", "max": 9}]}], "cluster_size", "'dedup.minhash'"),
    ],
)
def test_a_column_that_nobody_writes(
    built: Any, stages: list[Any], column: str, remedy: str
) -> None:
    message = rf"reads the column '{column}', which nothing before it writes"
    with pytest.raises(RecipeError, match=message) as caught:
        built(stages)
    assert re.search(r"test\.yaml:\d+:\d+: ", caught.value.message)
    assert remedy in caught.value.remedy


def test_a_column_is_found_under_its_nearest_name(built: Any) -> None:
    with pytest.raises(RecipeError, match=r"'kana_ration'.*; did you mean 'kana_ratio'\?"):
        built([*SIGNALS, {"rules": [{"signal": "kana_ration", "min": 0.1}]}])


def test_a_stage_of_a_plug_in_is_offered_as_the_writer(built: Any, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(
        "from corpuskit import doc_signal\n"
        "@doc_signal('acme.count', type=int)\n"
        "def count(doc) -> int:\n    '''Counts.'''\n    return 1\n",
        encoding="utf-8",
    )
    rule = {"rules": [{"signal": "acme.count", "min": 1}]}
    loaded_stages = ["acme.count", rule]
    registry = Registry([tmp_path / "p.py"])
    stage = make_stage(registry, "acme.count", {})
    assert stage.columns_written()[0].name == "acme.count"
    with pytest.raises(RecipeError, match=r"unknown stage 'acme\.count'"):
        built(loaded_stages)  # the recipe has no plugins:


def test_parameters_are_checked_where_they_stand(built: Any) -> None:
    with pytest.raises(RecipeError, match=r":\d+:\d+: unknown key 'bond'; did you mean 'bound'"):
        built([{"dedup.minhash": {"bond": 0.7}}])
    with pytest.raises(RecipeError, match=r"'bands': .*\(found: 0\)"):
        built([{"dedup.minhash": {"bands": 0}}])


#: What these write hangs on a model's file: tests/quality has their way to a worker.
WITH_MODELS = {"score", "perplexity"}


@pytest.mark.parametrize("name", sorted(set(Registry().stages) - WITH_MODELS))
def test_parameters_survive_the_way_to_a_worker(name: str) -> None:
    """A worker makes each stage from its name and its parameters as JSON."""
    cls = Registry().stage(name)
    needed = {
        "rules": {"rules": [{"signal": "characters", "min": 5}]},
        "dedup.decontaminate": {"benchmarks": [{"name": "quiz", "path": "quiz.jsonl"}]},
        "signals.words": {"lists": {"weather": "weather.txt"}},
        "public_domain": {"year": 2026, "deaths": "deaths.csv"},
        "signals.patterns": {"patterns": {"year": "[0-9]{4}年"}},
    }
    stage = make_stage(Registry(), name, needed.get(name, {}))
    again = make_stage(Registry(), name, stage.params.model_dump(mode="json"))
    assert again.params == stage.params
    assert again.columns_read() == stage.columns_read()
    assert again.columns_written() == stage.columns_written()
    assert again.ident == f"{name}@{cls.version}"
