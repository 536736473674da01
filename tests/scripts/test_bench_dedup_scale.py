"""`scripts/bench dedup --scale`: planted clusters, a small run, what counts as reached."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib import dedupscale, dedupscale_keys, dedupscale_report, dedupscale_tasks
from benchlib.dedupscale_keys import Shape
from benchlib.dedupscale_report import Phase, Size
from benchlib.errors import BenchError
from benchlib.main import main

from corpuskit.dedup import clusters, files

SMALL = Shape(4000, largest=300)


def test_cluster_sizes_are_zipf() -> None:
    sizes = np.bincount(np.bincount(dedupscale_keys.planted(Shape(300_000))))
    assert sizes[1] / sizes[2] == pytest.approx(2**2.7, rel=0.05)
    assert sizes[2] / sizes[4] == pytest.approx(2**2.7, rel=0.1)


def test_keys_do_not_hang_on_the_part() -> None:
    labels = dedupscale_keys.planted(SMALL)
    whole = dedupscale_keys.keys(SMALL, 0, labels)
    assert np.array_equal(dedupscale_keys.keys(SMALL, 1500, labels[1500:1777]), whole[1500:1777])
    other = replace(SMALL, seed=2)
    assert not np.any(dedupscale_keys.keys(other, 0, labels) == whole)


def test_bands_are_shared_with_the_probability_of_the_jaccard() -> None:
    shape = Shape(50_000, jaccard=(0.8, 0.8))
    shares = dedupscale_keys.agreeing(shape, np.arange(50_000, dtype=np.uint64))
    assert shares.mean(axis=0) == pytest.approx([0.8**6] * 18, abs=0.01)
    none = (~shares.any(axis=1)).mean()
    assert none == pytest.approx((1 - 0.8**6) ** 18, abs=0.002)


def test_expected_components_are_those_of_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = dedupscale_keys.planted(SMALL)
    words = dedupscale_keys.keys(SMALL, 0, labels)
    first = np.arange(SMALL.documents)
    for _ in range(20):  # the least number spreads over equal keys
        before = first.copy()
        for band in range(SMALL.bands):
            _, bucket = np.unique(words[:, band], return_inverse=True)
            least = np.full(bucket.max() + 1, SMALL.documents)
            np.minimum.at(least, bucket, first)
            first = least[bucket]
        if np.array_equal(first, before):
            break
    alone = np.bincount(first, minlength=SMALL.documents)[first] == 1
    assert 0.2 < alone.mean() < 0.8
    wanted = np.where(alone, -1, first)
    assert np.array_equal(dedupscale_keys.expected(SMALL, labels), wanted)
    monkeypatch.setattr(dedupscale_keys, "CHECKED", 100)
    assert np.array_equal(dedupscale_keys.expected(SMALL, labels), wanted)


def test_wrong_clusters_are_noticed(tmp_path: Path) -> None:
    labels = dedupscale_keys.planted(SMALL)
    np.save(tmp_path / "planted.npy", labels)
    first = dedupscale_keys.expected(SMALL, labels)
    docs = np.flatnonzero(first >= 0)

    def right(docs: np.ndarray, first: np.ndarray) -> bool:
        (tmp_path / "clusters").mkdir(exist_ok=True)
        batches = files.even([(docs, first)], clusters.CLUSTERS, 500)
        files.write(tmp_path / "clusters" / "000000", clusters.CLUSTERS, batches)
        return dedupscale._is_right(SMALL, tmp_path)

    assert right(docs, first[docs])
    assert not right(docs[1:], first[docs][1:])
    assert not right(docs[::-1].copy(), first[docs][::-1].copy())
    other = first[docs].copy()
    other[-1] += 1
    assert not right(docs, other)


def test_partitions_are_those_of_a_run() -> None:
    assert dedupscale.partitions_of(1_000_000, 3000) == 11
    assert dedupscale.partitions_of(1000, 3000) == 1
    assert dedupscale.partitions_of(30_000_000, 3000) == 335


def test_a_small_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also with clusters that go over files: 20,000 parents are 80 kB."""
    figures = tmp_path / "figures.json"
    arguments = ["--documents", "0.02,0.005", "--part-documents", "7000", "--parents", "40000"]
    arguments += ["--work", str(tmp_path / "work"), "--json", str(figures)]
    assert main(["dedup", "--scale", *arguments]) == 0
    said = capsys.readouterr().out
    assert "reached: clusters are the planted ones" in said.splitlines()
    assert "20,000 documents" in said and "3 parts x 4 partitions" in said
    assert "wall time of 20,000 is" in said
    small, large = json.loads(figures.read_text())["sizes"]
    assert (small["documents"], large["documents"]) == (5000, 20_000)
    assert small["right"] and large["right"]
    phases = large["phases"]
    assert phases["bands"]["counts"]["keys"] == 18 * 20_000
    assert phases["spread"]["disk"] > 12 * 18 * 20_000
    assert all(phase["peak"] >= phase["base"] > 50e6 for phase in phases.values())
    assert list((tmp_path / "work").iterdir()) == []


def test_a_task_that_fails_is_said(tmp_path: Path) -> None:
    job = dedupscale_tasks.PhaseJob("clusters", 0, 1, [], {"bands": [tmp_path / "no"]}, tmp_path)
    with pytest.raises(BenchError, match="No such file"):
        dedupscale_tasks.each([job], 1)


def test_a_folder_left_behind_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scale").mkdir()
    assert main(["dedup", "--scale", "--work", str(tmp_path)]) == 1
    assert "remove it" in capsys.readouterr().err


def sized(documents: int, wall: float, *, cpu: float = 1, disk: int = 230, peak: int = 1) -> Size:
    phase = Phase(1, wall, cpu, peak * 10**6, 10**6, disk * documents, 0, {})
    stated = {"disk: band keys": 240 * documents, "memory: one task, at most": 10**9}
    return Size(documents, 10, 5, 1, 1, {"spread": phase}, stated, True)


def test_what_counts_as_reached() -> None:
    base = sized(1000, 1)

    def missed(*others: Size) -> list[str]:
        lines = dedupscale_report.verdicts([base, *others])
        assert all(line.startswith(("reached: ", "NOT REACHED: ")) for line in lines)
        return [line for line in lines if line.startswith("NOT")]

    assert missed(sized(30_000, 32.9, cpu=30)) == []
    assert "wall time of 30,000 is 33.1 times" in missed(sized(30_000, 33.1))[0]
    assert "CPU time" in missed(sized(30_000, 1, cpu=34))[0]
    assert len(missed(sized(1000, 1, disk=401))) == 2  # it is off by more than stated, too
    assert "peak memory 2000 MB" in missed(sized(1000, 1, peak=2000))[0]
    assert "stated within 20.0 %" in missed(sized(1000, 1, disk=200))[0]
    assert "planted" in missed(replace(sized(1000, 1), right=False))[0]


def test_sort_space_counts_once() -> None:
    size = sized(1000, 1)
    phase = replace(size.phases["spread"], temporary=70)
    assert replace(size, phases={"a": phase, "b": phase}).disk == 2 * 230_000 + 70
