from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpuskit.readers.office.rtf import Rtf

from .officefiles import saved
from .reading import about, read, shared

FONTS = (
    r"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset128 \'82\'6c\'82\'72 Mincho;}"
    r"{\f2\fcharset2 Symbol;}}"
)


def text(folder: Path, body: str | bytes, head: str = r"{\rtf1\ansi\ansicpg1252\deff0") -> str:
    raw = body if isinstance(body, bytes) else body.encode("ascii")
    rows = read(Rtf(), saved(folder, "a.rtf", (head + FONTS).encode() + raw + b"}"))
    assert not rows.problems
    return str(rows.texts[0])


def escaped(word: str) -> str:
    return "".join(rf"\'{byte:02x}" for byte in word.encode("cp932"))


def test_bytes_are_of_their_fonts_code_page(tmp_path: Path) -> None:
    traps = "々〇ﾊﾝｶｸ①㈱髙﨑㎡ー～表ソ能"
    assert text(tmp_path, r"\pard{\f1 " + escaped(traps) + r"} caf\'e9\par") == traps + " café"
    assert text(tmp_path, r"\f0 " + escaped("漢字"), r"{\rtf1\ansi\ansicpg932\deff0") == "漢字"


def test_second_bytes_that_are_ascii_or_escaped(tmp_path: Path) -> None:
    assert text(tmp_path, rb"\f1 \'83A\'83\\\'83\{\'83e") == "アソボテ"


def test_unicode_with_fallbacks_of_any_length(tmp_path: Path) -> None:
    body = r"\uc2\u28450\'8a\'bf\u23383\'8e\'9a\uc1 \u-10174?\u-8265?\u8316 ?\uc0\u12363\u12441."
    assert text(tmp_path, body) == "漢字𠮷⁼か\u3099."


def test_paragraphs_signs_and_raised_digits(tmp_path: Path) -> None:
    body = r"m{\super 2}\tab x\line y\emdash\~z\_w\par \par next{\v hidden}{\deleted gone}\par"
    assert text(tmp_path, body) == "m²\tx\ny—\u00a0z-w\n\nnext"


def test_what_is_no_text_is_skipped(tmp_path: Path) -> None:
    body = (
        r"{\stylesheet{\s1 Normal;}}{\*\generator Word;}{\header top\par}{\pict\wmetafile8 0102}"
        r"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}{\*\unknown{\b gone}}\bin5 {}{}}{\b !}"
    )
    assert text(tmp_path, body) == "link!"


def test_tables_lists_headings_and_notes(tmp_path: Path) -> None:
    body = (
        r"\pard\outlinelevel0 Head\par\pard{\listtext\f2\'b7\tab}one\par{\pntext 2.\tab}two\par"
        r"\trowd\pard\intbl a\cell b\cell\row\trowd\pard\intbl c\cell d\cell\row\pard after"
        r"{\super\chftn}{\footnote\pard{\super\chftn} note}\par"
    )
    assert text(tmp_path, body) == (
        "# Head\n\n- one\n2. two\n\n| a | b |\n| c | d |\n\nafter[^1]\n\n[^1]: note"
    )


def test_boxes_and_twins(tmp_path: Path) -> None:
    body = (
        r"x{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt box\par}}{\shprslt box}}\par"
        r"{\upr{ansi}{\*\ud{\u24859?}}}"
    )
    assert text(tmp_path, body) == "box\n\nx\n\n愛"


def test_what_the_document_says_of_itself(tmp_path: Path) -> None:
    info = r"{\info{\title{\f1 " + escaped("要綱") + r"}}{\author X}{\creatim\yr2020\mo4\dy1\hr9}}"
    path = saved(
        tmp_path,
        "a.rtf",
        (r"{\rtf1\ansi" + FONTS + info + r"\f1 " + escaped("本文") + "}").encode(),
    )
    row = read(Rtf(), path).records[0]
    assert (row["title"], row["text"]) == ("要綱", "本文")
    known = about(row)
    assert (known["author"], known["published"]) == ("X", "2020-04-01T09:00")
    assert (known["encoding"], known["replaced"]) == ("cp932", 0)


@pytest.mark.parametrize(
    ("data", "errors", "texts"),
    [
        (b"", ["wrong_format"], []),
        (b"hello", ["wrong_format"], []),
        (rb"{\rtf1 whole", [], ["whole"]),
        (rb"{\rtf1 part{\b cut", ["truncated"], ["partcut"]),
        (rb"{\rtf1 " + b"{" * 20_000, ["too_deep"], []),
        (rb"{\rtf1 a\'zz\u99999999999 b\bin999999999 }", ["truncated"], None),
    ],
)
def test_bad_files(tmp_path: Path, data: bytes, errors: list[str], texts: list[str] | None) -> None:
    rows = read(Rtf(), saved(tmp_path, "a.rtf", data))
    if texts is not None:
        assert ([row["error"] for row in rows.problems], rows.texts) == (errors, texts)


def test_damaged_bytes_never_escape(tmp_path: Path) -> None:
    body = r"\pard{\f1 " + escaped("日本語") + r"}\u28450?\par\trowd a\cell\row{\footnote x}}"
    whole = (r"{\rtf1\ansi" + FONTS + body * 5 + "}").encode()
    chance = random.Random(9)
    for _ in range(80):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.randrange(5, len(data))] ^= 1 << chance.randrange(8)
        rows = read(Rtf(), saved(tmp_path, "a.rtf", bytes(data)))
        assert rows.records or rows.problems


def test_recognised_by_content() -> None:
    assert Rtf.recognises(rb"{\rtf1\ansi", "a.doc") == 2
    assert Rtf.recognises(b"text", "a.rtf") == 0


def test_a_real_document() -> None:
    path = next(shared("fixtures/rtf").glob("*testRTFJapanese.rtf"))
    text = read(Rtf(), path).texts[0]
    assert "「南無阿弥陀仏ヲ二唱シ」の文字が見える＝渡部富哉さん提供" in text
    assert "| 今回発見されたのは、 |" in text and "\ufffd" not in text
