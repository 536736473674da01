from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from corpuskit.readers.json import Json, JsonParams
from corpuskit.readers.jsonl import JsonLines
from corpuskit.readers.protocol import Fields
from corpuskit.readers.rows import canonical

from .reading import IDENTITY, Rows, in_memory, read, shared

ROWS = [
    {"番号": 1, "text": "佐々木は㈱①の髙﨑で𠮷野家へ行った。", "分類": "甲"},
    {"番号": 2, "text": "ｶﾅとか\u3099、㎡とm²、10⁵︒", "分類": None},
]


def found(value: Any, fields: Fields | None = None, **options: Any) -> Rows:
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return read(Json(JsonParams(**options), fields), in_memory(data, "a.json"))


def test_an_array_of_objects() -> None:
    rows = found(ROWS, Fields("text", "番号"))
    assert rows.texts == [row["text"] for row in ROWS]
    assert [row["locator"] for row in rows.records] == ["record 1", "record 2"]
    assert [row["source_id"] for row in rows.records] == ["1", "2"]
    assert [row["meta"] for row in rows.records] == ['{"分類":"甲"}', '{"分類":null}']
    assert rows.records[0]["id"] == IDENTITY.of(canonical(ROWS[0]), "record 1")


def test_an_object_that_holds_one_array() -> None:
    rows = found({"count": 2, "tags": ["a"], "data": {"next": {"x": 1}, "items": ROWS}})
    assert rows.texts == [row["text"] for row in ROWS]


def test_several_arrays_need_an_option() -> None:
    value = {"samples": ROWS, "others": [{"text": "x"}]}
    rows = found(value)
    assert rows.errors == [("file", "several_arrays")]
    assert "others, samples" in rows.problems[0]["message"]
    assert found(value, records="others").texts == ["x"]
    assert found({"a": value}, records="a.samples").texts == [row["text"] for row in ROWS]
    assert found(value, records="samples.x").errors == [("file", "no_records")]


def test_a_single_object_is_one_record() -> None:
    rows = found({"text": "本文", "comments": [{"text": "い"}, {"text": "ろ"}]})
    assert rows.texts == ["本文"]
    assert rows.records[0]["locator"] == "record 1"


def test_strings_are_texts() -> None:
    assert found(["一", "二"]).texts == ["一", "二"]


def test_a_template_makes_the_text() -> None:
    rows = found(ROWS, Fields("text", "番号"), template="{分類}{{類}}：{text}")
    assert rows.texts[0] == "甲{類}：佐々木は㈱①の髙﨑で𠮷野家へ行った。"
    assert rows.texts[1].startswith("{類}：ｶﾅ")
    assert json.loads(rows.records[0]["meta"]) == {"text": ROWS[0]["text"], "分類": "甲"}
    blank = found([{"a": " ", "b": None}, {"a": "x", "b": ["イ", "ロ"]}], template="{a}の{b}")
    assert blank.texts == ["xのイ、ロ"]
    assert blank.skipped == {"blank_row": 1}


@pytest.mark.parametrize("template", ["{a", "a}", "文", "{}", "{a}{"])
def test_a_wrong_template_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"brace|names no column"):
        JsonParams(template=template)


def test_records_that_are_not_right_cost_only_themselves() -> None:
    rows = found([ROWS[0], {"番号": 3}, {"text": 4}, 5, {"text": "終わり"}])
    assert rows.texts == [ROWS[0]["text"], "終わり"]
    assert rows.errors == [
        ("record 2", "missing_text"),
        ("record 3", "wrong_type"),
        ("record 4", "wrong_type"),
    ]


def test_a_missing_field_names_the_fields_once() -> None:
    rows = found([{"問題文": "なぜか。", "output": "a"}] * 3)
    assert rows.errors == [("file", "missing_text")]
    assert "output, 問題文" in rows.problems[0]["message"]
    assert "なぜ" not in rows.problems[0]["message"]


@pytest.mark.parametrize(
    "value",
    [
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]},
        {"type": "Point", "coordinates": [139.7, 35.6]},
        [{"type": "Feature", "geometry": {}, "properties": {"text": "x"}}],
        {"type": "Topology", "objects": {}, "arcs": []},
    ],
)
def test_maps_are_a_problem_of_their_own(value: Any) -> None:
    assert found(value).errors == [("file", "geojson")]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "invalid_json"),
        (b"[{", "invalid_json"),
        (json.dumps(ROWS).encode()[:-9], "invalid_json"),
        (b"3", "no_records"),
        (b'{"text": "a"}\n{"text": "b"}\n', "json_lines"),
        (b"[" * 5000 + b"]" * 5000, "too_deep"),
        (bytes(range(256)) * 4, "undecodable"),
    ],
)
def test_what_is_no_json_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors == [("file", error)]


def test_limits_and_compression() -> None:
    data = json.dumps(ROWS).encode()
    assert found(data, max_file_bytes=20).errors == [("file", "file_too_large")]
    packed = gzip.compress(data)
    whole = read(Json(), in_memory(packed, "a.json.gz"))
    assert whole.texts == [row["text"] for row in ROWS]
    cut = read(Json(), in_memory(packed[:-20], "a.json.gz"))
    assert cut.errors == [("file", "truncated_gzip")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp932"])
def test_encodings_are_found(encoding: str) -> None:
    text = json.dumps([{"text": "日本語の文章である。"}], ensure_ascii=False)
    assert found(text.encode(encoding)).texts == ["日本語の文章である。"]


def test_it_is_told_from_json_lines() -> None:
    pretty = json.dumps({"samples": ROWS}, ensure_ascii=False, indent=1).encode()
    assert Json.recognises(pretty, "a.json") == 1
    assert JsonLines.recognises(pretty, "a.json") == 0
    lines = b'{"text": "a"}\n{"text": "b"}\n'
    assert (Json.recognises(lines, "a.json"), JsonLines.recognises(lines, "a.json")) == (1, 2)
    assert Json.recognises(b' [ {"a": 1}]', "a") == 2
    assert Json.recognises(b"[link](x)", "a.md") == 0


def test_a_published_set_of_questions() -> None:
    path = next(shared("fixtures/json_gov").glob("*selection.json"))
    rows = read(Json(JsonParams(template="{問題文}\n{選択肢}"), Fields("", "ファイル名")), path)
    source = json.loads(path.read_text("utf-8"))["samples"]
    assert rows.errors == []
    assert rows.texts == [f"{row['問題文']}\n{row['選択肢']}" for row in source]
    assert [row["source_id"] for row in rows.records] == [row["ファイル名"] for row in source]
