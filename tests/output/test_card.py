from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML

from corpuskit.manifest import Manifest, Tables
from corpuskit.output.card import SourceFacts, card, license_of, size_category

MADE = runpy.run_path(str(Path(__file__).with_name("made.py")))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    MADE["make"](folder / "データ", folder / "work")
    return folder / "データ"


@pytest.fixture(scope="module")
def manifest(dataset: Path) -> Manifest:
    return Manifest.model_validate_json((dataset / "manifest.json").read_bytes())


def front(text: str) -> dict[str, Any]:
    """The card's YAML, which must mean the same to YAML 1.1 (datasets) and 1.2 readers."""
    begin, block, _ = text.split("---\n", 2)
    assert begin == ""
    old, new = yaml.safe_load(block), YAML(typ="safe").load(block)
    assert old == new
    found: dict[str, Any] = old
    return found


LOADER = """
import json, sys
from datasets import load_dataset
out, cache = sys.argv[1:3]
def size(name, streaming):
    found = load_dataset(out, name, cache_dir=cache, streaming=streaming)
    return {s: [r["id"] for r in found[s]] for s in found}
names = [None, "rejected", "duplicates", "quarantine"]
result = [[size(n, streaming) for n in names] for streaming in (False, True)]
row = load_dataset(out, split="train", cache_dir=cache)[0]
print(json.dumps({"tables": result, "row": row}))
"""


def load_all(dataset: Path, cache: Path) -> Any:
    """Load every config as a user would, in a process of its own, without a network."""
    environment = {**os.environ, "HF_HOME": str(cache / "home"), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", LOADER, str(dataset), str(cache / "cache")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_datasets_loads_every_table(dataset: Path, tmp_path: Path) -> None:
    found = load_all(dataset, tmp_path)
    lanes = {k: [row["id"] for row in rows] for k, rows in MADE["rows_by_lane"]().items()}
    expected = [
        {"train": lanes["train"], "validation": lanes["validation"]},
        {"train": lanes["rejected"]},
        {"train": lanes["duplicates"]},
        {"train": lanes["quarantine"]},
    ]
    plain, streamed = found["tables"]
    assert plain == expected
    assert streamed == expected
    first = MADE["rows_by_lane"]()["train"][0]
    assert {name: found["row"][name] for name in first} == first


def test_front_matter(manifest: Manifest) -> None:
    found = front(card(manifest))
    assert found["pretty_name"] == "作例"
    assert found["language"] == ["ja"]
    assert found["size_categories"] == ["n<1K"]
    assert (found["license"], found["license_name"]) == ("other", "mixed-see-sources")
    assert [config["config_name"] for config in found["configs"]] == [
        "default",
        "rejected",
        "duplicates",
        "quarantine",
    ]
    assert found["configs"][0] == {
        "config_name": "default",
        "default": True,
        "data_files": [
            {"split": "train", "path": "data/train-*.parquet"},
            {"split": "validation", "path": "data/validation-*.parquet"},
        ],
    }


def test_an_empty_table_has_no_config(manifest: Manifest) -> None:
    tables = Tables(rejected=manifest.tables.rejected)
    text = card(manifest.model_copy(update={"tables": tables}))
    assert [c["config_name"] for c in front(text)["configs"]] == ["default", "rejected"]
    assert '"quarantine"' not in text
    nothing = manifest.model_copy(update={"tables": Tables(), "shards": ()})
    assert "configs" not in front(card(nothing))


def test_body_says_what_happened(manifest: Manifest) -> None:
    text = card(manifest)
    assert "手で作った小さなデータセット。" in text
    assert "Released 2025-04-01." in text
    assert "9 文書、162 文字、45 形態素" in text
    assert "| manuals | 7 | 5 | 1 | 1 | 0 |" in text
    assert "| **total** | 14 | 9 | 3 | 1 | 1 |" in text
    assert "| rules@1/ja.hiragana | 3 |" in text
    assert "| UnicodeError | 1 |" in text
    assert "| dedup.minhash@1 | 10 | 9 | 0 | 1 | 0 |" in text
    assert "| aozora | CC0-1.0 | 社内 | – | – | – | 4 |" in text
    assert "| `ja.hiragana` | double | share of hiragana, 0 to 1 |" in text
    assert 'load_dataset("OUT", "rejected", split="train")' in text
    assert "corpuskit verify OUT" in text


def test_a_function_of_the_manifest(manifest: Manifest) -> None:
    again = Manifest.model_validate_json(manifest.model_dump_json(by_alias=True))
    assert card(again) == card(manifest)
    assert "2025" not in card(manifest.model_copy(update={"released": None}))


def test_what_was_not_counted_is_not_shown(manifest: Manifest) -> None:
    totals = manifest.totals.model_copy(update={"morphemes": None})
    bare = manifest.model_copy(
        update={"totals": totals, "stages": (), "rejected_by": {}, "quarantined_by": {}}
    )
    text = card(bare)
    assert "morphemes (MeCab)" not in text
    assert "形態素" not in text
    assert "no stage looked at them" in text
    assert "rejected by" not in text


def test_a_run_that_a_limit_touched_says_so(manifest: Manifest) -> None:
    assert "another machine may give" not in card(manifest)
    touched = manifest.model_copy(update={"machine_dependent": True})
    assert "another machine may give other bytes" in card(touched)


@pytest.mark.parametrize(
    "name",
    ["no", '- a: "b"', "a\n---\nlicense: mit", "\x1b[31m\x7f\u2028\ufffe", "日本語 😀", "#x"],
)
def test_names_that_look_like_yaml(manifest: Manifest, name: str) -> None:
    found = front(card(manifest.model_copy(update={"name": name})))
    assert found["pretty_name"] == name
    assert found["license"] == "other"


def test_cells_stay_in_their_table(manifest: Manifest) -> None:
    content = dict(manifest.recipe.content)
    content["sources"] = [{"name": "a", "license": "A | B\n<script>", "publisher": "社\\内"}]
    recipe = manifest.recipe.model_copy(update={"content": content})
    text = card(manifest.model_copy(update={"recipe": recipe}))
    assert "| a | A \\| B &lt;script> | 社\\\\内 | – | – | – | 0 |" in text


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (["CC-BY-4.0", "CC-BY-4.0"], ("cc-by-4.0", "")),
        (["ODC-By-1.0"], ("odc-by", "")),
        (["CC-BY-4.0", "MIT"], ("other", "mixed-see-sources")),
        (["CC-BY-4.0", None], ("other", "mixed-see-sources")),
        (["Own-Terms-1.0"], ("other", "Own-Terms-1.0")),
        ([None], ("unknown", "")),
        ([], ("unknown", "")),
    ],
)
def test_license(declared: list[str | None], expected: tuple[str, str]) -> None:
    found = license_of([SourceFacts(str(i), license=name) for i, name in enumerate(declared)])
    assert (found.id, found.name) == expected


def test_sizes() -> None:
    numbers = (0, 999, 1000, 12_345, 10**6, 10**12)
    expected = ["n<1K", "n<1K", "1K<n<10K", "10K<n<100K", "1M<n<10M", "n>1T"]
    assert [size_category(n) for n in numbers] == expected
