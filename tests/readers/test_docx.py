from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpuskit.readers.office.docx import Docx, DocxParams

from .officefiles import docx, p, saved, zipped
from .reading import Rows, about, read, shared

TRAPS = "々〇 ﾊﾝｶｸ ①㈱髙﨑 ㎡ m² 10⁵ か\u3099 ︵縦︶ ー〜～− 𠮷野家"
HEADINGS = (
    "<w:style w:type='paragraph' w:styleId='1'><w:name w:val='heading 1'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='2'><w:name w:val='見出し 2'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='x'><w:basedOn w:val='1'/><w:name w:val='章'/></w:style>"
)


def document(folder: Path, body: str, per: str = "file", ruby: str = "drop", **parts: str) -> Rows:
    path = saved(folder, "a.docx", docx(body, **parts))
    return read(Docx(DocxParams(per=per, ruby=ruby)), path)


def text(folder: Path, body: str, ruby: str = "drop", **parts: str) -> str:
    rows = document(folder, body, ruby=ruby, **parts)
    assert not rows.problems
    return str(rows.texts[0])


def test_japanese_survives_byte_for_byte(tmp_path: Path) -> None:
    assert text(tmp_path, p(TRAPS)) == TRAPS


def test_ruby_keeps_its_base_and_its_reading_on_request(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = (
        f"<w:p><w:r><w:ruby><w:rubyPr/><w:rt>{run.format('かんじ')}</w:rt><w:rubyBase>"
        f"{run.format('漢字')}</w:rubyBase></w:ruby></w:r>{run.format('です')}</w:p>"
    )
    assert text(tmp_path, body) == "漢字です"
    assert text(tmp_path, body, ruby="keep") == "漢字（かんじ）です"


def field(code: str, result: str | None = None) -> str:
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    shown = "" if result is None else mark.format("separate") + f"<w:r><w:t>{result}</w:t></w:r>"
    instruction = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return mark.format("begin") + instruction + shown + mark.format("end")


@pytest.mark.parametrize(
    ("code", "dropped", "kept"),
    [
        (r"EQ \* jc2 \* hps10 \o\ad(\s\up 9(かんじ),漢字)", "漢字", "漢字（かんじ）"),
        (r"EQ \o\ac(○,1)", "①", "①"),
        (r"EQ \o\ac(○,秘)", "秘", "秘"),
    ],
)
def test_text_that_only_a_field_holds(tmp_path: Path, code: str, dropped: str, kept: str) -> None:
    body = f"<w:p>{field(code)}</w:p>"
    assert text(tmp_path, body) == dropped
    assert text(tmp_path, body, ruby="keep") == kept


def test_fields_give_their_results_only(tmp_path: Path) -> None:
    inner = field("PAGEREF", "12")
    body = f"<w:p>{field('HYPERLINK &quot;x&quot;', '庁舎' + '')}{inner}</w:p>"
    assert text(tmp_path, body) == "庁舎12"
    unended = '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r></w:p>' + p("次の段落")
    assert text(tmp_path, unended) == "次の段落"


def test_changes_are_accepted(tmp_path: Path) -> None:
    body = (
        "<w:p><w:pPr/><w:del><w:r><w:delText>旧</w:delText><w:br/><w:t>旧</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>新</w:t>"
        "</w:r></w:ins><w:moveFrom><w:r><w:t>移</w:t></w:r></w:moveFrom><w:r><w:t>条文</w:t></w:r></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>前の</w:t></w:r></w:p>"
        "<w:p><w:moveTo><w:r><w:t>移</w:t></w:r></w:moveTo><w:r><w:t>段落</w:t></w:r></w:p>"
    )
    assert text(tmp_path, body) == "新条文\n\n前の移段落"
    row = "<w:tr>{}<w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    table = "".join(
        row.format("<w:trPr><w:del/></w:trPr>" if gone else "", p(left), p(right))
        for left, right, gone in (("甲", "乙", False), ("丙", "丁", True))
    )
    assert text(tmp_path, f"<w:tbl>{table}</w:tbl>") == "| 甲 | 乙 |"


def test_hidden_text_is_left_out_and_raised_digits_are_kept(tmp_path: Path) -> None:
    def run(text: str, properties: str = "") -> str:
        return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"

    body = (
        "<w:p>" + run("面積10m") + run("2", "<w:vertAlign w:val='superscript'/>") + run("、CO")
        + run("2", "<w:vertAlign w:val='subscript'/>") + run("秘密", "<w:vanish/>")
        + run("。", "<w:vanish w:val='0'/>") + "</w:p>"
    )  # fmt: skip
    assert text(tmp_path, body) == "面積10m²、CO₂。"


def test_signs_that_are_elements(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:br/><w:t>d</w:t>"
        "<w:softHyphen/><w:sym w:font='Wingdings' w:char='F0FE'/>"
        "<w:sym w:font='Symbol' w:char='F061'/></w:r></w:p>"
    )
    assert text(tmp_path, body) == "a-b\tc\nd☑α"


LIST = (
    "<w:abstractNum w:abstractNumId='0'>"
    "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/>"
    "<w:lvlText w:val='第%1条'/></w:lvl>"
    "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='aiueoFullWidth'/>"
    "<w:lvlText w:val='(%2)'/></w:lvl>"
    "<w:lvl w:ilvl='2'><w:numFmt w:val='bullet'/><w:lvlText w:val='・'/></w:lvl></w:abstractNum>"
    "<w:num w:numId='5'><w:abstractNumId w:val='0'/></w:num>"
    "<w:num w:numId='6'><w:abstractNumId w:val='0'/><w:lvlOverride w:ilvl='0'>"
    "<w:startOverride w:val='7'/></w:lvlOverride></w:num>"
)


def item(text: str, level: int, number: int = 5) -> str:
    return p(text, f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>")


def test_numbers_are_written_out_as_the_list_has_them(tmp_path: Path) -> None:
    body = item("目的", 0) + item("甲", 1) + item("乙", 1) + item("注", 2) + item("定義", 0)
    body += item("丙", 1) + p("本文") + item("再び", 0, 6)
    assert text(tmp_path, body, numbering=LIST) == (
        "第1条 目的\n  (ア) 甲\n  (イ) 乙\n    - 注\n第2条 定義\n  (ア) 丙\n\n本文\n\n第7条 再び"
    )


def test_headings_by_style_outline_level_and_inheritance(tmp_path: Path) -> None:
    body = p("一", "<w:pStyle w:val='1'/>") + p("二", "<w:pStyle w:val='2'/>")
    body += p("章", "<w:pStyle w:val='x'/>") + p("三", "<w:outlineLvl w:val='2'/>") + p("本文")
    assert text(tmp_path, body, styles=HEADINGS) == "# 一\n\n## 二\n\n# 章\n\n### 三\n\n本文"


def test_tables_keep_columns_under_merged_cells(tmp_path: Path) -> None:
    def cell(text: str, properties: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>"

    wide, down = "<w:gridSpan w:val='2'/>", "<w:vMerge/>"
    body = (
        "<w:tbl><w:tblPr><w:tblLook w:firstRow='1'/></w:tblPr>"
        f"<w:tr>{cell('区分')}{cell('数', wide)}</w:tr>"
        f"<w:tr>{cell('甲')}{cell('1')}{cell('2')}</w:tr>"
        f"<w:tr>{cell('', down)}{cell('3')}{cell('4')}</w:tr></w:tbl>"
    )
    expected = "| 区分 | 数 |  |\n| --- | --- | --- |\n| 甲 | 1 | 2 |\n|  | 3 | 4 |"
    assert text(tmp_path, body) == expected
    boxed = f"<w:tbl><w:tr>{cell('枠の中')}</w:tr></w:tbl>"
    assert text(tmp_path, boxed) == "枠の中"


def test_text_boxes_come_once_after_their_paragraph(tmp_path: Path) -> None:
    inside = f"<w:txbxContent>{p('箱')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>前</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires='wps'>"
        f"<wps:txbx>{inside}</wps:txbx></mc:Choice><mc:Fallback><w:pict><v:textbox>{inside}"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t>後</w:t></w:r></w:p>"
    )
    assert text(tmp_path, body) == "前後\n\n箱"


def test_notes_follow_with_their_numbers(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>本文</w:t><w:footnoteReference w:id='4'/></w:r></w:p>" + p("次")
    notes = f"<w:footnote w:id='0'>{p('区切り')}</w:footnote>"
    notes += f"<w:footnote w:id='4'>{p('脚注')}</w:footnote>"
    assert text(tmp_path, body, footnotes=notes) == "本文[^1]\n\n次\n\n[^1]: 脚注"


def test_formulas_prompts_and_comments(tmp_path: Path) -> None:
    body = (
        "<w:p><m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num><m:den><m:r><m:t>b</m:t></m:r>"
        "</m:den></m:f><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup>"
        "</m:sSup></m:oMath></w:p>"
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        + p("ここに入力") + "</w:sdtContent></w:sdt>"
        "<w:sdt><w:sdtPr/><w:sdtContent>" + p("記入済み") + "</w:sdtContent></w:sdt>"
    )  # fmt: skip
    assert text(tmp_path, body) == "a/bx²\n\n記入済み"


def test_sections_are_documents_on_request(tmp_path: Path) -> None:
    body = p("前文") + p("第一", "<w:pStyle w:val='1'/>") + p("甲")
    body += p("第二", "<w:pStyle w:val='1'/>") + p("乙")
    rows = document(tmp_path, body, per="section", styles=HEADINGS)
    assert rows.texts == ["前文", "# 第一\n\n甲", "# 第二\n\n乙"]
    assert [row["locator"] for row in rows.records] == ["section 1", "section 2", "section 3"]
    assert [row["title"] for row in rows.records] == [None, "第一", "第二"]


def test_what_the_document_says_of_itself(tmp_path: Path) -> None:
    path = saved(tmp_path, "a.docx", docx(p("本文"), title="要綱"))
    row = read(Docx(), path).records[0]
    assert row["title"] == "要綱"
    known = about(row)
    assert (known["author"], known["published"]) == ("髙橋", "2020-04-01T00:00:00Z")
    assert known["modified"] == "2021-04-01T00:00:00Z"


def test_strict_documents_are_read_like_others(tmp_path: Path) -> None:
    import io
    import zipfile

    source = zipfile.ZipFile(io.BytesIO(docx(p("厳格"))))
    old, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    parts = {
        name: source.read(name)
        .replace(old + b"wordprocessingml/2006/", new + b"wordprocessingml/")
        .replace(old + b"officeDocument/2006/", new + b"officeDocument/")
        for name in source.namelist()
    }
    assert read(Docx(), saved(tmp_path, "a.docx", zipped(parts))).texts == ["厳格"]


def test_a_broken_part_does_not_cost_the_text(tmp_path: Path) -> None:
    rows = document(tmp_path, p("本文"), footnotes="<w:footnote")
    assert rows.texts == ["本文"]
    rows = document(
        tmp_path,
        "<w:p><w:r><w:t>文</w:t><w:footnoteReference w:id='1'/></w:r></w:p>",
        footnotes="<w:footnote",
    )
    assert rows.texts == ["文[^1]"]
    assert rows.errors == [("word/footnotes.xml", "broken_xml")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "wrong_format"),
        (b"plain text", "wrong_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "encrypted"),
        (docx(p("あ"))[:400], "broken_zip"),
        (docx(p("あ")).replace(b"word/document.xml", b"word/dokument.xml"), "wrong_format"),
        (docx("<w:p>"), "broken_xml"),
        (docx("<w:smartTag>" * 300 + "</w:smartTag>" * 300), "too_deep"),
        (zipped({"content.xml": "<a/>"}), "wrong_format"),
    ],
)
def test_bad_files_are_problems(tmp_path: Path, data: bytes, error: str) -> None:
    rows = read(Docx(), saved(tmp_path, "a.docx", data))
    assert not rows.records
    assert [row["error"] for row in rows.problems] == [error]


def test_damaged_bytes_never_escape(tmp_path: Path) -> None:
    whole = docx(p("本文") * 20, footnotes=p("注"))
    chance = random.Random(3)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        rows = read(Docx(), saved(tmp_path, "a.docx", bytes(data)))
        assert rows.records or rows.problems


def test_recognised_by_content(tmp_path: Path) -> None:
    data = docx(p("あ"))
    assert Docx.recognises(data[:4096], "a.docx") == 2
    assert Docx.recognises(data[:4096], "a.bin") == 2
    assert Docx.recognises(b"PK\x03\x04other", "a.zip") == 0
    assert Docx.recognises(b"{\\rtf1", "a.docx") == 0


def test_real_documents() -> None:
    folder = shared("fixtures/docx")
    rows = read(Docx(), next(folder.glob("*phonetic.docx")))
    assert rows.texts == ["東京"]
    report = read(Docx(), next(folder.glob("*dp2021_06.docx"))).texts[0]
    assert "# １　概要\n\n## １.１　背景" in report and "SFIA7[^1]" in report
    standard = read(Docx(), next(folder.glob("*DB設計標準.docx"))).texts[0]
    assert "# 14. ストアドプロシージャの使用" in standard
    review = read(Docx(), next(folder.glob("*review-by-sato.docx"))).texts[0]
    assert "#### OpenChainとは何ですか?" in review and "[^" not in review
