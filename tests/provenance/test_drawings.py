"""Kinds of documents by their forms; prose about drawings is no drawing."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from corpuskit.errors import RecipeError
from corpuskit.provenance.drawings import DocumentKind, KindParams
from corpuskit.testing import check_stage

DRAWING = """図番\tA01-0234-5
図名\t軸受カバー
尺度\t1:2
投影法\t第三角法
材質\tSUS304
検図\t　　　承認
"""
SPACED = "図 番：A-102　　図 名：ブラケット\n尺 度 1/1  材 質 SS400\n設 計　　検 図　　承 認"
ENGLISH = "DRAWING NO: 12-345\nTITLE: COVER\nSCALE: 1:1\nMATERIAL: SUS304\nDRAWN: AB\nCHECKED: CD"
PARTS = "照合番号 | 部品番号 | 名称 | 材質 | 数量 | 備考\n1 | A-101 | 軸 | S45C | 2 |\n"
MARKDOWN = "| 品番 | 品名 | 員数 |\n|---|---|---|\n| M8 | ボルト | 4 |"
SPEC = "電動機仕様書\n1. 総則\n適用範囲：電動機\n定格電圧：200V\n周囲温度：40℃\n外形寸法：別図"
CONTRACT = (
    "売買契約書\n甲と乙は、次のとおり契約を締結する。\n第1条 甲は乙に商品を売り渡す。\n第２条 代金"
)
NDA = "秘密保持契約書\n甲と乙は次のとおり契約する。\n第１条（定義）秘密情報とは\n第2条（秘密保持）"
NDA_EN = "MUTUAL NON-DISCLOSURE AGREEMENT\n\nArticle 1 The parties agree as follows."
AGREEMENT = "SALES AGREEMENT\nThis is made by the Parties (hereinafter A and B).\nGoverning law: JP"
PROSE = (
    "図面には図番と尺度を記入し、検図のうえ承認を受ける。材質や数量も確認する。"
    "部品番号、名称、数量は部品表に記載する。仕様書の適用範囲に注意する。"
)


def kinds(*texts: str, title: str | None = None, rules: str | None = None) -> list[str | None]:
    """The kinds of texts."""
    stage = DocumentKind(KindParams(rules=rules))
    stage.open()
    columns = [pa.array(texts, pa.string()), pa.array([title] * len(texts), pa.string())]
    out = stage.process(pa.RecordBatch.from_arrays(columns, names=["text", "title"]))
    terms = out.column("kind_terms").to_pylist()
    found: list[str | None] = out.column("document_kind").to_pylist()
    assert [t is None for t in terms] == [k is None for k in found]
    return found


def test_each_kind() -> None:
    texts = [DRAWING, SPACED, ENGLISH, PARTS, MARKDOWN, SPEC, CONTRACT, NDA, NDA_EN, AGREEMENT]
    expected = ["drawing"] * 3 + ["parts_list"] * 2
    expected += ["specification", "contract", "nda", "nda", "contract"]
    assert kinds(*texts) == expected
    assert kinds(*(text.replace("\n", "\r\n") for text in texts)) == expected


def test_a_drawing_with_a_parts_list_is_a_drawing() -> None:
    assert kinds(f"{PARTS}\n{DRAWING}") == ["drawing"]


def test_prose_and_near_misses_are_none() -> None:
    texts = [PROSE, "", "\0", "図番", "図番\tA\n尺度\t1:1\n材質\tSS400"]
    texts += ["一覧には部品番号、名称、材質、数量、備考を書く。尺度、図番、図名、検図も書く。"]
    texts += ["数量 10\n単価 20\n金額 200", "甲と乙の話。契約のこと。", "第1条 この法律は\n第2条"]
    texts += ["仕様書の書き方\n読みやすく書く。", "秘密保持契約書の書き方を説明する。"]
    assert kinds(*texts) == [None] * len(texts)


def test_the_title_counts_as_head() -> None:
    body = "適用範囲：電動機\n定格電圧：200V\n質量：20kg"
    assert kinds(body) == [None]
    assert kinds(body, title="電動機 仕様書") == ["specification"]


def test_contract_of_a_stage() -> None:
    check_stage("document_kind", examples=[DRAWING, PARTS, SPEC, CONTRACT, NDA, PROSE])


def test_kinds_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "rules: document_kind\nextends: default\nwithout: [contract]\n"
        "kinds:\n  - {id: inspection, at_least: 2, terms: {lot: ロット, result: 判定}}\n",
        "utf-8",
    )
    assert kinds("ロット：12\n判定：合格", CONTRACT, rules=str(path)) == ["inspection", None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{id: a, at_least: 1, terms: {lot: x}, any_of: [lott]}", "did you mean 'lot'"),
        ("{id: a}", "a kind needs title, all or at_least"),
        ("{id: a, title: '('}", "own.yaml:3: 'title'"),
        ("{id: a, titel: x}", "did you mean 'title'"),
    ],
)
def test_what_is_wrong_in_a_rule_file_is_said_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"rules: document_kind\nkinds:\n  - {text}\n", "utf-8")
    with pytest.raises(RecipeError) as error:
        DocumentKind(KindParams(rules=str(path))).inputs()
    assert "own.yaml:3" in str(error.value) and said in str(error.value)
