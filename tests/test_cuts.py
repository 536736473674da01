"""Pieces of text that an exchange takes out: the texts, the places, and documents left empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.ipc
import pytest

from corpuskit.cuts import cut_texts
from corpuskit.document import CUTS
from corpuskit.exchange import Exchange, Phase
from corpuskit.stage import Column
from corpuskit.upstream import Divider, Found, Upstream

TEXTS = ["がか\u3099㈱𠮷\nバス10⁵m²", "", "AB\x00C", "〜～ー", "そのまま"]


class Cutter(Exchange):
    """Takes out what its outcome says."""

    name: ClassVar[str] = "test.cutter"
    writes: ClassVar[tuple[Column, ...]] = (
        Column("share", pa.float64(), "share of the text taken out"),
        Column("cuts", CUTS, "what was taken out"),
    )
    fill: ClassVar[dict[str, Any]] = {"share": 0.0}

    def edits(self) -> bool:
        return True

    def keys(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        raise NotImplementedError

    def spread(self, keys: pa.Table, partitions: int) -> list[pa.RecordBatch]:
        raise NotImplementedError

    def phases(self) -> list[Phase]:
        return []


def span(text: str, start: int, stop: int) -> dict[str, int]:
    """Characters of a text as bytes."""
    return {"start": len(text[:start].encode()), "stop": len(text[:stop].encode())}


def batch_of(texts: list[str]) -> pa.RecordBatch:
    ids = [f"id{i}" for i in range(len(texts))]
    return pa.RecordBatch.from_pydict({"id": ids, "text": pa.array(texts, pa.string())})


def pieces(places: list[list[tuple[int, int]] | None]) -> pa.Array:
    rows = [
        None if spans is None else [span(text, *place) for place in spans]
        for text, spans in zip(TEXTS, places, strict=True)
    ]
    return pa.array(rows, Cutter().outcome().field("cut_bytes").type)


PLACES: list[list[tuple[int, int]] | None] = [[(1, 4), (6, 8)], None, [(0, 1), (2, 4)], [], None]


@pytest.mark.parametrize("start", [0, 2])
def test_pieces_go_and_their_places_are_kept(start: int) -> None:
    batch = batch_of(TEXTS).slice(start)
    found = cut_texts(batch, pieces(PLACES).slice(start), "test.cutter@1")
    for i, text in enumerate(found.column("text").to_pylist(), start):
        chars = list(TEXTS[i])
        for first, last in reversed(PLACES[i] or []):
            del chars[first:last]
        assert text == "".join(chars)
    expected = [
        [{"stage": "test.cutter@1", "start": a, "stop": b} for a, b in spans] if spans else None
        for spans in PLACES[start:]
    ]
    assert found.column("cuts").to_pylist() == expected
    assert found.schema.field("cuts").type == CUTS


def test_later_cuts_come_after_earlier_ones() -> None:
    once = cut_texts(batch_of(TEXTS), pieces(PLACES), "one@1")
    places: list[list[tuple[int, int]] | None] = [[(0, 1)], None, None, [(1, 2)], None]
    twice = cut_texts(once, pieces(places), "two@1").column("cuts").to_pylist()
    assert [cut["stage"] for cut in twice[0]] == ["one@1", "one@1", "two@1"]
    assert [cut["stage"] for cut in twice[2]] == ["one@1", "one@1"]
    assert twice[3] == [{"stage": "two@1", "start": 1, "stop": 2}]
    assert twice[1] is None and twice[4] is None


def test_documents_left_empty_are_told_apart(tmp_path: Path) -> None:
    cutter = Cutter()
    whole = [span(TEXTS[0], 0, len(TEXTS[0]))]
    rows = [
        {"doc": 10, "removed": False, "share": 1.0, "cut_bytes": whole},
        {"doc": 13, "removed": False, "share": 0.3, "cut_bytes": [span(TEXTS[3], 0, 1)]},
    ]
    path = tmp_path / "outcome"
    with pa.ipc.new_file(str(path), cutter.outcome()) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=cutter.outcome()))
    upstream = Upstream(None, 10, 5, (Found.of(cutter, (path,)),))
    split = Divider(upstream).divide(batch_of(TEXTS), 10)
    assert split.kept.column("text").to_pylist() == ["", "AB\x00C", "～ー", "そのまま"]
    assert split.kept.column("share").to_pylist() == [0.0, 0.0, 0.3, 0.0]
    ((name, empty),) = split.emptied
    assert name == "test.cutter@1"
    assert empty.column("text").to_pylist() == [TEXTS[0]]  # as it was: nothing is lost
    assert split.removed.num_rows == 0
