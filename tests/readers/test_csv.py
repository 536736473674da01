from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from corpuskit.readers.csv import Csv, CsvParams
from corpuskit.readers.protocol import BATCH_BYTES, Fields, Slice
from corpuskit.readers.rows import canonical

from .reading import IDENTITY, read, taken

TABLE = 'id,text,分類\r\n1,"日本語、の\n本文",甲\r\n2,㈱①髙〜,乙\r\n3,"引用""符"" ",\r\n'


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    text = TABLE.replace("〜", "～")
    found = read(Csv(None, Fields("text", "id")), written(tmp_path / "a.csv", text, encoding))
    assert found.texts == ["日本語、の\n本文", "㈱①髙～", '引用"符" ']
    assert [row["source_id"] for row in found.records] == ["1", "2", "3"]
    assert [row["meta"] for row in found.records] == [
        '{"分類":"甲"}',
        '{"分類":"乙"}',
        '{"分類":""}',
    ]
    assert [row["locator"] for row in found.records] == ["row 1", "row 2", "row 3"]


@pytest.mark.parametrize("encoding", ["euc_jp", "iso2022_jp"])
def test_old_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "a.csv", "text,分類\nこれは本文である,甲\n", encoding)
    assert read(Csv(), path).texts == ["これは本文である"]


def test_ids_are_of_the_row_as_json(tmp_path: Path) -> None:
    found = read(Csv(), written(tmp_path / "a.csv", "b,text\n1,x\n"))
    assert found.records[0]["id"] == IDENTITY.of(canonical({"text": "x", "b": "1"}), "row 1")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "n\ttext\n1\ta,b\n"),
        ("a.csv", "n;text\n1;a,b\n"),
        ("a.csv", 'n,text\n1,"a,b"\n'),
        ("a.csv", '"n,m"|text\n1|a,b\n'),
    ],
)
def test_delimiters_are_guessed(tmp_path: Path, name: str, text: str) -> None:
    assert read(Csv(), written(tmp_path / name, text)).texts == ["a,b"]


def test_a_delimiter_can_be_set(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "a,b,text;c\nx;y\n")
    found = read(Csv(CsvParams(delimiter=";"), Fields("a,b,text")), path)
    assert found.texts == ["x"]


def test_one_column_needs_no_name(tmp_path: Path) -> None:
    found = read(Csv(), written(tmp_path / "a.csv", "本文\n一\n二\n"))
    assert found.texts == ["一", "二"]
    assert found.records[0]["meta"] is None


def test_without_header(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "1,一\n2,二\n")
    found = read(Csv(CsvParams(header=False), Fields("column_2")), path)
    assert found.texts == ["一", "二"]
    assert json.loads(found.records[0]["meta"]) == {"column_1": "1"}


def test_names_of_columns_are_made_unique(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "text,x,x,\na,1,2,3\n")
    assert json.loads(read(Csv(), path).records[0]["meta"]) == {
        "x": "1",
        "x_3": "2",
        "column_4": "3",
    }


def test_a_missing_column_names_the_columns_but_never_data(tmp_path: Path) -> None:
    found = read(Csv(), written(tmp_path / "a.csv", "見出し,内容\n1,2\n"))
    assert found.errors == [("file", "missing_text")]
    assert "内容, 見出し" in found.problems[0]["message"]
    data = "山田太郎,090-1234-5678\n佐藤花子,090-8765-4321\n"
    hidden = read(Csv(), written(tmp_path / "b.csv", data)).problems[0]["message"]
    assert "山田" not in hidden
    assert "header: false" in hidden


def test_broken_rows_cost_only_themselves(tmp_path: Path) -> None:
    text = (
        'id,text\n1,"a\nb"\n2,"never closed\n3,ok\n4,"x""y"\n5,a,b\n\n6,"q"z\n'
        '7,5" disk\n8\n9,"also open\n10,fin'
    )
    found = read(Csv(None, Fields("text", "id")), written(tmp_path / "a.csv", text))
    assert found.texts == ["a\nb", "ok", 'x"y', '5" disk', "fin"]
    assert found.errors == [
        ("row 2", "broken_quotes"),
        ("row 5", "wrong_columns"),
        ("row 6", "broken_quotes"),
        ("row 8", "wrong_columns"),
        ("row 9", "broken_quotes"),
    ]


def test_quotes_that_pair_up_wrongly_free_the_lines_between(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,text\n1,"a\n2,b\n3",c,d\n4,e\n')
    found = read(Csv(), path)
    assert found.texts == ["b", "e"]
    assert found.errors == [("row 1", "wrong_columns"), ("row 3", "wrong_columns")]


def test_batches_are_bounded(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "text\n" + ("あ" * 1000 + "\n") * 5000)
    batches = list(Csv().read(taken(path), Slice(), IDENTITY))
    assert sum(batch.records.num_rows for batch in batches) == 5000
    assert max(batch.records.nbytes for batch in batches) < 2 * BATCH_BYTES


def test_many_open_quotes_take_linear_time(tmp_path: Path) -> None:
    rng = random.Random(3)
    rows = [rng.choice(['1,"open', "2,fine", '3,"a', '4,"b"']) for _ in range(20_000)]
    found = read(Csv(), written(tmp_path / "a.csv", "\n".join(["id,text", *rows])))
    assert len(found.records) + len(found.problems) > 5_000


def test_a_field_of_megabytes(tmp_path: Path) -> None:
    text = "あ" * 1_500_000
    assert read(Csv(), written(tmp_path / "a.csv", f"text,n\n{text},1\n")).texts == [text]


def test_a_truncated_file_keeps_its_whole_rows(tmp_path: Path) -> None:
    texts = [f"本文{random.Random(n).random()}" for n in range(5000)]
    rows = "".join(f"{n},{text}\n" for n, text in enumerate(texts))
    packed = gzip.compress(f"id,text\n{rows}".encode())
    path = tmp_path / "a.csv.gz"
    path.write_bytes(packed[: len(packed) // 2])
    found = read(Csv(), path)
    count = len(found.records)
    assert 1000 < count < 4900
    assert found.texts == texts[:count]
    assert found.errors == [(f"row {count + 1}", "truncated_gzip")]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"text\n"])
def test_no_rows(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert read(Csv(), path).where() == []


def test_files_that_are_not_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(2000))
    assert read(Csv(), path).errors == [("file", "undecodable")]
    path.write_bytes(b"text\n" + b"x" * 3000)
    assert read(Csv(CsvParams(max_file_bytes=1000)), path).errors == [("file", "file_too_large")]
    path.write_bytes(b'"text\nx\n')
    assert read(Csv(), path).errors == [("file", "broken_quotes")]


def test_a_template_makes_the_text_of_several_columns(tmp_path: Path) -> None:
    text = "番号,商品名,説明,価格\r\n1,髙﨑の㈱①,甘い。,10\r\n2,,,20\r\n3,𠮷野,,30\r\n"
    reader = Csv(CsvParams(template="{商品名}は{説明}"), Fields("text", "番号"))
    found = read(reader, written(tmp_path / "a.csv", text))
    assert found.texts == ["髙﨑の㈱①は甘い。", "𠮷野は"]
    assert found.skipped == {"blank_row": 1}
    assert [row["locator"] for row in found.records] == ["row 1", "row 3"]
    assert [row["source_id"] for row in found.records] == ["1", "3"]
    row = {"番号": "1", "商品名": "髙﨑の㈱①", "説明": "甘い。", "価格": "10"}
    assert found.records[0]["id"] == IDENTITY.of(canonical(row), "row 1")
    assert json.loads(found.records[0]["meta"]) == {k: v for k, v in row.items() if k != "番号"}


def test_a_template_may_only_name_columns(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "名,説明\n甲,乙\n")
    found = read(Csv(CsvParams(template="{名}：{解説}")), path)
    assert found.errors == [("file", "missing_text")]
    assert "no column '解説'" in found.problems[0]["message"]
    assert "template:" in found.problems[0]["message"]
    with pytest.raises(ValueError, match="brace"):
        CsvParams(template="{名")


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
def test_what_excel_writes(tmp_path: Path, encoding: str) -> None:
    text = '商品名,説明\r\n"机（大）","高さ1,000㎜。\n①丈夫, ②軽い""木""製"\r\n椅子,㈱髙﨑製\r\n'
    path = written(tmp_path / "a.csv", text, encoding)
    found = read(Csv(CsvParams(template="{商品名}：{説明}")), path)
    assert found.texts == ['机（大）：高さ1,000㎜。\n①丈夫, ②軽い"木"製', "椅子：㈱髙﨑製"]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv"])
def test_unicode_text_of_excel_is_utf16_with_tabs(tmp_path: Path, name: str) -> None:
    text = '商品名\t説明\r\n机, 大\t"一行目\n二行目"\r\n'
    found = read(Csv(None, Fields("説明")), written(tmp_path / name, text, "utf-16"))
    assert found.texts == ["一行目\n二行目"]


@pytest.mark.parametrize("mark", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_for_excel_names_the_delimiter(tmp_path: Path, mark: str) -> None:
    path = written(tmp_path / "a.csv", f"{mark}\r\na,b,c;text\r\n1,2,3;本文\r\n")
    assert read(Csv(), path).texts == ["本文"]


def test_how_a_table_was_decoded_is_in_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("text,番号\n㈱髙島の朝の海は静かだ。,1\n".encode("cp932"))
    row = read(Csv(), path).records[0]
    assert (row["encoding"], row["replaced"]) == ("cp932", 0)
    assert row["encoding_confidence"] > 0.5
