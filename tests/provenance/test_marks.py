"""Confidentiality marks: told from mentions, found in every place and width, never guessed."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.document import BASE
from corpuskit.errors import InputError, RecipeError
from corpuskit.labels import LEVELS, highest, rank
from corpuskit.provenance.marks import Marks, MarksParams
from corpuskit.provenance.markscan import REGIONS, Scanner
from corpuskit.provenance.rulesets import load
from corpuskit.testing import check_stage

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "mark_cases.tsv").read_text("utf-8").splitlines()
    if line.startswith(("mark\t", "mention\t"))
]


def rows(**columns: list[Any]) -> pa.RecordBatch:
    """Documents with these columns."""
    n = len(next(iter(columns.values())))
    blank = {"text": [""] * n, "id": ["0" * 32] * n, "source": ["s"] * n, "uri": ["u"] * n}
    values = {**blank, "locator": [""] * n, **columns}
    arrays = [pa.array(values.get(f.name, [None] * n), f.type) for f in BASE]
    return pa.RecordBatch.from_arrays(arrays, schema=BASE)


def found(stage: Marks | None = None, **columns: list[Any]) -> list[dict[str, Any]]:
    """What the stage writes for documents with these columns."""
    stage = stage or Marks()
    stage.open()
    names = [column.name for column in Marks.writes]
    return stage.process(rows(**columns)).select(names).to_pylist()


def test_marks_and_mentions_of_the_written_cases() -> None:
    """Each case goes through the whole stage, at its place."""
    assert len(CASES) >= 200
    assert {which for _, which, _, _ in CASES} == {"1", "2", "3", "4"}
    wrong = []
    for region in sorted({case[2] for case in CASES}):
        mine = [case for case in CASES if case[2] == region]
        got = found(**_placed([case[3] for case in mine], region))
        wrong += [c for c, g in zip(mine, got, strict=True) if g["mark_kind"] != c[0]]
        if region in ("title", "name", "metadata"):
            assert {g["mark_region"] for g in got} <= {region, None}
    assert 1 - len(wrong) / len(CASES) >= 0.97, wrong


def _placed(texts: list[str], region: str) -> dict[str, list[Any]]:
    body = "\n".join(["本文の行である。"] * 5)
    n = len(texts)
    if region == "title":
        return {"title": texts}
    if region == "name":
        return {"uri": [f"folder/{t}" for t in texts], "text": [body] * n}
    if region == "metadata":
        return {"meta": [json.dumps({"keywords": text}) for text in texts]}
    if region == "recurring":
        return {"text": ["\n".join([f"{t} {i}\n{body}" for i in range(4)]) for t in texts]}
    around = {"header": ("", body), "footer": (body, ""), "body": (body, body)}[region]
    return {"text": [f"{around[0]}\n{t}\n{around[1]}" for t in texts]}


def test_the_region_is_named() -> None:
    body = "\n".join(["本文の行である。"] * 5)
    texts = [
        f"社外秘\n{body}",
        f"{body}\n社外秘",
        f"{body}\n社外秘\n{body}",
        f"{body}\n\f社外秘\n{body}",
        "\n".join([f"{body}\n社外秘 {page}" for page in range(1, 4)]),
    ]
    regions = [row["mark_region"] for row in found(text=texts)]
    assert regions == ["header", "footer", "body", "header", "recurring"]
    assert found(text=["本文"], title=["【社外秘】計画"])[0]["mark_region"] == "title"
    assert found(text=["本文"], uri=["a/社外秘_計画.docx"])[0]["mark_region"] == "name"
    named = found(text=["本文"], uri=["a.zip"], locator=["入札/極秘_単価.xlsx"])[0]
    assert (named["mark_region"], named["confidentiality"]) == ("name", "top_secret")


def test_metadata_counts_only_where_it_labels() -> None:
    labels = [
        '{"MSIP_Label_1_Name": "Highly Confidential"}',
        '{"properties": {"Sensitivity": "Company Confidential"}}',
        '{"keywords": ["\\u793e\\u5916\\u79d8", "設計"]}',
        '{"body": "【社外秘】"}',
        "{broken 社外秘",
    ]
    page = found(text=["本文"] * 2, meta=labels[1:3], uri=["a.html", "b.docx"])
    assert [r["confidentiality"] for r in page] == ["internal", "internal"]
    page = found(text=["本文"] * 2, meta=[labels[2]] * 2, uri=["a.html", "b"], url=[None, "c"])
    assert [r["confidentiality"] for r in page] == [None, None]
    got = found(text=["本文"] * 5, meta=labels)
    assert [r["confidentiality"] for r in got] == ["secret", "internal", "internal", None, None]


@pytest.mark.parametrize("text", ["㊙", "㊙ 販売計画", "【㊙】"])
def test_a_circled_hi_survives_normalisation(text: str) -> None:
    assert found(text=[text])[0]["confidentiality"] == "secret"
    assert unicodedata.normalize("NFKC", text) != text


def test_every_width_and_spacing() -> None:
    texts = [
        "ＣＯＮＦＩＤＥＮＴＩＡＬ",
        "C O N F I D E N T I A L",
        "社 外 秘",
        "社　外　秘",
        "ﾏﾙ秘",
    ]
    texts += ["機密性２情報", "ＴＬＰ：ＲＥＤ", "TLP: RED", "（秘）", "秘", "a\n秘\nb"]
    assert [row["mark_kind"] for row in found(text=texts)] == ["mark"] * len(texts)


def test_ordinary_words_are_neither() -> None:
    texts = [
        "神秘的な湖。秘書室。秘密の花園。",
        "機密性が高い。confidentiality",
        "Secretary",
        "",
        "\0",
    ]
    texts += [
        "取扱注意事項をお読みください。",
        "極み 秘境",
        "APP_SECRET_KEY=1",
        "__SECRET_INTERNALS__",
    ]
    for row in found(text=texts):
        assert row["confidentiality"] is None and row["mark_kind"] is None


def test_the_highest_mark_decides_and_mentions_never_do() -> None:
    (row,) = found(text=["社外秘\n【極秘】\n社外秘とは\n特定秘密の保護に関する法律"])
    assert row["confidentiality"] == "top_secret"
    assert (row["marks"], row["mark_mentions"]) == (2, 2)
    (row,) = found(text=["特定秘密の保護に関する法律が施行された。"])
    assert (row["confidentiality"], row["mark_kind"]) == (None, "mention")


def test_export_control_states() -> None:
    texts = {
        "該非判定結果：非該当": "not_listed",
        "該非判定：該当": "listed",
        "該非判定　未判定": "undetermined",
        "本製品は輸出貿易管理令別表第1の2項(12)に該当します。": "listed",
        "本製品は輸出貿易管理令別表第1に該当しません。": "not_listed",
        "ECCN: 3A001": "listed",
        "ECCN: EAR99": "not_listed",
        "This document is subject to the ITAR.": "listed",
        "外為法に基づく手続きを説明する。": "mention",
        "該当する項目に丸を付ける。": None,
        "該非判定：非該当\n該非判定：該当": "listed",
    }
    assert [row["export_control"] for row in found(text=list(texts))] == list(texts.values())


def test_levels_are_ordered() -> None:
    assert highest(["internal", None, "secret", "open"]) == "secret"
    assert highest([None]) is None and highest([]) is None
    assert sorted(LEVELS, key=rank) == list(LEVELS)


def test_the_same_for_any_cut_of_the_batch() -> None:
    check_stage("marks", examples=[case[3] for case in CASES])


def test_rules_of_ones_own_extend_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "rules: marks\nextends: default\nwithout: [top.ja]\nmarks:\n"
        "  - {id: acme.red, class: internal, level: secret, words: [赤紙]}\n",
        "utf-8",
    )
    stage = Marks(MarksParams(rules="own.yaml"))
    stage.root = tmp_path
    got = found(stage, text=["赤紙", "極秘", "社外秘"])
    assert [row["confidentiality"] for row in got] == ["secret", None, "internal"]
    assert stage.inputs()[1:] == (path,) and stage.inputs()[:1] == Marks().inputs()
    assert stage.resources()[0].digest != Marks().resources()[0].digest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "marks:\n  - {id: a, levle: secret}",
            "own.yaml:3: 'levle': Extra inputs are not permitted; did you mean 'level'",
        ),
        ("marks:\n  - {id: a, class: x, level: secrt}", "own.yaml:3: 'level'"),
        ("marks:\n  - {class: x}", "own.yaml:3: an entry of 'marks' has no id"),
        ("marks:\n  - {id: a}\n  - {id: a}", "own.yaml:4: the id 'a' is used twice"),
        ("extends: default\nwithout: [top.jp]", "did you mean 'top.ja'"),
        ("extends: others", "may extend 'default'"),
        ("marks: [", "no YAML"),
    ],
)
def test_what_is_wrong_in_a_rule_file_is_said_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"rules: marks\n{text}\n", "utf-8")
    with pytest.raises(RecipeError) as error:
        Scanner(load("marks", path))
    assert any(part in str(error.value) for part in said.split("|")), str(error.value)


def test_a_missing_rule_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rule file not found"):
        load("marks", tmp_path / "none.yaml")


def test_regions_cover_what_the_stage_names() -> None:
    assert {row["mark_region"] for row in found(text=["社外秘"])} <= set(REGIONS)
