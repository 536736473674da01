"""KenLM's and fastText's models, with stand-ins for their packages."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.errors import InputError, MissingExtraError
from corpuskit.quality.modelstages import Perplexity, PerplexityParams, Score, ScoreParams
from corpuskit.testing import check_stage


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(b"model")
    return path


def installed(monkeypatch: pytest.MonkeyPatch, name: str, **content: Any) -> None:
    monkeypatch.setitem(sys.modules, name, SimpleNamespace(**content))


class KenLM:
    """Gives -1 for each word and for the end."""

    def __init__(self, path: str) -> None:
        self.asked: list[str] = []

    def score(self, line: str, bos: bool, eos: bool) -> float:
        assert bos and eos
        self.asked.append(line)
        return -1.0 - len(line.split(" "))


def test_kenlm_sees_lines_of_words(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "kenlm", Model=KenLM)
    text = pa.array(["朝 の 市場\n\n魚", ""])
    stage = Perplexity(PerplexityParams(model=str(model)))
    row = stage.process(pa.RecordBatch.from_pydict({"text": text})).to_pydict()
    assert row["perplexity"] == [10.0, 0.0]
    assert stage._model._model.asked == ["朝 の 市場", "魚"]
    letters = Perplexity(PerplexityParams(model=str(model), units="characters"))
    letters.process(pa.RecordBatch.from_pydict({"text": text}))
    assert letters._model._model.asked == ["朝 ▁ の ▁ 市 場", "魚"]
    check_stage(stage)


class FastText:
    """Answers as the inner model of fasttext-wheel and of fasttext-predict does."""

    class f:  # noqa: N801
        @staticmethod
        def predict(text: str, k: int, bound: float, on_error: str) -> Any:
            assert text.endswith("\n") and text.count("\n") == 1
            good = 0.75 if "魚" in text else 1.00001
            return [(1 - good, "__label__bad"), (good, "__label__good")]


def test_fasttext(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "fasttext", load_model=lambda path: FastText())
    stage = Score(ScoreParams(model=str(model)))
    assert [c.name for c in stage.columns_written()] == ["score"]
    batch = pa.RecordBatch.from_pydict({"text": pa.array(["魚\nの 市場", "海"])})
    assert stage.process(batch).column("score").to_pylist() == [0.75, 1.0]
    check_stage(stage)
    other = Score(ScoreParams(model=str(model), label="nice"))
    with pytest.raises(InputError, match=r"no label 'nice'; it has __label__bad, __label__good"):
        other.open()


@pytest.mark.parametrize(
    ("stage", "package"),
    [(Perplexity, "kenlm"), (Score, "fasttext-predict")],
)
def test_packages_that_are_missing(
    stage: Any, package: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kenlm", "fasttext"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError) as caught:
        stage(stage.Params(model=str(model))).open()
    assert caught.value.remedy == f"python -m pip install {package}"
