"""The term of copyright in Japan by year of death: the rule's edges, and who must be known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.document import BASE
from corpuskit.errors import InputError
from corpuskit.provenance.publicdomain import PublicDomain, PublicDomainParams
from corpuskit.provenance.terms import free_from, key_of, read_deaths
from corpuskit.testing import check_stage

LIST = """name,death_year,nationality
見本 太郎,1967,
見本花子,1968,
Ann Example,1930,GB
古語 一葉,1896,JP
生存者,,
"""


@pytest.fixture
def deaths(tmp_path: Path) -> str:
    (tmp_path / "deaths.csv").write_text(LIST, encoding="utf-8")
    return str(tmp_path / "deaths.csv")


def judged(deaths: str, author: str | None, year: int = 2026, **meta: Any) -> tuple[Any, Any]:
    stage = PublicDomain(PublicDomainParams(year=year, deaths=deaths))
    stage.open()
    row = {**dict.fromkeys(BASE.names), "author": author, "meta": json.dumps(meta)}
    schema = pa.schema([pa.field(f.name, f.type) for f in BASE])
    out = stage.process(pa.RecordBatch.from_pylist([row], schema=schema)).to_pylist()[0]
    return out["pd_status"], out["pd_evidence"]


def test_the_stage_keeps_its_contract(deaths: str) -> None:
    check_stage(PublicDomain, params={"year": 2026, "deaths": deaths})


def test_the_list_that_is_installed() -> None:
    check_stage(PublicDomain)
    deaths = "pkg:samples/authors/deaths.csv"
    works = ["芥川龍之介", "三島 由紀夫", "アーサー・コナン・ドイル", "見本太郎"]
    assert [judged(deaths, author)[0] for author in works] == [
        "expired", "protected", "review", None,
    ]  # fmt: skip


def test_the_rule() -> None:
    assert [free_from(year) for year in (1896, 1966, 1967, 1968, 1970)] == [
        1947, 2017, 2018, 2039, 2041,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("author", "year", "status"),
    [
        ("見本太郎", 2026, "expired"),
        ("見本　太郎（みほん　たろう）", 2026, "expired"),
        ("見本花子", 2026, "protected"),
        ("見本花子", 2038, "protected"),
        ("見本花子", 2039, "expired"),
        ("Ann Example", 2026, "review"),
        ("見本太郎、見本花子", 2026, "protected"),
        ("見本太郎、誰か", 2026, None),
        ("見本花子、誰か", 2026, "protected"),
        ("誰か", 2026, None),
        ("生存者", 2026, None),
        (None, 2026, None),
    ],
)
def test_status(deaths: str, author: str | None, year: int, status: str | None) -> None:
    assert judged(deaths, author, year)[0] == status


def test_translators_count_and_the_file_has_the_first_word(deaths: str) -> None:
    assert judged(deaths, "古語一葉", translator="見本花子")[0] == "protected"
    assert judged(deaths, "古語一葉", contributors=["見本太郎", "誰か"])[0] is None
    found = judged(deaths, "古語一葉", translator="見本太郎", contributors=["見本太郎訳"])
    assert found[0] == "expired"
    assert judged(deaths, "古語一葉", copyright="in force")[0] == "protected"
    assert judged(deaths, "古語一葉", copyright="licensed")[0] == "protected"
    assert judged(deaths, "古語一葉", copyright="none noted")[0] == "expired"


def test_the_evidence_names_nobody(deaths: str) -> None:
    status, why = judged(deaths, "古語一葉", translator="見本太郎")
    assert status == "expired"
    assert why == "author died 1896; translator died 1967; year 2026; jp-term@1"


def test_lists(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("姓,名,没年月日\n見本,太郎,1950-01-02\n見本,太郎,1960\n", encoding="utf-8-sig")
    assert read_deaths(path).people[key_of("見本太郎")].year == 1960
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="names nobody"):
        read_deaths(path)
    path.write_bytes("氏名,没年\n見本,1950\n".encode("cp932"))
    with pytest.raises(InputError, match="can't read"):
        read_deaths(path)
    with pytest.raises(InputError, match="no list"):
        PublicDomain(PublicDomainParams(year=2026, deaths=str(tmp_path / "none"))).inputs()
