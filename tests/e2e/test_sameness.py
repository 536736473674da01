"""Same bytes: for any worker count and order of creation, and after SIGKILL at random moments."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, text_of, tree, write_jsonl

CORPUS = Path(__file__).parents[3] / "shared" / "data" / "corpus"
QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart.yaml"


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quickstart's dataset, made with one worker."""
    out = tmp_path_factory.mktemp("quickstart") / "out"
    return run(load(QUICKSTART), Options(out=out, workers=1)).out


@pytest.mark.parametrize("workers", [2, 3])
def test_quickstart_is_the_same_for_any_worker_count(
    quickstart: Path, tmp_path: Path, workers: int
) -> None:
    out = run(load(QUICKSTART), Options(out=tmp_path / "out", workers=workers)).out
    assert tree(out) == tree(quickstart)


def test_order_of_creation_does_not_matter(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    names = [f"{i:02d}-設備.jsonl" for i in range(12)]
    trees = []
    for turn, order in enumerate((names, names[::-1])):
        folder = tmp_path / f"in{turn}"
        for name in order:
            i = int(name[:2])
            write_jsonl(folder / name, [{"text": text_of(i)}, {"text": text_of(i + 40)}])
        recipe = write_recipe(
            [{"name": "docs", "path": str(folder)}], output={"path": f"out{turn}"}
        )
        trees.append(tree(run(load(recipe), Options(workers=2)).out))
    assert trees[0] == trees[1]


def corpus_slice(folder: Path, megabytes: float) -> list[dict[str, Any]]:
    """A slice of the development corpus: the first documents of every source, one file a source."""
    import zstandard

    files = sorted(CORPUS.glob("*.jsonl.zst"))
    share = megabytes * 1e6 / len(files)
    for path in files:
        with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
            data = stream.read(int(share))
        folder.mkdir(exist_ok=True)
        (folder / path.name.removesuffix(".zst")).write_bytes(data[: data.rfind(b"\n") + 1])
    return [{"name": "corpus", "path": str(folder), "id": "id", "license": "various"}]


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the shared development corpus")
def test_a_corpus_slice_is_the_same_for_one_two_and_three_workers(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    sources = corpus_slice(tmp_path / "in", 20)
    trees = []
    for workers in (1, 2, 3):
        recipe = write_recipe(
            sources, output={"path": f"out{workers}", "shard_size": "4MB"}, part_size="2MB"
        )
        out = run(load(recipe), Options(workers=workers)).out
        assert not list(verify(out))
        trees.append(tree(out))
    assert trees[0] == trees[1] == trees[2]
    accounts = json.loads(trees[0]["manifest.json"])["accounting"]["total"]
    assert accounts["kept"] > 1000
    assert accounts["duplicate"] > 10


def _start(recipe: Path, out: Path) -> subprocess.Popen[bytes]:
    """A run in a session of its own, so that parent and workers can be killed together."""
    command = [sys.executable, "-m", "corpuskit", "run", str(recipe), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--workers", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _killed_and_resumed(recipe: Path, out: Path, moments: tuple[float, float]) -> None:
    """Run, killing at ten random moments and resuming each time; a run that ends begins again."""
    chance = random.Random(20261123)
    kills = 0
    for _ in range(60):
        process = _start(recipe, out)
        try:
            process.wait(timeout=chance.uniform(*moments) if kills < 10 else 240)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        assert process.returncode == 0
        if kills >= 10:
            break
        shutil.rmtree(out)
    assert kills == 10


def test_the_quickstart_killed_at_ten_random_moments(quickstart: Path, tmp_path: Path) -> None:
    _killed_and_resumed(QUICKSTART, tmp_path / "out", (1.0, 3.6))
    assert tree(tmp_path / "out") == tree(quickstart)


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the shared development corpus")
def test_a_corpus_slice_killed_at_ten_random_moments(
    tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    sources = corpus_slice(tmp_path / "in", 20)
    recipe = write_recipe(sources, part_size="1MB", output={"path": "straight"})
    straight = run(load(recipe), Options(workers=2)).out
    _killed_and_resumed(recipe, tmp_path / "killed", (1.2, 5.0))
    assert tree(tmp_path / "killed") == tree(straight)
    assert not list(verify(tmp_path / "killed"))
