"""Normalisation: each rule by example, the whole against a slow reference, stability."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.ja.actions import WIDE_SYMBOLS
from corpuskit.ja.normalize import TIDYING, NormalizeOptions, Normalizer, normalize

UNTOUCHED = [
    "",
    "10⁵ m² H₂O ½ ① ⑴ ㈱ ㊤ ㎡ ㎏ ㍿ ㍻ Ⅳ ゟ ヿ ⼈ ™ ℃ №",
    "〜～ー－−-‐–—‾￣",
    "！（全角）？：；［］｛｝，．／｜＜＞＼＾｀￥",
    "か゛は゜ゝゞヽヾ々〆〇",
    "神\ufa19 﨑\ufa11 髙 𠮷野家 ﾠ",
    "葛\U000e0100城 辻\ufe00 ☎\ufe0e 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 〰\ufe0f",
    "🏴\U000e0067\U000e0062\U000e007f می\u200cخواهم ක්\u200dෂ",
    "舊字體の國語、ヰタ・セクスアリス",
    "\ue000外字\U000f0000",
    "def f():\n    return 1\n",
    "列1\t 列2  列3\n| a  |  b |",
    "段落\n\n段落",
    "あ\u3099" + "か\u309a",  # marks that no letter takes
    "Ñ é Å ñ 한글 ไทย",
]

CHANGED = [
    ("ＡＢｚ０９％＃", "ABz09%#"),
    ("ｶﾞｷﾞﾊﾟﾊﾟｰ､｡｢｣･ｦｯ", "ガギパパー、。「」・ヲッ"),
    ("ｳﾞｧ ﾜﾞ", "ヴァ ヷ"),
    ("カﾞかﾞはﾟ あﾞ ﾞ ﾟ", "ガがぱ あ゛ ゛ ゜"),
    ("か\u3099は\u309aう\u3099ゝ\u3099ヽ\u3099", "がぱゔゞヾ"),
    ("か\u200b\u3099", "が"),
    ("e\u0301 e\u200b\u0301 Ａ\u0301 \u212b \u2126", "é é Á Å Ω"),
    ("\u1100\u1161\u11a8", "각"),
    ("가\u11a8", "각"),
    ("\u1100\u1161", "가"),
    ("\u3099\u093c\u200c", "\u093c\u3099"),  # the joiner follows another mark after NFC
    ("か\u0323\u3099", "が\u0323"),  # marks in the order of NFC
    ("\ufa19e\u0301\ufa19", "\ufa19é\ufa19"),
    ("a\x00b\x1b\x7f\x80c", "abc"),
    ("\ufeff一\u200b二\u00ad三\u2060四\u202e", "一二三四"),
    ("あ\ufe0fい\u200dう\u200c葛\ufe0f\U000e0100\U000e0101A\U000e0067", "あいう葛\U000e0100A"),
    ("1\ufe0f 1\ufe0fA", "1 1A"),
    ("a\r\nb\rc\x0bd\x0ce\u2028f\u2029g\x85h", "a\nb\nc\nd\ne\nf\ng\nh"),
    ("　字下げ\n　　二字 \u3000\n\u3000 \u3000三", "字下げ\n二字\n 三"),
    ("東京　大阪\u00a0京都\u2003奈良", "東京 大阪 京都 奈良"),
    ("a   b  c", "a b c"),
    ("    x  =  1", "    x = 1"),
    ("a  |  b  ", "a  |  b"),
    ("a  b\t ", "a b"),
    ("a\n \n\t\n　\n\nb\n\n\n", "a\n\nb\n\n"),
]  # fmt: skip


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_stays(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize(("text", "expected"), CHANGED)
def test_what_changes(text: str, expected: str) -> None:
    assert normalize(text) == expected
    assert normalize(expected) == expected


def test_full_width_symbols_fold_only_by_the_table() -> None:
    symbols = [chr(c) for c in range(0xFF01, 0xFF5F) if not chr(c).isalnum()]
    for symbol in symbols:
        folded = unicodedata.normalize("NFKC", symbol) if symbol in WIDE_SYMBOLS else symbol
        assert normalize(f"あ{symbol}い") == f"あ{folded}い"


def test_no_kana_loses_its_mark() -> None:
    kana = "".join(chr(c) for c in [*range(0x3041, 0x3097), *range(0x3099, 0x3100)])
    assert normalize(" ".join(kana)) == " ".join(kana)
    assert normalize(unicodedata.normalize("NFD", kana)) == kana


@pytest.mark.parametrize(
    ("option", "text", "expected"),
    [
        ("superscripts", "10⁵ m² H₂O", "105 m2 H2O"),
        ("fractions", "½", "1⁄2"),
        ("enclosed", "①⑴㈱㊤", "1(1)(株)上"),
        ("squares", "㎡㌔㍿㍻㋀", "m2キロ株式会社平成1月"),
        ("roman", "Ⅳⅻ", "IVxii"),
        ("radicals", "⼈⽇本", "人日本"),
        ("kana_ligatures", "ゟヿ", "よりコト"),
    ],
)
def test_classes_expand_when_asked_for(option: str, text: str, expected: str) -> None:
    options = NormalizeOptions(**{option: True})
    assert normalize(text, options) == expected
    long = text * 5000  # needs more room than the input has
    assert normalize(long, options) == expected * 5000
    others = "".join(t for name, t, _ in EXPANDING if name != option)
    assert normalize(others, options) == others


EXPANDING = [
    ("fractions", "½", ""),
    ("enclosed", "①", ""),
    ("squares", "㍿", ""),
    ("roman", "Ⅳ", ""),
]

SWITCHES = [
    ("widths", "Ａ１％"),
    ("kana", "ｶﾞ｡"),
    ("compose", "か\u3099e\u0301\u212b"),
    ("controls", "a\x00b\x80"),
    ("invisible", "a\u200bb\ufe0f\U000e0100"),
    ("lines", "a\r\nb\rc\u2028"),
    ("spaces", "　a　b  c \u00a0"),
    ("blank_lines", "a\n\n\n\nb"),
]


@pytest.mark.parametrize(("option", "text"), SWITCHES)
def test_each_class_can_be_switched_off(option: str, text: str) -> None:
    assert normalize(text) != text
    assert normalize(text, NormalizeOptions(**{option: False})) == text


def test_every_option_is_tested() -> None:
    named = {name for name, _ in SWITCHES} | {
        "superscripts", "fractions", "enclosed", "squares", "roman", "radicals", "kana_ligatures",
        "private_use", *TIDYING,
    }  # fmt: skip
    assert named == {field.name for field in fields(NormalizeOptions)}


@pytest.mark.parametrize("mark", "〜～ー－−‐-–—―")
def test_no_dash_or_wave_becomes_another(mark: str) -> None:
    every = NormalizeOptions(
        **{f.name: True for f in fields(NormalizeOptions) if f.type == "bool"},
        private_use="geta", punctuation="japanese", repeats=3, japanese_spaces="all",
    )  # fmt: skip
    for text in (f"十{mark}二十", f"1{mark}2", f"あ{mark}", f"{mark}い", f"a{mark}b", mark * 2):
        assert normalize(text) == text
        assert normalize(text, every) == text


def test_the_half_width_long_vowel_is_the_only_one_that_folds() -> None:
    assert normalize("ｺｰﾋｰ －ｰ−") == "コーヒー －ー−"


def test_private_use_by_rule() -> None:
    text = "外\ue000字\U000f0000\U0010fffd"
    assert normalize(text) == text
    assert normalize(text, NormalizeOptions(private_use="remove")) == "外字"
    assert normalize(text, NormalizeOptions(private_use="geta")) == "外〓字〓〓"


def test_selectors_after_a_byte_order_mark_leave_nothing_behind() -> None:
    assert normalize("漢\ufeff\U000e0133\U000e0122") == "漢"
    assert normalize("漢\U000e0133\ufeff") == "漢\U000e0133"


def test_changed_characters_are_counted() -> None:
    texts = ["変わらず", "Ａｂ", "か\u3099か\u3099", "a \n\n\n\nb\r\n", "e\u0301", "　　a  b", ""]
    result, changed = Normalizer().apply(pa.array(texts))
    assert changed.tolist() == [0, 2, 2, 4, 1, 3, 0]
    assert result.to_pylist() == ["変わらず", "Ab", "がが", "a\n\nb\n", "é", "a b", ""]


@pytest.mark.parametrize("texts", [[], ["", ""], ["綺麗な文。\n次の行", "ไทย é"], ["☎\ufe0f"]])
def test_an_array_without_change_is_passed_through(texts: list[str]) -> None:
    array = pa.array(texts, pa.string())
    result, changed = Normalizer().apply(array)
    assert result is array
    assert changed.tolist() == [0] * len(texts)


def test_slices_and_neighbours() -> None:
    texts = ["Ａ", "clean", "e\u0301" * 3, "　", "が", "ไทย", "か\u3099"]
    array = pa.array(texts).slice(1, 5)
    result, changed = Normalizer().apply(array)
    assert result.to_pylist() == ["clean", "ééé", "", "が", "ไทย"]
    assert changed.tolist() == [0, 3, 1, 0, 0]


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="nulls"):
        Normalizer().apply(pa.array(["a", None]))
    with pytest.raises(TypeError):
        Normalizer().apply(pa.array([1]))


LONG_UNITS = ["あ", "　あ", "a  ", "\n", " ", "\u3000", "か\u3099", "ﾞ", "e\u0301"]


@pytest.mark.parametrize("unit", LONG_UNITS)
def test_very_long_texts(unit: str) -> None:
    text = "x" + unit * 20_000
    assert normalize(text) == reference(text)


ALPHABET = (
    "aZ1#*|=  \t\n\n\r\x00\x0b\x85\u00a0\u3000\u3000\u2028\u200b"
    "\u200c\u200d\ufe00\ufe0e\ufe0f\u20e3"
    "かきはガ゛゜ーあゝ\u3099\u309aｶﾊｱﾞﾟｰ｡Ａ１％！～－①㈱²½Ⅳゟ⼈"
    "葛\ufa19𠮷\U000e0100\U000e0067👨☎∽≠\u0301\u0338\u0323é\u212b\u0958\u0915\u093c\u1100\u1161한"
    "\U0001d15e\U00011099\U000110ba\u2adc\ue000\u00ad\u0e38ی\u200c\u0301"
)
TEXTS = st.text(st.sampled_from(ALPHABET), max_size=30) | st.text(max_size=12)


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_equals_the_reference_and_is_stable(texts: list[str]) -> None:
    once, changed = Normalizer().apply(pa.array(texts, pa.string()))
    assert once.to_pylist() == [reference(text) for text in texts]
    assert (changed > 0).tolist() == [
        before != after for before, after in zip(texts, once.to_pylist(), strict=True)
    ]
    assert Normalizer().apply(once)[0] is once


VALUES = {
    "private_use": st.sampled_from(["keep", "remove", "geta"]),
    "punctuation": st.sampled_from(["keep", "majority", "japanese"]),
    "japanese_spaces": st.sampled_from(["keep", "sentences", "all"]),
    "repeats": st.integers(0, 3),
}
OPTIONS = st.builds(
    NormalizeOptions,
    **{field.name: VALUES.get(field.name, st.booleans()) for field in fields(NormalizeOptions)},
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, OPTIONS)
def test_is_stable_with_any_options(text: str, options: NormalizeOptions) -> None:
    once = normalize(text, options)
    assert normalize(once, options) == once


KEYCAP = "\ufdd0"


def reference(text: str) -> str:
    """Apply the default rules one after another, slowly, until nothing changes."""
    after = _once(text)
    return after if after == text else reference(after)


def _once(text: str) -> str:
    text = re.sub("\ufeff[\u200c\u200d\ufe00-\ufe0f\U000e0000-\U000e0fff]+", "", text)
    text = text.replace("\ufe0f\u20e3", KEYCAP + "\u20e3")
    text = re.sub("\r\n|[\r\v\f\x85\u2028\u2029]", "\n", text)
    text = re.sub("[\x00-\x08\x0e-\x1f\x7f-\x9f]", "", text)
    text = re.sub("[\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]", "", text)
    text = _marked(_joined("".join(map(_folded, text))))
    text = "\n".join(map(_line, text.split("\n")))
    text = re.sub("\n{3,}", "\n\n", text)
    parts = re.split("([\uf900-\ufaff\U0002f800-\U0002fa1f])", text)
    parts[::2] = [unicodedata.normalize("NFC", part) for part in parts[::2]]
    return "".join(parts)


def _folded(character: str) -> str:
    if character in WIDE_SYMBOLS or re.match("[０-９Ａ-Ｚａ-ｚ｡-ﾝ]", character):
        return unicodedata.normalize("NFKC", character)
    if character != "\u3000" and unicodedata.category(character) == "Zs":
        return " "
    return character


def _joined(text: str) -> str:
    out = "\0"
    for character in text:
        if character == KEYCAP:
            keep = out[-1] in "0123456789#*" or _is_emoji(out[-1])
            character = "\ufe0f"
        elif character in "\u200c\u200d":
            emoji = _is_emoji(out[-1]) or out[-1] in "\ufe0f\u20e3"
            keep = _is_joining(out[-1]) or (emoji and character == "\u200d")
        elif "\ufe00" <= character <= "\ufe0f":
            keep = _is_emoji(out[-1]) or (_is_kanji(out[-1]) and character <= "\ufe02")
        elif "\U000e0100" <= character < "\U000e1000":
            keep = _is_kanji(out[-1])
        elif "\U000e0000" <= character < "\U000e0100":
            keep = _is_emoji(out[-1]) or "\U000e0020" <= out[-1] < "\U000e0080"
        else:
            keep = True
        out += character * keep
    return out[1:]


def _is_emoji(character: str) -> bool:
    if "\U0001f000" <= character < "\U0001fc00" or character in "‼⁉〰〽":
        return True
    symbol = unicodedata.category(character) in ("So", "Sm") and "©" <= character < "\U00010000"
    return symbol and unicodedata.is_normalized("NFC", character)


def _is_kanji(character: str) -> bool:
    return (
        re.match("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]", character)
        is not None
    )


def _is_joining(character: str) -> bool:
    script = re.match("[\u0600-\u0dff\u1000-\u109f\u1780-\u18af]", character)
    return script is not None and unicodedata.category(character)[0] in "LM"


def _marked(text: str) -> str:
    out = "\0"
    for character in text:
        mark = {"ﾞ": "\u3099", "ﾟ": "\u309a"}.get(character, character)
        letter = unicodedata.normalize("NFC", out[-1] + mark)
        if mark in "\u3099\u309a" and len(letter) == 1:
            out = out[:-1] + letter
        else:
            out += {"ﾞ": "゛", "ﾟ": "゜"}.get(character, character)
    return out[1:]


def _line(line: str) -> str:
    indent = re.match("[ \t\u3000]*", line).group()  # type: ignore[union-attr]
    rest = line[len(indent) :].replace("\u3000", " ")
    line = (indent.replace("\u3000", "") + rest).rstrip(" \t")
    body = line.lstrip(" \t")
    indent = line[: len(line) - len(body)]
    return line if "\t" in body or "|" in body else indent + re.sub(" +", " ", body)
