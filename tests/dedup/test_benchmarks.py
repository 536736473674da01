"""Benchmarks of every shape become items of question and choices, or an error that says why not."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.dedup.benchmarks import Benchmark, Item, read
from corpuskit.errors import InputError
from tests.readers.reading import shared

JCQ = {"q_id": 3, "question": "雪は何色？", "choice0": "白", "choice1": "黒", "label": 0}
JSQUAD = {
    "version": "1",
    "data": [
        {"title": "雪", "paragraphs": [
            {"context": "雪は白い。", "qas": [
                {"id": "a", "question": "雪は何色？", "answers": [{"text": "白い"}]},
                {"id": "b", "question": "何が白い？", "answers": []},
            ]},
            {"context": "夜は暗い。", "qas": [{"id": "c", "question": "夜は？", "answers": []}]},
        ]}
    ],
}  # fmt: skip
LAWQA = {"samples": [{"ファイル名": "法1", "問題文": "何条か。", "選択肢": "a 一\nb 二"}]}


def items(folder: Path, name: str, data: Any, **params: Any) -> tuple[Item, ...]:
    raw = data if isinstance(data, bytes) else str(data).encode()
    (folder / name).write_bytes(raw)
    return read(Benchmark.model_validate({"name": "q", "path": name, **params}), folder).items


def lines(*records: Any) -> str:
    return "\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\n\n"


def plain(found: Sequence[Item]) -> list[tuple[str, list[str], int]]:
    return [(i.name, list(i.parts), i.asked) for i in found]


FIRST = ("3", ["雪は何色？", "白", "黒"], 1)


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.jsonl", lines(JCQ), [FIRST]),
        ("a.json", lines(JCQ, JCQ), [FIRST, FIRST]),
        ("a.json", json.dumps([JCQ]), [FIRST]),
        ("a.json", json.dumps({"rows": [{"row_idx": 0, "row": JCQ}]}), [FIRST]),
        ("a.jsonl.gz", gzip.compress(lines(JCQ).encode(), mtime=0), [FIRST]),
        ("a.json", json.dumps(JSQUAD), [
            ("a", ["雪は何色？"], 1), ("b", ["何が白い？"], 1), ("c", ["夜は？"], 1)]),
        ("a.json", json.dumps(LAWQA), [("法1", ["何条か。", "a 一\nb 二"], 1)]),
        ("a.jsonl", lines({"sentence1": "白い", "sentence2": "黒い", "label": 1.0}),
            [("1", ["白い", "黒い"], 2)]),
        ("a.jsonl", lines({"question": {"stem": "何？", "x": 1}, "choices": {"text": ["一", "二"],
            "label": ["A", "B"]}}), [("1", ["何？", "一", "二"], 1)]),
        ("a.csv", "\ufeff何色？,赤,青,A\n何時？,\"一,\n二\",三,B\n",
            [("1", ["何色？", "赤", "青"], 1), ("2", ["何時？", "一,\n二", "三"], 1)]),
        ("a.csv", "question,A,B,answer\n何色？,赤,青,A\n", [("1", ["何色？", "赤", "青"], 1)]),
        ("a.tsv", "id\tquestion\n七\t何？\n", [("七", ["何？"], 1)]),
        ("a.csv", "問題文,選択肢1,選択肢2\n何色？,赤,青\n".encode("cp932"),
            [("1", ["何色？", "赤", "青"], 1)]),
    ],
)  # fmt: skip
def test_usual_shapes(tmp_path: Path, name: str, data: Any, found: list[Any]) -> None:
    assert plain(items(tmp_path, name, data)) == found


def test_parquet(tmp_path: Path) -> None:
    table = pa.Table.from_pylist([{"question": "何？", "choices": ["一", "二"], "id": 5}])
    pq.write_table(table, tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    assert plain(items(tmp_path, "a.parquet", data)) == [("5", ["何？", "一", "二"], 1)]


def test_fields_by_name(tmp_path: Path) -> None:
    record = {
        "q": {"ja": "何？"},
        "c": [{"v": "一"}, {"v": "二"}],
        "a": "一",
        "n": "x",
        "question": "",
    }
    fields = {"question": "q.ja", "choices": ["c.v"], "answer": "a", "id": "n"}
    found = items(tmp_path, "a.jsonl", lines(record), fields=fields)
    assert plain(found) == [("x", ["何？", "一", "二", "一"], 1)]
    none = items(tmp_path, "a.jsonl", lines(JCQ), fields={"choices": []})
    assert plain(none) == [("3", ["雪は何色？"], 1)]
    nested = items(tmp_path, "b.json", json.dumps(JSQUAD), records="data.paragraphs.qas")
    assert [i.name for i in nested] == ["a", "b", "c"]
    bare = {"header": False, "fields": {"question": "2", "choices": ["1"]}}
    assert plain(items(tmp_path, "c.csv", "赤,何色？\n", **bare)) == [("1", ["何色？", "赤"], 1)]


def test_several_files_are_told_apart(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a.jsonl"):
        (tmp_path / name).write_text(lines({"question": name}, {"question": " "}), "utf-8")
    for path in ("*.jsonl", "."):
        found = read(Benchmark(name="q", path=path), tmp_path)
        assert [i.name for i in found.items] == ["a:1", "b:1"]
        assert found.empty == 2


def test_the_digest_is_of_the_content(tmp_path: Path) -> None:
    benchmark = Benchmark(name="q", path="a.jsonl")
    digests = []
    for text in ("何？", "何か", "何？"):
        items(tmp_path, "a.jsonl", lines({"question": text, "n": len(digests) % 2}))
        digests.append(read(benchmark, tmp_path).digest)
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("name", "data", "params", "message"),
    [
        ("a.jsonl", '{"question": "何"}\n{"question"}\n', {}, "line 2, column 12: not valid"),
        ("a.json", '[{"question": \n', {}, "line 2, column 1: not valid JSON"),
        ("a.jsonl", lines(JCQ), {"fields": {"question": "questoin"}}, "did you mean 'question'"),
        ("a.jsonl", lines(JCQ), {"fields": {"answer": "x"}}, "no record has the key 'x'"),
        ("a.jsonl", lines({"a": 1}), {}, "which key holds the question is not known"),
        ("a.jsonl", "", {}, "no record in a.jsonl has a question"),
        ("a.jsonl", lines({"question": " "}), {}, "no record in a.jsonl has a question"),
        ("a.jsonl", "[1]\n", {}, "record 1 is no object"),
        ("a.json", json.dumps(LAWQA), {"records": "sample"}, "did you mean 'samples'"),
        ("a.parquet", b"PAR1", {}, "not a whole Parquet file"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00", {}, "damaged"),
        ("a.jsonl", b"\x81\xff\xff", {}, "neither UTF-8 nor CP932"),
        ("a.dat", lines(JCQ), {}, "the format is not known"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(
    tmp_path: Path, name: str, data: Any, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        items(tmp_path, name, data, **params)


def test_real_benchmarks(tmp_path: Path) -> None:
    fixtures = shared("fixtures")
    counts = {"json_benchmarks/jglue*.json": 1457, "csv_utf8/jmmlu*chemistry.csv": 149}
    for path, count in counts.items():
        found = read(Benchmark(name="q", path=str(fixtures / path)), tmp_path)
        assert (len(found.items), found.empty) == (count, 0)
        assert {len(i.parts) for i in found.items} == {2 if "jglue" in path else 5}
    law = [
        read(Benchmark(name="q", path=str(next((fixtures / "json_gov").glob(p)))), tmp_path).items
        for p in ("*selection.json", "*selection.csv")
    ]
    assert [[p.replace("\r\n", "\n") for p in i.parts] for i in law[0]] == [
        [p.replace("\r\n", "\n") for p in i.parts] for i in law[1]
    ]
