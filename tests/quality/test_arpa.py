"""ARPA files: the same model out and in, files of other makers, and files that are wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from corpuskit.errors import InputError
from corpuskit.quality import arpa
from corpuskit.quality.kneserney import train
from corpuskit.testing import TRAPS, check_stage

TEXTS = pa.array(["朝の市場に魚が並ぶ。\n朝の海", "か\u3099が 𠮷 1,000㎡", "市場の魚と海の魚"])

SRILM = """\\data\\
ngram 1=4
ngram 2=2

\\1-grams:
-0.5\t</s>
-99\t<s>\t-0.3
-0.7\t魚\t-0.2
-1.5\t大きい\t0

\\2-grams:
-0.1\t<s> 魚
-0.2\t魚 </s>

\\end\\
"""


@pytest.mark.parametrize(
    ("units", "texts"), [("characters", TEXTS), ("words", pa.array(["a b a c", "b か\u3099 a"]))]
)
def test_out_and_in(units: str, texts: pa.Array, tmp_path: Path) -> None:
    model = train([texts], units, 4)
    arpa.write(model, tmp_path / "m.arpa")
    again = arpa.read(tmp_path / "m.arpa")
    assert (again.units, again.order, again.counts) == (units, 4, model.counts)
    asked = pa.array([*texts.to_pylist(), *TRAPS.values()])
    assert again.score(asked).log10 == pytest.approx(model.score(asked).log10, rel=1e-5, abs=1e-4)
    arpa.write(again, tmp_path / "n.arpa")
    assert (tmp_path / "n.arpa").read_bytes() == (tmp_path / "m.arpa").read_bytes()
    header = (tmp_path / "m.arpa").read_text("utf-8").splitlines()[:3]
    assert header == ["\\data\\", f"ngram 1={model.counts[0]}", f"ngram 2={model.counts[1]}"]


def test_a_file_of_another_maker(tmp_path: Path) -> None:
    path = tmp_path / "other.arpa.gz"
    path.write_bytes(gzip.compress(SRILM.encode()))
    model = arpa.load(path)
    assert model.units == "words"
    one, two, closed = model.score(pa.array(["魚", "魚 大きい", "犬"])).log10
    assert one == pytest.approx(-0.1 - 0.2, abs=1e-6)
    # 魚 after <s> is known; 大きい after 魚 backs off; </s> after 大きい too, with weight 0
    assert two == pytest.approx(-0.1 + (-0.2 - 1.5) + (0 - 0.5), abs=1e-6)
    assert closed < -99  # its vocabulary has no <unk>


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("\\end\\", ""), "ends before"),
        (("-0.7\t魚\t-0.2", "-0.7"), r":8: 1 fields, not 2 or 3"),
        (("-0.5\t</s>", "x\t</s>"), r":6: a probability is no number"),
        (("\\2-grams:", "\\3-grams:"), r"where \\2-grams: is due"),
        (("<s> 魚", "<s> 犬"), "no n-gram itself"),
        (("-0.5\t</s>\n", ""), "no unigram </s>"),
        (("-0.1\t<s> 魚", "-0.1\t<s> 魚\n-0.1\t<s> 魚"), "twice"),
    ],
)  # fmt: skip
def test_wrong_files(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.arpa"
    path.write_text(SRILM.replace(*change), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        arpa.read(path)


def test_no_model_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not found"):
        arpa.load(tmp_path / "absent.arpa")
    (tmp_path / "bytes.arpa").write_bytes(b"\xff\xfe\0")
    (tmp_path / "bytes.npz").write_bytes(b"PK nothing")
    for name in ("bytes.arpa", "bytes.npz"):
        with pytest.raises(InputError, match=name):
            arpa.load(tmp_path / name)


def test_the_stage_keeps_its_contract() -> None:
    check_stage("perplexity")
