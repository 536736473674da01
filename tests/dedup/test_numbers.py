"""The number guard against expectations written by hand."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.dedup.numbers import Profile, explain_numbers, guard_tokens
from corpuskit.kernels.numerals import BLOCK

# Text, then its tokens as they stand; soft ones are marked with "~".
CASES = [
    # Numbers with units, attached or after one space.
    ("定格電圧は100Vです。", "100V"),
    ("定格電圧は１００Ｖです。", "１００Ｖ"),
    ("定格電圧は 100 V です。", "100 V"),
    ("2019 A tool、定格 3 A、100 V to 240 V", "~2019|3 A|100 V|240 V"),
    ("消費電力は1,200 W、質量は3.5kg。", "1,200 W|3.5kg"),
    ("周波数50/60Hz", "50/60Hz"),
    ("入力AC 100〜240V、0.5A", "100〜240V|0.5A"),
    ("範囲は-10~50℃で±5%以内", "-10~50℃|±5%"),
    ("分解能は5µm、5μmと同じ", "5µm|5μm"),
    ("床面積は25.4㎡、高さ2㍍", "25.4㎡|2㍍"),
    ("体積は3m3、面積は5m²、速さは10 m/s", "3m3|5m²|10 m/s"),
    ("時速60km/hで走る", "60km/h"),
    ("熱伝導率は0.04W/m・Kである", "0.04W/m・K"),
    ("単価は30円/kWh", "30円/kWh"),
    ("抵抗10kΩ、容量4.7μF", "10kΩ|4.7μF"),
    ("音は45dB、光は300lm", "45dB|300lm"),
    ("外形10×20×30mm", "10×20×30mm"),
    ("画面は1920x1080", "1920x1080"),
    ("回転数は3,000rpm (r/min)", "3,000rpm"),
    ("２　国は 3 国を\n　4 個を\n5個を 6 V", "~２|3 国|~4|5個|6 V"),
    ("100ボルトと100ﾎﾞﾙﾄ", "100ボルト|100ﾎﾞﾙﾄ"),
    ("幅5センチメートル、奥行き3キロ", "5センチメートル|3キロ"),
    ("ホ\u3099ルト: 5ホ\u3099ルト", "5ホ\u3099ルト"),
    ("5メートルプール", "~5"),
    ("½インチ、2½インチ", "½インチ|2½インチ"),
    ("10⁵個、10^6個、1.5e-3 m", "10⁵個|10^6個|1.5e-3 m"),
    ("約10⁵になる", "10⁵"),
    # Counters, amounts, kanji numerals.
    ("参加者は300人、3 個、2台", "300人|3 個|2台"),
    ("1,000円、１０００円、千円、5千円", "1,000円|１０００円|千円|5千円"),
    ("予算は1億2,000万円、3.5億円", "1億2,000万円|3.5億円"),
    ("¥1,000と￥2000と$5.99と€ 10", "¥1,000|￥2000|$5.99|€ 10"),
    ("5¥6、5 $ 7、8$、0¥½", "~5|¥6|~5|$ 7|8$|~0|¥½"),
    ("三百人が五メートルを", "三百人|五メートル"),
    ("一〇〇ボルト、二千五百キロニュートン", "一〇〇ボルト|二千五百キロニュートン"),
    ("〇・五ミリグラム、三、〇〇〇円", "〇・五ミリグラム|三、〇〇〇円"),
    ("三分の二以上、3分の1", "三分の二|3分の1"),
    ("二割五分、百パーセント、五％", "二割|~五分|百パーセント|五％"),
    ("三〜五人", "三〜五人"),
    ("24時間以内、30分間、3か月、10日間", "24時間|30分間|3か月|10日間"),
    # Kanji numerals in ordinary words.
    ("一般に万一、三菱は四国で十分。統一、唯一、一旦", ""),
    ("もう一度、一つずつ、六本木で数十人、何百円", ""),
    ("百合と一貫、いっぱい一杯、三毛猫、一方向", ""),
    ("一二三、七転八起、千葉、百科、八百屋、五輪、同一人", ""),
    ("十分間待つ。二十分待つ。", "十分間|~二十分"),
    # Model and part numbers.
    ("型番AB-1234X/Wを使う", "AB-1234X/W"),
    ("ＳＵＳ３０４とSUS316L", "ＳＵＳ３０４|SUS316L"),
    ("軸受6205ZZ、M8x20、φ10、C++11", "6205ZZ|M8x20|φ10|~11"),
    ("ISO9001、UTF-8、x86_64、0x1F", "ISO9001|UTF-8|x86_64|0x1F"),
    ("3-wayと2D", "3-way|2D"),
    ("10/100BASE-TX", "10/100BASE-TX"),
    # Table cells and labels.
    ("| 型 | 幅 |\n| A | 100 |\n本文の100", "100|~100"),
    ("幅\t100\t200\n\tprint 5", "100|200|~5"),
    ("a || 5", "~5"),
    ("長さ: 20\n長さ：３０\nx = 5\ny=-6", "20|３０|5|-6"),
    ("| 2024-04-01 | 12:30 |", "~2024-04-01|~12:30"),
    ("縦横比は16:9、対戦は3:2", "~16:9|~3:2"),
    # Dates, times, eras.
    ("2024年4月1日12時30分", "~2024年|~4月|~1日|~12時|~30分"),
    ("令和６年度、平成元年、昭和五十七年", "~６年度|~元年|~五十七年"),
    ("2024-04-01、2024/4/1、2024.4.1、2024/4", "~2024-04-01|~2024/4/1|~2024.4.1|~2024/4"),
    ("2024-04-01T12:30:00+09:00更新", "~2024-04-01T12:30:00+09:00"),
    ("12:30〜13:00、R6.4.1、10AM", "~12:30〜13:00|~R6.4.1|~10AM"),
    ("3時間前に更新、5日前", "~3時間前|~5日前"),
    ("20世紀、1990年代、1980s", "~20世紀|~1990年代|~1980s"),
    ("㏠から㋃まで、㍻13年", "~㏠|~㋃|~13年"),
    # Versions, pages, serial numbers, articles, list marks.
    ("v1.2、Ver.2.0、ver3、第2版、改訂3版", "~v1.2|~Ver.2.0|~ver3|~2版|~3版"),
    ("PHP 5.3.2と5.3.2RC1", "~5.3.2|~5.3.2RC1"),
    ("12頁、12ページ、p.12、pp.3-5", "~12頁|~12ページ|~p.12|~pp.3-5"),
    ("第3条第2項、第１００章、第5回", "~3条|~2項|~１００章|~5回"),
    ("第十条の二第一項第一号、第三者、第一度", "~十条の二|~一項|~一号|~三|~一度"),
    ("No.12、№5、3位、2番目、1級", "~No.12|~№5|~3位|~2番目|~1級"),
    ("(1) 1. ①と⑴とⅣ", "~1|~1|~①|~⑴|~Ⅳ"),
    ("TEL: 03-1234-5678、192.168.0.1", "~03-1234-5678|~192.168.0.1"),
    ("図-1と表2.3", "~1|~2.3"),
    # Addresses, paths, identifiers.
    ("https://a.example/x1?p=3（参照）", "~https://a.example/x1?p=3"),
    ("www.a.example/2とhttp://a.example", "~www.a.example/2"),
    ("user12@b.example、/text/share/01/a.xhp", "~user12@b.example|~text/share/01/a.xhp"),
    ("img001.jpgとIMG001.JPGとrfc2616.txt", "~img001.jpg|~IMG001.JPG|~rfc2616.txt"),
    ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "~da39a3ee5e6b4b0d3255bfef95601890afd80709"),
    ("1st、2nd、第1", "~1st|~2nd|~1"),
    # Nothing to find.
    ("", ""),
    ("かな漢字カナ abc ＡＢＣ 㐂 𠮷野家 👨‍👩‍👧 \x00 ー〜－", ""),
    ("H₂Oとm²とCO²", ""),
    ("Controls%2A と %E3%81%82", ""),
    # Bare numbers in prose, astral characters and NUL around them.
    ("全部で5です。𠮷5と\x006", "~5|~5|~6"),
    ("1,234,567と1,23と12,345", "~1,234,567|~1|~23|~12,345"),
]  # fmt: skip


def tokens(text: str) -> str:
    return "|".join(("~" if n.kind == "soft" else "") + n.token for n in explain_numbers(text))


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:16] for text, _ in CASES])
def test_case(text: str, expected: str) -> None:
    assert tokens(text) == expected


def values(text: str, profile: Profile = "web") -> list[int]:
    return guard_tokens(pa.array([text]), profile)[0].tolist()


SAME = [
    "100V|１００Ｖ|100 V|１００　Ｖ|100\u00a0V",
    "1,000円|１，０００円|1000円|千円|一、〇〇〇円|１０００ 円|1千円",
    "5㎡|5m²|5m2|５ｍ２|5 m²",
    "3㎏|3kg|３ｋｇ|3 kg",
    "100ボルト|一〇〇ボルト|百ボルト|100ﾎﾞﾙﾄ|１００ボルト|100ホ\u3099ルト",
    "20000人|2万人|二万人|２万人",
    "2.5℃|2.5°C|２．５℃",
    "10〜20mm|10～20mm|10~20mm|10-20mm|１０－２０ｍｍ|10 〜 20 mm",
    "5µm|5μm|５μｍ",
    "10kΩ|10k\u2126|１０ｋΩ|10㏀",
    "三分の二|3分の2",
    "0.5グラム|〇・五グラム",
    "AB-12|ＡＢ－１２|AB−12|AB‐12",
    "¥500|￥500|￥ ５００",
]
DIFFERENT = [
    "100V|200V|100W|100mV|100ボルト|100",
    "5mW|5MW|5W",
    "10⁵個|105個|10⁶個|10個",
    "5m²|5m³|5m|5㎡あたり1個",
    "-5℃|5℃|±5℃",
    "1.0mm|1.00mm|10mm|0.1mm",
    "1,000円|1,000ドル|¥1,000|1000個",
    "AB-1234X|AB-1234Y|AB-1235X|ab-1234x",
    "1/2インチ|½インチ|12インチ",
    "10×20mm|20×10mm|10×20×30mm",
    "3か月|3年間|3日間",
]


@pytest.mark.parametrize("group", SAME)
def test_spellings_of_a_value_are_one(group: str) -> None:
    first, *others = group.split("|")
    assert values(first)
    for other in others:
        assert values(other) == values(first), (first, other)


@pytest.mark.parametrize("group", DIFFERENT)
def test_other_values_differ(group: str) -> None:
    found = [tuple(values(text, "law")) for text in group.split("|")]
    assert len(set(found)) == len(found)


def test_eras_tell_dates_apart() -> None:
    texts = ["令和6年", "平成6年", "6年", "令和元年", "平成元年"]
    assert len({tuple(values(text, "law")) for text in texts}) == len(texts)
    assert values("令和元年", "law") == values("令和1年", "law") == values("令和一年", "law")


def test_profiles() -> None:
    text = "第3条 2024年に100Vで5つの12を"
    assert len(values(text, "off")) == 0
    assert len(values(text, "web")) == 2
    assert len(values(text, "law")) == len(values(text, "industry")) == 5


def test_multisets_are_sorted_and_per_text() -> None:
    texts = pa.array(["x", "", "5A 3V 5A", "なし", "3V 5A 5A", "3V 5A"]).slice(1)
    found, bounds = guard_tokens(texts, "web")
    sets = [found[a:b].tolist() for a, b in itertools.pairwise(bounds)]
    assert [len(s) for s in sets] == [0, 3, 0, 3, 2]
    assert sets[1] == sets[3] == sorted(sets[1])


def test_line_kinds_do_not_leak() -> None:
    assert tokens("| 1 |\n2") == "1|~2"
    assert tokens("| 1 |\r\n2\t3") == "1|2|3"


def test_very_long_lines_are_read_whole() -> None:
    line = "これは十二ボルトと100Vで、" * (BLOCK // 8)
    assert len(values(line)) == 2 * (BLOCK // 8)
    solid = "漢" * 200_000 + "5V" + "漢" * 200_000
    assert values(solid) == values("5V")


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet="0123456789.,-/:~×年月日円VmWkgABx第の三十百〇万 　\t|\n=¥ボルトﾎﾞ½⁵①㎡\u3099𠮷",
        max_size=60,
    )
)
def test_spans_lie_in_order_and_widths_do_not_matter(text: str) -> None:
    at = 0
    for number in explain_numbers(text):
        at = text.index(number.token, max(at - 1, 0)) + len(number.token)  # 1-2: signs may touch
        assert number.token == number.token.strip("\n") != ""
        assert number.token.startswith(number.value)
    wide = text.translate({point: point + 0xFEE0 for point in range(0x21, 0x7F)} | {0xA5: 0xFFE5})
    assert values(wide, "law") == values(text, "law")
