"""`check_stage`: every built-in stage passes it, and each way of breaking the contract fails it."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from corpuskit import Document, doc_filter, doc_signal
from corpuskit.document import append_columns
from corpuskit.errors import CorpuskitError, StageError
from corpuskit.registry import Registry
from corpuskit.stage import (
    FAILURES,
    VERDICTS,
    Column,
    Params,
    Result,
    Stage,
    row_table,
    verdicts,
)
from corpuskit.testing import TRAPS, check_stage


def built_in() -> list[str]:
    registry = Registry()
    return [name for name in sorted(registry.stages) if issubclass(registry.stage(name), Stage)]


@pytest.mark.parametrize("name", built_in())
def test_every_built_in_stage_passes(name: str) -> None:
    check_stage(name)


def test_other_parameters_of_built_ins_pass_too() -> None:
    check_stage("normalize", params={"widths": False, "compose": False})
    check_stage("morphology", params={"segmented": True})
    rules = [{"signal": "kana_ratio", "min": 0.3, "null": "reject"}, {"signal": "urls", "max": 0}]
    check_stage("rules", params={"rules": rules}, examples=["http://例.jp を見る"])


def test_the_traps_hold_what_breaks_careless_code() -> None:
    every = "".join(TRAPS.values())
    assert "" in TRAPS.values()
    for part in (
        "\0",
        "か\u3099",
        "ｶﾞ",
        "㈱",
        "①",
        "㎡",
        "m²",
        "10⁵",
        "½",
        "ー",
        "〜",
        "～",
        "−",
        "々",
        "ゝ",
        "《",
        "ゐ",
        "𠮷",
        "👍🏽",
        "\ufeff",
    ):
        assert part in every, part
    assert max(map(len, TRAPS.values())) >= 100_000
    assert any("\n" not in text and len(text) >= 100_000 for text in TRAPS.values())


# --- stages that keep it --------------------------------------------------------------------------


@doc_signal("test.marks", type=int)
def marks(doc: Document, *, mark: str = "。") -> int:
    """Sentence marks."""
    return doc.text.count(mark)


@doc_filter("test.kana", at_least=0.1)
def kana(doc: Document) -> float:
    """Share of hiragana."""
    return sum("ぁ" <= c <= "ん" for c in doc.text) / max(1, len(doc.text))


class Sizes(Stage):
    """Bytes of each text; rejects empty ones."""

    name: ClassVar[str] = "test.sizes"
    writes: ClassVar[tuple[Column, ...]] = (Column("size", pa.float64(), "bytes / 3"),)

    def process(self, batch: pa.RecordBatch) -> Any:
        """Divide."""
        size = np.round(pc.binary_length(batch.column("text")).to_numpy(False) / 3, 6)
        empty = np.flatnonzero(size == 0).tolist()
        rejected = verdicts(empty, "size", [0.0] * len(empty), "> 0") if empty else None
        return Result(append_columns(batch, {"size": pa.array(size)}), rejected)


class Reading(Sizes):
    """Reads what another installed stage writes."""

    name: ClassVar[str] = "test.reading"
    reads: ClassVar[tuple[str, ...]] = ("text", "characters", "kana_ratio")


def test_good_stages_pass_in_every_form() -> None:
    check_stage(marks)
    check_stage(marks, params={"mark": "、"}, examples=["一、二、三"])
    check_stage(kana)
    check_stage(Sizes)
    check_stage(Sizes())
    check_stage(Reading)


# --- stages that break it -------------------------------------------------------------------------


def broken(process: Callable[[pa.RecordBatch], Any], **attributes: Any) -> type[Stage]:
    def method(self: Stage, batch: pa.RecordBatch) -> Any:
        return process(batch)

    return type("Broken", (Sizes,), {"name": "test.broken", "process": method, **attributes})


def sized(batch: pa.RecordBatch, size: Any = None) -> pa.RecordBatch:
    size = np.zeros(batch.num_rows) if size is None else size
    return append_columns(batch, {"size": pa.array(size, pa.float64())})


def loses_rows(batch: pa.RecordBatch) -> Any:
    return sized(batch).slice(0, max(0, batch.num_rows - 1))


def turns_rows(batch: pa.RecordBatch) -> Any:
    order = pa.array(range(batch.num_rows - 1, -1, -1), pa.int64())
    return sized(batch.take(order))


def drops_a_column(batch: pa.RecordBatch) -> Any:
    return sized(batch).drop_columns(["title"])


def adds_a_column(batch: pa.RecordBatch) -> Any:
    return append_columns(sized(batch), {"more": pa.array([1] * batch.num_rows, pa.int64())})


def no_column(batch: pa.RecordBatch) -> Any:
    return batch


def other_type(batch: pa.RecordBatch) -> Any:
    return append_columns(batch, {"size": pa.array([0] * batch.num_rows, pa.int64())})


def changes_another(batch: pa.RecordBatch) -> Any:
    return append_columns(sized(batch), {"title": pa.array(["x"] * batch.num_rows)})


def whole_batch(batch: pa.RecordBatch) -> Any:
    return sized(batch, np.full(batch.num_rows, float(batch.num_rows)))


def first_row_counts(batch: pa.RecordBatch) -> Any:
    return sized(batch, np.arange(batch.num_rows) == 0)


def row_before(batch: pa.RecordBatch) -> Any:
    length = pc.binary_length(batch.column("text")).to_numpy(False).astype(float)
    return sized(batch, np.concatenate([[0.0], length[:-1]])[: batch.num_rows])


class _Calls:
    """Remembers, as a stage must not."""

    count = 0


def remembers(batch: pa.RecordBatch) -> Any:
    _Calls.count += 1
    return sized(batch, np.full(batch.num_rows, float(_Calls.count)))


def draws(batch: pa.RecordBatch) -> Any:
    return sized(batch, [round(random.random(), 3) for _ in range(batch.num_rows)])


def rejects_by_batch(batch: pa.RecordBatch) -> Any:
    rows = [0] if batch.num_rows > 1 else []
    return Result(sized(batch), verdicts(rows, "size", [0.0] * len(rows), "> 0"))


def not_rounded(batch: pa.RecordBatch) -> Any:
    return sized(batch, np.full(batch.num_rows, 1 / 3))


def not_a_number(batch: pa.RecordBatch) -> Any:
    return sized(batch, np.full(batch.num_rows, np.nan))


def infinite(batch: pa.RecordBatch) -> Any:
    return sized(batch, np.full(batch.num_rows, np.inf))


def changes_its_input(batch: pa.RecordBatch) -> Any:
    data = batch.column("text").buffers()[2]
    if data is not None and data.size:
        memory = np.frombuffer(data, np.uint8).copy()  # the array is read only: go around it
        import ctypes

        ctypes.memmove(data.address, bytes([memory[0] ^ 1]), 1)
    return sized(batch)


def raises_on_some(batch: pa.RecordBatch) -> Any:
    if any("𠮷" in text for text in batch.column("text").to_pylist()):
        raise ValueError("no astral characters, please")
    return sized(batch)


def raises_on_empty(batch: pa.RecordBatch) -> Any:
    if not batch.num_rows:
        raise IndexError("no rows")
    return sized(batch)


def rejecting(rows: Callable[[int], list[int]], value: float = 0.0, bound: str = "> 0") -> Any:
    def process(batch: pa.RecordBatch) -> Any:
        named = rows(batch.num_rows) if batch.num_rows else []
        return Result(sized(batch), verdicts(named, "size", [value] * len(named), bound))

    return process


def other_schema(batch: pa.RecordBatch) -> Any:
    rows = pa.array(range(batch.num_rows), pa.int64())
    return Result(sized(batch), pa.RecordBatch.from_pydict({"row": rows}))


def both(batch: pa.RecordBatch) -> Any:
    rejected = row_table([(r, "size", 0.0, "> 0") for r in range(batch.num_rows)], VERDICTS)
    failed = row_table([(r, "Bad", "bad") for r in range(batch.num_rows)], FAILURES)
    return Result(sized(batch), rejected, failed)


def null_text(batch: pa.RecordBatch) -> Any:
    texts = [None] * batch.num_rows
    return append_columns(batch, {"text": pa.array(texts, pa.string())})


_TEXT = (Column("text", pa.string(), "the text"),)


@pytest.mark.parametrize(
    ("process", "attributes", "message"),
    [
        (loses_rows, {}, r"test\.broken@1 returned \d+ rows for \d+"),
        (turns_rows, {}, "changed column 'id' of empty text, or the order of the rows"),
        (drops_a_column, {}, "dropped column 'title'"),
        (adds_a_column, {}, "added column 'more', which it does not declare"),
        (no_column, {}, "did not write column 'size' it declares"),
        (other_type, {}, "column 'size' is int64, not double"),
        (changes_another, {}, "changed column 'title'"),
        (whole_batch, {}, "'size' of .* is another one when the documents are cut into halves"),
        (first_row_counts, {}, "another one when the documents are"),
        (row_before, {}, "another one when the documents are"),
        (remembers, {}, "another one when the documents are run a second time"),
        (draws, {}, "another one when the documents are run a second time"),
        (rejects_by_batch, {}, "rejects other rows when the documents are"),
        (not_rounded, {}, "'size' of empty text is not rounded to 6 digits: 0.33"),
        (not_a_number, {}, "'size' of empty text is nan"),
        (infinite, {}, "'size' of empty text is inf"),
        (changes_its_input, {}, "changed the batch it was given"),
        (raises_on_some, {}, "raised ValueError on astral kanji"),
        (raises_on_empty, {}, "raised IndexError on an empty batch"),
        (rejecting(lambda n: [n]), {}, "`rejected` names row \\d+ of"),
        (rejecting(lambda n: [-1]), {}, "`rejected` names row -1 of"),
        (rejecting(lambda n: [0, 0]), {}, "`rejected` names empty text twice"),
        (rejecting(lambda n: list(range(n)), 1 / 3), {}, "the value of the verdict .* not rounded"),
        (rejecting(lambda n: list(range(n)), 0.0, ""), {}, "without naming signal and bound"),
        (other_schema, {}, "`rejected` has the columns"),
        (both, {}, "both rejected and failed on empty text"),
        (null_text, {"writes": _TEXT}, "wrote a null text"),
        (sized, {"name": "two words"}, "the name of Broken is 'two words'"),
        (sized, {"version": 0}, "the version is 0"),
        (sized, {"writes": (*Sizes.writes, *Sizes.writes)}, "declares a column twice"),
        (sized, {"writes": (Column("size", pa.float64(), " "),)}, "does not say what it is"),
        (sized, {"writes": (Column("id", pa.string(), "x"),)}, "may not write 'id'"),
        (sized, {"writes": (Column("text", pa.int64(), "x"),)}, "'text' is of type string"),
        (sized, {"writes": ("size",)}, "which is not a Column"),
        (sized, {"reads": ("text", "nobody.writes")}, "'nobody.writes', which no installed stage"),
    ],
)  # fmt: skip
def test_a_broken_stage_is_told_what_it_breaks(
    process: Any, attributes: dict[str, Any], message: str
) -> None:
    _Calls.count = 0
    with pytest.raises(StageError, match=message):
        check_stage(broken(process, **attributes))


class _Set(Params):
    words: frozenset[str] = frozenset({"a", "b", "c"})


class _Object(Params):
    words: Any = object()


class _Changing(Params):
    """Not the same once it has been through JSON."""

    ratio: Any = (1, 2)


def test_parameters_that_do_not_survive_json() -> None:
    for params, message in (
        (_Object, "do not survive JSON"),
        (_Changing, "others after JSON and back"),
    ):
        with pytest.raises(StageError, match=message):
            check_stage(broken(sized, Params=params))
    check_stage(broken(sized, Params=_Set))


def test_a_stage_must_be_made_from_its_parameters_alone() -> None:
    class Special(Sizes):
        name: ClassVar[str] = "test.special"

        def __init__(self, params: Any = None, *, table: dict[str, int]) -> None:
            super().__init__(params)
            self.table = table

    with pytest.raises(StageError, match="cannot be made from its parameters alone"):
        check_stage(Special(table={}))


def test_what_matters_must_be_in_the_parameters() -> None:
    class Secret(Sizes):
        name: ClassVar[str] = "test.secret"
        factor = 1.0

        def process(self, batch: pa.RecordBatch) -> Any:
            return sized(batch, np.full(batch.num_rows, self.factor))

    stage = Secret()
    stage.factor = 2.0
    with pytest.raises(StageError, match="made again from its parameters gives another result"):
        check_stage(stage)


def test_functions_that_break_it() -> None:
    @doc_signal("test.inverse")
    def inverse(doc: Document) -> float:
        """Fails on nothing."""
        return 1 / len(doc.text)

    @doc_signal("test.nan")
    def nan(doc: Document) -> float:
        """Not a number."""
        return float("nan")

    seen: list[str] = []

    @doc_signal("test.seen", type=int)
    def so_far(doc: Document) -> int:
        """Counts the documents so far."""
        seen.append(doc.id)
        return len(seen)

    def undeclared(doc: Document) -> bool:
        return True

    for function, message in (
        (inverse, r"test\.inverse@1 raised ZeroDivisionError on empty text"),
        (nan, "is nan"),
        (so_far, "another one when the documents are run a second time"),
        (undeclared, "the function undeclared is not declared"),
    ):
        with pytest.raises(StageError, match=message):
            check_stage(function)


def test_examples_are_tried_too() -> None:
    @doc_signal("test.picky", type=int)
    def picky(doc: Document) -> int:
        """Fails on a word."""
        return 1 if "禁句" not in doc.text else int("禁句")

    check_stage(picky)
    with pytest.raises(StageError, match="raised ValueError on example 1"):
        check_stage(picky, examples=["良い文", "禁句です"])


def test_what_is_no_stage_is_told() -> None:
    for wrong, message in (
        ("dedup.exact", "check_stage is for stages that look at documents one by one"),
        (Registry, "Registry is not a Stage"),
        (Stage, "Stage has no `process`"),
        ("normalise", "did you mean 'normalize'"),
    ):
        with pytest.raises(CorpuskitError, match=message):
            check_stage(wrong)
    with pytest.raises(StageError, match=r"rules: parameter 'rules\.0\.signal'"):
        check_stage("rules", params={"rules": [{"min": 1}]})


def test_required_parameters_are_taken_from_the_example() -> None:
    class Needy(Params):
        word: str

    attributes = {"name": "test.needy", "Params": Needy}
    with pytest.raises(StageError, match="can't be made without parameters"):
        check_stage(broken(sized, **attributes, example="- test.needy"))
    check_stage(broken(sized, **attributes, example="- test.needy: {word: 語}"))
    check_stage(broken(sized, **attributes), params={"word": "語"})
    assert inspect.signature(check_stage).parameters["params"].kind.name == "KEYWORD_ONLY"
