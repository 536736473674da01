"""Layout, industrial text, translation, OCR and compression, against cases made by hand."""

from __future__ import annotations

import random
import zlib
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.signals.compression import Compression, CompressionParams
from corpuskit.signals.industrial import Industrial
from corpuskit.signals.layout import Layout
from corpuskit.signals.ocr import Ocr
from corpuskit.signals.translation import Translation


def values(stage: Any, text: str) -> dict[str, Any]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array([text], pa.string())})
    row: dict[str, Any] = stage.process(batch).to_pylist()[0]
    return row


def test_links_and_lists() -> None:
    row = values(Layout(), "[リンク](https://a.jp/x) と本文。\n- [次](y)\n[片方だけ\n1. 番号\n")
    assert row["links"] == 2
    assert row["link_line_ratio"] == 0.25
    assert row["link_char_ratio"] == round(4 / (48 - 23), 6)
    assert row["list_char_ratio"] == round(13 / 48, 6)
    assert row["url_char_ratio"] == round(14 / 48, 6)


def test_headings_code_and_mail() -> None:
    row = values(
        Layout(), "# 見出し\n#タグ\n```\na = [1\n```\n連絡は a.b@example.jp へ、@名前 と a@b\n"
    )
    assert row["heading_line_ratio"] == round(1 / 6, 6)
    assert row["code_line_ratio"] == 0.5
    assert row["emails"] == 1


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("「（）」", 0.0),
        ("「（」", round(1 / 3, 6)),
        ("））", 1.0),
        ("括弧なし", 0.0),
        ("（(）)", 0.0),
    ],
)
def test_brackets_without_partners(text: str, share: float) -> None:
    assert values(Layout(), text)["unbalanced_bracket_ratio"] == share


@pytest.mark.parametrize(
    ("text", "months", "lines"),
    [
        ("2022年11月 2022年10月 (3) 2022年9月", 2, 1.0),
        ("2022年11月\n・2022年10月(12)\n２０２２年９月\n", 2, 1.0),
        ("令和4年5月\n令和4年4月\n平成元年3月", 2, 1.0),
        ("2022/11\n2022/10\n2022/9/1", 1, round(2 / 3, 6)),
        ("2022年11月3日\n2022年10月2日", 0, 0.0),
        ("2022年11月に始まり、2022年12月に終わる。", 0, 0.0),
        ("2022年13月 2022年0月", 0, 0.0),
    ],
)
def test_menus_of_months(text: str, months: int, lines: float) -> None:
    row = values(Layout(), text)
    assert row["archive_months"] == months
    assert row["archive_line_ratio"] == lines


@pytest.mark.parametrize(
    ("text", "part_numbers"),
    [
        ("FR-A820-00046とSUS304と6204ZZ", 3),
        ("ＳＵＳ３０４", 1),
        ("UTF-8、HTML5、100V、1000mm、abc12345、ABCDE", 0),
        ("https://a.jp/ABC-1234", 0),
    ],
)
def test_part_numbers(text: str, part_numbers: int) -> None:
    assert values(Industrial(), text)["part_numbers"] == part_numbers


@pytest.mark.parametrize(
    ("text", "units", "numbers"),
    [
        ("定格100V、質量 2.5 kg、25℃、1,000 r/min", 4, 4),
        ("３００ｍｍ、50%、10Ω、5㎡、9.8m/s²", 5, 5),
        ("3つ、2024年、第5条、7 people、10⁵", 0, 5),
        ("", 0, 0),
    ],
)
def test_units(text: str, units: int, numbers: int) -> None:
    row = values(Industrial(), text)
    assert (row["units"], row["numbers"]) == (units, numbers)


@pytest.mark.parametrize(
    ("text", "standards"),
    [
        ("JIS B 1180、ISO 9001:2015、IEC60204、ISO/IEC 27001、IEEE 802.3", 5),
        ("JISマーク、ISOの規格、MISO 9001", 0),
    ],
)
def test_standards(text: str, standards: int) -> None:
    assert values(Industrial(), text)["standards"] == standards


def test_tables_captions_and_sentences() -> None:
    text = "項目\t値\n| a | b |\n図1 構成\n表 2-1\n写真3\nFig. 4 x\nTable 5\n図面を見る\n"
    row = values(Industrial(), text)
    assert row["table_line_ratio"] == 0.25
    assert row["captions"] == 5
    prose = (
        "この行は二十文字よりも長い本文の行です。\n" + "この行も同じ長さだが途中で切れてしまっ\n"
    )
    assert values(Industrial(), prose + "この行は二十文字よりも長いが終わらないまま\n")[
        "complete_line_ratio"
    ] == round(1 / 2, 6)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("協カ会社の人ロ統計、サ一ビスとス夕ート、第ー条", 5),
        ("協力会社の人口統計、サービスとスタート、第一条", 0),
        ("ここヘは行かない、リベットとペンのへや", 1),
        ("ラーメン二丁、カ行、東京タワー、一ノ瀬", 0),
    ],
)
def test_lookalikes(text: str, wrong: int) -> None:
    assert values(Ocr(), text)["lookalikes"] == wrong


def test_spaces_marks_and_rare_pairs() -> None:
    row = values(Ocr(), "日 本 語の文'字 abc です")
    assert row["spaced_ratio"] == round(2 / 8, 6)
    assert row["stray_marks"] == 1
    assert values(Ocr(), "ぬぢぅゑ")["rare_pair_ratio"] > 0.5
    assert values(Ocr(), "これはふつうのぶんです")["rare_pair_ratio"] == 0.0


def test_damage_raises_the_rate() -> None:
    text = "装置の取り扱いについては、説明書をよく読んでから作業を始めてください。" * 20
    rng = random.Random(1)
    broken = "".join(c + rng.choice(["", "", "", "", " ", "'"]) for c in text)
    assert values(Ocr(), text)["ocr_rate"] == 0.0
    assert values(Ocr(), broken)["ocr_rate"] > 100


def test_translation() -> None:
    row = values(Translation(), "あなたは Windows を使用することができます. よい、Linuxは良い。")
    assert row["latin_space_ratio"] == round(2 / 3, 6)
    assert row["ascii_mark_ratio"] == round(1 / 3, 6)
    letters = len("あなたはを使用することができますよいは良い")
    assert row["phrase_rate"] == round(1000 / letters, 6)


def test_compression_is_near_lz4_and_never_other() -> None:
    rng = random.Random(3)
    noise = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(3000))
    prose = "".join(
        rng.choice(["装置", "電源", "を入れる。", "点検", "は", "毎日"]) for _ in range(2000)
    )
    codec = pa.Codec("lz4_raw")
    for text in (noise, prose, "同じ。" * 3000, "短い", "a" * 70_000):
        raw = text.encode()
        size = len(codec.compress(raw))
        assert values(Compression(), text)["compression_ratio"] == pytest.approx(
            size / len(raw), abs=0.02
        )
    assert values(Compression(), "")["compression_ratio"] == 0.0
    # Fixed for good: the algorithm is part of what the column means.
    assert values(Compression(), "同じ文です。" * 10)["compression_ratio"] == 0.161111


def test_zlib_where_it_is_asked_for() -> None:
    stage = Compression(CompressionParams(zlib=9))
    text = "同じ文です。" * 10
    size = len(zlib.compress(text.encode(), 9))
    assert values(stage, text)["zlib_ratio"] == round(size / len(text.encode()), 6)
    assert values(stage, "")["zlib_ratio"] == 0.0
