"""The seam for duplicates by meaning, with the plug-in of docs/deduplication.md."""

from __future__ import annotations

import json
import math
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from corpuskit.dedup.vectors import found_at, unit
from corpuskit.kernels.cosine import plane_keys, resolve_vectors
from corpuskit.output.verify import verify
from corpuskit.plan import explain
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import tree, write_jsonl

PAGE = Path(__file__).parents[2] / "docs" / "deduplication.md"


def prose(rng: random.Random, n: int = 200) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(n))


def shuffled(text: str, rng: random.Random) -> str:
    letters = list(text)
    rng.shuffle(letters)
    return "".join(letters)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("vectors")
    section = (
        PAGE.read_text(encoding="utf-8").split("## Duplicates by meaning")[1].split("\n## ")[0]
    )
    code, yaml = re.findall(r"```(?:python|yaml)\n(.*?)```", section, re.S)
    (folder / "acme.py").write_text(code)
    rng = random.Random(4)
    texts = [prose(rng) for _ in range(30)]
    texts += [shuffled(texts[i], rng) for i in range(8)]  # the same characters, another text
    sheet = prose(rng)
    texts += [sheet + "定格100V", shuffled(sheet, rng) + "定格200V", "", sheet[:100] + texts[3][:9]]
    write_jsonl(folder / "in.jsonl", [{"text": t} for t in texts])
    (folder / "recipe.yaml").write_text(
        "name: meaning\nsources: [{name: s, path: in.jsonl}]\npart_size: 8kB\n"
        f"output: {{path: out}}\n{yaml}"
    )
    run(load(folder / "recipe.yaml"), Options(workers=1))
    return folder, texts


def rows(out: Path, name: str) -> dict[str, dict[str, Any]]:
    paths = sorted((out / name).glob("*.parquet"))
    return {row["text"]: row for path in paths for row in pq.read_table(path).to_pylist()}


def test_alike_vectors_go_and_are_measured(made: tuple[Path, list[str]]) -> None:
    folder, texts = made
    out = folder / "out"
    assert list(verify(out)) == []
    gone, kept = rows(out, "duplicates"), rows(out, "data")
    assert len(gone) == 8
    for i in range(8):
        pair = {texts[i], texts[30 + i]}
        (lost,) = pair & set(gone)
        (stays,) = pair - {lost}
        assert gone[lost]["duplicate_of"] == kept[stays]["id"]
        assert gone[lost]["similarity"] == pytest.approx(1.0, abs=1e-6)
        assert gone[lost]["jaccard"] is None and gone[lost]["stage"] == "acme.characters@1"
        assert kept[stays]["cluster_size"] == 2 and kept[stays]["cluster"]
    sheets = [kept[texts[38]], kept[texts[39]]]  # other ratings: both stay
    assert sum(s["template_of"] is not None for s in sheets) == 1
    assert all(s["template_similarity"] is None or s["template_similarity"] >= 0.99 for s in sheets)


def test_workers_do_not_matter(made: tuple[Path, list[str]]) -> None:
    folder, _ = made
    out = run(load(folder / "recipe.yaml"), Options(out=folder / "two", workers=2)).out
    assert tree(out) == tree(folder / "out")


def test_plan_prints_the_curve(made: tuple[Path, list[str]]) -> None:
    plan = explain(load(made[0] / "recipe.yaml"), Options(out=made[0] / "planned"))
    (exchange,) = plan.exchanges
    assert exchange["bands"] == 24 and json.loads(json.dumps(exchange))["probability"]
    assert "acme.characters@1: " in plan.as_text()


def test_hyperplanes_meet_as_often_as_they_should() -> None:
    """Two vectors at an angle share a plane's side with probability 1 - angle / pi."""
    rng = np.random.RandomState(3)
    bands, rows_ = 4000, 1
    planes = rng.standard_normal((bands * rows_, 16)).astype(np.float32)
    one = unit(rng.standard_normal((1, 16)))
    other = unit(rng.standard_normal((1, 16)))
    cosine = float((one @ other.T)[0, 0])
    keys = np.empty((2, bands), np.uint64)
    plane_keys(np.concatenate([one, other]), planes, bands, rows_, keys)
    share = float((keys[0] == keys[1]).mean())
    expected = 1 - math.acos(cosine) / math.pi
    assert abs(share - expected) < 4 * math.sqrt(0.25 / bands)
    assert found_at(cosine, 1, 1) == pytest.approx(expected)


def test_resolution_is_as_defined() -> None:
    """Against the definition in Python, on random clusters."""
    rng = np.random.RandomState(8)
    for _ in range(20):
        n = 40
        vectors = unit(rng.standard_normal((n, 3)))
        bounds = np.array([0, 15, 15, 16, n])
        fixed = np.array([2, 0, 0, 1])
        guards = rng.randint(0, 2, n).astype(np.uint64)
        kept, template = np.empty(n, np.int64), np.empty(n, np.int64)
        like, template_like = np.empty(n), np.empty(n)
        resolve_vectors(vectors, bounds, fixed, 0.9, guards, kept, like, template, template_like)
        wide = vectors.astype(np.float64)
        for c in range(len(bounds) - 1):
            stay: list[int] = []
            for d in range(bounds[c], bounds[c + 1]):
                near = [k for k in stay if wide[k] @ wide[d] >= 0.9]
                if d < bounds[c] + fixed[c]:
                    near = []
                same = [k for k in near if guards[k] == guards[d]]
                assert kept[d] == (same[0] if same else -1)
                before = [k for k in near if guards[k] != guards[d] and (not same or k < same[0])]
                assert template[d] == (before[0] if before else -1)
                if not same:
                    stay.append(d)
