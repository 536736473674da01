"""What is in a dataset, asked by id, address, text, licence and mark."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from corpuskit.cli.main import app
from corpuskit.errors import InputError
from corpuskit.manifest import load
from corpuskit.output.sums import write_sums
from corpuskit.output.verify import verify
from corpuskit.recipe import load as load_recipe
from corpuskit.run import Options, run
from corpuskit.trust.lookup import Question, ask
from corpuskit.trust.lookupindex import groups_of, write_lookup
from corpuskit.trust.tombstones import Tombstone
from tests.conftest import write_jsonl

SENTENCES = (
    "海に近い町の朝市には、新しい魚が並ぶ。",
    "ﾎﾟﾝﾌﾟの点検は、月に一度\n行う。",
    "窓を開けた。",
)
ROWS: list[dict[str, Any]] = [
    {"text": SENTENCES[0], "url": "https://www.Example.jp/a/"},
    {"text": SENTENCES[1], "link": "https://blog.example.jp/b?x=1"},
    {"text": "【社外秘】\n" + SENTENCES[2], "url": "https://intra.example.com/c"},
    {"text": "社外秘の資料は、机の上に置いたままにしないこと。", "url": "https://badexample.jp/"},
    {"text": "短い", "url": "https://example.jp/short"},
]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module", params=[False, True], ids=["scanned", "indexed"])
def out(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    folder = tmp_path_factory.mktemp("query")
    # Line 2 writes its slashes as some encoders do.
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in ROWS]
    lines[1] = lines[1].replace(b"/", b"\\/")
    write_jsonl(folder / "a.jsonl", lines)
    stages = ["signals.scripts", {"rules": [{"signal": "characters", "min": 4}]}, "marks"]
    content = {
        "name": "asked",
        "sources": [{"name": "s", "path": "a.jsonl", "license": "CC-BY-4.0"}],
        "stages": stages,
        "output": {"path": "out", "query_index": request.param},
    }
    (folder / "r.yaml").write_text(json.dumps(content))
    run(load_recipe(folder / "r.yaml"), Options(workers=1))
    return folder / "out"


def found(out: Path, *arguments: object) -> list[tuple[str, int]]:
    result = call("query", out, *arguments, "--json")
    said = json.loads(result.output)
    assert result.exit_code == (0 if said["found"] else 1)
    return [(d["by"], int(d["locator"].split()[1])) for d in said["documents"]]


def test_addresses_and_domains(out: Path) -> None:
    assert found(out, "--url", "http://example.jp/a#part") == [("url", 1)]
    assert found(out, "--url", "https://blog.example.jp/b?x=1") == [("url", 2)]
    assert found(out, "--url", "https://blog.example.jp/b?x=2") == []
    assert found(out, "--domain", "EXAMPLE.jp") == [("domain", 1), ("domain", 2)]
    assert found(out, "--domain", "example.jp", "--all")[-1] == ("domain", 5)
    assert found(out, "--url", "a.jsonl") == [("url", i) for i in (1, 2, 3, 4)]


def test_texts_and_passages(out: Path, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("ポンプの点検は、月に\n一度行う。\n", encoding="utf-8")
    assert found(out, "--text", text) == [("text", 2)]
    text.write_text("ポンプの点検は、月に一度", encoding="utf-8")
    assert found(out, "--text", text) == []
    assert found(out, "--passage", "ﾎ\u309aﾝﾌﾟの 点検は") == [("passage", 2)]
    assert found(out, "--passage", "ホンフの点検") == []


def test_licences_and_marks(out: Path) -> None:
    assert len(found(out, "--license", "cc-by-4.0")) == 4
    assert found(out, "--license", "CC-BY-SA-4.0") == []
    assert found(out, "--mark", "社外秘") == [("mark", 3)]
    assert found(out, "--mark", "極秘") == []


def test_answers_name_shard_and_row(out: Path) -> None:
    manifest = load(out / "manifest.json")
    (answer,) = ask(out, manifest, Question((Tombstone(url="https://intra.example.com/c"),)))
    row = pq.read_table(out / answer.shard).slice(answer.row, 1).to_pylist()[0]
    assert row["id"] == answer.id and row["text"].endswith(SENTENCES[2])
    assert found(out, "--id", answer.id.upper()) == [("id", 3)]


def test_the_index_says_where_to_look(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not name is not read; licences, marks and passages are not in it."""
    from corpuskit.trust import lookup

    manifest = load(out / "manifest.json")
    assert not list(verify(out))
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(lookup, "groups_of", lambda path, wanted: asked.append(wanted) or [])
    here = [] if manifest.lookup else [("url", 1)]
    assert found(out, "--url", "http://example.jp/a") == here
    assert found(out, "--url", "http://example.jp/short", "--all") == [("url", 5)]
    assert found(out, "--mark", "社外秘", "--license", "none") == [("mark", 3)]
    assert found(out, "--passage", "窓を開けた") == [("passage", 3)]
    assert len(asked) == (2 if manifest.lookup else 0)


def test_damage_of_the_index_is_named(out: Path, tmp_path: Path) -> None:
    manifest = load(out / "manifest.json")
    if manifest.lookup is None:
        assert not (out / "lookup").exists()
        assert "query_index" not in manifest.recipe.content["output"]
        return
    copy = Path(shutil.copytree(out, tmp_path / "copy"))
    (file,) = manifest.lookup
    path = copy / file.path
    assert pq.read_table(path).num_rows == file.rows
    path.write_bytes(path.read_bytes()[:-9])
    write_sums(copy)
    assert {(m.file, m.what) for m in verify(copy)} == {
        (file.path, "sha256 in the manifest"),
        (file.path, "bytes"),
    }
    with pytest.raises(InputError, match="cannot be read"):
        list(ask(copy, manifest, Question((Tombstone(id="0"),))))
    path.unlink()
    write_sums(copy)
    assert [(m.file, m.found) for m in verify(copy)] == [(file.path, "missing")]


def test_index_file_is_sorted_and_names_each_value_once(tmp_path: Path) -> None:
    n = 120_000  # three row groups
    rows = {
        "id": [f"{i:032x}" for i in range(n)],
        "uri": ["a.jsonl"] * n,
        "url": [f"https://h{i % 3}.example.jp/{i}" if i % 2 else None for i in range(n)],
        "meta": pa.nulls(n, pa.string()),
        "text": ["同じ" if i % 2 else f"{i}番" for i in range(n)],
    }
    pq.write_table(pa.table(rows), tmp_path / "a", row_group_size=50_000)
    assert write_lookup(tmp_path / "a", tmp_path / "one") == 2 * n + 3 + 15 + 3
    write_lookup(tmp_path / "a", tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    table = pq.read_table(tmp_path / "one")
    entries = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    assert entries == sorted(set(entries))
    asked = {"url": ["h2.example.jp/100001", "h1.example.jp/1"], "id": [f"{60_000:032x}"]}
    assert groups_of(tmp_path / "one", asked) == [0, 1, 2]
    assert groups_of(tmp_path / "one", {"domain": ["example.jp"]}) == [0, 1, 2]
    assert groups_of(tmp_path / "one", {"text": ["60000番"]}) == [1]
    assert groups_of(tmp_path / "one", {"text": ["60000"], "id": ["60000番"]}) == []


def test_output_for_people(out: Path) -> None:
    result = call("query", out, "--domain", "example.jp", "--limit", 1)
    lines = result.output.splitlines()
    assert result.exit_code == 0 and len(lines) == 3
    assert lines[1].startswith("domain\t") and "www.Example.jp/a/" in lines[1]
    assert lines[2] == "… 1 more; --limit shows them"
    result = call("query", out, "--domain", "nowhere.jp")
    assert (result.exit_code, result.output) == (1, "not found\n")


def test_what_cannot_be_answered(out: Path) -> None:
    assert call("query", out).exit_code == 2
    manifest = load(out / "manifest.json")
    with pytest.raises(InputError, match="no letters"):
        list(ask(out, manifest, Question(passages=("　\n",))))
