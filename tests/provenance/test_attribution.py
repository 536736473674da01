"""Attribution lines: the forms of Creative Commons and of the State's terms."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.provenance.attribution import Attribution, AttributionParams
from corpuskit.testing import check_stage


def line(expression: str | None, params: dict[str, Any] | None = None, **row: Any) -> Any:
    full = {**dict.fromkeys(Attribution.reads), "license_expression": expression, **row}
    schema = pa.schema([(name, pa.string()) for name in Attribution.reads])
    stage = Attribution(AttributionParams(**(params or {})))
    out = stage.process(pa.RecordBatch.from_pylist([full], schema=schema)).to_pylist()[0]
    return out["attribution"], out["attribution_missing"]


WORK = {"title": "海の 町\n第1部", "author": "見本太郎", "url": "https://example.jp/a"}


def test_the_stage_keeps_its_contract() -> None:
    check_stage(Attribution, examples=["本資料は CC BY 4.0 の下で公開されています。"])


def test_creative_commons() -> None:
    assert line("CC-BY-4.0", **WORK) == (
        "「海の 町 第1部」, 見本太郎, https://example.jp/a, "
        "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)",
        None,
    )
    found, _ = line("CC-BY-SA-2.1-JP", {"edited_by": "見本社"}, **WORK)
    assert found.endswith("CC BY-SA 2.1 JP (https://creativecommons.org/licenses/by-sa/2.1/jp/), 見本社により改変")  # fmt: skip # noqa: E501
    assert line("LicenseRef-CC-BY", author="見本太郎") == ("見本太郎, CC BY", "title,url")
    assert line("CC-BY-NC-ND-4.0 AND MIT", **WORK)[0].count("by-nc-nd/4.0/") == 1


def test_the_states_terms() -> None:
    params = {"edited_by": "見本社", "used": "2026-04-01"}
    row = {"title": "統計", "publisher": "架空省", "url": "https://example.go.jp/"}
    assert line("LicenseRef-PDL-1.0", params, **row) == (
        "出典：架空省「統計」（https://example.go.jp/）、公共データ利用規約（第1.0版）"
        "（https://www.digital.go.jp/resources/open_data/public_data_license_v1.0）"
        "（2026年4月1日に利用）を加工して作成（見本社）",
        None,
    )
    assert line("LicenseRef-GJSTU-2.0", **row) == (
        "出典：架空省「統計」（https://example.go.jp/）、政府標準利用規約（第2.0版）",
        "used",
    )


@pytest.mark.parametrize(
    "expression", [None, "CC0-1.0", "MIT", "LicenseRef-Contract-1", "CC-PDM-1.0"]
)
def test_licences_that_ask_for_nothing(expression: str | None) -> None:
    assert line(expression, **WORK) == (None, None)


def test_fields_of_the_record_where_columns_are_null() -> None:
    meta = '{"title": "海", "author": "見本太郎", "url": 7}'
    assert line("LicenseRef-CC-BY", meta=meta) == ("「海」, 見本太郎, CC BY", "url")
    assert line("LicenseRef-CC-BY", meta=meta, title="山")[0] == "「山」, 見本太郎, CC BY"


def test_nothing_known_makes_no_line() -> None:
    assert line("CC-BY-4.0") == (None, "title,creator,url")


def test_a_date_is_a_day() -> None:
    with pytest.raises(ValidationError):
        AttributionParams(used="2026")
