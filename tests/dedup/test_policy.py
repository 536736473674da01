from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.dedup import policy
from corpuskit.dedup.policy import KeepParams


def best(keep: tuple[str, ...], **columns: list[Any]) -> list[int]:
    n = len(next(iter(columns.values())))
    base: dict[str, Any] = {
        "group": pa.array([0] * n, pa.int64()),
        "doc": pa.array(range(n), pa.int64()),
        "id": [f"{n - i:04d}" for i in range(n)],
        "length": pa.array([1] * n, pa.int64()),
        "date": pa.nulls(n, pa.string()),
        "legal_basis": pa.nulls(n, pa.string()),
    }
    return policy.order(pa.table(base | columns), "group", keep).tolist()


def test_legal_bases_rank_as_documented() -> None:
    bases = [None, "", "hearsay", *reversed(policy.LEGAL_BASES), "license"]
    order = [bases[i] for i in best(policy.DEFAULT, legal_basis=bases, id=["a"] * len(bases))]
    assert order[:3] == ["owned", "contract", "licence"]
    assert order[3:] == ["license", *policy.LEGAL_BASES[3:], "hearsay", None, ""]


def test_dates_newest_first_and_unknown_last() -> None:
    dates = ["2020", None, "2024-04", "", "2024", "2023-12-31"]
    order = [dates[i] for i in best(policy.DEFAULT, date=dates)]
    assert order[:4] == ["2024-04", "2024", "2023-12-31", "2020"]
    assert best(policy.DEFAULT, date=["", None]) == [1, 0]  # no date is no date: the id decides


def test_length_longest_first_then_id() -> None:
    assert best(policy.DEFAULT, length=[3, 9, 9]) == [2, 1, 0]
    assert best(("length asc",), length=[3, 9, 9]) == [0, 2, 1]


def test_other_columns_high_to_low_nulls_last() -> None:
    values = [0.5, None, float("nan"), -1.0, 2.0]
    assert best(("q",), q=values) == [4, 0, 3, 2, 1]
    assert best(("q asc",), q=values) == [3, 0, 4, 2, 1]
    assert best(("b",), b=[False, None, True]) == [2, 0, 1]


def test_first_rule_rules() -> None:
    columns = {"date": ["2020", "2024"], "legal_basis": ["owned", None]}
    assert best(policy.DEFAULT, **columns) == [0, 1]
    assert best(("date", "legal_basis"), **columns) == [1, 0]


def test_groups_come_first_and_equal_ids_fall_back_on_numbers() -> None:
    groups = pa.array([7, 3, 7, 3], pa.int64())
    assert best(("id",), group=groups, id=["x"] * 4) == [1, 3, 0, 2]
    assert best(("id desc",), id=["a", "b"]) == [1, 0]


@pytest.mark.parametrize(
    ("keep", "message"),
    [
        (["date down"], "is not 'COLUMN'"),
        (["date  asc"], "is not 'COLUMN'"),
        ([""], "is not 'COLUMN'"),
        (["date", "date asc"], "named once"),
        (["id", "date"], "nothing can come after it"),
    ],
)
def test_wrong_policies(keep: list[str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        KeepParams.model_validate({"keep": keep})


def test_columns() -> None:
    keep = ("legal_basis", "quality desc", "length", "ja.ratio asc")
    assert policy.other_columns(keep) == ("quality", "ja.ratio")
    assert policy.carried_columns(keep) == ("id", "legal_basis", "quality", "ja.ratio")
    assert KeepParams().keep == policy.DEFAULT
