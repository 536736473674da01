"""Splits and shuffles are functions of ids."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from corpuskit.lanes import Lanes, unit


def ids(n: int) -> list[str]:
    return [f"{i * 2654435761 % 2**64:016x}{i:016x}" for i in range(n)]


def lanes_of(lanes: Lanes, batch: pa.RecordBatch) -> dict[str, str]:
    return {i: name for name, rows in lanes.sort(batch) for i in rows.column("id").to_pylist()}


def test_shares_are_about_what_was_asked() -> None:
    batch = pa.RecordBatch.from_pydict({"id": ids(5000)})
    found = list(lanes_of(Lanes(validation=0.2, test=0.1), batch).values())
    assert abs(found.count("validation") / 5000 - 0.2) < 0.02
    assert abs(found.count("test") / 5000 - 0.1) < 0.02


def test_the_cluster_decides_where_there_is_one() -> None:
    names = ids(50)
    batch = pa.RecordBatch.from_pydict({"id": names, "cluster": pa.array([names[0]] * 49 + [None])})
    found = lanes_of(Lanes(validation=0.5), batch)
    assert len({found[name] for name in names[:49]}) == 1


def test_lanes_do_not_depend_on_batches() -> None:
    batch = pa.RecordBatch.from_pydict({"id": ids(300)})
    lanes = Lanes(validation=0.3, seed=5, buckets=4)
    whole = lanes_of(lanes, batch)
    single = {k: v for i in range(300) for k, v in lanes_of(lanes, batch.slice(i, 1)).items()}
    assert whole == single
    assert len(set(whole.values())) == 8


def test_unit_is_spread_over_zero_to_one() -> None:
    values = unit(pa.array(ids(2000)))
    assert values.min() >= 0
    assert values.max() < 1
    assert abs(float(np.mean(values)) - 0.5) < 0.03
