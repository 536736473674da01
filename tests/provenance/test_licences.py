"""Licences: marks against mentions on written cases, and on the real documents' own statements."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from license_expression import get_spdx_licensing

from corpuskit.document import BASE
from corpuskit.provenance.licencemarks import Marks
from corpuskit.provenance.licencenames import KNOWN, PREFILTER, names, narrow
from corpuskit.provenance.licences import Licences, LicencesParams, spdx
from corpuskit.readers.auto import choose
from corpuskit.readers.compression import OnDisk
from corpuskit.registry import Registry
from corpuskit.testing import check_stage
from tests.readers.reading import read, shared

#: Formats that take long to read: of these, two documents each.
SLOW = ("pdf", "pptx")
HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def batch_of(*rows: dict[str, Any]) -> pa.RecordBatch:
    full = [{**dict.fromkeys(BASE.names), **row} for row in rows]
    schema = pa.schema([pa.field(f.name, f.type) for f in BASE])
    return pa.RecordBatch.from_pylist(full, schema=schema)


def of(text: str, **row: Any) -> dict[str, Any]:
    out = Licences().process(batch_of({"text": text, **row})).to_pylist()[0]
    return {name: out[name] for name in out if name.startswith("license_")}


def kind_of(text: str, expression: str) -> str:
    folded = narrow(text)
    found = Marks(folded, list(names(folded))).all()
    kinds = {judged.mark for judged in found if judged.name.expression == expression}
    return "mark" if True in kinds else "mention" if kinds else "nothing"


def test_the_stage_keeps_its_contract() -> None:
    check_stage(Licences, examples=["本資料は CC BY 4.0 の下で公開されています。"])


def test_written_cases() -> None:
    cases = table("licence_cases.tsv")
    assert len(cases) >= 250
    wrong = [
        case
        for case in cases
        if kind_of(case["text"].replace("\\n", "\n"), case["expression"]) != case["kind"]
    ]
    assert len(wrong) <= 0.03 * len(cases), wrong


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("CC BY 4.0 の下でデータを公開する方法", "mention"),  # explains
        ("見本社は、CC BY 4.0 の下で公開しています。", "mention"),  # another's
        ("CC BY 4.0 の下で公開しています。", "mark"),  # grants
        ("本書は CC BY 4.0 の下で公開しています。", "mark"),
        ("本書は CC BY 4.0 の下で公開していますか？", "mention"),  # asks
        ("ライセンス：CC BY 4.0", "mark"),
        ("利用条件\n\nCC BY 4.0", "mark"),
        ("CC BY 4.0", "mark"),  # alone
        ("一行目。\n" * 30 + "CC BY 4.0\n" + "次の行。\n" * 30, "mention"),  # in the middle
        ("本書は\n```\nライセンス：CC BY 4.0\n```\nのように書く。", "mention"),  # an example
    ],
)
def test_rules_one_by_one(text: str, kind: str) -> None:
    assert kind_of(text, "CC-BY-4.0") == kind


def test_what_real_documents_state() -> None:
    """Every mark in the table is found as one; no mention in it is taken for one."""
    readers = {name: Registry().reader(name) for name in Registry().readers}
    truth: dict[str, list[tuple[str, str]]] = {}
    for row in table("licence_truth.tsv"):
        truth.setdefault(row["fixture"], []).append((row["expression"], row["kind"]))
    stage, wrong, slow = Licences(), [], Counter[str]()
    for fixture, stated in truth.items():
        folder = fixture.split("/")[0]
        slow[folder] += folder in SLOW
        if slow[folder] > 2:
            continue
        path = shared("fixtures") / fixture
        rows = read(readers[choose(OnDisk(path), readers)](), path).records
        out = stage.process(batch_of(*rows)).column("license_evidence").to_pylist()
        marks = {
            piece["expression"] for each in out for piece in each or () if piece["kind"] == "mark"
        }
        for expression, kind in stated:
            right = {"mark": expression in marks, "mention": expression not in marks}
            if not right.get(kind, not any(out)):
                wrong.append((fixture, expression, kind, sorted(marks)))
    assert not wrong


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("Creative Commons Attribution 4.0 International (CC-BY 4.0)", "CC-BY-4.0"),
        (
            "クリエイティブ・コモンズ 表示 - 非営利 - 改変禁止 2.1 日本",
            "LicenseRef-CC-BY-NC-ND-2.1-JP",
        ),
        ("ＣＣ　ＢＹ－ＳＡ　４．０", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.ja", "CC-BY-NC-SA-4.0"),
        ("公共データ利用規約（第1.0版）（PDL1.0）", "LicenseRef-PDL-1.0"),
        ("政府標準利用規約（第２．０版）", "LicenseRef-GJSTU-2.0"),
        ("政府標準利用規約", "LicenseRef-GJSTU"),
        ("GNU General Public License v2 or later", "GPL-2.0-or-later"),
        ("GPLv3以降", "GPL-3.0-or-later"),
        ("Mozilla Public License, v. 2.0", "MPL-2.0"),
        ("3条項BSDライセンス", "BSD-3-Clause"),
        ("CC BY", "LicenseRef-CC-BY"),
    ],
)
def test_names(text: str, expression: str) -> None:
    assert {found.expression for found in names(narrow(text))} == {expression}


@pytest.mark.parametrize(
    "text",
    ["Apache 2.4 を入れる", "CC を付けて送る", "社会的責任", "cc: mihon", "MIT の研究者", ""],
)
def test_what_is_no_licence(text: str) -> None:
    assert not list(names(text))


def test_places_are_those_of_the_text() -> None:
    text = "🎌か\u3099\n利用条件：ＣＣ　ＢＹ　４．０\n" + "本文。\n" * 40
    piece = of(text)["license_evidence"][0]
    assert text[piece["start"] : piece["stop"]] == "ＣＣ　ＢＹ　４．０"
    assert (piece["kind"], piece["place"], piece["rank"]) == ("mark", "head", 2)
    assert piece["quote"] == "利用条件：ＣＣ　ＢＹ　４．０"


def test_the_best_evidence_counts() -> None:
    notice = "本資料は CC BY 4.0 の下で公開されています。"
    address = "http://creativecommons.org/publicdomain/zero/1.0/"
    found = [of(notice, license="MIT", license_link=address), of(notice, license="mit"),
             of("本文。", license="MIT"), of("本文。", license="ask us"), of("本文。")]  # fmt: skip
    assert [(each["license_expression"], each["license_rank"]) for each in found] == [
        ("CC0-1.0", 1),
        ("CC-BY-4.0", 2),
        ("MIT", 3),
        (None, None),
        (None, None),
    ]


def test_a_page_about_licences_has_none() -> None:
    found = of("CC BY 4.0 とは何か、CC0 との違いを説明します。", meta='{"license_mentions": '
               '["https://creativecommons.org/licenses/by-nd/4.0/"]}')  # fmt: skip
    assert found["license_expression"] is None
    assert found["license_mentions"] == "CC-BY-4.0,CC-BY-ND-4.0,CC0-1.0"


def test_two_licences_both_hold_and_a_vague_name_adds_nothing() -> None:
    text = "本書は CC BY-SA 4.0 で公開します。\n本書のコードは MIT ライセンスで公開します。"
    assert of(text)["license_expression"] == "CC-BY-SA-4.0 AND MIT"
    text = "本書は CC BY の下で公開しています。\n本書は CC BY 4.0 の下で公開しています。"
    assert of(text)["license_expression"] == "CC-BY-4.0"


def test_long_lines_take_no_longer_than_their_length() -> None:
    """Repeated names, blanks and openings in one line; a square of their number would not end."""
    text = (
        "CC BY 4.0 " * 20_000 + "CC" + " " * 200_000 + "表示" + "CC（" * 20_000 + "\n```" * 20_000
    )
    assert of(text)["license_mentions"] == "CC-BY-4.0" or of(text)["license_expression"]


def test_without_quotes_nothing_of_the_text_is_kept() -> None:
    stage = Licences(LicencesParams(quotes=False))
    assert not any(column.holds_text for column in stage.columns_written())
    out = stage.process(batch_of({"text": "本資料は CC BY 4.0 の下で公開しています。"}))
    assert out.column("license_evidence").to_pylist()[0][0]["quote"] is None


@pytest.mark.parametrize(
    ("declared", "expression"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("(MIT AND CC0-1.0)", "(MIT AND CC0-1.0)"),
        ("LicenseRef-Contract-17", "LicenseRef-Contract-17"),
        ("PDL1.0", "LicenseRef-PDL-1.0"),
        ("other", None),
        ("terms of our own (CC BY compatible)", None),
        ("", None),
    ],
)
def test_declared_licences(declared: str, expression: str | None) -> None:
    assert spdx(declared) == expression


def test_expressions_are_those_of_spdx() -> None:
    licensing = get_spdx_licensing()
    stated = {row["expression"] for row in table("licence_cases.tsv")} | set(KNOWN.values())
    stated |= {row["expression"] for row in table("licence_truth.tsv")} - {""}
    unknown = {
        key
        for expression in stated
        for key in licensing.unknown_license_keys(expression)
        if not key.startswith("LicenseRef-")
    }
    assert not unknown


def test_every_name_passes_the_prefilter() -> None:
    import pyarrow.compute as pc

    texts = [case["text"].replace("\\n", "\n") for case in table("licence_cases.tsv")]
    assert all(pc.match_substring_regex(pa.array(map(narrow, texts)), PREFILTER).to_pylist())
