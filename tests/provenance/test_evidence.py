"""Evidence of origin: what is known comes from somewhere, and nothing else is said."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.document import BASE, CUTS
from corpuskit.ja.normalizestage import Normalize
from corpuskit.provenance.dates import iso
from corpuskit.provenance.evidence import Evidence, EvidenceParams, domain_of, is_corporate_number
from corpuskit.registry import Registry
from corpuskit.testing import check_stage


def with_check(rest: str) -> str:
    """The right check digit before twelve digits, by a second way of computing it."""
    total = sum(int(d) * w for d, w in zip(rest, (2, 1) * 6, strict=True))
    return f"{9 - total % 9}{rest}"


def known(sources: dict[str, Any] | None = None, **row: Any) -> dict[str, Any]:
    full = {**dict.fromkeys(BASE.names), "source": "web", "text": "本文", **row}
    schema = pa.schema([pa.field(f.name, f.type) for f in BASE])
    stage = Evidence(EvidenceParams.model_validate({"sources": sources or {}}))
    out = stage.process(pa.RecordBatch.from_pylist([full], schema=schema)).to_pylist()[0]
    return {column.name: out[column.name] for column in stage.writes}


def test_the_stage_keeps_its_contract() -> None:
    check_stage(Evidence)


def test_nothing_known_is_null() -> None:
    assert set(known().values()) == {None}


def test_the_document_goes_before_the_source() -> None:
    number = with_check("000012345678")
    facts = {"creator": "見本社", "fetched": "2024-05-01", "obtained": "purchase",
             "contract": "K-17", "corporate_number": number}  # fmt: skip
    found = known({"web": facts}, date="2020")
    assert found["creator"] == "見本社" and found["fetched"] == "2024-05-01"
    assert (found["obtained"], found["contract"]) == ("purchase", "K-17")
    assert (found["corporate_number"], found["issued"]) == (number, "2020")
    found = known(
        {"web": facts},
        author="見本太郎",
        published="令和３年４月１日",
        url="https://User@Example.JP:8080/a",
        headers=json.dumps({"date": "Tue, 02 Jan 2024 23:00:00 GMT"}),
        date="2020",
    )
    assert (found["creator"], found["issued"]) == ("見本太郎", "2021-04-01")
    assert (found["domain"], found["fetched"]) == ("example.jp", "2024-01-02")
    assert known({"other": facts})["contract"] is None
    meta = json.dumps({"fetched": "2023-09-09T10:00:00Z"})
    assert known({"web": facts}, meta=meta)["fetched"] == "2023-09-09"


@pytest.mark.parametrize(
    "facts",
    [{"corporate_number": "1234567890123"}, {"fetched": "soon"}, {"obtained": "stolen"}, {"x": 1}],
)
def test_wrong_facts_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EvidenceParams.model_validate({"sources": {"web": facts}})


def test_fields_of_the_record_where_columns_are_null() -> None:
    meta = '{"url": "https://example.jp/a", "author": "見本太郎", "date": "2020年1月2日"}'
    found = known(meta=meta)
    assert (found["domain"], found["creator"]) == ("example.jp", "見本太郎")
    assert found["issued"] == "2020-01-02"
    assert known(meta="[1]")["domain"] is None


def test_dates_and_numbers_as_yaml_reads_them() -> None:
    number = int(with_check("130001028812"))
    facts = {"fetched": datetime.date(2024, 5, 1), "corporate_number": number, "contract": 17}
    found = known({"web": facts})
    assert (found["fetched"], found["contract"]) == ("2024-05-01", "17")
    assert found["corporate_number"] == str(number)


def test_corporate_numbers() -> None:
    for rest in ("000012345678", "130001028812", "012345678901", "999999999999"):
        right = with_check(rest)
        assert is_corporate_number(right)
        wrong = str((int(right[0]) + 1) % 10) + rest
        assert not is_corporate_number(wrong)
    assert not is_corporate_number("１２３４５６７８９０１２３")


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("2021-03-04T05:06:07+09:00", "2021-03-04"),
        ("2021/3/4", "2021-03-04"),
        ("2021年3月4日（木）", "2021-03-04"),
        ("２０２１年３月", "2021-03"),
        ("令和元年5月1日", "2019-05-01"),
        ("昭和64年1月7日", "1989-01-07"),
        ("平成30年", "2018"),
        ("20210304", "2021-03-04"),
        ("Thu, 04 Mar 2021 05:06:07 GMT", "2021-03-04"),
        ("2021", "2021"),
        ("2021-13-01", None),
        ("2021年2月30日", None),
        ("先日", None),
        ("12345", None),
        ("", None),
        (None, None),
    ],
)
def test_dates(written: str | None, date: str | None) -> None:
    assert iso(written) == date


def test_domains() -> None:
    assert domain_of("http://[::1/") is None
    assert domain_of("mailto:a@example.jp") is None
    assert domain_of("HTTPS://日本.Example/") == "日本.example"


def test_operations_are_those_that_stages_tell_of() -> None:
    row = {**dict.fromkeys(BASE.names), "source": "web", "text": "本文"}
    fields = [pa.field(f.name, f.type) for f in BASE]
    fields += [pa.field("changed_characters", pa.int64()), pa.field("cuts", CUTS)]
    cuts = [{"stage": "dedup.lines", "start": 0, "stop": 5},
            {"stage": "dedup.lines", "start": 9, "stop": 10},
            {"stage": "mihon.own", "start": 1, "stop": 3}]  # fmt: skip
    rows = [{**row, "changed_characters": 3, "cuts": cuts}, {**row, "changed_characters": 0}]
    batch = pa.RecordBatch.from_pylist(rows, schema=pa.schema(fields))
    assert Evidence().process(batch).column("operations").to_pylist() == [
        [
            {"stage": f"normalize@{Normalize.version}", "characters": 3},
            {"stage": f"dedup.lines@{Registry().stage('dedup.lines').version}", "characters": 6},
            {"stage": "mihon.own", "characters": 2},
        ],
        None,
    ]
