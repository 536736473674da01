"""Documents against those of earlier datasets, with and without their texts."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest

from corpuskit.dedup import clusters, stars, verify
from corpuskit.dedup.minhash import MinHash, MinHashParams
from corpuskit.exchange import PartFiles, PhaseInput
from tests.dedup.driver import documents, run, table_of
from tests.dedup.test_minhash import edited, prose, shingles


def indexed(folder: Path, texts: Sequence[str], name: str, *, at_hand: bool) -> list[str]:
    """Write an index of the texts; return their ids."""
    rows = documents(texts)
    for i, row in enumerate(rows):
        row["id"] = f"{name}{i}"
    table = table_of(rows)
    (folder / "index").mkdir(parents=True)
    batch = table.combine_chunks().to_batches()[0]
    index = MinHash(MinHashParams(index=True)).index_rows(batch)
    pq.write_table(pa.Table.from_batches([index]), folder / "index" / "0.parquet")
    if at_hand:
        pq.write_table(table, folder / "data.parquet")
    entry = {"path": "0.parquet", "dataset": name, "rows": len(rows)}
    entry["data"] = "data.parquet" if at_hand else None
    (folder / "index.json").write_text(json.dumps({"files": [entry]}))
    return [row["id"] for row in rows]


def cases(seed: int) -> tuple[list[str], list[str]]:
    """Earlier texts and own ones: copies, edits, other numbers, families of own, strangers."""
    rng = random.Random(seed)
    earlier = [prose(rng.randint(100, 300), rng) for _ in range(30)]
    own = []
    for text in earlier[:24]:
        kind = rng.randrange(4)
        own += [[text], [edited(text, 0.01, rng)], [text + "定格100V"], [text + "。", text]][kind]
    own += [prose(200, rng) for _ in range(20)] + earlier[25:26] * 40
    rng.shuffle(own)
    return earlier * 2, own


def against(tmp_path: Path, earlier: list[str], *, at_hand: bool) -> tuple[MinHash, list[str]]:
    ids = indexed(tmp_path / "old", earlier, "old", at_hand=at_hand)
    return MinHash(MinHashParams(against=(str(tmp_path / "old"),))), ids


def test_an_earlier_document_removes_and_is_named(tmp_path: Path) -> None:
    earlier, own = cases(1)
    exchange, ids = against(tmp_path, earlier, at_hand=True)
    rows = documents(own)
    found = run(tmp_path, exchange, rows, 2, 3)
    assert min(found) >= 0
    sets, old = [shingles(text) for text in own], [shingles(text) for text in earlier]
    gone = {doc: row for doc, row in found.items() if row["removed"]}
    assert len(gone) > 50
    for doc, row in gone.items():
        kept = row["kept"]
        assert kept < 0 and row["duplicate_in"] == "old"
        assert row["duplicate_of"] == ids[-1 - kept]
        same = len(sets[doc] & old[-1 - kept])
        assert row["jaccard"] == round(same / len(sets[doc] | old[-1 - kept]), 6) >= 0.8
        assert row["bands_hit"] is not None
    copies = {doc for doc, text in enumerate(own) if text in earlier}
    assert copies <= set(gone)
    templates = {doc for doc, text in enumerate(own) if text.endswith("定格100V")}
    assert templates and all(found[doc]["template_of"] in ids for doc in templates)
    assert all(row["unverified_of"] is None for row in found.values())
    assert all(row["cluster"] in ids for row in found.values() if not row["removed"])


@pytest.mark.parametrize("chunk", [verify.CHUNK, 1])
def test_earlier_documents_are_not_compared_with_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(verify, "CHUNK", chunk)
    text = prose(660, random.Random(8)).replace("\n", "。")
    links = [text[i * 50 : i * 50 + 500] for i in range(3)]  # only neighbours reach the bound
    exchange, ids = against(tmp_path, links[:2], at_hand=True)
    found = run(tmp_path, exchange, documents(links[2:]))
    assert {doc: row["duplicate_of"] for doc, row in found.items()} == {0: ids[1]}


def test_what_cannot_be_measured_is_named_and_stays(tmp_path: Path) -> None:
    earlier, own = cases(2)
    exchange, ids = against(tmp_path, earlier, at_hand=False)
    rows = documents(own)
    found = run(tmp_path, exchange, rows, 2, 3)
    alone = run(tmp_path, MinHash(), rows, 2, 3)
    assert {d for d, row in found.items() if row["removed"]} == {
        d for d, row in alone.items() if row["removed"]
    }
    assert all(row["duplicate_in"] is None for row in found.values())
    near = {doc for doc, text in enumerate(own) if text in earlier}
    stayed = near & {doc for doc, row in found.items() if not row["removed"]}
    assert len(stayed) > 5
    for doc in stayed:
        assert earlier[ids.index(found[doc]["unverified_of"])] == own[doc]
    strangers = [d for d, row in found.items() if row["unverified_of"] and row["removed"]]
    assert strangers == []


@pytest.mark.parametrize("at_hand", [True, False])
def test_budgets_and_partitions_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_hand: bool
) -> None:
    earlier, own = cases(3)
    exchange, _ = against(tmp_path, earlier, at_hand=at_hand)
    rows = documents(own)
    first = run(tmp_path, exchange, rows, 1, 1)
    assert run(tmp_path, exchange, rows, 3, 5) == first
    monkeypatch.setattr(stars, "ROWS", 9)
    monkeypatch.setattr(clusters, "PARENTS", 10 * clusters.NODE_BYTES)
    monkeypatch.setattr(verify, "CHUNK", 1)
    assert run(tmp_path, exchange, rows, 2, 2) == first


def edges(folder: Path, old: list[tuple[int, int]], own: list[tuple[int, int]]) -> set[Any]:
    """Edges of (key, document) pairs."""
    paths = []
    for name, pairs, kind in (("old", old, pa.int64()), ("own", own, pa.int32())):
        keys, docs = zip(*sorted(pairs), strict=True)
        batch = pa.RecordBatch.from_arrays(
            [pa.array(keys, pa.uint64()), pa.array(docs, kind)], ["key", "doc"]
        )
        paths.append(folder / name)
        with pa.OSFile(str(paths[-1]), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as out:
            out.write_batch(batch)
    part = PartFiles(0, 100, folder / "data", paths[1])
    given = PhaseInput(0, 1, [part], {"against": [paths[0]]}, (), folder / "out")
    stars.find_edges(given)
    with pa.memory_map(str(folder / "out")) as source:
        table = pa.ipc.open_file(source).read_all()
    return set(zip(*(table.column(n).to_pylist() for n in ("left", "right")), strict=True))


@pytest.mark.parametrize("limit", [1000, 4])
def test_of_one_bucket_eight_earlier_documents_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(stars, "ROWS", limit)
    many = [(7, -doc) for doc in range(1, 13)]
    found = edges(tmp_path, [*many, (9, -1), (9, -2), (5, -3)], [(7, 4), (7, 6), (5, 1), (3, 2)])
    star = {(-1, 4), (-1, 6)} | {(-doc, 4) for doc in range(2, 9)}
    assert found == star | {(-3, 1)}
    assert np.max([left for left, _ in found]) < 0
