"""The evidence score: items add up, blocks are limited, missing columns give nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.document import BASE
from corpuskit.errors import RecipeError
from corpuskit.provenance.score import EvidenceScore, ScoreParams
from corpuskit.testing import check_stage

EXTRA = {
    **dict.fromkeys(
        ("license_expression", "license_mentions", "contract", "obtained", "fetched"), pa.string()
    ),
    **dict.fromkeys(("optout_probed", "owner_approval", "access_list", "attestation"), pa.string()),
    "license_rank": pa.int64(),
    "pd_status": pa.string(),
    "marks": pa.int64(),
    "operations": pa.list_(pa.string()),
}


def scored(
    rows: list[dict[str, Any]], extra: dict[str, pa.DataType] = EXTRA, rules: str | None = None
) -> list[dict[str, Any]]:
    """What the stage writes for documents with these values."""
    blank = {f.name: "" for f in BASE if not f.nullable}
    types = {f.name: f.type for f in BASE} | extra
    schema = pa.schema(list(types.items()))
    batch = pa.RecordBatch.from_pylist([{**blank, **row} for row in rows], schema=schema)
    stage = EvidenceScore(ScoreParams(rules=rules))
    stage.open()
    return stage.process(batch).select([c.name for c in EvidenceScore.writes]).to_pylist()


def test_every_item_names_its_points_and_they_add_up() -> None:
    full = {
        "raw_digest": "d",
        "uri": "a",
        "encoding": "utf-8",
        "url": "u",
        "fetched": "2026",
        "obtained": "crawl",
        "publisher": "p",
        "country": "JP",
        "author": "a",
        "license_expression": "CC-BY-4.0",
        "license_rank": 1,
        "marks": 0,
        "operations": [],
        "optout_probed": "robots.txt,robots-meta,tdmrep",
        "attestation": "s",
    }
    top, bare = scored([full, {}])
    assert (top["evidence_score"], top["evidence_grade"]) == (100, "A")
    for row in (top, bare):
        assert row["evidence_score"] == sum(item["points"] for item in row["evidence_items"])
    assert (bare["evidence_score"], bare["evidence_grade"]) == (4, "E")
    assert bare["evidence_items"] == [{"item": "record_digest", "points": 4}]


def test_of_rights_only_the_best_counts() -> None:
    row = {"license": "MIT", "license_expression": "MIT", "license_rank": 2, "legal_basis": "x"}
    items = {i["item"]: i["points"] for i in scored([row])[0]["evidence_items"]}
    assert items == {"record_digest": 4, "notice": 22}
    (aggregator,) = scored([{"license": "MIT"}])
    assert {"item": "declared_licence", "points": 12} in aggregator["evidence_items"]
    (owned,) = scored([{"legal_basis": "owned"}])
    assert {"item": "declared_basis", "points": 6} in owned["evidence_items"]


def test_a_block_is_limited() -> None:
    probed = {"optout_probed": "robots.txt,robots-meta,tdmrep", "access_list": "a", "marks": 1}
    (row,) = scored([probed])
    points = {i["item"]: i["points"] for i in row["evidence_items"]}
    assert points == {
        "record_digest": 4, "robots_txt": 6, "page_signals": 4, "other_signals": 2, "access_list": 3
    }  # fmt: skip


def test_columns_that_nobody_computed_give_no_points() -> None:
    (row,) = scored([{"license": "MIT"}], {})
    assert row["evidence_score"] == 4 + 12


def test_contract_of_a_stage() -> None:
    check_stage("evidence_score")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("blocks:\n  - {id: rights, most: 31, best: true}", "own.yaml:3: the blocks' most"),
        (
            "items:\n  - {id: a, block: right, points: 1, when: {uri: x}}",
            "own.yaml:4: no block is called 'right'; did you mean 'rights'?",
        ),
        (
            "items:\n  - {id: a, block: rights, points: 1, when: {licence: x}}",
            "own.yaml:4: no column is called 'licence'; did you mean 'license'?",
        ),
        ("items:\n  - {id: a, block: rights, points: -1, when: {uri: x}}", "own.yaml:4: 'points'"),
        ("grades: {A: high}", "own.yaml:3: grades are letters"),
    ],
)
def test_what_is_wrong_in_a_rule_file_is_said_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"rules: evidence_score\nextends: default\n{text}\n", "utf-8")
    with pytest.raises(RecipeError) as error:
        EvidenceScore(ScoreParams(rules=str(path))).inputs()
    assert said in str(error.value)


def test_weights_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "rules: evidence_score\nextends: default\ncolumns: {plant: ours}\n"
        "grades: {A: 30, B: 25, C: 20, D: 10}\nitems:\n"
        "  - {id: plant, block: origin, points: 25, when: {plant: {is: known}}}\n"
        "  - {id: record_digest, block: identity, points: 5, when: {id: {is: known}}}\n",
        "utf-8",
    )
    (row,) = scored([{"plant": "B"}], {**EXTRA, "plant": pa.string()}, str(path))
    assert (row["evidence_score"], row["evidence_grade"]) == (30, "A")
