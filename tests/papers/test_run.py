"""A run writes `croissant.json` into its dataset, where `verify` and `SHA256SUMS` know it."""

from __future__ import annotations

import json
from pathlib import Path

from corpuskit.output.sums import read_sums
from corpuskit.output.verify import verify
from corpuskit.papers.formats import export
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, text_of, write_jsonl


def test_a_run_writes_croissant(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    write_jsonl(tmp_path / "in.jsonl", [{"text": text_of(n)} for n in range(5)])
    source = {"name": "docs", "path": str(tmp_path / "in.jsonl"), "license": "CC0-1.0"}
    recipe = write_recipe([source], stages=[], papers={"creator": "甲", "version": 1.5})
    finished = run(load(recipe), Options(workers=1))
    path = finished.out / "croissant.json"
    found = json.loads(path.read_bytes())
    assert found["creator"]["name"] == "甲" and found["version"] == "1.5"
    assert found["license"] == ["https://spdx.org/licenses/CC0-1.0"]
    assert "croissant.json" in read_sums(finished.out / "SHA256SUMS")
    assert not list(verify(finished.out))
    (again,) = export("croissant", finished.out, tmp_path / "papers")
    assert again.read_bytes() == path.read_bytes()
    raw = path.read_bytes()
    path.write_bytes(raw.replace("甲".encode(), "乙".encode()))
    assert [m.file for m in verify(finished.out)] == ["croissant.json"]
