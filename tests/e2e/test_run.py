"""The run as a whole: accounting, modes, splits, reuse, and what each kind of record becomes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from corpuskit.errors import InputError, OutputError
from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options, run, work_path
from tests.conftest import RecipeWriter, text_of, tree, write_jsonl


def rows(out: Path, table: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    folder = out / table
    if not folder.exists():
        return []
    found: list[dict[str, Any]] = ds.dataset(folder, format="parquet").to_table(columns).to_pylist()
    return found


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Good documents, an exact and a near duplicate, bad records, an empty and a short text."""
    near = text_of(3) + "\n最後に一文だけを書き足した。"
    good = [{"id": i, "text": text_of(i), "tag": f"t{i}"} for i in range(8)]
    bad: list[Any] = [
        {"id": "copy", "text": text_of(5)},
        {"id": "near", "text": near},
        b'{"id": "broken", "text": ',
        {"id": "no text"},
        {"id": "number", "text": 12},
        {"id": "empty", "text": ""},
        {"id": "short", "text": "短い。"},
        {"id": "english", "text": "This page is not Japanese at all. " * 4},
    ]
    write_jsonl(tmp_path / "in" / "a.jsonl", [*good[:4], *bad])
    write_jsonl(tmp_path / "in" / "b.jsonl", good[4:])
    return tmp_path / "in"


def sources(folder: Path) -> list[dict[str, Any]]:
    return [{"name": "docs", "path": str(folder), "reader": "jsonl", "id": "id"}]


def test_every_record_ends_in_exactly_one_table(mixed: Path, write_recipe: RecipeWriter) -> None:
    loaded = load(write_recipe(sources(mixed)))
    finished = run(loaded, Options(workers=2))
    total = finished.manifest.accounting.total
    assert total.model_dump() == {
        "read": 16, "kept": 8, "rejected": 3, "duplicate": 2, "quarantined": 3,
    }  # fmt: skip
    out = finished.out
    assert not list(verify(out))
    kept = {r["id"]: r["source_id"] for r in rows(out, "data")}
    # The longer one of two near-duplicates stays; of two exact ones, the smaller id.
    assert len({"5", "copy"} & set(kept.values())) == 1
    assert set(kept.values()) - {"5", "copy"} == {"0", "1", "2", "near", "4", "6", "7"}
    rejected = {
        r["source_id"]: (r["stage"], r["signal"], r["value"], r["bound"])
        for r in rows(out, "rejected")
    }
    assert rejected["empty"] == ("read", "characters", 0.0, ">= 1")
    assert rejected["short"] == ("rules@1", "characters", 3.0, ">= 20")
    assert rejected["english"][:2] == ("rules@1", "japanese_ratio")
    exact, near = sorted(rows(out, "duplicates"), key=lambda r: r["stage"])
    assert {exact["source_id"], kept[exact["duplicate_of"]]} == {"5", "copy"}
    assert (exact["stage"], exact["jaccard"]) == ("dedup.exact@1", 1.0)
    assert (near["source_id"], kept[near["duplicate_of"]]) == ("3", "near")
    assert near["stage"] == "dedup.minhash@1"
    assert 0.8 <= near["jaccard"] < 1.0
    quarantine = {(r["locator"], r["error"]) for r in rows(out, "quarantine")}
    assert quarantine == {
        ("line 7", "invalid_json"), ("line 8", "missing_text"), ("line 9", "wrong_type"),
    }  # fmt: skip
    assert json.loads(rows(out, "data")[0]["meta"]) == {"tag": "t0"}
    assert not work_path(out).exists()


def test_study_keeps_what_fast_keeps_and_computes_everything(
    mixed: Path, write_recipe: RecipeWriter
) -> None:
    fast = run(load(write_recipe(sources(mixed))), Options(workers=1))
    kept = {r["id"] for r in rows(fast.out, "data")}
    missing = [r for r in rows(fast.out, "rejected") if r["provenance_score"] is None]
    assert missing, "fast mode stops at the first failing rule"
    recipe = write_recipe(sources(mixed), name="study", mode="study", output={"path": "out2"})
    study = run(load(recipe), Options(workers=1))
    assert {r["id"] for r in rows(study.out, "data")} == kept
    assert study.manifest.accounting == fast.manifest.accounting
    rejected = [r for r in rows(study.out, "rejected") if r["stage"] != "read"]
    assert rejected
    assert all(r["provenance_score"] is not None for r in rejected)
    assert not list(verify(study.out))


def test_a_changed_late_stage_reuses_the_early_ones(
    mixed: Path, write_recipe: RecipeWriter
) -> None:
    first = run(load(write_recipe(sources(mixed))), Options(workers=1, keep_work=True))
    assert first.reused == 0
    again = run(load(write_recipe(sources(mixed))), Options(workers=1, keep_work=True))
    assert tree(again.out) == tree(first.out)
    stages = [
        "normalize", "signals.scripts", "signals.lines",
        {"rules": [{"signal": "characters", "min": 20}, {"signal": "japanese_ratio", "min": 0.2}]},
        "dedup.exact", "dedup.minhash",
    ]  # fmt: skip
    changed = run(load(write_recipe(sources(mixed), stages)), Options(workers=1, keep_work=True))
    assert 0 < changed.reused < again.reused
    fresh = run(load(write_recipe(sources(mixed), stages)), Options(workers=1, fresh=True))
    assert fresh.reused == 0


def test_near_duplicates_never_straddle_splits(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    template = "\n".join(
        f"{i}番目の確認項目について、担当者は次の手順で点検を行い結果を記録すること。"
        for i in range(20)
    )
    sheets = [
        {"id": i, "text": f"型番AX-{i}00。定格電圧は{i}00 Vとする。\n{template}"}
        for i in range(1, 40)
    ]
    others = [{"id": f"o{i}", "text": text_of(i)} for i in range(60)]
    write_jsonl(tmp_path / "in" / "a.jsonl", [*sheets, *others])
    recipe = write_recipe(
        sources(tmp_path / "in"), output={"splits": {"validation": 0.3, "test": 0.2}}
    )
    out = run(load(recipe), Options(workers=1)).out
    files = sorted(p.name for p in (out / "data").iterdir())
    assert [f.split("-")[0] for f in files] == ["test", "train", "validation"]
    where = {}
    for path in (out / "data").iterdir():
        for row in ds.dataset(path).to_table(["source_id"]).to_pylist():
            where[row["source_id"]] = path.name.split("-")[0]
    assert len({where[str(i)] for i in range(1, 40)}) == 1
    assert len({where[f"o{i}"] for i in range(60) if f"o{i}" in where}) == 3


def test_shuffle_is_a_function_of_ids(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    write_jsonl(tmp_path / "in" / "a.jsonl", [{"id": i, "text": text_of(i)} for i in range(60)])
    plain = run(load(write_recipe(sources(tmp_path / "in"))), Options(workers=1)).out
    orders = []
    for name, seed in (("s1", 7), ("s2", 7), ("s3", 8)):
        recipe = write_recipe(
            sources(tmp_path / "in"),
            name=name,
            output={"path": name, "shuffle": seed, "shard_size": "4KB"},
        )
        out = run(load(recipe), Options(workers=2)).out
        assert not list(verify(out))
        orders.append(
            [
                r["id"]
                for p in sorted((out / "data").iterdir())
                for r in ds.dataset(p).to_table(["id"]).to_pylist()
            ]
        )
    straight = [r["id"] for r in rows(plain, "data")]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(straight)
    assert orders[0] != straight


def test_output_of_another_recipe_is_not_replaced(mixed: Path, write_recipe: RecipeWriter) -> None:
    first = run(load(write_recipe(sources(mixed))), Options(workers=1))
    before = tree(first.out)
    other = write_recipe(sources(mixed), name="other")
    with pytest.raises(OutputError, match=r"holds the dataset 'test'.*makes 'other'"):
        run(load(other), Options(workers=1))
    assert tree(first.out) == before
    run(load(other), Options(workers=1, overwrite=True))
    assert json.loads((first.out / "manifest.json").read_text())["name"] == "other"


def test_a_folder_of_somebody_elses_is_left_alone(
    mixed: Path, write_recipe: RecipeWriter, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds no dataset"):
        run(load(write_recipe(sources(mixed))), Options(workers=1))
    assert (tmp_path / "out" / "thesis.txt").read_text() == "mine"


def test_missing_and_empty_inputs_are_told_before_anything_runs(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    with pytest.raises(InputError, match=r"test\.yaml:\d+:\d+: no such file or folder"):
        run(load(write_recipe(sources(tmp_path / "nowhere"))))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="nothing to read"):
        run(load(write_recipe(sources(tmp_path / "empty"))))
    assert not (tmp_path / "out").exists()


def test_an_unreadable_file_is_one_quarantined_record(
    mixed: Path, write_recipe: RecipeWriter
) -> None:
    (mixed / "zz.jsonl").symlink_to(mixed / "gone")
    finished = run(load(write_recipe(sources(mixed))), Options(workers=1))
    assert finished.manifest.accounting.total.read == 17
    assert ("file", "unreadable") in {
        (r["locator"], r["error"]) for r in rows(finished.out, "quarantine")
    }
    assert finished.manifest.accounting.total.kept == 8


PLUGIN = '''
import os
from corpuskit import doc_filter, doc_signal

@doc_signal("test.kills", type=int)
def kills(doc) -> int:
    """Ends its process on some documents, as a broken C extension would."""
    if "死" in doc.text:
        os._exit(11)
    return 0

@doc_filter("test.raises")
def raises(doc) -> bool:
    """Raises on some documents."""
    if "例外" in doc.text:
        raise ValueError("secret content")
    return True
'''


def test_a_record_that_kills_its_worker_is_found_and_quarantined(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    (tmp_path / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    texts = [text_of(i) for i in range(30)]
    texts[11] += "死"
    texts[23] += "死"
    texts[7] += "例外"
    write_jsonl(tmp_path / "in" / "a.jsonl", [{"id": i, "text": t} for i, t in enumerate(texts)])
    recipe = write_recipe(
        sources(tmp_path / "in"), ["normalize", "test.raises", "test.kills"], plugins=["plugin.py"]
    )
    finished = run(load(recipe), Options(workers=2))
    bad = {r["source_id"]: (r["stage"], r["error"]) for r in rows(finished.out, "quarantine")}
    assert bad == {
        "7": ("test.raises@1", "ValueError"),
        "11": ("worker", "worker_died"),
        "23": ("worker", "worker_died"),
    }
    assert finished.manifest.accounting.total.kept == 27
    assert "secret" not in "".join(r["message"] for r in rows(finished.out, "quarantine"))


def test_a_file_that_changes_while_it_is_read(
    mixed: Path, write_recipe: RecipeWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    import corpuskit.run as run_module

    real = run_module.make_state

    def change_after_inventory(loaded: Any, work: Path) -> Any:
        state = real(loaded, work)
        write_jsonl(mixed / "b.jsonl", [{"id": "new", "text": text_of(99)}])
        return state

    monkeypatch.setattr(run_module, "make_state", change_after_inventory)
    finished = run(load(write_recipe(sources(mixed))), Options(workers=1))
    assert ("b.jsonl", "changed_while_read") in {
        (r["uri"], r["error"]) for r in rows(finished.out, "quarantine")
    }
    # Of the file that stayed as it was, all is there; "copy" has no other copy now.
    assert {r["uri"] for r in rows(finished.out, "data")} == {"a.jsonl"}
    assert finished.manifest.accounting.total.kept == 5


def test_names_in_old_encodings_in_a_folder_with_brackets(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    folder = tmp_path / "資料 [2024]*"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/" + "設備.txt".encode("cp932"))).write_text(
        text_of(1)
    )
    (folder / "新しい.txt").write_text(text_of(2), encoding="utf-8")
    recipe = write_recipe([{"name": "docs", "path": "*.txt", "reader": "text"}], [])
    finished = run(load(recipe.rename(folder / "recipe.yaml")), Options(workers=1))
    assert {r["uri"] for r in rows(finished.out, "data")} == {
        "\\x90\u0754\\xf5.txt",
        "新しい.txt",
    }


def test_nothing_kept_is_an_exit_code_and_a_valid_dataset(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    write_jsonl(tmp_path / "in.jsonl", [{"text": "短い"}])
    source = {"name": "docs", "path": "in.jsonl"}
    stages = ["signals.scripts", {"rules": [{"signal": "characters", "min": 99}]}]
    recipe = write_recipe([source], stages)
    command = [sys.executable, "-m", "corpuskit", "run", str(recipe), "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "nothing was kept" in done.stderr
    assert not list(verify(tmp_path / "out"))
    assert len(rows(tmp_path / "out", "rejected")) == 1
