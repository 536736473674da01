"""`corpuskit init`: what it finds, that nothing is lost on the way, and that its recipe runs."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpuskit.cli.main import app
from corpuskit.errors import InputError, OutputError
from corpuskit.fieldguess import guess, sample
from corpuskit.inventory import list_files
from corpuskit.pipeline import build
from corpuskit.recipe import LoadedRecipe, Source, load
from corpuskit.registry import Registry
from corpuskit.run import Options, run
from corpuskit.sketch import MOST_FILES, sketch
from corpuskit.sketchyaml import render, scalar
from tests.conftest import text_of, write_jsonl

SAMPLES = Path(__file__).parents[1] / "corpuskit" / "samples" / "quickstart"
REGISTRY = Registry()


def init(folder: Path, recipe: Path, *options: str) -> str:
    done = CliRunner().invoke(app, ["init", str(folder), "-o", str(recipe), *options])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def written(folder: Path, recipe: Path) -> LoadedRecipe:
    """The recipe that init writes, read back and checked."""
    recipe.write_text(render(sketch(folder, recipe, REGISTRY), recipe), encoding="utf-8")
    loaded = load(recipe)
    build(loaded, REGISTRY)
    return loaded


def sources(loaded: LoadedRecipe) -> dict[str, Source]:
    return {source.name: source for source in loaded.recipe.sources}


def files_of(loaded: LoadedRecipe) -> Counter[Path]:
    """How often each file is in a source."""
    found: Counter[Path] = Counter()
    for index, source in enumerate(loaded.recipe.sources):
        for path in list_files(loaded, index, loaded.resolve(source.path))[1]:
            found[Path(os.path.normpath(path))] += 1
    return found


def rows(n: int = 12, /, **fields: Any) -> list[dict[str, Any]]:
    """Records; a value that can be called is given the number of its record."""
    return [{k: v(i) if callable(v) else v for k, v in fields.items()} for i in range(n)]


# --- fields, by content ---------------------------------------------------------------------------


def prose(i: int) -> str:
    return text_of(i)


@pytest.mark.parametrize(
    ("fields", "text", "own"),
    [
        ({"id": str, "text": prose}, "text", "id"),
        ({"text": prose}, "text", None),
        ({"doc_id": lambda i: i, "honbun": prose, "midashi": "見出し"}, "honbun", "doc_id"),
        (
            {"タイトル": lambda i: f"第{i}話", "本文": prose, "管理番号": lambda i: f"A{i}"},
            "本文",
            "管理番号",
        ),
        # By content, not by name: what is called text is a tag, what is called x the article.
        ({"text": "タグ", "x": prose, "_id": str}, "x", "_id"),
        # The raw page is longer, but the usual name is good enough.
        ({"html": lambda i: f"<p>{prose(i)}</p>関連記事", "content": prose}, "content", None),
        ({"ja": prose, "en": lambda i: "An English sentence. " * 200}, "ja", None),
        ({"a": "An English sentence. " * 5, "url": lambda i: f"https://e.jp/{i:0200}"}, "a", "url"),
        ({"question": "短い問い？", "answer": prose}, "answer", None),
        ({"n": lambda i: i, "score": lambda i: i / 7}, None, "n"),
        (
            {"text": prose, "date": lambda i: f"2026-01-{i + 1:02}", "code": lambda i: f"K-{i}"},
            "text",
            "code",
        ),
        ({"text": prose, "label": lambda i: i % 2}, "text", None),
        ({"text": prose, "ratio": lambda i: f"{i}.5"}, "text", None),
        ({"text": prose, "uuid": lambda i: f"{i:032x}", "url": lambda i: f"/{i}"}, "text", "uuid"),
        ({"text": prose, "url": "https://e.jp/", "key": lambda i: f"k{i}"}, "text", "key"),
        ({"text": prose, "id": {"$oid": "1"}}, "text", None),
    ],
)
def test_text_and_id_are_found_by_content(
    fields: dict[str, Any], text: str | None, own: str | None
) -> None:
    found = guess([rows(**fields)])
    assert (found.text, found.id) == (text, own)
    assert set(found.others) == set(fields) - {text, own}
    assert found.text_why and found.id_why


def test_a_field_of_few_records_is_not_the_text() -> None:
    records = rows(10, id=str, body=prose)
    records[3]["appendix"] = prose(3) * 50
    found = guess([records])
    assert (found.text, found.others) == ("body", ("appendix",))


def test_the_reasons_can_be_checked() -> None:
    found = guess([[{"id": 1, "body": "本文です", "title": "題"}, {"id": 1, "body": None}]])
    assert found.text_why.startswith("2 Japanese characters a record on average")
    assert "next is title with" in found.text_why and "1 of 2 records lack it" in found.text_why
    assert found.id == "id" and found.id_why == "by its name; some values repeat"


def test_each_file_may_count_from_the_same_number() -> None:
    found = guess([rows(4, id=str, text=prose), rows(4, id=str, text=prose)])
    assert (found.id, found.records) == ("id", 8)
    assert found.id_why == "by its name; no value twice in 8 records (in one file)"


def test_a_constant_licence_is_told() -> None:
    assert guess([rows(text=prose, License="CC-BY-4.0")]).license == "CC-BY-4.0"
    assert guess([rows(text=prose, license=lambda i: f"L{i}")]).license is None
    assert guess([rows(text=prose)]).license is None


def test_first_records_are_read_whatever_the_form(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"text": "一"}, b"{broken", b"", b"[1]", {"text": "二"}])
    assert sample(tmp_path / "a.jsonl", "jsonl")[0] == [{"text": "一"}, {"text": "二"}]
    packed = (tmp_path / "a.jsonl").read_bytes()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(packed)[:-4])
    assert sample(tmp_path / "a.jsonl.gz", "jsonl")[0] == [{"text": "一"}, {"text": "二"}]
    table = '番号,本文\n1,"改行\nあり"\n2,次\n3,多い,列\n'
    (tmp_path / "s.csv").write_bytes(table.encode("cp932"))
    assert sample(tmp_path / "s.csv", "csv")[0] == [
        {"番号": "1", "本文": "改行\nあり"},
        {"番号": "2", "本文": "次"},
    ]
    (tmp_path / "bare.tsv").write_text("1\tこれは文である。\n2\t次の文である。\n", encoding="utf-8")
    records, options = sample(tmp_path / "bare.tsv", "csv")
    assert options == {"header": False} and records[1]["column_2"] == "次の文である。"
    frame = pa.table({"n": [1], "text": ["文"], "vector": [[0.5, 1.5]]})
    pq.write_table(frame, tmp_path / "t.parquet")
    assert sample(tmp_path / "t.parquet", "parquet")[0] == [{"n": 1, "text": "文", "vector": None}]
    for name in ("a.parquet", "a.jsonl", "a.csv"):
        (tmp_path / name).write_bytes(b"\0\xff\x00PAR1")
        assert sample(tmp_path / name, name.rpartition(".")[2])[0] == []
    assert sample(tmp_path / "gone.jsonl", "jsonl") == ([], {})


# --- folders --------------------------------------------------------------------------------------


def test_a_source_for_each_record_file_named_after_it(tmp_path: Path) -> None:
    for i in range(5):
        write_jsonl(tmp_path / "in" / f"src_{i}.jsonl", rows(id=str, text=prose, license="MIT"))
    write_jsonl(tmp_path / "in" / "odd.ndjson", rows(key=str, body=prose))
    (tmp_path / "in" / "README.md").write_text("これは説明です。", encoding="utf-8")
    loaded = written(tmp_path / "in", tmp_path / "r.yaml")
    found = sources(loaded)
    assert sorted(found) == ["odd", "src_0", "src_1", "src_2", "src_3", "src_4"]
    assert {(s.text, s.id, s.reader) for n, s in found.items() if n != "odd"} == {
        ("text", "id", "jsonl")
    }
    assert (found["odd"].text, found["odd"].id) == ("body", "key")
    text = (tmp_path / "r.yaml").read_text(encoding="utf-8")
    assert "# license: MIT  # as the records say; check it" in text
    assert "#    path: in/README.md" in text
    assert Path(files_of(loaded).most_common()[-1][0]).name != "README.md"
    # What is commented out can be put in as it stands.
    opened = text.replace("#  - name: about-1", "  - name: about-1").replace(
        "#    path: in/README.md", "    path: in/README.md"
    )
    (tmp_path / "r.yaml").write_text(opened, encoding="utf-8")
    assert len(load(tmp_path / "r.yaml").recipe.sources) == 7


def test_many_record_files_are_one_source_where_they_are_alike(tmp_path: Path) -> None:
    for i in range(MOST_FILES + 1):
        write_jsonl(tmp_path / "in" / f"part-{i:03}.jsonl", rows(3, id=str, text=prose))
    (only,) = written(tmp_path / "in", tmp_path / "r.yaml").recipe.sources
    assert (only.path, only.reader, only.text, only.id) == ("in", "jsonl", "text", "id")
    # Some that differ become a source of their own, by a glob of their own.
    for i in range(3):
        path = tmp_path / "in" / f"other-{i}.csv"
        path.write_text("番号,本文\n1,これは本文です\n2,これも本文です\n", encoding="utf-8")
    loaded = written(tmp_path / "in", tmp_path / "r.yaml")
    assert {(s.path, s.reader, s.text, s.id) for s in loaded.recipe.sources} == {
        ("in/*.jsonl", "jsonl", "text", "id"),
        ("in/*.csv", "csv", "本文", "番号"),
    }
    assert set(files_of(loaded).values()) == {1}


def test_the_samples_of_the_quickstart(tmp_path: Path) -> None:
    found = sources(written(SAMPLES, tmp_path / "r.yaml"))
    assert sorted(found) == ["aozora", "articles", "broken", "legacy", "manuals", "notes", "web"]
    assert {name: s.reader for name, s in found.items()} == {
        "aozora": "aozora",
        "articles": "jsonl",
        "broken": "auto",
        "legacy": "auto",  # texts, and a mail
        "manuals": "text",
        "notes": "jsonl",
        "web": "html",
    }
    assert (found["articles"].text, found["articles"].id) == ("body", "doc_id")


def test_a_mixed_folder_is_read_file_by_file(tmp_path: Path) -> None:
    root = tmp_path / "in"
    write_jsonl(root / "sub" / "a.jsonl", rows(id=str, text=prose))
    (root / "sub" / "b.html").write_text("<p>本文</p>", encoding="utf-8")
    (root / "sub" / "c.bin").write_bytes(b"\0\1\2")
    (root / ".hidden").mkdir()
    (root / ".hidden" / "x.txt").write_text("隠", encoding="utf-8")
    (only,) = written(root, tmp_path / "r.yaml").recipe.sources
    assert (only.name, only.path, only.reader) == ("sub", "in/sub", "auto")
    assert (only.text, only.id) == ("text", "id")
    text = (tmp_path / "r.yaml").read_text(encoding="utf-8")
    assert "1 html, 1 jsonl, 1 unrecognised files" in text
    assert "end in quarantine/:\n#   sub/c.bin" in text


def test_a_table_without_a_header(tmp_path: Path) -> None:
    for i in (1, 2):
        path = tmp_path / "in" / "deep" / f"{i}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{i}\tこれは文である。\n2\t次の文である。\n", encoding="utf-8")
    (tmp_path / "in" / "deep" / "note.txt").write_text("覚え書き", encoding="utf-8")
    found = written(tmp_path / "in", tmp_path / "r.yaml").recipe.sources
    table = next(s for s in found if s.reader == "csv")
    assert table.options == {"header": False} and table.text == "column_2"
    assert table.path == "in/deep/*.tsv"
    assert [s.path for s in found if s is not table] == ["in/deep/note.txt"]


def test_a_saved_dataset_is_read_as_a_whole(tmp_path: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    data = datasets.Dataset.from_list(rows(url=lambda i: f"/{i}", honbun=prose, n=1))
    data.save_to_disk(tmp_path / "in" / "saved")
    (tmp_path / "in" / "memo.txt").write_text("覚え書き", encoding="utf-8")
    found = sources(written(tmp_path / "in", tmp_path / "r.yaml"))
    saved = found["saved"]
    assert (saved.path, saved.reader) == ("in/saved", "huggingface")
    assert (saved.text, saved.id) == ("honbun", "url")
    assert len(found) == 2


def test_one_file(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "deep" / "talk.jsonl", rows(id=str, speech=prose))
    (only,) = written(tmp_path / "deep" / "talk.jsonl", tmp_path / "r.yaml").recipe.sources
    assert (only.name, only.path, only.text, only.id) == ("talk", "deep/talk.jsonl", "speech", "id")


def test_a_recipe_inside_the_folder_is_no_input_and_neither_is_its_output(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    for name in ("a.txt", "b.txt", "c.md"):
        (root / name).write_text("これは本文です。", encoding="utf-8")
    loaded = written(root, root / "corpuskit.yaml")
    assert files_of(loaded) == Counter({root / "a.txt": 1, root / "b.txt": 1, root / "c.md": 1})
    out = Path(os.path.normpath(loaded.resolve(loaded.recipe.output.path)))
    assert not out.is_relative_to(root)
    assert Path(load(root / "corpuskit.yaml").recipe.output.path) == Path("../in-corpus")


def test_a_file_name_that_is_not_utf_8(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    name = os.fsencode(root) + b"/" + "仕様書".encode("cp932") + b".txt"
    try:
        Path(os.fsdecode(name)).write_text("これは本文です。", encoding="utf-8")
    except OSError:
        return  # a file system that takes UTF-8 names only has no such files
    loaded = written(root, tmp_path / "r.yaml")
    assert sum(files_of(loaded).values()) == 1


def test_links_that_lead_nowhere_are_counted(tmp_path: Path) -> None:
    root = tmp_path / "in"
    root.mkdir()
    (root / "a.txt").write_text("これは本文です。", encoding="utf-8")
    (root / "gone.txt").symlink_to(root / "nowhere")
    loaded = written(root, tmp_path / "r.yaml")
    assert sum(files_of(loaded).values()) == 2


# --- nothing is lost, whatever the names ----------------------------------------------------------

_NAMES = (
    "a",
    "b",
    "ノート",
    "with space",
    "[x]",
    "q?",
    "star*",
    "~t",
    "README",
    "2024",
    "no",
    "é",
    "'q\"",
    "a:b",
    "#h",
    "-x",
    "x\ty",
    "new\nline",
    "pkg:x",
    "a.b",
    "x\u2028y",
)
_FOLDERS = (
    ("",),
    ("", "s1", "s1/d", "s2"),
    ("s1",),
    ("s1/d/e", "s1/f"),
    ("", *(f"d{i}" for i in range(25))),
    ("[g]", "h*", "i?/j"),
    (".hidden", "v"),
)
_ENDINGS = (
    (".txt",),
    (".jsonl",),
    (".jsonl", ".txt"),
    ("", ".txt", ".bin", ".html", ".csv", ".jsonl"),
    (".csv", ".md"),
    ("",),
)


def _fill(root: Path, seed: int) -> None:
    draw = random.Random(seed)
    folders, endings = draw.choice(_FOLDERS), draw.choice(_ENDINGS)
    for _ in range(draw.choice([1, 2, 5, 12, 60])):
        folder = root / draw.choice(folders)
        folder.mkdir(parents=True, exist_ok=True)
        ending = draw.choice(endings)
        name = f"{draw.choice(_NAMES)}{draw.choice(['', draw.randint(0, 99)])}{ending}"
        if not (folder / name).is_dir():
            (folder / name).write_bytes(_content(ending, draw))


def _content(ending: str, draw: random.Random) -> bytes:
    if ending == ".jsonl":
        text, own = draw.choice([("text", "id"), ("body", "doc_id"), ("text", "n")])
        lines = [{text: text_of(i, 2), own: f"x{i}"} for i in range(draw.randint(0, 6))]
        return "".join(json.dumps(line) + "\n" for line in lines).encode()
    content = {
        ".csv": draw.choice(["id,本文\n1,あいう\n2,かきく\n", "1,2020/1/1,これは文である。\n"]),
        ".html": "<html><body><p>日本語</p></body></html>",
        ".bin": "\0\0\0",
    }
    return content.get(ending, "日本語の文章。\n").encode()


@pytest.mark.parametrize("seed", range(40))
def test_every_file_is_in_exactly_one_source(tmp_path: Path, seed: int) -> None:
    root = tmp_path / ("~in" if seed % 5 else "hf:in")
    _fill(root, seed)
    shown = [p for p in root.rglob("*") if p.is_file()]
    shown = [p for p in shown if not any(n.startswith(".") for n in p.relative_to(root).parts)]
    recipe = tmp_path / "cfg" / "r.yaml" if seed % 2 else tmp_path / "r.yaml"
    recipe.parent.mkdir(exist_ok=True)
    if not shown:
        with pytest.raises(InputError, match="nothing to read"):
            sketch(root, recipe, REGISTRY)
        return
    loaded = written(root, recipe)
    left = {file.path for file in sketch(root, recipe, REGISTRY).left_out}
    assert all(path.name.upper().startswith("README") for path in left)
    assert files_of(loaded) == Counter(set(shown) - left)
    assert len({s.name for s in loaded.recipe.sources}) == len(loaded.recipe.sources)


@pytest.mark.parametrize(
    "name",
    [
        "no",
        "Null",
        "2024",
        "1e3",
        "a: b",
        "- a",
        "#a",
        "é",
        "",
        "'",
        "12:30",
        "a\nb",
        "*x",
        "日本",
        "../a b",
        "~",
    ],
)
def test_scalars_come_back_as_they_were(name: str) -> None:
    from ruamel.yaml import YAML

    assert YAML(typ="safe").load(f"k: {scalar(name)}  # why\n") == {"k": name}


# --- the command, and its recipe at work ----------------------------------------------------------


def test_the_recipe_runs_and_counts_every_record(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in" / "a.jsonl", [*rows(6, id=str, text=prose), {"id": "x"}])
    (tmp_path / "in" / "b").mkdir()
    (tmp_path / "in" / "b" / "c.txt").write_text(text_of(50), encoding="utf-8")
    (tmp_path / "in" / "b" / "d.bin").write_bytes(b"\0\1")
    init(tmp_path / "in", tmp_path / "r.yaml")
    total = run(load(tmp_path / "r.yaml"), Options(workers=1)).manifest.accounting.total
    assert (total.read, total.kept, total.quarantined) == (9, 7, 2)


def test_its_rules_keep_tables_clauses_and_old_orthography(tmp_path: Path) -> None:
    keep = {
        "clause": "第三条　前条の規定による届出をした者は、" + "その届出に係る事項について、" * 60,
        "short": "第一条　この法律は、公布の日から施行する。\n２　第三条の規定は、適用しない。",
        "table": "品名\t型番\t定格電圧\t質量\n"
        + "".join(f"部品{i}\tSU-{i}A\t{i}00V\t{i}.5kg\n" for i in range(1, 30)),
        "kanji": "東京都千代田区\t永田町\n大阪府大阪市\t中之島\n愛知県名古屋市\t三丸\n"
        "福岡県福岡市\t博多駅前\n",
        "old": "學校ヘ行ツテ國語ヲ讀ミマセウ。けふはゐないでせう。夕方にはかへつて來るさうです。",
        "code": "配列を並べ替える。\n"
        + "std::sort(v.begin(), v.end());\n"
        + "int main() { return 0; }\n" * 3,
    }
    out = {
        "english": "This page holds no Japanese at all. It is long enough to be a page. " * 3,
        "chinese": "这是一篇用简体中文写的文章，讨论经济发展与环境保护的关系。" * 3,
        "tiny": "はい。",
    }
    records = [{"id": name, "text": text} for name, text in {**keep, **out}.items()]
    write_jsonl(tmp_path / "in" / "a.jsonl", records)
    init(tmp_path / "in", tmp_path / "r.yaml")
    finished = run(load(tmp_path / "r.yaml"), Options(workers=1))
    table = pq.read_table(finished.out / "data").column("source_id").to_pylist()
    assert sorted(table) == sorted(keep)
    assert finished.manifest.accounting.total.rejected == len(out)


def test_the_command_says_what_it_found(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "in" / "talk.jsonl", rows(id=str, speech=prose))
    said = init(tmp_path / "in", tmp_path / "r.yaml")
    assert "talk: in/talk.jsonl (jsonl, text: speech, id: id)" in said
    assert "corpuskit plan" in said
    before = (tmp_path / "r.yaml").read_bytes()
    with pytest.raises(OutputError, match=r"r\.yaml is there already"):
        init(tmp_path / "in", tmp_path / "r.yaml")
    found = json.loads(init(tmp_path / "in", tmp_path / "r.yaml", "--force", "--json"))
    assert (tmp_path / "r.yaml").read_bytes() == before
    (source,) = found["sources"]
    assert (source["name"], source["text"], source["files"]) == ("talk", "speech", 1)


def test_the_default_is_corpuskit_yaml_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("これは本文です。", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["init", "in"]).exit_code == 0
    assert load(Path("corpuskit.yaml")).recipe.sources[0].path == "in/a.txt"


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        init(tmp_path / "gone", tmp_path / "r.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="nothing to read"):
        init(tmp_path / "empty", tmp_path / "r.yaml")
    (tmp_path / "in.txt").write_text("本文", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        init(tmp_path / "in.txt", tmp_path / "gone" / "r.yaml")
    assert not (tmp_path / "r.yaml").exists()


def test_a_json_file_of_records(tmp_path: Path) -> None:
    rows = [{"番号": f"A-{n}", "本文": f"設備{n}の点検は月に一度行う。" * 3} for n in range(20)]
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps({"items": rows}, ensure_ascii=False), "utf-8")
    sketched = sketch(folder, tmp_path / "r.yaml", REGISTRY)
    assert (sketched.sources[0].reader, sketched.sources[0].guess.text) == ("json", "本文")
