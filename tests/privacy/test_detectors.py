"""Detectors: the privacy set, written cases, and what must hold for every text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.privacy import checks
from corpuskit.privacy.detectors import detect
from corpuskit.privacy.hits import Hits, resolve
from corpuskit.privacy.kinds import KINDS, RULES, kind_id, kind_of, rule_id
from tests.privacy import generator
from tests.privacy.score import Score, score

TUNING = generator.tuning()
HELD_OUT = generator.held_out()


@pytest.fixture(scope="module")
def held_out() -> Score:
    return score(HELD_OUT)


def found(text: str) -> list[tuple[str, str]]:
    """Kind and value of each hit."""
    hits = detect(pa.array([text], pa.string()))
    data = text.encode()
    spans = zip(hits.names(), hits.start, hits.stop, strict=True)
    return [(kind, data[start:stop].decode()) for kind, start, stop in spans]


def test_the_set_has_three_thousand_sentences_half_of_them_with_nothing() -> None:
    assert len(TUNING) + len(HELD_OUT) >= 3000
    for half in (TUNING, HELD_OUT):
        assert sum(not s.hits for s in half) * 2 >= len(half)
    assert generator.tuning() == TUNING
    assert set(generator.KINDS) == {k.name for k in KINDS} - {"name", "address"}


@pytest.mark.parametrize("kind", generator.KINDS)
def test_the_held_out_half_is_found_at_98_percent(kind: str, held_out: Score) -> None:
    assert held_out.right[kind] + held_out.missed[kind] >= 100
    assert held_out.recall(kind) >= 0.98
    assert held_out.precision(kind) >= 0.98


CASES = [
    ("電話 ０３（１２３４）５６７８", "phone", "０３（１２３４）５６７８"),
    ("〇三−一二三四−五六七八 まで", "phone", "〇三−一二三四−五六七八"),
    ("080の2222の3333", "phone", "080の2222の3333"),
    ("+81 3 1234 5678", "phone", "+81 3 1234 5678"),
    ("＋８１−９０−１２３４−５６７８", "phone", "＋８１−９０−１２３４−５６７８"),
    ("060-1234-5678", "phone", "060-1234-5678"),
    ("TEL03-1234-5678（内線 12）", "phone", "03-1234-5678（内線 12）"),
    ("電話：0312345678", "phone", "0312345678"),
    ("ﾏｲﾅﾝﾊﾞｰ 6214 9832 0257", "my_number", "6214 9832 0257"),
    ("マイナンハ\u3099ー：６２１４９８３２０２５７", "my_number", "６２１４９８３２０２５７"),
    ("T7000012050002", "corporate_number", "T7000012050002"),
    ("運転免許証番号 第309012345620号", "drivers_licence", "309012345620"),
    ("保険者番号 33120015", "health_insurance", "33120015"),
    ("普通 1234567", "bank_account", "1234567"),
    ("生年月日：令和元年五月一日", "birth_date", "令和元年五月一日"),
    ("生年月日 S58.1.23", "birth_date", "S58.1.23"),
    ("一九八三年一月二十三日生まれ", "birth_date", "一九八三年一月二十三日"),
    ("生年月日：1983年（昭和58年）1月23日", "birth_date", "1983年（昭和58年）1月23日"),
    ("生年月日　明・大・昭・平　58年1月23日", "birth_date", "58年1月23日"),
    ("{{生年月日と年齢|1983|01|23}}", "birth_date", "1983|01|23"),
    ("山田 1983/01/23生", "birth_date", "1983/01/23"),
    ("Ｓ５８．１．２３生", "birth_date", "Ｓ５８．１．２３"),
    ("個人番号 1 2 3 4 5 6 7 8 9 0 1 8", "my_number", "1 2 3 4 5 6 7 8 9 0 1 8"),
    ("保険者番号 0 6 1 3 8 5 2 1", "health_insurance", "0 6 1 3 8 5 2 1"),
    ("青海銀行 普通預金 No.1234567", "bank_account", "1234567"),
    ("〒 210 - 0001", "postal_code", "210 - 0001"),
    ("03-1234-5678,5679", "phone", "03-1234-5678"),
    ("http://[2001:db8::1]:8080/", "ip_address", "2001:db8::1"),
    ("E<lt>taro@example.orgE<gt>", "email", "taro@example.org"),
    ("電話＿03-6123-4567", "phone", "03-6123-4567"),
    ("Born: January 23, 1983", "birth_date", "January 23, 1983"),
    ('{"birth_date":"1983-01-23"}', "birth_date", "1983-01-23"),
    ("（0120-123-456 内線 12）", "phone", "0120-123-456 内線 12"),
    ("品川 330 あ 12-34", "vehicle_plate", "品川 330 あ 12-34"),
    ("品川３３０の１２－３４", "vehicle_plate", "品川３３０の１２－３４"),
    ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", "email", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ"),
    ("〒１００－０００１", "postal_code", "１００－０００１"),
    ("100-0001 東京都千代田区", "postal_code", "100-0001"),
    ("10.0.12.255 に接続", "private_ip", "10.0.12.255"),
    ("2001:db8:0:1::5", "ip_address", "2001:db8:0:1::5"),
    ("00-1A-2B-3C-4D-5E", "mac_address", "00-1A-2B-3C-4D-5E"),
]


@pytest.mark.parametrize(("text", "kind", "value"), CASES)
def test_written_forms(text: str, kind: str, value: str) -> None:
    assert found(text) == [(kind, value)]
    assert found("𠮷野\x00か\u3099🏭\n" + text + "\n、以上") == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "部品番号 90311-0101234567",
        "JAN 4901234567894",
        "20240100123456",
        "受付番号2026-0123-456789",
        "0.0123456789",
        "0123-45-6789-01",
        "JIS B 0001-2019",
        "型番 123-4567",
        "製品コードは621498320257である",
        "6214 9832 0257",
        "マイナンバー 6214 9832 0258",
        "12月3日生産開始、昭和58年1月23日生産",
        "値は 4111-1111-1111-1112",
        "std::vector と Foo::Bar",
        "12:34:56:78",
        "@property\nx@2x.png",
        "0120 V",
        "ID=09012345678",
        "第03-1234-5678号",
        "令和元年5月1日生まれ変わった街",
        "誕生日のご報告 - 2014年3月13日閲覧",
        "accounts/answer/6010255",
        "'$1.$2.$3@contoso.com'",
        "バージョン 16.3.29207.166、4.0.0.0",
        "",
        "\x00",
    ],
)
def test_near_misses_stay(text: str) -> None:
    assert found(text) == []


def test_check_digits() -> None:
    assert checks.is_my_number("621498320257")
    assert not checks.is_my_number("621498320258")
    assert not checks.is_my_number("000000000000")
    assert checks.is_corporate_number("7000012050002")
    assert not checks.is_corporate_number("7000012050003")
    assert checks.is_licence("309012345620")
    assert not checks.is_licence("159012345620")
    assert checks.is_insurer("33120015")
    assert checks.is_card("4111111111111111")
    assert not checks.is_card("4111111111111112")
    assert not checks.is_card("9111111111111111")


def test_unverified_rules_can_be_left_out() -> None:
    texts = pa.array(["品川 330 あ 12-34", "電話 03-1234-5678"])
    assert detect(texts, unverified=False).names() == ["phone"]
    assert len(detect(texts, least=100)) == 0


def test_a_my_number_without_a_word_is_a_guess_that_must_be_asked_for() -> None:
    texts = pa.array(["6214-9832-0257", "6214-9832-0258", "製造番号 6214-9832-0257"])
    assert len(detect(texts)) == 0
    hits = detect(texts, least=65)
    assert (hits.names(), hits.confidence.tolist()) == (["my_number"], [65])


def test_every_rule_has_a_kind_and_a_source() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for i, rule in enumerate(RULES):
        assert rule.id.startswith(rule.kind + ".")
        assert KINDS[kind_of(i)].name == rule.kind
        assert rule.source


def test_of_hits_that_overlap_the_surer_stays() -> None:
    name, phone, rule = kind_id("name"), kind_id("phone"), rule_id("phone.mobile")
    hits = Hits.of([(1, phone, 5, 9, rule, 80), (1, name, 8, 20, 0, 85), (0, name, 3, 4, 0, 80)])
    kept = resolve(hits)
    assert list(zip(kept.row, kept.start, kept.stop, strict=True)) == [(0, 3, 4), (1, 8, 20)]
    assert resolve(Hits.concat([hits, hits])).counts(2).sum() == 2


def test_a_batch_gives_what_its_texts_give_alone() -> None:
    texts = [s.text for s in TUNING[:200]]
    whole = detect(pa.array(texts, pa.string()).slice(50))
    for i, text in enumerate(texts[50:]):
        alone = detect(pa.array([text], pa.string()))
        mine = whole.take(whole.row == i)
        assert np.array_equal(mine.start, alone.start) and np.array_equal(mine.kind, alone.kind)


def test_a_long_line_of_digits_is_no_trouble() -> None:
    assert found("1" * 200_000) == []
    assert found("12 " * 50_000) == []
    assert found("a" * 100_000 + "@" * 1000) == []
    assert found("TEL " + "0 " * 20_000 + "\n電話 03-1234-5678") == [("phone", "03-1234-5678")]


@pytest.mark.parametrize("before", [0, 10, 20, 21, 22, 23, 24, 25, 35, 60])
def test_a_number_among_many_is_found_wherever_it_stands(before: int) -> None:
    row = " ".join(["12"] * before + ["03-1234-5678"] + ["34"] * 40)
    assert found(row) == [("phone", "03-1234-5678")]
    boxes = "マイナンバー " + "1 2 3 4 5 6 7 8 9 0 1 8"
    assert found(" ".join(["12"] * before) + "\n" + boxes) == [("my_number", boxes[7:])]


def test_a_text_may_have_thousands_of_hits() -> None:
    hits = detect(pa.array(["a", "taro@example.jp、" * 20_000]))
    assert len(hits) == 20_000
    assert set(hits.row) == {1} and set(hits.stop - hits.start) == {15}


def test_machine_line_of_a_passport() -> None:
    line = "P<JPNYAMADA<<TARO" + "<" * 27
    assert found("旅券\n" + line + "\n以上") == [("passport", line)]


def test_of_rows_the_first_is_told_from_the_last() -> None:
    texts = pa.array(["", "か\u3099 03-1234-5678", "𠮷", "〒100-0001"])
    hits = detect(texts)
    assert list(zip(hits.row, hits.names(), hits.start, strict=True)) == [
        (1, "phone", 7),
        (3, "postal_code", 3),
    ]
    assert hits.counts(4).sum(axis=1).tolist() == [0, 1, 0, 1]


_PIECES = (
    "電話 03-1234-5678 マイナンバー 621498320257 ０ 1 - ー ・ の @ a.jp ： 生年月日 昭和 元年 "
    "1月2日 生 記号 番号 〒 品川 あ ｶﾞ か\u3099 𠮷 🏭 \x00 ( ) \n :: fe80 P<JPN 〇 九 十 ㈱ ㎡ 10⁵ "
    "½ +81 . 内線"
)
_PIECE = st.sampled_from([*_PIECES.split(" "), " ", "\u3000"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PIECE, st.text(max_size=4)), max_size=30).map("".join))
def test_spans_are_characters_of_the_text_and_apart(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    hits = detect(pa.array(["前", text, "後"], pa.string()))
    assert set(hits.row) <= {1}
    data, end = text.encode(), 0
    for start, stop, kind, rule in zip(hits.start, hits.stop, hits.kind, hits.rule, strict=True):
        assert end <= start < stop <= len(data)
        data[start:stop].decode()  # borders of characters
        assert any(
            c.isdigit() or c in "@＠:<一二三四五六七八九〇" for c in data[start:stop].decode()
        )
        assert kind_of(rule) == kind
        end = stop


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TUNING), st.sampled_from(TUNING))
def test_masking_leaves_everything_outside_the_hits(
    a: generator.Sentence, b: generator.Sentence
) -> None:
    text = a.text + "\n\n次の表。\n|か\u3099|ｶﾞ|12.5|10⁵|\n\n" + b.text
    hits = detect(pa.array([text], pa.string()))
    data, kept, values, at = text.encode(), [], [], 0
    for start, stop in zip(hits.start, hits.stop, strict=True):
        kept.append(data[at:start].decode())
        values.append(data[start:stop].decode())
        at = stop
    kept.append(data[at:].decode())
    assert "|か\u3099|ｶﾞ|12.5|10⁵|" in "<X>".join(kept)
    assert "".join(k + v for k, v in zip(kept, [*values, ""], strict=True)) == text
    assert set(values) == {s.text[p:q] for s in (a, b) for _, p, q in s.hits}
