"""The stage `evidence_score`: how well documented a record is, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.paths import resolve_path
from corpuskit.provenance.conditions import TRUE, Condition, judge
from corpuskit.provenance.gates import check_columns
from corpuskit.provenance.rulesets import RuleModel, RuleSet, files, load
from corpuskit.registry import nearest
from corpuskit.stage import Column, Params, Resource, Stage

#: Type of the column `evidence_items`.
ITEMS = pa.list_(pa.struct([("item", pa.string()), ("points", pa.int64())]))


class Block(RuleModel):
    """A group of items: at most `most` points; only its best item where `best`."""

    id: str
    most: int = Field(ge=0)
    best: bool = False


class Item(RuleModel):
    """Points for a piece of evidence that is there."""

    id: str
    block: str
    points: int = Field(ge=0)
    when: dict[str, Condition] = Field(min_length=1)


class ScoreParams(Params):
    """Which weights."""

    rules: str | None = Field(
        None,
        description="Path of a rule file that replaces the built-in one, or extends it "
        "(extends: default).",
    )


class EvidenceScore(Stage):
    """Sums points for the evidence of a record's identity, origin, rights, preferences, process.

    score = sum over blocks of min(most, sum of its items' points), or of its best item's points. It
    says how well documented a record is, not whether it may be used: it never overrides a gate. A
    column that no stage computed gives no points. The weights are ours; see the rule file.
    """

    name: ClassVar[str] = "evidence_score"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = ScoreParams
    example: ClassVar[str] = "- evidence_score"
    reads: ClassVar[tuple[str, ...]] = ("license", "legal_basis", "publisher", "date", "country")
    writes: ClassVar[tuple[Column, ...]] = (
        Column("evidence_score", pa.int64(), "points of 100 for evidence that is there"),
        Column("evidence_grade", pa.string(), "A from 85, B from 70, C from 50, D from 30, else E"),
        Column(
            "evidence_items",
            ITEMS,
            "items that gave points, in the rule file's order, with the points each gave; what a "
            "block's limit cuts off is taken from its last items",
        ),
    )

    def _path(self) -> Path | None:
        own = self.params.rules
        return None if own is None else Path(resolve_path(own, self.root))

    def inputs(self) -> tuple[Path, ...]:
        """The rule files; what is wrong in them is said before anything runs."""
        self.open()
        return files("evidence_score", self._path())

    def resources(self) -> tuple[Resource, ...]:
        """The weights."""
        return (load("evidence_score", self._path()).resource(),)

    def open(self) -> None:
        """Read and check the rules."""
        rules = load("evidence_score", self._path())
        self._blocks, self._items = weights_of(rules)
        grades: dict[str, int] = rules.sections.get("grades", {})
        self._grades = sorted(grades.items(), key=lambda pair: pair[1])

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Judge every item over the whole batch."""
        if not hasattr(self, "_items"):
            self.open()
        points = self._points(batch)
        score = points.sum(axis=1, dtype=np.int64)
        bounds = np.array([at for _, at in self._grades], np.int64)
        letters = pa.array([letter for letter, _ in self._grades], pa.string())
        grade = np.searchsorted(bounds, score, side="right") - 1
        columns = {
            "evidence_score": pa.array(score),
            "evidence_grade": letters.take(pa.array(grade, mask=grade < 0)),
            "evidence_items": self._itemised(points),
        }
        return append_columns(batch, columns)

    def _points(self, batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
        """Points of every item in every row, `int64[n, items]`, within the blocks' limits."""
        there = [judge(batch, item.when) == TRUE for item in self._items]
        own = np.array([item.points for item in self._items], np.int64)
        points = np.array(there, bool).reshape(len(own), batch.num_rows).T * own
        for block in self._blocks:
            mine = [i for i, item in enumerate(self._items) if item.block == block.id]
            points[:, mine] = _limited(points[:, mine], block)
        return points

    def _itemised(self, points: npt.NDArray[np.int64]) -> pa.Array:
        if not len(points):
            return pa.array([], ITEMS)
        names = [item.id for item in self._items]
        kinds, which = np.unique(points, axis=0, return_inverse=True)
        lists = [
            [
                {"item": name, "points": given}
                for name, given in zip(names, kind.tolist(), strict=True)
                if given
            ]
            for kind in kinds
        ]
        return pa.array(lists, ITEMS).take(pa.array(which.reshape(-1)))


def _limited(points: npt.NDArray[np.int64], block: Block) -> npt.NDArray[np.int64]:
    """A block's points within its limit, `int64[n, items]`: of a `best` block the first best."""
    if not points.shape[1]:
        return points
    if block.best:
        kept = np.zeros_like(points)
        rows, first = np.arange(len(points)), points.argmax(axis=1)
        kept[rows, first] = points[rows, first]
        points = kept
    sums = np.minimum(points.cumsum(axis=1), block.most)
    limited: npt.NDArray[np.int64] = np.diff(sums, axis=1, prepend=0)
    return limited


def weights_of(rules: RuleSet) -> tuple[tuple[Block, ...], tuple[Item, ...]]:
    """The blocks and items of a rule set.

    Raises:
        RecipeError: an item is wrong, or the blocks don't sum to 100; with ``file:line``.
    """
    blocks, items = rules.entries("blocks", Block), rules.entries("items", Item)
    known = [block.id for block in blocks]
    total = sum(block.most for block in blocks)
    if total != 100:
        raise rules.error("blocks", f"the blocks' most points sum to {total}, not to 100")
    for item in items:
        check_columns(rules, f"items/{item.id}", list(item.when))
        if item.block not in known:
            message = f"no block is called '{item.block}'{nearest(item.block, known)}"
            raise rules.error(f"items/{item.id}", message)
    _check_grades(rules)
    return blocks, items


def _check_grades(rules: RuleSet) -> None:
    grades = rules.sections.get("grades", {})
    values: Sequence[object] = list(grades.values())
    if not grades or any(not isinstance(v, int) for v in values) or len(set(values)) < len(values):
        raise rules.error(
            "grades", "grades are letters with the points they begin at, no two alike"
        )
