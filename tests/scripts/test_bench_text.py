"""The parts of `scripts/bench text` that don't measure."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from benchlib import text, textstages
from benchlib.main import main

from corpuskit.registry import Registry


def test_it_measures_every_signal_without_mecab() -> None:
    needs_parameters = {"signals.words", "signals.patterns"}
    written_elsewhere = {
        name
        for name in Registry().stages
        if name.startswith("signals.")
        and not Registry().stage(name).__module__.startswith("corpuskit.signals.")
    }
    measured = set(textstages.SIGNALS) | needs_parameters | written_elsewhere
    own = {"scripts", "lines", "letters", "sentences", "blocks", "layout", "industrial", "ocr",
           "translation", "menus", "compression", "ngrams", "repetition"}  # fmt: skip
    assert {f"signals.{name}" for name in own} == set(textstages.SIGNALS)
    assert measured <= set(Registry().stages)
    assert set(textstages.WEB) <= set(textstages.SIGNALS)


def test_hojichars_pattern_is_one_of_re2() -> None:
    found = pa.compute.count_substring_regex(
        pa.array(["2022年1月3日 コメント - ２話 (月)", ""]), textstages.BBS
    )
    assert found.to_pylist() == [5, 0]


def test_it_runs_without_a_peer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"text": "これは文です。\n" * (n + 1)} for n in range(300)]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "in.jsonl").write_text(lines, "utf-8")
    out = tmp_path / "figures.json"
    code = main(
        ["text", "--input", str(tmp_path / "in.jsonl"), "--mb", "0.2", "--runs", "1", "--no-peer",
         "--json", str(out)]
    )  # fmt: skip
    assert code == 0
    assert set(json.loads(out.read_text("utf-8"))["stages"]) == set(textstages.SIGNALS)
    assert "all without MeCab" in capsys.readouterr().out


def test_batches_are_read_from_memory_of_their_own() -> None:
    batch = pa.RecordBatch.from_pydict({"text": pa.array(["一", "二"])})
    again = text._again(batch)
    assert again.equals(batch)
    assert again.column("text").buffers()[2].address != batch.column("text").buffers()[2].address
