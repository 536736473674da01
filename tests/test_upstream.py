"""What exchanges found, applied to a part: removal, evidence, and chains between exchanges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc

from corpuskit.dedup.minhash import MinHash
from corpuskit.exchange import OUTCOME
from corpuskit.upstream import Divider, Found, Upstream

NEAR = MinHash()


def outcomes(path: Path, rows: list[dict[str, Any]], schema: pa.Schema = OUTCOME) -> Path:
    with pa.ipc.new_file(str(path), schema) as writer:
        filled = [{**dict.fromkeys(schema.names), "removed": False, **row} for row in rows]
        writer.write_table(pa.Table.from_pylist(filled, schema=schema))
    return path


def removed(doc: int, kept: int, jaccard: float) -> dict[str, Any]:
    return {
        "doc": doc, "removed": True, "kept": kept, "duplicate_of": f"id{kept}",
        "jaccard": jaccard, "containment": jaccard,
    }  # fmt: skip


def divide(tmp_path: Path, exact: list[Any], near: list[Any], base: int = 10) -> Any:
    schema = NEAR.outcome()
    paths = (outcomes(tmp_path / "n", near, schema), outcomes(tmp_path / "m", [], schema))
    found = (
        Found("dedup.exact@1", (outcomes(tmp_path / "e", exact),)),
        Found.of(NEAR, paths),
    )
    upstream = Upstream(None, base, 6, found)
    batch = pa.RecordBatch.from_pydict({"id": [f"id{base + i}" for i in range(6)]})
    return Divider(upstream).divide(batch, base)


def test_removed_documents_have_their_evidence(tmp_path: Path) -> None:
    split = divide(tmp_path, [removed(11, 10, 1.0)], [removed(14, 12, 0.9)])
    assert split.kept.column("id").to_pylist() == ["id10", "id12", "id13", "id15"]
    found = [(r["stage"], r["duplicate_of"], r["jaccard"]) for r in split.evidence.to_pylist()]
    assert found == [("dedup.exact@1", "id10", 1.0), ("dedup.minhash@1", "id12", 0.9)]


def test_an_exact_copy_of_a_removed_document_names_the_one_that_stayed(tmp_path: Path) -> None:
    split = divide(tmp_path, [removed(11, 10, 1.0)], [removed(10, 3, 0.9)])
    found = {
        doc: (row["stage"], row["duplicate_of"], row["jaccard"])
        for doc, row in zip(
            split.removed.column("id").to_pylist(), split.evidence.to_pylist(), strict=True
        )
    }
    assert found == {
        "id10": ("dedup.minhash@1", "id3", 0.9),
        "id11": ("dedup.exact@1", "id3", 0.9),
    }


def test_kept_documents_carry_their_cluster(tmp_path: Path) -> None:
    row = {
        "doc": 12,
        "cluster": "c",
        "cluster_size": 2,
        "template_of": "t",
        "template_jaccard": 0.95,
    }
    split = divide(tmp_path, [], [row])
    kept = split.kept.to_pylist()
    assert kept[2]["cluster"] == "c"
    assert kept[2]["template_jaccard"] == 0.95
    assert kept[0]["cluster"] is None
