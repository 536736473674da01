from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from corpuskit.readers import jsonl
from corpuskit.readers.compression import codec_of
from corpuskit.readers.jsonl import JsonLines, JsonLinesParams
from corpuskit.readers.protocol import Fields

from .reading import IDENTITY, read, taken

TRAPS = (
    "",
    "か\u3099き",
    "ー〜～−",
    "ｶﾞｯ",
    "㈱①㎡m²10⁵½",
    "々ゝ",
    "漢《かん》",
    "𠮟る👨‍👩‍👧",
    "a\u0000b",
    "改\n行\r\n\t",
    "\u2028\u0085\ufeff",
    '"\\/',
    "x" * 300_000,
)


def lines(*rows: Any) -> bytes:
    return b"".join(
        (row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()) + b"\n"
        for row in rows
    )


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("ascii_only", [False, True])
def test_texts_come_out_as_they_went_in(tmp_path: Path, ascii_only: bool) -> None:
    data = "\n".join(json.dumps({"text": text}, ensure_ascii=ascii_only) for text in TRAPS)
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data.encode()))
    assert found.texts == list(TRAPS)
    assert [row["locator"] for row in found.records] == [
        f"line {n}" for n in range(1, len(TRAPS) + 1)
    ]
    assert all(row["meta"] is None and row["source_id"] is None for row in found.records)


def test_ids_are_those_of_the_raw_lines(tmp_path: Path) -> None:
    raw = [b'{"text": "a"}', b' {"text":"b"} ', b'{"text":"\xe3\x81\x82"}']
    data = b"\xef\xbb\xbf" + raw[0] + b"\r\n" + raw[1] + b"\n\n" + raw[2]
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
    assert [row["id"] for row in found.records] == [
        IDENTITY.of(raw[0], "line 1"),
        IDENTITY.of(raw[1], "line 2"),
        IDENTITY.of(raw[2], "line 4"),
    ]


def test_other_fields_stay_as_they_are_in_meta(tmp_path: Path) -> None:
    data = (
        b'{"z": 1.50, "text": "a", "id": "x1", "big": 123456789012345678901234567890,'
        b' "list": [1, {"k": null}], "\\u306b": "\\u65e5"}\n'
        b'{"text": "b", "id": 7}\n'
        b'{"id": null, "text": "c"}\n'
        b'{"id": {"a": 1}, "text": "d", "n": "x"}\n'
    )
    path = written(tmp_path / "a.jsonl", data)
    found = read(JsonLines(None, Fields("text", "id")), path).records
    assert [row["source_id"] for row in found] == ["x1", "7", None, '{"a": 1}']
    assert found[0]["meta"] == (
        '{"z":1.50,"big":123456789012345678901234567890,"list":[1, {"k": null}],"に":"\\u65e5"}'
    )
    assert [row["meta"] for row in found[1:]] == [None, None, '{"n":"x"}']
    without_id = read(JsonLines(), path).records
    assert json.loads(without_id[1]["meta"]) == {"id": 7}


BAD = {
    b"{": "invalid_json",
    b"{'text': 1}": "invalid_json",
    b'{"text": "a"} {"text": "b"}': "invalid_json",
    b'{"text": "a",}': "invalid_json",
    b'{"text": NaN}': "invalid_json",
    b'{"text": "\x01"}': "invalid_json",
    b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}": "invalid_json",
    b"[1]": "not_an_object",
    b"3": "not_an_object",
    b'"text"': "not_an_object",
    b"null": "not_an_object",
    b"{}": "missing_text",
    b'{"body": "x"}': "missing_text",
    b'{"text": 3}': "wrong_type",
    b'{"text": null}': "wrong_type",
    b'{"text": ["x"]}': "wrong_type",
    b'{"text": "\\ud800"}': "lone_surrogate",
    b'{"text": "a", "meta": "\\udc00x"}': "lone_surrogate",
    b'{"text": "\xff"}': "invalid_utf8",
    b'{"text": "a", "other": "\xe3\x81"}': "invalid_utf8",
    b'{"text": "\xed\xa0\x80"}': "invalid_utf8",
    b"\x00\x00\x00": "invalid_json",
}


@pytest.mark.parametrize(("line", "error"), BAD.items())
def test_a_bad_line_is_a_problem_and_its_neighbours_are_kept(
    tmp_path: Path, line: bytes, error: str
) -> None:
    data = lines({"text": "前"}, line, {"text": "後"})
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
    assert found.texts == ["前", "後"]
    assert found.errors == [("line 2", error)]
    problem = found.problems[0]
    assert problem["id"] == IDENTITY.of(line, "line 2")
    assert problem["raw_bytes"] == len(line)


def test_messages_say_what_to_do_and_quote_nothing(tmp_path: Path) -> None:
    secret = "秘密の本文"
    data = lines({"body": secret * 3, "title": secret}, b'{"text": "' + secret.encode())
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
    missing, broken = (row["message"] for row in found.problems)
    assert missing == "there is no field 'text'; there are: body, title; set 'text: body'"
    assert broken.startswith("column 10: ")
    assert secret not in missing + broken


def test_lines_that_are_joined_or_split_are_not_taken_for_records(tmp_path: Path) -> None:
    # A decoder of whole blocks would find four objects here, one a line on average.
    data = b'{"text":"a"}{"text":"b"}\n{"text":\n"c"}\n{"text":"d"}\n'
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
    assert found.texts == ["d"]
    assert [where for where, _ in found.errors] == ["line 1", "line 2", "line 3"]


@pytest.mark.parametrize("block", [64, 1000, 1 << 20])
def test_a_line_that_is_too_long_is_skipped_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(jsonl, "BATCH_BYTES", block)
    giant = b'{"text": "' + b"x" * 5000 + b'"}'
    path = written(tmp_path / "a.jsonl", lines({"text": "前"}, giant, {"text": "後"}))
    found = read(JsonLines(JsonLinesParams(max_record_bytes=500)), path)
    assert found.texts == ["前", "後"]
    assert found.errors == [("line 2", "record_too_large")]
    assert found.problems[0]["raw_bytes"] == len(giant)
    assert found.problems[0]["id"] == IDENTITY.of(giant[:500], "line 2")
    assert read(JsonLines(), path).texts[1] == "x" * 5000


@pytest.mark.parametrize("last", [b"\n", b""])
def test_a_giant_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: bytes) -> None:
    monkeypatch.setattr(jsonl, "BATCH_BYTES", 64)
    path = written(tmp_path / "a.jsonl", lines({"text": "a"}) + b"x" * 900 + last)
    found = read(JsonLines(JsonLinesParams(max_record_bytes=100)), path)
    assert found.texts == ["a"]
    assert found.errors == [("line 2", "record_too_large")]
    assert found.problems[0]["raw_bytes"] == 900


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_compressed_files_are_one_slice(tmp_path: Path, pack: Any) -> None:
    data = lines(*({"text": f"本文{n}"} for n in range(2000)))
    plain = written(tmp_path / "a.jsonl", data)
    packed = written(tmp_path / "a.jsonl.gz", pack(data))
    assert len(JsonLines().slices(taken(packed), 100)) == 1
    assert read(JsonLines(), packed) == read(JsonLines(), plain)


def test_a_truncated_file_gives_its_whole_lines_and_one_problem(tmp_path: Path) -> None:
    rows = [{"text": f"本文{n}" * (n % 50)} for n in range(3000)]
    packed = gzip.compress(lines(*rows))
    path = written(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])
    found = read(JsonLines(), path)
    count = len(found.records)
    assert 500 < count < 2900
    assert found.texts == [row["text"] for row in rows[:count]]
    assert found.errors == [(f"line {count + 1}", "truncated_gzip")]


@pytest.mark.parametrize("target", [1, 10, 64, 1000])
def test_slices_start_at_lines_and_know_their_numbers(tmp_path: Path, target: int) -> None:
    data = lines(*({"text": "あ" * (n % 7)} for n in range(60)), b"", b"{", {"text": "終"})[:-1]
    source = taken(written(tmp_path / "a.jsonl", data))
    pieces = JsonLines().slices(source, target)
    assert pieces[0].start == 0
    assert [piece.start for piece in pieces[1:]] == [piece.stop for piece in pieces[:-1]]
    assert pieces[-1].stop in (-1, len(data))
    assert sum(piece.weight for piece in pieces) == len(data)
    assert all(piece.stop - piece.start >= target for piece in pieces[:-1])
    for piece in pieces:
        assert data[: piece.start].endswith(b"\n") or piece.start == 0
        assert piece.first == data.count(b"\n", 0, piece.start) + 1


def test_a_line_that_ends_at_the_target_ends_the_slice(tmp_path: Path) -> None:
    data = b'{"text":"a"}\n' * 10
    pieces = JsonLines().slices(taken(written(tmp_path / "a.jsonl", data)), 13)
    assert [piece.stop - piece.start for piece in pieces] == [13] * 10


def test_the_rest_of_a_giant_line_is_not_held() -> None:
    blocks = (bytes([65]) * (1 << 20) for _ in range(200))
    tracemalloc.start()
    chunks = list(jsonl._chunks(blocks, 1 << 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(len(chunk.data), chunk.giant) for chunk in chunks] == [(1 << 20, 200 << 20)]
    assert peak < 20 << 20


def test_slices_of_long_lines_with_small_scans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "_SCAN", 100)
    data = lines(*({"text": "x" * (n * 37 % 500)} for n in range(50)))
    source = taken(written(tmp_path / "a.jsonl", data))
    for piece in JsonLines().slices(source, 150):
        assert piece.first == data.count(b"\n", 0, piece.start) + 1
        assert data[: piece.start].endswith(b"\n") or piece.start == 0


LINE = st.one_of(
    st.builds(
        lambda text, meta: json.dumps({"text": text, **meta}, ensure_ascii=False).encode(),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        st.dictionaries(st.text(st.sampled_from('abあ\n"'), max_size=2), st.integers(), max_size=2),
    ),
    st.sampled_from(sorted(BAD)),
    st.sampled_from([b"", b"  ", b"\t", b"\r"]),
    st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"")),
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(LINE, max_size=25),
    st.integers(1, 400),
    st.integers(16, 600),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)
@example([b'{"text":"a"}', b"\xff"], 1, 16, b"\n", False)
def test_each_line_is_one_record_or_one_problem_whatever_the_slices(
    tmp_path: Path,
    rows: list[bytes],
    target: int,
    block: int,
    end: bytes,
    closed: bool,
) -> None:
    data = end.join(rows) + (end if closed and rows else b"")
    assume(codec_of(data, "a.jsonl") is None)
    path = written(tmp_path / "a.jsonl", data)
    reader = JsonLines()
    whole = read(reader, path)
    seen = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    assert whole.where() == [n for n, line in enumerate(seen, 1) if line.strip()]
    numbers = [int(row["locator"][5:]) for row in whole.records]
    assert numbers == sorted(numbers)
    for row in whole.records:
        line = seen[int(row["locator"][5:]) - 1].removesuffix(b"\r")
        assert row["text"] == json.loads(line)["text"]
        assert row["id"] == IDENTITY.of(line, row["locator"])
        rest = {key: value for key, value in json.loads(line).items() if key != "text"}
        assert json.loads(row["meta"] or "{}") == rest
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "BATCH_BYTES", block)
        assert read(reader, path, target) == whole


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    for data in (b"", b"\n", b" \n\n", b"\xef\xbb\xbf"):
        found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
        assert (found.records, found.problems) == ([], [])


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (b"", "a.jsonl", 2),
        (b"", "a.ndjson.zst", 2),
        (b'{"a": 1}\n{"a": 2}\n', "a.json", 2),
        (b'{"a": "' + b"x" * 4089, "a.txt", 2),
        (b'{\n "a": 1\n}\n', "a.json", 0),
        (b'[{"a": 1}]\n', "a.json", 0),
        (b"{curly} text\nmore", "a.txt", 0),
        (b'{"a": 1}', "a.json", 0),
    ],
)
def test_recognises(head: bytes, name: str, sure: int) -> None:
    assert JsonLines.recognises(head, name) == sure


def test_objects_that_share_a_line_or_cross_one_are_no_records(tmp_path: Path) -> None:
    data = b'{"text": "a"}{"text": "b"}\n{"text":\n"c"}\n\n{"text": "d"}\n{"x": {}\n{"text": "e"}\n'
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
    assert [(row["locator"], row["text"]) for row in found.records] == [
        ("line 5", "d"),
        ("line 7", "e"),
    ]
    assert found.errors == [(f"line {n}", "invalid_json") for n in (1, 2, 3, 6)]


def test_spaces_around_objects_and_values_change_nothing(tmp_path: Path) -> None:
    data = b' {"text" : "a\\n" , "id" : "x" } \r\n\t{"id":7,"text":"b"}\n{"text":"c","id":null}'
    reader = JsonLines(fields=Fields("text", "id"))
    found = read(reader, written(tmp_path / "a.jsonl", data))
    assert [(r["text"], r["source_id"], r["meta"]) for r in found.records] == [
        ("a\n", "x", None),
        ("b", "7", None),
        ("c", None, None),
    ]
    raws = (b' {"text" : "a\\n" , "id" : "x" } ', b'\t{"id":7,"text":"b"}')
    ids = [IDENTITY.of(raw, f"line {n}") for n, raw in enumerate(raws, 1)]
    assert [r["id"] for r in found.records[:2]] == ids


def test_rows_with_and_without_other_fields(tmp_path: Path) -> None:
    data = lines({"text": "a"}, {"text": "b", "m": "〒"}, {"text": "c"})
    found = read(JsonLines(), written(tmp_path / "a.jsonl", data))
    assert [row["meta"] for row in found.records] == [None, '{"m":"〒"}', None]
