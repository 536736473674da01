"""Deduplication against earlier datasets, by their index."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpuskit.cli.dedup import app
from corpuskit.errors import InputError
from corpuskit.kernels.shingles import shingle_hashes32
from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import tree, write_jsonl

SHEET = "この仕様書は空調装置の据え付けについて定める。作業は資格のある者が行うこと。" * 8


def prose(rng: random.Random, n: int = 300) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(n))


def make(folder: Path, name: str, texts: list[str], params: dict[str, Any], **more: Any) -> Path:
    """Run a recipe over texts in a folder; returns the dataset."""
    write_jsonl(folder / f"{name}.jsonl", [{"text": t} for t in texts])
    content = {
        "name": name,
        "sources": [{"name": "s", "path": f"{name}.jsonl"}],
        "stages": [{"dedup.minhash": params}],
        "output": {"path": name},
        **more,
    }
    recipe = folder / f"{name}.yaml"
    recipe.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return run(load(recipe), Options(workers=1)).out


def table(out: Path, name: str) -> list[dict[str, Any]]:
    paths = sorted((out / name).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def ids(out: Path) -> dict[str, str]:
    """Ids of kept documents by text."""
    return {row["text"]: row["id"] for row in table(out, "data")}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("against")
    rng = random.Random(5)
    old = [prose(rng) for _ in range(40)] + [SHEET + "定格は100Vです。", "短い", "バスに乗る"]
    other = [prose(rng) for _ in range(10)]
    make(folder, "old", old, {"index": True}, part_size="4kB")
    make(folder, "other", other, {"index": True, "keep_signatures": True})
    fresh = [prose(rng) for _ in range(6)]
    new = [
        *fresh,
        old[3],
        old[7][:290] + prose(rng, 10),
        other[2],
        SHEET + "定格は200Vです。",
        "短い",
        "パスに乗る",
        old[3] + "。",
    ]
    return {"folder": folder, "old": old, "other": other, "new": new, "fresh": fresh}


def test_what_an_earlier_dataset_has_is_removed(world: dict[str, Any]) -> None:
    folder, old, new = world["folder"], world["old"], world["new"]
    out = make(folder, "new", new, {"against": ["old", "other"]})
    assert list(verify(out)) == []
    gone = {row["text"]: row for row in table(out, "duplicates")}
    before = {**ids(folder / "old"), **ids(folder / "other")}
    expected = {
        new[6]: ("old", old[3]),
        new[7]: ("old", old[7]),
        new[8]: ("other", world["other"][2]),
        new[10]: ("old", "短い"),
        new[12]: ("old", old[3]),
    }
    found = {t: (row["duplicate_in"], row["duplicate_of"]) for t, row in gone.items()}
    assert found == {text: (name, before[twin]) for text, (name, twin) in expected.items()}
    assert all(row["jaccard"] >= 0.8 and row["bands_hit"] for row in gone.values())
    kept = {row["text"]: row for row in table(out, "data")}
    assert set(kept) == {*world["fresh"], new[9], "パスに乗る"}
    sheet = kept[new[9]]  # other ratings on one template: both stay
    assert sheet["template_of"] == before[old[40]] and sheet["template_jaccard"] >= 0.8


def test_workers_and_parts_do_not_matter(world: dict[str, Any]) -> None:
    folder, new = world["folder"], world["new"]
    trees = []
    for workers in (1, 2):
        write_jsonl(folder / "same.jsonl", [{"text": t} for t in new])
        recipe = folder / "same.yaml"
        recipe.write_text(
            "name: same\nsources: [{name: s, path: same.jsonl}]\npart_size: 2kB\n"
            "stages: [dedup.minhash: {against: [old, other]}]\noutput: {path: same}\n"
        )
        out = folder / f"same{workers}"
        trees.append(tree(run(load(recipe), Options(out=out, workers=workers)).out))
    assert trees[0] == trees[1]


def test_a_text_that_is_not_at_hand_removes_nothing(world: dict[str, Any]) -> None:
    folder, old, new = world["folder"], world["old"], world["new"]
    collected = CliRunner().invoke(app, ["index", str(folder / "old"), "-o", str(folder / "keys")])
    assert collected.exit_code == 0, collected.output
    texts = folder / "old" / "data"
    aside = folder / "aside"
    shutil.move(texts, aside)
    try:
        out = make(folder, "blind", new, {"against": ["keys"]})
    finally:
        shutil.move(aside, texts)
    before = ids(folder / "old")
    kept = {row["text"]: row["unverified_of"] for row in table(out, "data")}
    # What is like another document of this run is removed for that one's sake.
    assert [row["text"] for row in table(out, "duplicates")] == [new[6]]
    assert kept[new[12]] == before[old[3]] and kept[new[7]] == before[old[7]]
    assert kept["短い"] == before["短い"]
    assert all(kept[text] is None for text in world["fresh"]) and kept["パスに乗る"] is None
    told = CliRunner().invoke(app, ["explain", str(out), ids(out)[new[7]], "--json"])
    assert "shares a band, but its text is not at hand" in json.loads(told.output)["verdict"]


def test_another_shard_than_the_one_indexed_is_not_at_hand(world: dict[str, Any]) -> None:
    """Texts count only where the ids beside them are those of the index."""
    folder, new = world["folder"], world["new"]
    copy = folder / "copy"
    shutil.copytree(folder / "old", copy)
    shard = next(iter((copy / "data").iterdir()))
    rows = pq.read_table(shard)
    pq.write_table(rows.take(list(range(rows.num_rows))[::-1]), shard)
    out = make(folder, "wrong", new[6:8], {"against": ["copy"]})
    assert table(out, "duplicates") == []
    assert all(row["unverified_of"] for row in table(out, "data"))


def test_signatures_are_those_of_datasketch(world: dict[str, Any]) -> None:
    from datasketch import MinHash

    path = world["folder"] / "other" / "index" / "train-00000-of-00001.parquet"
    texts = {name: text for text, name in ids(world["folder"] / "other").items()}
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == 10
    for row in rows:
        made = MinHash(num_perm=108, seed=1, scheme="affine32", hashfunc=int)
        made.update_batch(shingle_hashes32(texts[row["id"]], 5))
        assert np.array_equal(made.hashvalues, np.array(row["signature"]))
        assert len(row["keys"]) == 18


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"against": ["old"], "bands": 9}, "made with other settings: bands is 18, not 9"),
        ({"against": ["plain"]}, "has no index"),
        ({"against": ["nothing"]}, "neither a dataset nor an index"),
        ({"against": ["old", "old"]}, "name it once"),
    ],
)
def test_an_index_that_can_not_be_used_is_said_first(
    world: dict[str, Any], params: dict[str, Any], message: str
) -> None:
    folder = world["folder"]
    if not (folder / "plain").exists():
        make(folder, "plain", world["other"], {})
    with pytest.raises(InputError, match=message):
        make(folder, "refused", world["new"], params)
    assert not (folder / "refused").exists()


def test_an_index_is_part_of_the_dataset(world: dict[str, Any], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(world["folder"] / "other", copy)
    assert list(verify(copy)) == []
    path = copy / "index" / "train-00000-of-00001.parquet"
    rows = pq.read_table(path)
    pq.write_table(rows.take(list(range(rows.num_rows))[::-1]), path)
    found = {m.what for m in verify(copy)}
    assert {"sha256", "sha256 in the manifest", "ids"} <= found


def test_a_document_explained_by_an_earlier_one(world: dict[str, Any]) -> None:
    folder = world["folder"]
    out = make(folder, "told", world["new"][6:7], {"against": ["old"]})
    name = table(out, "duplicates")[0]["id"]
    result = CliRunner().invoke(app, ["explain", str(out), name, "--json"])
    assert result.exit_code == 0, result.output
    assert "in the dataset 'old'" in json.loads(result.output)["verdict"]
