"""The two loops of folding against plain Python, and what must survive any folding."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.dedup.sameness import MARKS, UNFOLDED, folded, folded_text
from corpuskit.kernels.buffers import string_array
from corpuskit.kernels.shingles import view_text

from .traps import TEXTS

ALL = ("space", "width", "punctuation")
MARKED = {"ﾞ": "\u3099", "ﾟ": "\u309a", "\u3099": "\u3099", "\u309a": "\u309a"}
ALPHABET = (
    "aZ５5ﾊﾞﾟハバは\u3099\u309aヴ゛、。.,:()「」\"'・…ー〜～−-－一五參①½⁵²㎡㈱　 \n\0𠮷😀𝟏々ゝ"
    "Ａ！￥漢é"
)
any_text = st.text(st.sampled_from(ALPHABET), max_size=25)


def width_reference(text: str) -> str:
    out = ""
    for character in text:
        if character in MARKED:
            joined = unicodedata.normalize("NFC", out[-1:] + MARKED[character])
            kana = out and "\u3040" <= out[-1] <= "\u30ff"
            if kana and len(joined) == 1:
                out = out[:-1] + joined
            else:
                out += {"ﾞ": "゛", "ﾟ": "゜"}.get(character, character)
        elif character not in UNFOLDED and character <= "\uffff":
            wide = unicodedata.decomposition(character).startswith(("<wide>", "<narrow>"))
            # Half-width letters of Hangul are compatibility letters; NFKC would go further.
            last = unicodedata.decomposition(character).split(" ")[-1]
            out += chr(int(last, 16)) if wide else character
        else:
            out += character
    return out


def is_mark(character: str) -> bool:
    return character in MARKS or unicodedata.category(character) in ("Ps", "Pe", "Pi", "Pf")


def is_digit(character: str) -> bool:
    number = unicodedata.numeric(character, None) is not None
    return number and unicodedata.category(character) != "Lo" and character < "\U00020000"


def is_kanji_digit(character: str) -> bool:
    number = unicodedata.numeric(character, None) is not None
    return number and unicodedata.category(character) == "Lo"


def is_latin(character: str) -> bool:
    latin = character < "\u0250" or "Ａ" <= character <= "ｚ"
    return latin and unicodedata.category(character)[0] == "L"


def marks_reference(text: str) -> str:
    out = ""
    for place, character in enumerate(text):
        before, after = text[:place], text[place + 1 :]
        left, right = view_text(before[::-1])[:1], view_text(after)[:1]
        stays = (
            any(c and is_digit(c) for c in (left, right))
            or bool(left and right and is_kanji_digit(left) and is_kanji_digit(right))
            or bool(before and after and is_latin(before[-1]) and is_latin(after[0]))
            or after[:1] in ("\u3099", "\u309a")
        )
        out += character if stays or not is_mark(character) else ""
    return out


@pytest.mark.parametrize("text", TEXTS)
def test_traps(text: str) -> None:
    assert folded_text(text, ["width"]) == width_reference(text)
    assert folded_text(text, ["punctuation"]) == marks_reference(text)


@settings(max_examples=300)
@given(st.lists(any_text, max_size=4))
def test_any_texts(texts: list[str]) -> None:
    array = pa.array(["前", *texts], pa.string())[1:]

    def found(*ignore: str) -> list[str]:
        result = string_array(*folded(array, ignore))
        result.validate(full=True)
        return result.to_pylist()

    assert found() == texts
    assert found("width") == [width_reference(t) for t in texts]
    assert found("punctuation") == [marks_reference(t) for t in texts]
    assert found(*ALL) == [view_text(marks_reference(width_reference(t))) for t in texts]
    assert found("space") == [view_text(t) for t in texts]


@settings(max_examples=300)
@given(any_text)
def test_numbers_and_dakuten_survive(text: str) -> None:
    """Digits keep their value and their order, and no two numbers run together."""
    plain = view_text(width_reference(text))
    result = folded_text(text, ALL)
    digits = re.compile(r"[0-9½⁵²①𝟏]+(?:\.[0-9½⁵²①𝟏]+)?")
    assert digits.findall(result) == digits.findall(plain)
    kana = re.compile("[ハバパはばぱヴー゛゜\u3099\u309a]")
    assert kana.findall(result) == kana.findall(plain)


def test_every_full_and_half_width_form() -> None:
    for point in range(0xFF01, 0xFFEF):
        character = chr(point)
        tag, _, other = unicodedata.decomposition(character).partition(" ")
        if not tag or character in UNFOLDED or character in MARKED:
            continue
        assert folded_text(character, ["width"]) == chr(int(other, 16))
    assert folded_text("～－ﾞ", ["width"]) == "～－゛"


def test_every_kana_composes_as_in_nfc() -> None:
    for point in (*range(0x3041, 0x3097), *range(0x309B, 0x3100)):
        for mark in "\u3099\u309a":
            decomposed = chr(point) + mark
            expected = unicodedata.normalize("NFC", decomposed)
            assert folded_text("か" + decomposed, ["width"]) == "か" + expected
            assert folded_text(decomposed, ["punctuation", "space"]) == decomposed
