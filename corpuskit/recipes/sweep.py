"""How each threshold moves the result, from signals that a run stored: nothing is recomputed.

Each bound is moved by itself while all others stay. Documents that a run in `mode: fast` rejected
before a signal was computed are counted as unknown. Deduplication is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from corpuskit.errors import InputError
from corpuskit.manifest import Manifest, Table, load
from corpuskit.rules.stage import RulesParams

_ROWS = 16384
#: Documents whose values the points of the sweep are chosen from, at most.
_SAMPLE = 200_000
_SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
#: Bounds by key of a rule: whether the value must be above, and whether the bound itself stays.
_KINDS: Mapping[str, tuple[bool, bool]] = {
    "min": (True, True),
    "more_than": (True, False),
    "max": (False, True),
    "less_than": (False, False),
}


@dataclass(frozen=True)
class Point:
    """A threshold, and what it would keep."""

    bound: float
    documents: int
    characters: int
    unknown: int
    present: bool = False


@dataclass(frozen=True)
class Swept:
    """One bound of one rule.

    Attributes:
        rule: signal and sign, such as ``characters >=``.
        bound: as the recipe has it.
        profile: where the rule is from.
        sources: sources it is for; all where there are none.
        alone: documents that only this bound rejects.
        points: thresholds in order, the recipe's own among them.
    """

    rule: str
    bound: float
    profile: str
    sources: tuple[str, ...]
    alone: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Sweep:
    """All bounds of a run's rules.

    Attributes:
        mode: ``study`` or ``fast``.
        documents: documents of the dataset that have signals: kept, rejected and duplicate.
        kept: kept by the run.
        duplicates: removed as duplicates; they stay removed.
        elsewhere: rejected by stages other than rules; they stay rejected.
        unknown: rejected before every signal of a rule was computed.
        swept: one for each bound.
    """

    mode: str
    documents: int
    kept: int
    duplicates: int
    elsewhere: int
    unknown: int
    swept: tuple[Swept, ...] = field(repr=False)


@dataclass(frozen=True)
class _Bound:
    signal: str
    kind: str
    bound: float
    profile: str
    sources: tuple[str, ...]

    def fails(self, values: np.ndarray, concerned: np.ndarray, bound: float) -> np.ndarray:
        """Rows that break `bound`; NaN (null) breaks nothing."""
        above, inclusive = _KINDS[self.kind]
        with np.errstate(invalid="ignore"):
            if above:
                broken = values < bound if inclusive else values <= bound
            else:
                broken = values > bound if inclusive else values >= bound
        found: np.ndarray = broken & concerned
        return found


def sweep(out: Path, steps: int = 9) -> Sweep:
    """Move each bound of the rules of a run.

    Args:
        out: the dataset's folder.
        steps: thresholds beside the recipe's own, at most.

    Raises:
        InputError: no dataset, or its recipe has no rules over numbers.
    """
    manifest = load(out / "manifest.json")
    bounds = list(_bounds(manifest))
    if not bounds:
        raise InputError(f"{out}: its recipe has no rules over numbers", "nothing can be moved")
    return _Sweeper(out, manifest, bounds, steps).swept()


def _bounds(manifest: Manifest) -> Iterator[_Bound]:
    for record in manifest.stages:
        if record.stage.partition("@")[0] != "rules":
            continue
        params = RulesParams.model_validate(record.params)
        for rule in params.rules:
            for kind in _KINDS:
                bound = getattr(rule, kind)
                if bound is not None:
                    yield _Bound(rule.signal, kind, bound, params.profile, params.sources)


class _Sweeper:
    def __init__(self, out: Path, manifest: Manifest, bounds: list[_Bound], steps: int) -> None:
        self._out, self._manifest, self._bounds, self._steps = out, manifest, bounds, steps
        self._signals = list(dict.fromkeys(b.signal for b in bounds))
        self._study = manifest.mode == "study"
        self._alone = [0] * len(bounds)
        self._unknown = self._elsewhere = self._documents = self._duplicates = 0

    def swept(self) -> Sweep:
        """Two passes over the stored signals: choose the points, count at them."""
        points = [self._points(bound, sample) for bound, sample in self._sampled()]
        counts = [np.zeros((len(p), 3), np.int64) for p in points]
        for table, batch in self._batches():
            self._count(table, batch, points, counts)
        return Sweep(
            self._manifest.mode,
            self._documents,
            self._manifest.accounting.total.kept,
            self._duplicates,
            self._elsewhere,
            self._unknown,
            tuple(self._result(i, points[i], counts[i]) for i in range(len(points))),
        )

    def _result(self, i: int, points: list[float], counts: np.ndarray) -> Swept:
        b = self._bounds[i]
        made = tuple(
            Point(t, int(c[0]), int(c[1]), int(c[2]), t == b.bound)
            for t, c in zip(points, counts, strict=True)
        )
        sign = {"min": ">=", "more_than": ">", "max": "<=", "less_than": "<"}[b.kind]
        return Swept(f"{b.signal} {sign}", b.bound, b.profile, b.sources, self._alone[i], made)

    # --- reading ----------------------------------------------------------------------------------

    def _batches(self) -> Iterator[tuple[Table, pa.RecordBatch]]:
        tables: tuple[Table, ...] = ("data", "rejected", "duplicates")
        for table in tables:
            for shard in self._manifest.table(table):
                found = ds.dataset(str(self._out / shard.path), format="parquet")
                present = found.schema.names
                columns: dict[str, Any] = {
                    n: ds.field(n) for n in ("source", "stage", *self._signals) if n in present
                }
                columns["_characters"] = pc.utf8_length(ds.field("text"))
                for batch in found.to_batches(columns=columns, batch_size=_ROWS):
                    if batch.num_rows:
                        yield table, batch

    def _sampled(self) -> list[tuple[_Bound, np.ndarray]]:
        """Values of each signal, every k-th document of them."""
        total = self._manifest.accounting.total
        every = max(1, (total.kept + total.rejected) // _SAMPLE)
        taken: list[list[np.ndarray]] = [[] for _ in self._bounds]
        at = 0
        for table, batch in self._batches():
            if table == "duplicates":
                continue
            rows = np.arange((-at) % every, batch.num_rows, every)
            at += batch.num_rows
            for i, bound in enumerate(self._bounds):
                values = _column(batch, bound.signal)[rows]
                values = values[self._concerned(batch, bound)[rows]]
                taken[i].append(values[~np.isnan(values)])
        return [
            (b, np.concatenate(t) if t else np.empty(0))
            for b, t in zip(self._bounds, taken, strict=True)
        ]

    def _points(self, bound: _Bound, sample: np.ndarray) -> list[float]:
        """Quantiles of the values (such as occur), and the bound itself."""
        if not len(sample):
            return [bound.bound]
        shares = np.array(_SHARES)[:: max(1, -(-len(_SHARES) // max(1, self._steps)))]
        found = np.quantile(sample, shares, method="lower")
        return sorted({*(float(v) for v in found), bound.bound})

    @staticmethod
    def _concerned(batch: pa.RecordBatch, bound: _Bound) -> np.ndarray:
        if not bound.sources:
            return np.ones(batch.num_rows, bool)
        mine = pc.is_in(batch.column("source"), pa.array(bound.sources, pa.string()))
        concerned: np.ndarray = mine.to_numpy(zero_copy_only=False)
        return concerned

    # --- counting ---------------------------------------------------------------------------------

    def _count(
        self, table: Table, batch: pa.RecordBatch, points: list[list[float]],
        counts: list[np.ndarray],
    ) -> None:  # fmt: skip
        n = batch.num_rows
        self._documents += n
        if table == "duplicates":
            self._duplicates += n
            return
        gone = np.zeros(n, bool)
        if table == "rejected":
            by_rules = pc.starts_with(batch.column("stage"), "rules@")
            gone = ~by_rules.to_numpy(zero_copy_only=False)
            self._elsewhere += int(gone.sum())
        size = _column(batch, "_characters").astype(np.int64)
        values = {name: _column(batch, name) for name in self._signals}
        concerned = [self._concerned(batch, bound) for bound in self._bounds]
        fails = np.stack(
            [
                b.fails(values[b.signal], c, b.bound)
                for b, c in zip(self._bounds, concerned, strict=True)
            ]
        )
        broken = fails.sum(axis=0)
        blank = np.zeros(n, bool)
        if table == "rejected" and not self._study:  # what was rejected has not seen later stages
            for bound, mine in zip(self._bounds, concerned, strict=True):
                blank |= np.isnan(values[bound.signal]) & mine
        self._unknown += int((blank & ~gone).sum())
        for i, bound in enumerate(self._bounds):
            free = (broken - fails[i] == 0) & ~gone  # no other rule that is known rejects it
            self._alone[i] += int((fails[i] & free & ~blank).sum())
            for k, threshold in enumerate(points[i]):
                stays = free & ~bound.fails(values[bound.signal], concerned[i], threshold)
                counts[i][k, 0] += int((stays & ~blank).sum())
                counts[i][k, 1] += int(size[stays & ~blank].sum())
                counts[i][k, 2] += int((stays & blank).sum())


def _column(batch: pa.RecordBatch, name: str) -> np.ndarray:
    """A column as floats, NaN where it is null or missing."""
    at = batch.schema.get_field_index(name)
    if at < 0 or pa.types.is_string(batch.column(at).type):
        return np.full(batch.num_rows, np.nan)
    values: np.ndarray = batch.column(at).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values
