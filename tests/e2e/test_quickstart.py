"""The quickstart: each document that was written to show something, and its recorded manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from corpuskit.manifest import load
from corpuskit.output.verify import verify
from corpuskit.recipe import load as load_recipe
from corpuskit.run import Options, run

ROOT = Path(__file__).parents[2]
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quickstart") / "out"
    return run(load_recipe(ROOT / "configs" / "quickstart.yaml"), Options(out=folder)).out


@pytest.fixture(scope="module")
def rows(out: Path) -> Rows:
    tables = ("data", "rejected", "duplicates", "quarantine")
    return {
        name: ds.dataset(out / name, format="parquet").to_table().to_pylist() for name in tables
    }


def named(rows: Rows, table: str) -> dict[str, dict[str, Any]]:
    return {f"{r['uri']} {r['locator']}": r for r in rows[table]}


def test_every_record_is_accounted_for(out: Path) -> None:
    manifest = load(out / "manifest.json")
    assert manifest.accounting.total.model_dump() == {
        "read": 86, "kept": 71, "rejected": 6, "duplicate": 4, "quarantined": 5,
    }  # fmt: skip
    assert not list(verify(out))


def test_spec_sheets_that_differ_in_ratings_both_stay(rows: Rows) -> None:
    kept = named(rows, "data")
    pair = [kept["spec_su115a.txt file"], kept["spec_su230a.txt file"]]
    [template] = [r for r in pair if r["template_of"]]
    assert template["template_of"] in {r["id"] for r in pair} - {template["id"]}
    assert template["template_jaccard"] > 0.9
    assert pair[0]["cluster"] == pair[1]["cluster"]


def test_words_that_differ_in_dakuten_all_stay(rows: Rows) -> None:
    assert {f"voicing_{n}.txt file" for n in ("basu", "pasu", "hasu")} <= named(rows, "data").keys()


def test_duplicates_name_what_stayed(rows: Rows) -> None:
    kept = {r["id"]: f"{r['uri']} {r['locator']}" for r in rows["data"]}
    found = {
        f"{r['uri']} {r['locator']}": (r["stage"], kept[r["duplicate_of"]], r["jaccard"])
        for r in rows["duplicates"]
    }
    assert found["rules_v3.txt file"][:2] == ("dedup.minhash@1", "rules_v4.txt file")
    exact = [name for name, (stage, _, _) in found.items() if stage == "dedup.exact@1"]
    assert len(exact) == 1
    assert all(0.8 <= jaccard <= 1.0 for _, _, jaccard in found.values())
    assert len(found) == 4


def test_what_is_no_text_to_learn_from_is_rejected(rows: Rows) -> None:
    found = {r["uri"]: r["signal"] for r in rows["rejected"]}
    assert found == {
        "ad_campaign.html": "exclamation_ratio",
        "links.html": "short_line_ratio",
        "english_about.html": "japanese_ratio",
        "chinese_notice.html": "foreign_kanji_ratio",
        "archive_menu.html": "japanese_ratio",
        "articles.jsonl": "ended_line_ratio",
    }


def test_broken_input_is_quarantined_where_it_stands(rows: Rows) -> None:
    assert {(r["uri"], r["locator"], r["error"]) for r in rows["quarantine"]} == {
        ("broken.jsonl", "line 2", "invalid_json"),
        ("broken.jsonl", "line 4", "missing_text"),
        ("broken.jsonl", "line 5", "wrong_type"),
        ("nuls.txt", "file", "undecodable"),
        ("truncated.jsonl.gz", "line 3", "truncated_gzip"),
    }


def test_old_encodings_and_ruby_survive(rows: Rows) -> None:
    kept = named(rows, "data")
    assert "㈱" in kept["order_sjis.txt file"]["text"]
    assert "髙" in kept["order_sjis.txt file"]["text"]
    assert all("《" not in r["text"] for r in rows["data"] if r["source"] == "aozora")
    assert all("［＃" not in r["text"] for r in rows["data"])
    science = kept["articles.jsonl line 14"]["text"]
    for mark in ("m²", "㎡", "①", "10⁵", "½", "㈱"):
        assert mark in science
    assert all("か\u3099" not in r["text"] for r in rows["data"])


def test_datasets_opens_it_as_it_is(out: Path, tmp_path: Path) -> None:
    from datasets import load_dataset

    cache = str(tmp_path)
    assert load_dataset(str(out), split="train", cache_dir=cache).num_rows == 71
    for name, n in (("rejected", 6), ("duplicates", 4), ("quarantine", 5)):
        assert load_dataset(str(out), name, split="train", cache_dir=cache).num_rows == n
    streamed = load_dataset(str(out), split="train", streaming=True, cache_dir=cache)
    assert sum(1 for _ in streamed) == 71


def test_the_recorded_manifest_is_reproduced(out: Path) -> None:
    recorded = json.loads((ROOT / "manifests" / "quickstart.json").read_text(encoding="utf-8"))
    found = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    if recorded["versions"] != found["versions"]:
        for manifest in (recorded, found):
            _without_bytes(manifest)
    assert found == recorded, "run python scripts/make_quickstart_manifest.py if this is meant"


def _without_bytes(manifest: dict[str, Any]) -> None:
    """Leave out what hangs on library versions: the digests of bytes, not of rows."""
    del manifest["versions"]
    tables = [manifest["shards"], *manifest["tables"].values()]
    for shard in (shard for table in tables for shard in table):
        del shard["sha256"], shard["bytes"]
