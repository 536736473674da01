"""Names of persons: by hand, and on the labelled sentences."""

from __future__ import annotations

import functools

import pyarrow as pa
import pytest

from corpuskit.ja.morphology import MecabTagger
from corpuskit.privacy.joined import Joined
from corpuskit.privacy.names import find_names
from tests.privacy import generator_names
from tests.privacy.generator_names import marked
from tests.privacy.measuring import measured, places

HELD, TUNING = 7, 3


@functools.cache
def tagger() -> MecabTagger:
    return MecabTagger()


def found(*texts: str, which: str = "context") -> list[list[str]]:
    joined = Joined(pa.array(texts, pa.string()))
    spans = find_names(joined, tagger(), which)  # type: ignore[arg-type]
    rows = places(joined, spans)
    return [[text[a:b] for a, b in sorted(row)] for text, row in zip(texts, rows, strict=True)]


def test_held_out_half() -> None:
    """Rules were tuned on the other half only; a name counts if both its ends are right."""
    sentences = list(generator_names.names(HELD, 1200, held=True))
    joined = Joined(pa.array([s.text for s in sentences]))
    precision, recall = measured(sentences, places(joined, find_names(joined, tagger())))
    assert precision >= 0.90 and recall >= 0.90


def test_tuning_half() -> None:
    sentences = list(generator_names.names(TUNING, 1200, held=False))
    joined = Joined(pa.array([s.text for s in sentences]))
    precision, recall = measured(sentences, places(joined, find_names(joined, tagger())))
    assert precision >= 0.97 and recall >= 0.97


@pytest.mark.parametrize(
    "text",
    [
        "⟦田中⟧様、⟦佐藤花子⟧さん、⟦鈴木 一郎⟧氏、⟦山本　健⟧殿",
        "⟦山田⟧部長と⟦ジョン・スミス⟧氏",
        "代表取締役社長　⟦髙橋　一郎⟧",
        "氏名：⟦東海林さだお⟧",
        "氏名（漢字）：⟦勅使河原 蓮⟧　年齢：40",
        "フリガナ：⟦ヤマダ　タロウ⟧",
        "担当：⟦佐藤⟧、内線12",
        "😀⟦田中⟧さんが来た。",
        "𠮷野家の⟦田中⟧さんが来た。",
        "⟦千葉⟧さんは千葉に住む。",
        "⟦山田太郎⟧様。後に⟦山田太郎⟧は去った。",
        "仕様は同様で、神様、お客様、皆様、王様、一様、多様、有様。",
        "患者さんがたくさん来た。お父さん、屋さん、さんま。",
        "営業部長、技術課長、大阪支店長、東芝さん、御中",
        "夏目漱石の作品。徳川家康は将軍になった。",
        "担当：総務部、承認：未定、氏名：別紙、検図：済",
        "氏名：\n様",
        "⟦Allen Wirfs-Brock⟧氏と⟦長谷川健一⟧様",
        "| 名前 | 説明 |\n| 氏名 | ⟦山田太郎⟧ |\n| 名前 | 関数 |",
        "北条氏と足利氏、華氏90度、⟦武田⟧氏",
        "",
    ],
)
def test_by_hand(text: str) -> None:
    sentence = marked(text)
    assert found(sentence.text) == [[sentence.text[a:b] for a, b in sentence.gold]]


def test_texts_are_looked_at_apart() -> None:
    """A label at the end of one text says nothing of the next, nor a name of another text."""
    assert found("氏名：", "山田太郎", "様") == [[], [], []]
    assert found("山田太郎様", "", "山田太郎は") == [["山田太郎"], [], []]


def test_bare_names_on_request() -> None:
    text = "徳川家康は将軍になった。山田は来ない。"
    assert found(text) == [[]]
    assert found(text, which="all") == [["徳川家康"]]


def test_odd_texts() -> None:
    """NUL, a lone surrogate, a slice and a very long line."""
    assert found("前\0\n田中様") == [["田中"]]
    raw = pa.array([b"\xed\xa0\x80 " + "田中様".encode()], pa.binary())
    surrogate = pa.StringArray.from_buffers(1, raw.buffers()[1], raw.buffers()[2])
    joined = Joined(surrogate)
    assert places(joined, find_names(joined, tagger())) == [{(2, 4)}]
    sliced = Joined(pa.array(["捨てる佐藤様", "田中様"]).slice(1))
    assert places(sliced, find_names(sliced, tagger())) == [{(0, 2)}]
    (names,) = found("田中様と" * 3_000)
    assert names == ["田中"] * 3_000
