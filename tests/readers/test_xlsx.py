from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from corpuskit.readers.office.sheetbounds import xlsb_area
from corpuskit.readers.office.sheetgrid import Row, grid_blocks, value_text
from corpuskit.readers.office.xlsx import Xlsx, XlsxParams

from .officefiles import docx, odf, p, rows, saved, xlsx, zipped
from .reading import Rows, about, read, shared

TRAPS = "々〇 ﾊﾝｶｸ ①㈱髙﨑 ㎡ m² 10⁵ か\u3099 ︵縦︶ ー〜～− 𠮷野家"
TABLE = {"A1": "品名", "B1": "数", "A2": "りんご", "B2": 3, "A3": "みかん", "B3": 0.25}


def book(folder: Path, data: bytes, name: str = "a.xlsx", **options: Any) -> Rows:
    return read(Xlsx(XlsxParams(**options)), saved(folder, name, data))


def test_a_table_is_a_table(tmp_path: Path) -> None:
    found = book(tmp_path, xlsx({"Sheet1": rows(TABLE)}))
    assert found.texts == ["| 品名 | 数 |\n| --- | --- |\n| りんご | 3 |\n| みかん | 0.25 |"]
    assert not found.problems


def test_japanese_survives_byte_for_byte(tmp_path: Path) -> None:
    assert book(tmp_path, xlsx({"Sheet1": rows({"B2": TRAPS})})).texts == [TRAPS]


def test_phonetic_runs_are_not_mixed_in(tmp_path: Path) -> None:
    shared_string = "<si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si>"
    cell = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
    assert book(tmp_path, xlsx({"Sheet1": cell}, shared=shared_string)).texts == ["東京"]


def test_formulas_dates_and_switches_are_values(tmp_path: Path) -> None:
    styles = "<cellXfs count='3'><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/></cellXfs>"
    cells = (
        '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" s="1"><v>43336</v></c>'
        '<c r="C1" s="2"><v>43336.5</v></c><c r="D1" t="b"><v>1</v></c>'
        '<c r="E1" t="e"><v>#N/A</v></c></row></sheetData>'
    )
    assert book(tmp_path, xlsx({"Sheet1": cells}, styles=styles)).texts == [
        "2 2018-08-24 2018-08-24 12:00:00 TRUE"
    ]


def test_graph_paper_becomes_rows(tmp_path: Path) -> None:
    cells = {"B2": "申請書", "C4": "氏名", "H4": "髙橋", "C5": "住所", "H5": "東京都", "C7": "備考"}
    text = book(tmp_path, xlsx({"Sheet1": rows(cells, "C4:G4 H4:P4")})).texts[0]
    assert text == "申請書\n\n| 氏名 | 髙橋 |\n| --- | --- |\n| 住所 | 東京都 |\n\n備考"


def test_rows_below_merged_cells_stay_in_their_table(tmp_path: Path) -> None:
    cells: dict[str, str | float] = {"A1": "番号", "B1": "名", "A3": 1, "B3": "甲"}
    text = book(tmp_path, xlsx({"Sheet1": rows(cells, "A1:A2 B1:B2")})).texts[0]
    assert text == "| 番号 | 名 |\n| --- | --- |\n| 1 | 甲 |"


def test_lines_around_a_table_and_sparse_tables() -> None:
    def row(number: int, *cells: tuple[int, str]) -> Row:
        return Row(number, list(cells), number)

    block = [
        row(0, (0, "1. 一覧")),
        row(1, (0, "甲"), (1, "乙"), (2, "丙"), (3, "丁")),
        row(2, (0, "x")),
        row(3, (1, "y"), (3, "z")),
        row(4, (0, "※注")),
    ]
    assert list(grid_blocks(block)) == [
        "1. 一覧",
        "| 甲 | 乙 | 丙 | 丁 |\n| --- | --- | --- | --- |\n| x |\n|  | y |  | z |",
        "※注",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (0.1 + 0.2, "0.3"), (1e20, "1e+20"), (True, "TRUE"), ("a_x000D_\nb ", "a\nb")],
)
def test_values_as_text(value: object, text: str) -> None:
    assert value_text(value) == text


def test_sheets_are_documents_on_request(tmp_path: Path) -> None:
    data = xlsx(
        {"一覧": rows({"B2": "甲", "D9": "乙"}), "空": rows({}), "裏": rows({"A1": "丙"})},
        裏="hidden",
    )
    found = book(tmp_path, data, per="sheet")
    assert [(r["locator"], r["title"]) for r in found.records] == [("一覧!B2:D9", "一覧")]
    assert found.skipped == {"hidden_sheet": 1}
    assert book(tmp_path, data).texts == ["## 一覧\n\n甲\n\n乙"]
    assert "丙" in book(tmp_path, data, hidden=True).texts[0]


def test_text_of_shapes_follows_from_top_to_bottom(tmp_path: Path) -> None:
    def anchor(row: int, inside: str) -> str:
        place = f"<xdr:from><xdr:col>1</xdr:col><xdr:row>{row}</xdr:row></xdr:from>"
        return f"<xdr:twoCellAnchor>{place}{inside}</xdr:twoCellAnchor>"

    def box(text: str) -> str:
        return f"<xdr:sp><xdr:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>"

    twice = (
        f"<mc:AlternateContent><mc:Choice Requires='x'>{box('図')}</mc:Choice><mc:Fallback>"
        f"{box('図')}</mc:Fallback></mc:AlternateContent>"
    )
    drawing = (
        anchor(9, box("下")) + anchor(2, f"<xdr:grpSp>{box('上')}</xdr:grpSp>") + anchor(20, twice)
    )
    data = xlsx({"Sheet1": rows({"A1": "表"})}, drawing=drawing)
    assert book(tmp_path, data).texts == ["表\n\n上\n下\n図"]
    assert book(tmp_path, data, drawings=False).texts == ["表"]


def test_what_the_workbook_says_of_itself(tmp_path: Path) -> None:
    row = book(tmp_path, xlsx({"Sheet1": rows(TABLE)})).records[0]
    assert (row["title"], about(row)["author"]) == ("台帳", "髙橋")


def test_cells_far_apart_are_a_problem_of_their_sheet(tmp_path: Path) -> None:
    far = rows({"A1": "あ", "XFD1048576": "ん"})
    found = book(tmp_path, xlsx({"広い": far, "狭い": rows({"A1": "甲"})}))
    assert found.errors == [("広い", "too_many_cells")]
    assert found.texts == ["## 狭い\n\n甲"]
    bare = '<sheetData><row r="1"><c><v>1</v></c></row>'
    bare += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    assert book(tmp_path, xlsx({"S": bare})).errors == [("S", "too_many_cells")]
    empty = '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row></sheetData>'
    assert book(tmp_path, xlsx({"Sheet1": empty}), max_cells=10).texts == ["1"]


def test_shared_text_that_is_repeated_too_often_is_a_problem(tmp_path: Path) -> None:
    cell = '<row><c t="s"><v>0</v></c></row>' * 2000
    data = xlsx({"S": f"<sheetData>{cell}</sheetData>"}, shared=f"<si><t>{'あ' * 200_000}</t></si>")
    assert book(tmp_path, data).errors == [("S", "too_much_text")]


def test_cells_of_a_binary_sheet_are_found() -> None:
    def record(kind: int, data: bytes) -> bytes:
        return bytes((kind, len(data))) + data

    def number(value: int) -> bytes:
        return value.to_bytes(4, "little")

    blank, value = record(1, number(900) + b"\0" * 4), record(5, number(3) + b"\0" * 12)
    sheet = record(0, number(7) + b"\0" * 13) + blank + value
    sheet += b"\x81\x01\x00" + record(0, number(16) + b"\0" * 13) + record(2, number(5))
    assert xlsb_area(sheet) == 10 * 3
    assert xlsb_area(b"") == 0 and xlsb_area(b"\xff" * 9) == 0


SHEET = '<table:table table:name="表1" {}>{}</table:table>'
CELL = "<table:table-cell {}>{}</table:table-cell>"


def test_opendocument_sheets(tmp_path: Path) -> None:
    def cell(text: str, more: str = 'office:value-type="string"') -> str:
        return CELL.format(more, f"<text:p>{text}</text:p>" if text else "")

    number = cell("3.0", 'office:value-type="float" office:value="3"')
    date = cell("R2.4.1", 'office:value-type="date" office:date-value="2020-04-01"')
    note = "<office:annotation><text:p>注釈</text:p></office:annotation>"
    traps = CELL.format("", f"{note}<text:p>{TRAPS}</text:p>")
    body = SHEET.format(
        "",
        f"<table:table-row>{cell('日')}{cell('数')}</table:table-row>"
        f"<table:table-row>{date}{number}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048570">{cell("", "")}</table:table-row>'
        f"<table:table-row>{traps}</table:table-row>",
    )
    found = book(tmp_path, odf("spreadsheet", body), "a.ods", per="sheet")
    assert found.texts == [f"| 日 | 数 |\n| --- | --- |\n| 2020-04-01 | 3 |\n\n{TRAPS}"]
    assert found.records[0]["locator"] == "表1!A1:B1048573"


def test_repeated_cells_of_opendocument_are_counted(tmp_path: Path) -> None:
    cell = CELL.format('table:number-columns-repeated="16000"', "<text:p>x</text:p>")
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    found = book(tmp_path, odf("spreadsheet", SHEET.format("", row)), "a.ods")
    assert found.errors == [("表1", "too_many_cells")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "wrong_format"),
        (b"a,b,c", "wrong_format"),
        (xlsx({"S": rows(TABLE)})[:500], "broken_zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken_ole"),
        (docx(p("あ")), "wrong_format"),
        (zipped({"xl/workbook.xml": "<workbook"}), "broken_xml"),
        (odf("text", "<text:p>あ</text:p>"), "wrong_format"),
    ],
)
def test_bad_files_are_problems(tmp_path: Path, data: bytes, error: str) -> None:
    found = book(tmp_path, data)
    assert not found.records
    assert [row["error"] for row in found.problems] == [error]


def test_damaged_bytes_never_escape(tmp_path: Path) -> None:
    whole = xlsx({"Sheet1": rows(TABLE), "Sheet2": rows(TABLE)})
    chance = random.Random(5)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        found = book(tmp_path, bytes(data))
        assert found.records or found.problems


def test_recognised_by_content() -> None:
    data = xlsx({"S": rows(TABLE)})
    assert Xlsx.recognises(data[:4096], "a.xlsx") == 2
    assert Xlsx.recognises(data[:4096], "a.bin") == 2
    assert Xlsx.recognises(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls") == 2
    assert Xlsx.recognises(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc") == 0
    assert Xlsx.recognises(b"<html>", "a.xls") == 0


def test_real_workbooks() -> None:
    folder = shared("fixtures/xlsx")
    text = read(Xlsx(), next(folder.glob("*帳票一覧_サンプル.xlsx"))).texts[0]
    assert "| No. | 版数 | 変更日 | 区分 | 変更箇所（項番等） | 変更内容 | 担当者 |" in text
    assert "関係者外秘" in text and "2018-08-24" in text
    flow = read(Xlsx(), next(folder.glob("*9f1ff9__sample.xlsx"))).texts[0]
    assert "| 2025-01-01 | 120 | 80 | 60 |" in flow and "形式は正しい？" in flow
    old = read(Xlsx(), next(shared("fixtures/office_legacy").glob("*12561-2.xls"))).texts[0]
    assert "| ログイン | ●ログイン画面表示 | A | ○ | ○ | ○ | ○ |" in old
