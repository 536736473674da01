"""Rules: the first bound that fails gives the reason; nulls keep unless said otherwise."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.rules.stage import Rules
from corpuskit.stage import Result


def judged(rules: list[dict[str, Any]], **columns: list[Any]) -> list[tuple[Any, ...]]:
    stage = Rules(Rules.Params.model_validate({"rules": rules}))
    result = stage.process(pa.RecordBatch.from_pydict(columns))
    assert isinstance(result, Result)
    if result.rejected is None:
        return []
    return [tuple(row.values()) for row in result.rejected.to_pylist()]


def test_the_first_failing_rule_is_the_reason() -> None:
    rules = [{"signal": "b", "max": 5}, {"signal": "a", "min": 10, "max": 20}]
    found = judged(rules, a=[5, 15, 25, 9], b=[1.0, 1.0, 1.0, 6.0])
    assert found == [
        (0, "a", 5.0, ">= 10"),
        (2, "a", 25.0, "<= 20"),
        (3, "b", 6.0, "<= 5"),
    ]


def test_bounds_themselves_stay() -> None:
    assert judged([{"signal": "a", "min": 1, "max": 2}], a=[1.0, 2.0]) == []


def test_null_keeps_unless_the_rule_says_reject() -> None:
    assert judged([{"signal": "a", "min": 1}], a=[None, 2]) == []
    found = judged([{"signal": "a", "min": 1, "null": "reject"}], a=[None, 2])
    assert found == [(0, "a", None, "is known")]


def test_text_columns_are_compared() -> None:
    found = judged([{"signal": "lang", "equals": "ja"}], lang=["ja", "zh", None])
    assert found == [(1, "lang", None, "= ja")]


def test_a_rule_without_a_bound_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs min, max, more_than, less_than or equals"):
        Rules.Params.model_validate({"rules": [{"signal": "a"}]})


def test_columns_read_are_the_signals() -> None:
    rules = [{"signal": "b", "max": 5}, {"signal": "a", "min": 1}, {"signal": "b", "min": 0}]
    assert Rules(Rules.Params.model_validate({"rules": rules})).columns_read() == ("b", "a")


def test_strict_bounds_reject_the_bound_itself() -> None:
    found = judged([{"signal": "a", "more_than": 1, "less_than": 0.33e1}], a=[1.0, 1.5, 3.3, None])
    assert found == [(0, "a", 1.0, "> 1"), (2, "a", 3.3, "< 3.3")]


def test_rules_for_some_sources_leave_others_alone() -> None:
    stage = Rules(
        Rules.Params.model_validate(
            {"sources": ["web"], "profile": "p", "rules": [{"signal": "a", "min": 5}]}
        )
    )
    assert stage.columns_read() == ("a", "source")
    result = stage.process(
        pa.RecordBatch.from_pydict({"a": [1, 1, 9], "source": ["web", "law", "web"]})
    )
    assert isinstance(result, Result) and result.rejected is not None
    assert [row["row"] for row in result.rejected.to_pylist()] == [0]
