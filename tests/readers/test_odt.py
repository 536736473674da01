from __future__ import annotations

from pathlib import Path

import pytest

from corpuskit.readers.office.odp import Odp
from corpuskit.readers.office.odt import Odt, OdtParams
from corpuskit.readers.office.pptx import SlidesParams

from .officefiles import docx, odf, p, saved
from .reading import about, read

TRAPS = "々〇 ﾊﾝｶｸ ①㈱髙﨑 ㎡ m² 10⁵ か\u3099 ︵縦︶ ー〜～− 𠮷野家"


def text(folder: Path, body: str, styles: str = "", ruby: str = "drop") -> str:
    path = saved(folder, "a.odt", odf("text", body, styles))
    rows = read(Odt(OdtParams(ruby=ruby)), path)
    assert not rows.problems
    return str(rows.texts[0])


def test_japanese_survives_and_white_space_collapses(tmp_path: Path) -> None:
    assert text(tmp_path, f"<text:p>{TRAPS}</text:p>") == TRAPS
    body = "<text:p> 甲\n  <text:s text:c='2'/>乙<text:tab/>丙<text:line-break/>丁</text:p>"
    assert text(tmp_path, body) == "甲   乙\t丙\n丁"


def test_ruby(tmp_path: Path) -> None:
    body = (
        "<text:p><text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>かんじ"
        "</text:ruby-text></text:ruby>です</text:p>"
    )
    assert text(tmp_path, body) == "漢字です"
    assert text(tmp_path, body, ruby="keep") == "漢字（かんじ）です"


def test_deletions_comments_and_raised_digits(tmp_path: Path) -> None:
    styles = (
        "<style:style style:name='T1' style:family='text'>"
        "<style:text-properties style:text-position='super 58%'/></style:style>"
    )
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>旧</text:p>"
        "</text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        "<text:p><text:change-start/>新<text:change-end/>"
        "<office:annotation><text:p>注釈</text:p></office:annotation>m<text:span "
        "text:style-name='T1'>2</text:span></text:p>"
    )
    assert text(tmp_path, body, styles) == "新m²"


def test_headings_lists_tables_notes_and_boxes(tmp_path: Path) -> None:
    styles = (
        "<text:list-style style:name='L1'><text:list-level-style-number text:level='1' "
        "style:num-format='一' style:num-suffix='、'/>"
        "<text:list-level-style-bullet text:level='2'/>"
        "</text:list-style>"
    )
    cell = "<table:table-cell {}><text:p>{}</text:p></table:table-cell>"
    wide = 'table:number-columns-spanned="2"'
    body = (
        "<text:h text:outline-level='2'>章</text:h>"
        "<text:list text:style-name='L1'><text:list-item><text:p>甲</text:p><text:list>"
        "<text:list-item><text:p>子</text:p></text:list-item></text:list></text:list-item>"
        "<text:list-item><text:p>乙</text:p></text:list-item></text:list>"
        "<text:p>文<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注"
        "</text:p></text:note-body></text:note>末<draw:frame><draw:text-box><text:p>箱</text:p>"
        "</draw:text-box></draw:frame></text:p>"
        f"<table:table><table:table-row>{cell.format(wide, 'A')}"
        f"<table:covered-table-cell/></table:table-row><table:table-row>{cell.format('', 'B')}"
        f"{cell.format('', 'C')}</table:table-row></table:table>"
    )
    assert text(tmp_path, body, styles) == (
        "## 章\n\n一、 甲\n  - 子\n二、 乙\n\n文[^1]末\n\n箱\n\n| A |  |\n| B | C |\n\n[^1]: 脚注"
    )


def test_sections_and_properties(tmp_path: Path) -> None:
    body = "<text:h>一</text:h><text:p>甲</text:p><text:h>二</text:h>"
    meta = "<dc:title>要綱</dc:title><dc:creator>髙橋</dc:creator>"
    meta += "<meta:creation-date>2020-01-02</meta:creation-date>"
    path = saved(tmp_path, "a.odt", odf("text", body, meta=meta))
    rows = read(Odt(OdtParams(per="section")), path)
    assert [(r["locator"], r["text"]) for r in rows.records] == [
        ("section 1", "# 一\n\n甲"),
        ("section 2", "# 二"),
    ]
    row = read(Odt(), path).records[0]
    assert (row["title"], about(row)["author"], about(row)["published"]) == (
        "要綱",
        "髙橋",
        "2020-01-02",
    )


def test_flat_files(tmp_path: Path) -> None:
    import io
    import zipfile

    box = zipfile.ZipFile(io.BytesIO(odf("text", "<text:p>平ら</text:p>")))
    flat = box.read("content.xml").replace(b"document-content", b"document")
    assert read(Odt(), saved(tmp_path, "a.fodt", flat)).texts == ["平ら"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "wrong_format"),
        (docx(p("あ")), "wrong_format"),
        (odf("spreadsheet", ""), "wrong_format"),
        (odf("text", "<text:p>"), "broken_xml"),
        (odf("text", "<text:span>" * 300 + "</text:span>" * 300), "too_deep"),
        (odf("text", "")[:200], "broken_zip"),
    ],
)
def test_bad_files_are_problems(tmp_path: Path, data: bytes, error: str) -> None:
    rows = read(Odt(), saved(tmp_path, "a.odt", data))
    assert not rows.records
    assert [row["error"] for row in rows.problems] == [error]


def slide(*shapes: str, notes: str = "", style: str = "") -> str:
    spoken = f"<presentation:notes>{frame(notes, 'notes')}</presentation:notes>" if notes else ""
    return f"<draw:page draw:style-name='{style}'>{''.join(shapes)}{spoken}</draw:page>"


def frame(text: str, kind: str = "", place: str = "") -> str:
    where = " ".join(
        f"svg:{n}='{v}'" for n, v in zip(("x", "y", "height"), place.split(), strict=False)
    )
    return (
        f"<draw:frame presentation:class='{kind}' {where}><draw:text-box><text:p>{text}</text:p>"
        "</draw:text-box></draw:frame>"
    )


def test_presentations(tmp_path: Path) -> None:
    body = slide(
        frame("下", "outline", "1cm 20cm 1cm"), frame("上", "", "1cm 20mm 1cm"),
        frame("題", "title"), frame("9", "page-number"), notes="話",
    ) + slide(frame("次"))  # fmt: skip
    path = saved(tmp_path, "a.odp", odf("presentation", body))
    assert read(Odp(), path).texts == ["## 題\n\n上\n\n下\n\n話\n\n次"]
    rows = read(Odp(SlidesParams(per="slide", notes=False)), path)
    assert [(r["locator"], r["title"], r["text"]) for r in rows.records] == [
        ("slide 1", "題", "## 題\n\n上\n\n下"),
        ("slide 2", None, "次"),
    ]


def test_hidden_slides_of_presentations(tmp_path: Path) -> None:
    styles = (
        "<style:style style:name='h'><style:drawing-page-properties "
        "presentation:visibility='hidden'/></style:style>"
    )
    body = slide(frame("見える")) + slide(frame("隠れた"), style="h")
    path = saved(tmp_path, "a.odp", odf("presentation", body, styles))
    assert read(Odp(), path).texts == ["見える\n\n隠れた"]
    assert read(Odp(SlidesParams(hidden=False)), path).texts == ["見える"]


def test_recognised_by_content() -> None:
    text, show = odf("text", ""), odf("presentation", "")
    assert Odt.recognises(text[:4096], "a.bin") == 2 and Odp.recognises(text[:4096], "a.bin") == 0
    assert Odp.recognises(show[:4096], "a.bin") == 2 and Odt.recognises(show[:4096], "a.zip") == 0
