"""The evidence score: points for what is declared, and the names of what is missing."""

from __future__ import annotations

import pyarrow as pa

from corpuskit.provenance.declared import POINTS, Declared


def test_points_add_up_and_gaps_are_named() -> None:
    full = dict.fromkeys(POINTS, "x")
    some = {**full, "license": None, "date": None}
    none = dict.fromkeys(POINTS)
    schema = pa.schema([(name, pa.string()) for name in POINTS])
    batch = pa.RecordBatch.from_pylist([full, some, none], schema=schema)
    out = Declared().process(batch)
    assert out.column("provenance_score").to_pylist() == [100, 60, 0]
    assert out.column("provenance_missing").to_pylist() == ["", "license,date", ",".join(POINTS)]
