"""Recipes with `dedup.lines`, run as a whole: fates, places of cuts, signals, what inspect says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
from typer.testing import CliRunner

from corpuskit.cli.main import app
from corpuskit.dedup.lines import LinesParams
from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, text_of, write_jsonl
from tests.dedup.repeatedlines import expected

MENU = "ホーム | 製品情報 | お問い合わせ"
FOOT = "Copyright © 2024 例示株式会社 無断転載を禁じます。"


def inputs(folder: Path) -> list[dict[str, Any]]:
    """Pages with a menu and a foot, some of nothing else, a copy, and a broken record."""
    texts = [f"{MENU}\r\n\r\n{text_of(i, 4)}\n\n　{FOOT}" for i in range(12)]
    texts += [
        f"{MENU}\n\n{FOOT}\n",
        f"{FOOT}\n{MENU}",
        "𠮷野家の🎉\n" + FOOT,
        texts[3],
        text_of(99),
    ]
    rows: list[Any] = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    write_jsonl(folder / "a.jsonl", [*rows[:9], b'{"id": "broken", "text": '])
    write_jsonl(folder / "b.jsonl", rows[9:])
    return rows


def recipe(write_recipe: RecipeWriter, folder: Path, **params: Any) -> Path:
    source = {"name": "docs", "path": str(folder), "reader": "jsonl", "id": "id"}
    stages = ["dedup.exact", {"dedup.lines": {"min_documents": 10, **params}}]
    return write_recipe([source], stages)


def rows_of(out: Path, table: str) -> dict[str, dict[str, Any]]:
    rows = ds.dataset(out / table, format="parquet").to_table().to_pylist()
    return {row["source_id"]: row for row in rows}


@pytest.mark.parametrize("action", ["remove", "keep_first", "signal"])
@pytest.mark.parametrize("unit", ["line", "paragraph"])
def test_a_run(tmp_path: Path, write_recipe: RecipeWriter, unit: Any, action: Any) -> None:
    rows = inputs(tmp_path / "in")
    path = recipe(write_recipe, tmp_path / "in", unit=unit, action=action)
    finished = run(load(path), Options(workers=1))
    out = finished.out
    assert not list(verify(out))
    kept, copies = rows_of(out, "data"), rows_of(out, "duplicates")
    gone = [int(name) for name in copies]
    assert gone in ([3], [15])  # of two equal ids by digest, either may be the smaller
    params = LinesParams(unit=unit, action=action)
    found = expected(rows, params, gone)
    left = {i: text for i, (_, _, text) in found.items()}
    empty = {str(i) for i, text in left.items() if not text.strip()}
    rejected = rows_of(out, "rejected") if empty else {}
    assert set(rejected) == empty
    assert len(empty) == (0 if action == "signal" else 1 if unit == "paragraph" else 2)
    for row in rejected.values():
        assert row["text"] == rows[int(row["source_id"])]["text"]
        assert (row["stage"], row["signal"]) == ("dedup.lines@1", "characters_left")
    assert set(kept) == {row["id"] for row in rows} - empty - set(copies)
    count, share = {"line": ("repeated_lines", "repeated_share")}.get(
        unit, ("repeated_paragraphs", "repeated_paragraph_share")
    )
    for name, row in kept.items():
        raw, own = rows[int(name)]["text"], found.get(int(name), (0, 0.0, rows[int(name)]["text"]))
        assert (row[count], row[share], row["text"]) == own
        if action == "signal":
            assert "cuts" not in row
            continue
        rest, at = "", 0
        for cut in row["cuts"] or []:
            assert cut["stage"] == "dedup.lines@1" and at <= cut["start"] < cut["stop"]
            rest += raw[at : cut["start"]]
            at = cut["stop"]
        assert rest + raw[at:] == row["text"]
    assert kept["16"][count] == 0 and kept["1"][count] == 2
    total = finished.manifest.accounting.total
    assert (total.read, total.duplicate, total.quarantined) == (18, 1, 1)


def test_inspect_says_what_was_cut(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    inputs(tmp_path / "in")
    finished = run(load(recipe(write_recipe, tmp_path / "in")), Options(workers=1))
    row = rows_of(finished.out, "data")["1"]
    told = CliRunner().invoke(app, ["inspect", str(finished.out), row["id"]]).output
    first, last = row["cuts"]
    size = first["stop"] + last["stop"] - last["start"]
    assert f"cut by dedup.lines@1\t2 pieces, {size} characters, at 0-{first['stop']} " in told
    assert "'start'" not in told and "repeated_lines\t2\t" in told
