from __future__ import annotations

import json
import runpy
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from corpuskit.cli.verify import command
from corpuskit.errors import InputError

MADE = runpy.run_path(str(Path(__file__).parent.parent / "output" / "made.py"))
APP = typer.Typer()
APP.command()(command)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    MADE["make"](folder / "out", folder / "work")
    return folder / "out"


@pytest.fixture
def bad(good: Path, tmp_path: Path) -> Path:
    out = Path(shutil.copytree(good, tmp_path / "out"))
    (out / "run.json").write_text("{}")
    (out / "notes\x1b[31m.txt").write_text("x")
    return out


def test_ok(good: Path) -> None:
    result = CliRunner().invoke(APP, [str(good)])
    assert result.exit_code == 0
    assert result.output == "ok: 9 files, 14 rows, accounting holds\n"


def test_ok_as_json(good: Path) -> None:
    result = CliRunner().invoke(APP, [str(good), "--json"])
    assert json.loads(result.output) == {"ok": True, "mismatches": [], "files": 9, "rows": 14}


def test_names_each_mismatch_and_ends_with_1(bad: Path) -> None:
    result = CliRunner().invoke(APP, [str(bad)])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0] == ("notes␛[31m.txt: file: expected listed in SHA256SUMS, found not listed")
    assert lines[1].startswith("run.json: sha256: expected ")
    assert lines[2:] == ["2 mismatches"]


def test_mismatches_as_json(bad: Path) -> None:
    result = CliRunner().invoke(APP, [str(bad), "--json"])
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["ok"] is False
    assert [m["file"] for m in found["mismatches"]] == ["notes\x1b[31m.txt", "run.json"]
    assert set(found["mismatches"][0]) == {"file", "what", "expected", "found"}


def test_not_a_dataset(tmp_path: Path) -> None:
    result = CliRunner().invoke(APP, [str(tmp_path)])
    assert isinstance(result.exception, InputError)
    assert result.exception.exit_code == 4
