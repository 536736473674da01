from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from corpuskit.readers.office.pptx import Pptx, SlidesParams
from corpuskit.readers.office.slides import Shape, reading_order

from .officefiles import docx, p, pptx, saved, shape
from .reading import Rows, about, read, shared

TRAPS = "々〇 ﾊﾝｶｸ ①㈱髙﨑 ㎡ m² 10⁵ か\u3099 ︵縦︶ ー〜～− 𠮷野家"


def deck(
    folder: Path, slides: list[str], spoken: dict[int, str] | None = None, **options: Any
) -> Rows:
    data = pptx(slides, spoken, show="0" if options.pop("last_hidden", False) else "")
    return read(Pptx(SlidesParams(**options)), saved(folder, "a.pptx", data))


def test_titles_come_first_and_slides_in_their_order(tmp_path: Path) -> None:
    first = shape("本文", "body", 'idx="1"') + shape("表題", "ctrTitle")
    found = deck(tmp_path, [first, shape(TRAPS)], {1: "話すこと"})
    assert found.texts == [f"## 表題\n\n- 本文\n\n話すこと\n\n{TRAPS}"]
    assert deck(tmp_path, [first], {1: "話すこと"}, notes=False).texts == ["## 表題\n\n- 本文"]


def test_levels_are_list_items_and_placeholders_of_the_slide_are_dropped(tmp_path: Path) -> None:
    slide = shape("甲\n\t乙\n\t丙\n丁", "body", 'idx="1"')
    slide += shape("12", "sldNum") + shape("2024年", "dt") + shape("社外秘", "ftr")
    assert deck(tmp_path, [slide]).texts == ["- 甲\n  - 乙\n  - 丙\n- 丁"]


def test_numbered_paragraphs(tmp_path: Path) -> None:
    def one(text: str, kind: str) -> str:
        return f'<a:p><a:pPr><a:buAutoNum type="{kind}"/></a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'

    body = (
        one("甲", "arabicPeriod")
        + one("乙", "arabicPeriod")
        + "<a:p><a:pPr><a:buNone/></a:pPr></a:p>"
    )
    circled = one("丙", "circleNumDbPlain")
    slide = "<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody>{}</p:txBody></p:sp>"
    found = deck(tmp_path, [slide.format(body) + slide.format(circled)])
    assert found.texts == ["1. 甲\n2. 乙\n\n① 丙"]


def test_runs_breaks_fields_and_raised_digits(tmp_path: Path) -> None:
    inside = (
        "<a:p><a:r><a:t>面積m</a:t></a:r><a:r><a:rPr baseline='30000'/><a:t>2</a:t></a:r><a:br/>"
        "<a:r><a:t>次</a:t></a:r><a:fld type='slidenum'><a:t>3</a:t></a:fld></a:p>"
    )
    slide = f"<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody>{inside}</p:txBody></p:sp>"
    assert deck(tmp_path, [slide]).texts == ["面積m²\n次"]


def test_tables_keep_columns(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<a:tc {more}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    wide, over = 'gridSpan="2"', 'hMerge="1"'
    table = (
        "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow='1'/>"
        f"<a:tr>{cell('区分')}{cell('数', wide)}{cell('', over)}</a:tr>"
        f"<a:tr>{cell('甲')}{cell('1')}{cell('2')}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )
    assert deck(tmp_path, [table]).texts == [
        "| 区分 | 数 |  |\n| --- | --- | --- |\n| 甲 | 1 | 2 |"
    ]


def test_shapes_are_read_from_top_to_bottom_and_left_to_right(tmp_path: Path) -> None:
    slide = shape("下", place="0 500 10 100") + shape("右", place="300 10 10 100")
    slide += f"<p:grpSp><p:grpSpPr/>{shape('左', place='0 20 10 100')}</p:grpSp>"
    assert deck(tmp_path, [slide]).texts == ["左\n\n右\n\n下"]
    unplaced = [Shape([], 1, 5), Shape([]), Shape([], 0, 0)]
    assert reading_order(unplaced) == unplaced


def test_alternatives_are_read_once(tmp_path: Path) -> None:
    slide = (
        f"<mc:AlternateContent><mc:Choice Requires='x'>{shape('図')}</mc:Choice><mc:Fallback>"
        f"{shape('図')}</mc:Fallback></mc:AlternateContent>"
    )
    assert deck(tmp_path, [slide]).texts == ["図"]


def test_slides_are_documents_on_request(tmp_path: Path) -> None:
    found = deck(tmp_path, [shape("一", "title"), shape("二", "title")], per="slide")
    assert [(r["locator"], r["title"]) for r in found.records] == [
        ("slide 1", "一"),
        ("slide 2", "二"),
    ]
    known = about(found.records[0])
    assert (known["author"], known["published"]) == ("髙橋", "2020-04-01T00:00:00Z")
    assert deck(tmp_path, [shape("一", "title")]).records[0]["title"] == "一"


def test_hidden_slides(tmp_path: Path) -> None:
    slides = [shape("見える"), shape("隠れた")]
    assert "隠れた" in deck(tmp_path, slides, last_hidden=True).texts[0]
    found = deck(tmp_path, slides, last_hidden=True, hidden=False)
    assert (found.texts, found.skipped) == (["見える"], {"hidden_slide": 1})


def test_a_broken_slide_is_a_problem_of_its_own(tmp_path: Path) -> None:
    found = deck(tmp_path, ["<p:sp>", shape("よい")])
    assert found.errors == [("slide 1", "broken_xml")]
    assert found.texts == ["よい"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "wrong_format"),
        (pptx([shape("あ")])[:300], "broken_zip"),
        (docx(p("あ")), "wrong_format"),
    ],
)
def test_bad_files_are_problems(tmp_path: Path, data: bytes, error: str) -> None:
    found = read(Pptx(), saved(tmp_path, "a.pptx", data))
    assert not found.records
    assert [row["error"] for row in found.problems] == [error]


def test_damaged_bytes_never_escape(tmp_path: Path) -> None:
    whole = pptx([shape("あ", "title"), shape("い")], {1: "注"})
    chance = random.Random(7)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        found = read(Pptx(), saved(tmp_path, "a.pptx", bytes(data)))
        assert found.records or found.problems


def test_recognised_by_content() -> None:
    data = pptx([shape("あ")])
    assert Pptx.recognises(data[:4096], "a.pptx") == 2
    assert Pptx.recognises(data[:4096], "a.bin") == 2
    assert Pptx.recognises(b"PK\x03\x04", "a.docx") == 0


def test_real_presentations() -> None:
    folder = shared("fixtures/pptx")
    text = read(Pptx(), next(folder.glob("*rc1.0.pptx"))).texts[0]
    assert "## コンテンツ\n\n1. 知的財産とは何か？\n2. FOSSライセンス概論" in text
    assert "- 著作権（コピーライト）：作者が著した原作を保護する\n  - （根底" in text
    mixed = read(Pptx(), next(folder.glob("*with_japanese.pptx"))).texts[0]
    assert "ゾルゲと尾崎、淡々と最期" in mixed and "𐌲𐌿𐍄𐌹𐍃𐌺" in mixed
