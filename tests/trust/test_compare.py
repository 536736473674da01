"""Two datasets side by side: documents by their fates, counts, recipe, digests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from corpuskit.cli.main import app
from corpuskit.errors import InputError
from corpuskit.output import recount
from corpuskit.recipe import load
from corpuskit.run import Options, run
from corpuskit.trust.compare import compare
from tests.conftest import write_jsonl

TEXTS = [f"{n}番目の文書です。{chr(0x5000 + n) * n}" for n in range(1, 13)]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def dataset(folder: Path, name: str, texts: list[str], least: int) -> Path:
    write_jsonl(folder / name / "a.jsonl", [{"text": text} for text in texts])
    content = {
        "name": "made",
        "sources": [{"name": "s", "path": name}],
        "stages": [
            "signals.scripts",
            {"rules": [{"signal": "characters", "min": least}]},
            "dedup.exact",
        ],
        "output": {"path": f"{name}.out"},
    }
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(content))
    run(load(path), Options(workers=1))
    return folder / f"{name}.out"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("compare")
    one = dataset(folder, "one", TEXTS, 9)
    changed = [*TEXTS[:11], "十二番目は別の文書に替わりました。", "短", TEXTS[10]]
    return one, dataset(folder, "two", changed, 13)


def ids(out: Path, table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in out.glob(f"{table}/*.parquet"):
        rows: list[dict[str, Any]] = pq.read_table(path, columns=["id", "text"]).to_pylist()
        found |= {row["text"]: row["id"] for row in rows}
    return found


@pytest.mark.parametrize("at_a_time", [10**6, 3])
def test_documents_by_their_two_fates(
    two: tuple[Path, Path], at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recount, "IDS_AT_A_TIME", at_a_time)
    one, other = two
    found = compare(one, other, limit=2)
    before, after = ids(one, "data"), ids(other, "data")
    rejected = ids(other, "rejected")
    assert found.fates == {
        ("kept", "rejected"): len([t for t in before if t in rejected]),
        ("kept", "absent"): 1,
        ("absent", "kept"): 1,
        ("absent", "rejected"): 1,
        ("absent", "duplicate"): 1,
    }
    assert found.fates["kept", "rejected"] > 2
    assert found.documents["kept", "absent"] == [before[TEXTS[11]]]
    assert found.documents["absent", "kept"] == [after["十二番目は別の文書に替わりました。"]]
    listed = found.documents["kept", "rejected"]
    assert len(listed) == 2 and set(listed) <= {before[t] for t in before if t in rejected}


def test_counts_recipe_and_digests(two: tuple[Path, Path]) -> None:
    found = compare(*two)
    counts = {c.name: (c.before, c.after) for c in found.counts}
    assert counts["accounting.total.read"] == (12, 14)
    assert counts["accounting.sources.s.duplicate"] == (0, 1)
    recipe = {c.name: (c.before, c.after) for c in found.recipe}
    assert recipe == {"stages.1.params.rules.0.min": (9, 13)}
    assert [c.name for c in found.made_of] == ["input s/a.jsonl"]
    assert {"data", "rejected", "duplicates"} == {c.name.split("/")[0] for c in found.files}
    assert not found.child


def test_the_same_and_a_child(two: tuple[Path, Path], tmp_path: Path) -> None:
    copy = shutil.copytree(two[0], tmp_path / "copy")
    result = call("diff", two[0], copy)
    assert result.exit_code == 0
    assert result.output == "the same documents, counts, recipe and digests\n"
    (tmp_path / "ids").write_text(ids(two[0], "data")[TEXTS[11]])
    assert call("takedown", copy, "--ids", tmp_path / "ids").exit_code == 0
    result = call("diff", two[0], copy, "--json")
    said = json.loads(result.output)
    assert result.exit_code == 1 and said["child"] and not said["same"]
    assert [(f["before"], f["after"], f["documents"]) for f in said["fates"]] == [
        ("kept", "rejected", 1)
    ]
    assert "list tombstones.jsonl 2 tombstones" in {c["name"] for c in said["made_of"]}


def test_for_people(two: tuple[Path, Path]) -> None:
    result = call("diff", *two, "--limit", 1)
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert "1 documents: absent → kept" in lines
    assert "recipe: 1 differ" in lines
    assert "  stages.1.params.rules.0.min: 9 → 13" in lines


def test_damage_is_said(two: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"manifest\.json"):
        compare(two[0], tmp_path)
    copy = Path(shutil.copytree(two[1], tmp_path / "copy"))
    next(copy.glob("data/*.parquet")).write_bytes(b"x")
    with pytest.raises(InputError, match="cannot be read"):
        compare(two[0], copy)
