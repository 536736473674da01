"""`corpuskit score`: train on labels and on trusted text, and evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corpuskit.cli.score import app
from corpuskit.errors import InputError
from corpuskit.quality.arpa import load

GOOD = ("設備の点検は月に一度行う。", "朝の市場に魚が並ぶ。", "規程は安全を守るために定める。")
BAD = ("今すぐ登録!!無料", "激安!!送料無料", "限定!!クリック")


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.tsv"
    rows = [
        f"{(BAD, GOOD)[i % 2][i % 3]}{chr(0x4E00 + i)}\t{('bad', 'good')[i % 2]}\t{'abba'[i % 4]}"
        for i in range(80)
    ]
    path.write_text("\n".join(["text\tlabel\tsource", *rows, ""]), encoding="utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def told(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.mark.parametrize("units", ["characters", "morphemes"])
def test_a_classifier(units: str, labels: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.npz"
    found = told("train", "--labels", labels, "--out", model, "--units", units, "--folds", 4)
    measures = {m["name"]: m for m in found["measures"]}
    assert found["texts"] == 80 and measures["auc"]["value"] > 0.99
    first = model.read_bytes()
    assert told("train", "--labels", labels, "-o", model, "--units", units, "--folds", 0)[
        "measures"
    ] == []  # fmt: skip
    assert model.read_bytes() == first
    again = told("eval", "--labels", labels, "--model", model)
    assert {m["name"] for m in again["measures"]} >= {"auc", "precision", "calibration error"}
    assert [row[0] for row in again["sources"]] == ["a", "b"]


def test_the_score_that_ships(labels: Path) -> None:
    output = run("eval", "--labels", labels).output
    lines = [line.split("\t") for line in output.splitlines()]
    assert lines[0][0].startswith("model quality (the score that ships), bound 0.5")
    values = {line[0]: line[1:] for line in lines if len(line) > 1}
    assert float(values["auc"][0]) > 0.95
    low, _, high = values["auc"][1].partition(" to ")
    assert float(low) <= float(values["auc"][0]) <= float(high)
    assert values["source"] == ["texts", "share good", "auc"]


@pytest.mark.parametrize(("units", "order"), [("characters", 4), ("morphemes", 2)])
def test_a_language_model(units: str, order: int, labels: Path, tmp_path: Path) -> None:
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    (trusted / "a.txt").write_text("\n".join(GOOD), encoding="utf-8")
    rows = [json.dumps({"body": text}, ensure_ascii=False) for text in GOOD]
    (trusted / "b.jsonl").write_text("\n".join(rows), encoding="utf-8")
    shared = ("train", "--on", trusted, "--units", units, "--orders", order, "--field", "body")
    for name in ("model.npz", "model.arpa"):
        found = told(*shared, "--out", tmp_path / name)
        assert found["1-grams"] > 10 and list(found)[-1] == f"{order}-grams"
        scored = told(
            "eval", "--labels", labels, "--model", tmp_path / name, "--bound", -8
        )  # fmt: skip
        auc = {m["name"]: m["value"] for m in scored["measures"]}["auc"]
        assert auc > 0.9, name
    assert load(tmp_path / "model.arpa").order == order


def test_calls_that_are_wrong(labels: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.npz"
    assert run("train", "--out", out).exit_code == 2
    assert run("train", "--out", out, "--labels", labels, "--on", labels).exit_code == 2
    assert run("train", "--out", out, "--labels", labels, "--orders", "0,9").exit_code == 2
    for arguments in (
        ("train", "--out", out, "--labels", tmp_path / "absent.tsv"),
        ("train", "--out", out, "--on", tmp_path / "absent.jsonl"),
        ("eval", "--labels", labels, "--model", tmp_path / "absent.npz"),
    ):
        assert isinstance(run(*arguments).exception, InputError), arguments
    (tmp_path / "broken.jsonl").write_text('{"text": "文"}\n{"body": "文"}\n', encoding="utf-8")
    error = run("train", "--out", out, "--on", tmp_path / "broken.jsonl").exception
    assert isinstance(error, InputError) and "broken.jsonl:2" in str(error)
