"""`scripts/privacy_accuracy`: its arithmetic, its table, its counts; HojiChar is never run here."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib import privacy

from tests.privacy.generator import Sentence


def test_a_place_is_found_if_touched_and_false_if_it_touches_none() -> None:
    sentences = [Sentence("電話 03-1234-5678", (("phone", 3, 15),)), Sentence("番号", ())]
    found = [[("phone", 11, 15), ("email", 0, 2)], [("phone", 0, 1)]]
    counted = privacy.tally(sentences, found)
    assert counted["phone"] == (1, 1, 1)
    assert counted["email"] == (0, 0, 1)


def test_ours_and_plain_give_characters() -> None:
    texts = ["𠮷 03-1234-5678", ""]
    assert privacy.ours(texts) == [[("phone", 2, 14)], []]
    assert ("phone", 2, 14) in privacy.plain(texts)[0]


def test_counts_of_a_corpus_and_a_sample(tmp_path: Path) -> None:
    rows = [{"text": "か\u3099 03-1234-5678 と taro@example.jp"}, {"text": "なし"}]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(lines.encode()))
    sample = tmp_path / "sample.txt"
    shown = list(privacy.count_corpus(tmp_path, 1, sample))
    assert [line.split()[:2] for line in shown if line.startswith(("phone", "email"))] == [
        ["email", "1"],
        ["phone", "1"],
    ]
    assert "⟦03-1234-5678⟧" in sample.read_text("utf-8")


def test_samples_stay_out_of_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    inside = Path(__file__).with_name("sample.txt")
    assert privacy.main(["--corpus", ".", "--sample", str(inside)]) == 2
    assert "outside" in capsys.readouterr().err


def test_a_folder_without_files_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no \*\.jsonl\.zst files"):
        privacy.main(["--corpus", str(tmp_path)])
