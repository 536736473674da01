"""The PDF reader: what it recognises and refuses, its options, what it knows of a document, OCR."""

from __future__ import annotations

import random
import sys
import types
import zlib
from pathlib import Path

import pytest

from corpuskit.errors import RecipeError
from corpuskit.readers.pdf.reader import Pdf
from scripts.benchlib.grams import match
from tests.readers.pdfmaking import book, filler, lines, pdf, picture, rows, text
from tests.readers.reading import about, read, shared

pytest.importorskip("pypdfium2")


# --- recognition -------------------------------------------------------------------------------


def test_recognised_by_its_mark_and_by_its_name() -> None:
    assert Pdf.recognises(b"%PDF-1.4\n", "x.bin") == 2
    assert Pdf.recognises(b"junk before\n%PDF-1.4\n", "x") == 2
    assert Pdf.recognises(b"", "文書.pdf") == 1
    assert Pdf.recognises(b"<html>", "x.html") == 0


# --- what can't be read ------------------------------------------------------------------------


def test_pictures_without_text_need_ocr() -> None:
    assert rows(pdf(picture(), picture())).errors == [("file", "needs_ocr")]
    mixed = rows(pdf(picture(), lines(60, 700, filler(3))), per="page")
    assert mixed.errors == [("page 1", "needs_ocr")]
    assert len(mixed.records) == 1


def test_fonts_without_characters_are_unmapped_text() -> None:
    assert rows(pdf(text(60, 700, "abcdefghijklmnop", font="X"))).errors == [
        ("file", "unmapped_text")
    ]


def test_a_few_glyphs_without_characters_are_counted() -> None:
    found = rows(pdf(lines(60, 700, filler(3)) + text(60, 500, "abc", font="X")))
    assert about(found.records[0])["unmapped_glyphs"] == 3


def test_nothing_on_the_pages_is_no_text() -> None:
    assert rows(pdf("", "")).errors == [("file", "no_text")]


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.4\n", b"%PDF-1.4\n" + b"\0" * 5000])
def test_what_is_no_pdf_is_a_broken_one(data: bytes) -> None:
    assert rows(data).errors == [("file", "broken_pdf")]


def test_cut_and_damaged_files_never_raise() -> None:
    whole = book(["- 3 -", "- 4 -", "- 5 -"])
    luck = random.Random(7)
    for _ in range(60):
        cut = bytearray(whole[: luck.randrange(len(whole))])
        spoilt = bytearray(whole)
        for _ in range(20):
            spoilt[luck.randrange(len(spoilt))] ^= 1 << luck.randrange(8)
        for data in (cut, spoilt):
            found = rows(bytes(data))
            assert found.records or found.problems


def test_a_password_is_named() -> None:
    entries = (
        "/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 "
        f"/O <{'41' * 32}> /U <{'42' * 32}> >> /ID [<00> <00>]"
    )
    found = rows(pdf(text(60, 700, "秘密"), trailer=entries))
    assert found.errors == [("file", "encrypted")]
    assert "password" in found.problems[0]["message"]


def test_budgets_of_pages_and_objects() -> None:
    many = pdf(*[text(60, 700, f"{at}枚目") for at in range(3)])
    assert rows(many, max_pages=2).errors == [("file", "too_many_pages")]
    heavy = pdf(lines(60, 700, filler(9)), text(60, 700, "軽い頁の文"))
    found = rows(heavy, max_page_objects=20)
    assert found.errors == [("page 1", "too_many_objects")]
    assert found.texts == ["軽い頁の文"]


def test_a_page_that_fails_leaves_the_others() -> None:
    data = pdf(text(60, 700, "一枚目の文"), text(60, 700, "二枚目の文"))
    damaged = data.replace(b"10 0 obj\n<< /Type /Page ", b"10 0 obj\n<< /Type /Pagf ")
    damaged = damaged.replace(b"[10 0 R", b"[99 0 R")
    found = rows(damaged)
    assert found.errors == [("page 1", "broken_page")]
    assert found.texts == ["二枚目の文"]


# --- options and columns -----------------------------------------------------------------------


def test_records_by_page() -> None:
    found = rows(book(["- 3 -", "- 4 -", "- 5 -"]), per="page")
    assert [row["locator"] for row in found.records] == ["page 1", "page 2", "page 3"]
    assert found.texts[0].startswith("いの頁の本文である。")
    assert all("取扱説明書" not in words for words in found.texts)
    assert len({row["id"] for row in found.records}) == 3


def hexed(words: str) -> str:
    return f"<feff{words.encode('utf-16-be').hex()}>"


def test_what_the_document_says_of_itself_becomes_columns() -> None:
    info = (
        f"/Title {hexed('取扱説明書')} /Author {hexed('山田 太郎')} /Producer (Maker 1.0) "
        "/CreationDate (D:20210830172859+09'00') /ModDate (D:20220102030405Z)"
    )
    row = rows(pdf(text(60, 700, "本文の行"), text(60, 700, "次の頁"), info=info)).records[0]
    assert row["title"] == "取扱説明書"
    assert about(row) == {
        "author": "山田 太郎",
        "published": "2021-08-30T17:28:59+09:00",
        "modified": "2022-01-02T03:04:05Z",
        "producer": "Maker 1.0",
        "pages": 2,
    }


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - 文書1.docx", "無題", "PowerPoint プレゼンテーション", "a.dvi", "Untitled-1",
     "文書 1", "C:\\tmp\\a", "---", "報告書.indd", "スライド 1"],
)  # fmt: skip
def test_titles_that_programs_make_up_are_left_out(title: str) -> None:
    found = rows(pdf(text(60, 700, "本文の行"), info=f"/Title {hexed(title)} /Author (admin)"))
    assert found.records[0]["title"] is None
    assert found.records[0]["author"] is None


@pytest.mark.parametrize(
    ("date", "expected"),
    [("D:20130116", "2013-01-16"), ("D:2013", "2013"), ("D:20131301", None), ("yesterday", None),
     ("D:20210830172859-05'30'", "2021-08-30T17:28:59-05:30")],
)  # fmt: skip
def test_dates_are_iso_8601(date: str, expected: str | None) -> None:
    found = rows(pdf(text(60, 700, "本文の行"), info=f"/CreationDate ({date})"))
    assert found.records[0]["published"] == expected


def test_xmp_fills_what_the_information_leaves_open() -> None:
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmp:CreateDate="2020-05-06T07:08:09+09:00"><dc:title><rdf:Alt><rdf:li>説明書</rdf:li>'
        "</rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>甲</rdf:li><rdf:li>乙</rdf:li>"
        "</rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    row = rows(pdf(text(60, 700, "本文の行")) + packet.encode()).records[0]
    known = (row["title"], row["author"], row["published"])
    assert known == ("説明書", "甲; 乙", "2020-05-06T07:08:09+09:00")


def test_the_same_bytes_give_the_same_records() -> None:
    data = book(["- 3 -", "- 4 -", "- 5 -"])
    assert rows(data).records == rows(data).records


# --- OCR ---------------------------------------------------------------------------------------


@pytest.fixture
def ocr(monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with toy functions."""
    module = types.ModuleType("toy_ocr")

    def toy(png: bytes, page: int) -> str:
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        wide, high = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
        start = png.index(b"IDAT")
        pixels = zlib.decompress(
            png[start + 4 : start + 4 + int.from_bytes(png[start - 4 : start])]
        )
        assert len(pixels) == (wide + 1) * high
        return f"{page}枚目は{wide}点の幅。\n\n濃さは{min(pixels[1 : wide + 1])}。"

    module.toy = toy  # type: ignore[attr-defined]
    module.silent = lambda png, page: " "  # type: ignore[attr-defined]
    module.wrong = lambda png, page: None  # type: ignore[attr-defined]
    module.number = 3  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_ocr", module)
    return "toy_ocr"


def test_ocr_reads_the_pages_without_text(ocr: str) -> None:
    data = pdf(picture(0, 0, 595, 842), text(60, 700, "二枚目には文字がある。"))
    found = rows(data, ocr=f"{ocr}:toy", ocr_dpi=72)
    assert found.texts == ["1枚目は595点の幅。\n\n濃さは0。\n\n二枚目には文字がある。"]
    assert about(found.records[0])["ocr_pages"] == 1


def test_ocr_that_finds_nothing_or_fails_is_a_problem_of_the_page(ocr: str) -> None:
    assert rows(pdf(picture()), ocr=f"{ocr}:silent").errors == [("file", "no_text")]
    assert rows(pdf(picture()), ocr=f"{ocr}:wrong").errors == [("page 1", "ocr_failed")]


def test_ocr_that_is_not_there_is_named_before_anything_is_read(ocr: str) -> None:
    for name in ("nothing_of_that_name", "toy_ocr:nothing", "toy_ocr:number", "no_module:x"):
        with pytest.raises(RecipeError, match="ocr:"):
            rows(pdf(text(60, 700, "文")), ocr=name)


# --- real files --------------------------------------------------------------------------------


def real(pattern: str) -> Path:
    return next(shared("fixtures").glob(pattern))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("pdf_cmap/*jis7.pdf", "ABCあいうえお123"),
        ("pdf_cmap/*eucjp.pdf", "あいうえお"),
        ("pdf_vertical/*vertical.pdf", "あいうえお日本語"),
    ],
)
def test_real_fonts_that_are_not_embedded(pattern: str, expected: str) -> None:
    found = "".join(read(Pdf(), real(pattern)).texts)
    assert "".join(found.split()) == expected


def test_a_real_vertical_poem() -> None:
    (found,) = read(Pdf(), real("pdf_vertical/*jo.pdf")).texts
    assert found.startswith("　　序\n\nわたくしといふ現象は")
    assert "（ひかりはたもち、その電燈は失はれ）" in found
    assert found.index("風景や") < found.index("宇宙塵") < found.index("第四次延長のなかで")


def test_a_real_scan_needs_ocr() -> None:
    assert read(Pdf(), real("pdf_scanned/*.pdf")).errors == [("file", "needs_ocr")]


def test_a_real_paper_has_the_text_of_its_word_file() -> None:
    from corpuskit.readers.office.docx import Docx

    found = read(Pdf(), real("pdf/*openchainspec-1.2*.pdf"))
    (truth,) = read(Docx(), real("docx/*openchainspec-1.2*.docx")).texts
    measured = match(found.texts[0], truth)
    assert measured.recall > 0.99
    assert measured.precision > 0.99
    assert found.records[0]["title"].startswith("OpenChain仕様書")
