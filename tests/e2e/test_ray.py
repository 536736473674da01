"""Ray gives the same bytes: a real cluster of two nodes, and a worker that dies there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

from corpuskit.recipe import load
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, text_of, tree, write_jsonl
from tests.e2e.test_sameness import CORPUS, QUICKSTART, corpus_slice

PLUGIN = """
import os
from corpuskit import doc_signal

@doc_signal("test.kills", type=int)
def kills(doc) -> int:
    if "死" in doc.text:
        os._exit(11)
    return 0
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two nodes with one CPU each."""
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster.address
    ray.shutdown()
    cluster.shutdown()


def test_quickstart_on_ray_equals_local(address: str, tmp_path: Path) -> None:
    local = run(load(QUICKSTART), Options(out=tmp_path / "local", workers=2)).out
    on_ray = run(
        load(QUICKSTART), Options(out=tmp_path / "ray", engine="ray", address=address, workers=2)
    ).out
    assert tree(on_ray) == tree(local)


@pytest.mark.skipif(not CORPUS.exists(), reason="needs the shared development corpus")
def test_a_corpus_slice_on_ray_equals_local(
    address: str, tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    sources = corpus_slice(tmp_path / "in", 20)
    recipe = load(write_recipe(sources, part_size="2MB", output={"shard_size": "4MB"}))
    local = run(recipe, Options(out=tmp_path / "local", workers=2)).out
    on_ray = run(recipe, Options(out=tmp_path / "ray", engine="ray", address=address)).out
    assert tree(on_ray) == tree(local)


def test_a_record_that_kills_its_worker_on_ray(
    address: str, tmp_path: Path, write_recipe: RecipeWriter
) -> None:
    (tmp_path / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    rows: list[dict[str, Any]] = [{"id": i, "text": text_of(i)} for i in range(6)]
    rows[4]["text"] += "死"
    write_jsonl(tmp_path / "in.jsonl", rows)
    source = {"name": "docs", "path": "in.jsonl", "reader": "jsonl", "id": "id"}
    recipe = write_recipe([source], ["test.kills"], plugins=["plugin.py"])
    out = run(load(recipe), Options(engine="ray", address=address)).out
    quarantine = ds.dataset(out / "quarantine").to_table(["source_id", "error"]).to_pylist()
    assert quarantine == [{"source_id": "4", "error": "worker_died"}]
