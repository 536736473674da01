"""What a plan states of near-deduplication: disk, memory, recall, false candidates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from corpuskit.dedup import bands, candidates, clusters, estimate, files, stars
from corpuskit.dedup.minhash import MinHash, MinHashParams
from corpuskit.plan import explain
from corpuskit.recipe import load

DEFAULT = MinHashParams()


def sharing(documents: int, params: MinHashParams) -> np.ndarray:
    """Keys of documents: one half alone, the other in pairs that agree as is assumed."""
    rng = np.random.default_rng(7)
    keys = rng.integers(0, 1 << 64, (documents, params.bands), np.uint64)
    half = documents // 2
    low, high = estimate.JACCARD
    chance = rng.uniform(low, high, half) ** params.rows
    copied = keys[half::2].repeat(2, axis=0)[:half]
    own = rng.random((half, params.bands)) >= chance[:, None]
    keys[half:] = np.where(own, keys[half:], copied)
    return keys


@pytest.mark.parametrize("shape", [(18, 6), (14, 8), (40, 5)])
def test_disk_is_what_the_files_take(tmp_path: Path, shape: tuple[int, int]) -> None:
    params = MinHashParams(num_perm=shape[0] * shape[1], bands=shape[0], rows=shape[1])
    documents, partitions = 20_000, 4
    keys = pa.FixedSizeListArray.from_arrays(
        pa.array(sharing(documents, params).reshape(-1)), params.bands
    )
    table = pa.table({"keys": keys, "row": pa.array(np.arange(documents))})
    pieces = candidates.spread(table, partitions)
    files.write(tmp_path / "keys", pieces[0].schema, pieces, packed=False)
    size = (tmp_path / "keys").stat().st_size
    assert estimate.disk(documents, params).keys == pytest.approx(size, rel=0.05)


def test_disk_grows_with_documents_and_bands() -> None:
    one, ten = (estimate.disk(n, DEFAULT) for n in (1_000_000, 10_000_000))
    assert ten.keys == pytest.approx(10 * one.keys)
    assert ten.edges == pytest.approx(10 * one.edges)
    double = estimate.disk(1_000_000, MinHashParams(num_perm=216, bands=36, rows=6))
    assert double.keys == 2 * one.keys and double.clusters == one.clusters
    assert double.edges == pytest.approx(2 * one.edges, rel=0.01)
    assert (one.keys + one.edges + one.clusters + one.sort) / 1_000_000 < 400


def test_narrow_bands_are_hit_more_often() -> None:
    wide, narrow = (MinHashParams(num_perm=108, bands=9, rows=r) for r in (12, 3))
    assert estimate.disk(1000, narrow).edges > 2 * estimate.disk(1000, wide).edges


def test_clusters_go_over_files_beyond_their_budget() -> None:
    assert estimate.PARENTS == clusters.PARENTS
    most = clusters.PARENTS // 4
    assert estimate.disk(most, DEFAULT).sort == 0
    assert estimate.disk(most + 1, DEFAULT).sort > 4 * most
    assert "disk: sort space" not in MinHash().costs(most)
    assert MinHash().costs(most + 1)["disk: sort space"] > 4 * most


def test_memory_is_bounded() -> None:
    sizes = [estimate.memory(n, DEFAULT) for n in (1000, 10**6, 10**8, 10**9, 10**10)]
    assert sizes == sorted(sizes) and sizes[-1] == sizes[-2] < 2e9
    assert sizes[-1] > clusters.PARENTS > stars.ROWS * stars.ROW_BYTES


@pytest.mark.parametrize(("bound", "b", "r"), [(0.8, 18, 6), (0.5, 20, 5), (0.99, 1, 1)])
def test_recall_and_false_candidates_are_means_of_the_curve(bound: float, b: int, r: int) -> None:
    facts = MinHash(
        MinHashParams(num_perm=b * r, bands=b, rows=r, bound=bound)
    ).explain()  # fmt: skip
    above, below = np.linspace(bound, 1, 100_001), np.linspace(0, bound, 100_001)
    found, false = (np.mean([bands.probability(j, b, r) for j in js]) for js in (above, below))
    assert facts["recall"] == pytest.approx(found, abs=1e-4)
    assert facts["false_candidates"] == pytest.approx(false, abs=1e-4)


def test_plan_says_it(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(f'{{"text": "文書{i}。"}}\n' for i in range(1000)))
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "name: p\nsources: [{name: s, path: a.jsonl}]\n"
        "stages: [dedup.exact: {}, dedup.minhash: {}]\noutput: {path: out}\n"
    )
    plan = explain(load(recipe))
    text = plan.as_text()
    assert (
        "  expected to be found: 99.96% of pairs at Jaccard >= 0.8, and 28.76% of those below "
        "(if all similarities are equally frequent)\n"
    ) in text
    assert text.count("expected to be found") == 1  # dedup.exact finds all
    assert "  disk: band keys: 221.4 kB\n  disk: edges and clusters: 17.4 kB\n" in text
    assert "  memory: one task, at most: 466.6 MB\n" in text
    assert "recall" not in text and "disk: sort space" not in text
    facts = plan.as_json()["exchanges"][-1]
    assert facts["costs"]["disk: band keys"] == 221_400
    assert facts["recall"] == MinHash().explain()["recall"]
