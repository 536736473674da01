"""Labels of shards: the highest wins, a limit holds, what was not looked at is not written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import CorpuskitError, OutputError, RecipeError, StageError
from corpuskit.manifest import load
from corpuskit.output.labelled import Labels, Withholding
from corpuskit.output.verify import verify
from corpuskit.recipe import load as load_recipe
from corpuskit.run import Options, run

SCHEMA = pa.schema([("text", pa.string()), ("confidentiality", pa.string()), ("marks", pa.int64())])
TEXTS = {
    "open": "海に近い町では、朝の市場に新しい魚が並ぶ。",
    "inner": "社外秘\n来年の計画について述べる。",
    "secret": "【極秘】\n買収の候補は三社である。",
}


def rows(*given: tuple[str, str | None, int | None]) -> pa.RecordBatch:
    """Documents by text, label and number of marks."""
    names = SCHEMA.names
    return pa.RecordBatch.from_pylist([dict(zip(names, g, strict=True)) for g in given], SCHEMA)


def made(folder: Path, output: str = "", stages: str = "  - marks\n") -> Path:
    """A recipe over `TEXTS`."""
    lines = [json.dumps({"id": k, "text": v}, ensure_ascii=False) for k, v in TEXTS.items()]
    (folder / "texts.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    path = folder / "recipe.yaml"
    path.write_text(
        "name: labels\nsources:\n  - {name: texts, path: texts.jsonl, license: CC0-1.0}\n"
        f"stages:\n{stages}output:\n  path: out\n{output}",
        "utf-8",
    )
    return path


def ran(recipe: Path) -> Path:
    """The folder of the recipe's dataset."""
    loaded = load_recipe(recipe)
    return run(loaded, Options(workers=1)).out


def test_the_label_of_a_shard_is_its_documents_highest() -> None:
    labels = Labels(SCHEMA)
    assert labels.highest is None
    labels.update(rows(("a", None, 0), ("b", "internal", 1)))
    labels.update(rows(("c", "secret", 1), ("d", "internal", 1)))
    assert labels.highest == "secret"
    assert labels.counts == {"confidentiality": {"internal": 2, "none": 1, "secret": 1}}
    assert Labels(pa.schema([("text", pa.string())])).counts == {}


def test_a_label_that_is_no_level_is_an_error() -> None:
    labels = Labels(SCHEMA)
    labels.update(rows(("a", "hush", 1)))
    with pytest.raises(StageError, match="'hush', which is no level"):
        assert labels.highest


def test_withheld_are_records_above_the_level_and_those_not_looked_at() -> None:
    batch = rows(("a", None, 0), ("b", "internal", 1), ("c", "secret", 1), ("d", None, None))
    out = Withholding("internal")(batch)
    assert out.column("text").to_pylist() == ["a", "b", "", ""]
    assert out.column("confidentiality").to_pylist() == [None, "internal", "secret", None]
    assert out.schema == batch.schema
    bare = batch.select(["text"])
    assert Withholding("national_security")(bare).column("text").to_pylist() == [""] * 4


def test_labels_are_in_the_manifest_and_verified(tmp_path: Path) -> None:
    out = ran(made(tmp_path))
    (shard,) = load(out / "manifest.json").shards
    assert shard.confidentiality == "top_secret"
    assert shard.labels["confidentiality"] == {"internal": 1, "none": 1, "top_secret": 1}
    assert not list(verify(out))
    text = (out / "manifest.json").read_text("utf-8")
    (out / "manifest.json").write_text(text.replace('"internal": 1', '"internal": 2'), "utf-8")
    assert any("labels" in str(found) for found in verify(out))


def test_a_run_refuses_documents_above_the_limit(tmp_path: Path) -> None:
    recipe = made(tmp_path, "  max_confidentiality: internal\n")
    with pytest.raises(OutputError, match=r"data/.*: 1 kept documents are above") as error:
        ran(recipe)
    assert "the highest is top_secret" in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_limit_without_a_stage_that_looks_for_marks_is_refused(tmp_path: Path) -> None:
    recipe = made(tmp_path, "  max_confidentiality: internal\n", "  - signals.scripts\n")
    with pytest.raises(RecipeError, match="no stage writes the column 'confidentiality'"):
        ran(recipe)


def test_a_limit_that_is_no_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpuskitError, match="max_confidentiality"):
        ran(made(tmp_path, "  max_confidentiality: secrt\n"))


@pytest.mark.parametrize("early", [False, True])
def test_what_was_denied_is_accounted_for_without_its_text(tmp_path: Path, early: bool) -> None:
    gone = (
        "  - signals.scripts\n  - rules:\n      - {signal: characters, max: 18}\n" if early else ""
    )
    stages = f"{gone}  - marks\n  - gates\n"
    out = ran(made(tmp_path, "  max_confidentiality: internal\n", stages))
    tables = [pq.read_table(path) for path in sorted(out.glob("rejected/*.parquet"))]
    left: list[dict[str, Any]] = [row for table in tables for row in table.to_pylist()]
    assert "CONF_HIGH" in {row["signal"] for row in left}
    for row in left:
        assert row["text"] == "" and row["title"] is None and row["uri"] == "texts.jsonl"
    written = b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())
    assert "買収".encode() not in written
    manifest = load(out / "manifest.json")
    denied = [shard.labels["gate_train"].get("deny", 0) for shard in manifest.tables.rejected]
    assert sum(denied) == 1
    kept = [shard.labels["gate_train"] for shard in manifest.shards]
    assert kept == [{"review": manifest.totals.documents}]
    rules = {found.name: found.digest for found in manifest.resources}
    assert {"marks rules: marks", "gates rules: gates"} <= rules.keys()
    assert not list(verify(out))
