"""The seam between stages: `apply` holds them to their contract; functions become stages."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.document import Document, append_columns
from corpuskit.errors import StageError
from corpuskit.functions import stage_from
from corpuskit.stage import (
    DECLARED,
    FAILURES,
    VERDICTS,
    Column,
    FunctionSpec,
    Params,
    Result,
    Stage,
    apply,
    doc_filter,
    doc_signal,
    verdicts,
)


def batch(*texts: str) -> pa.RecordBatch:
    ids = [f"{i:032x}" for i in range(len(texts))]
    return pa.RecordBatch.from_pydict(
        {"id": pa.array(ids, pa.string()), "text": pa.array(list(texts), pa.string())}
    )


class Lengths(Stage):
    """Counts characters; raises on texts that hold `raises_on`."""

    name: ClassVar[str] = "test.lengths"
    writes: ClassVar[tuple[Column, ...]] = (Column("n", pa.int64(), "characters"),)
    raises_on = "爆"

    def process(self, batch: pa.RecordBatch) -> pa.RecordBatch | Result:
        texts = batch.column("text").to_pylist()
        if any(self.raises_on in text for text in texts):
            raise ValueError("secret content")
        found = append_columns(batch, {"n": pa.array([len(t) for t in texts], pa.int64())})
        empty = [row for row, text in enumerate(texts) if not text]
        return Result(found, verdicts(empty, "n", [0.0] * len(empty), ">= 1") if empty else None)


# --- apply ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [[0], [6], [3], [1, 2], [0, 5, 6], list(range(7))])
def test_halving_isolates_exactly_the_rows_that_raise(bad: list[int]) -> None:
    texts = [f"文{i}" if i not in bad else f"文{i}爆" for i in range(7)]
    result = apply(Lengths(), batch(*texts))
    assert result.failed is not None
    assert result.failed.schema.equals(FAILURES)
    assert result.failed.column("row").to_pylist() == bad
    assert set(result.failed.column("error").to_pylist()) == {"ValueError"}
    assert "secret" not in str(result.failed.to_pylist())
    assert result.batch.column("n").to_pylist() == [None if i in bad else 2 for i in range(7)]
    assert result.batch.column("text").to_pylist() == texts


def test_halving_keeps_the_rows_that_are_rejected() -> None:
    result = apply(Lengths(), batch("", "あ", "爆", "", "い", ""))
    assert result.rejected is not None and result.failed is not None
    assert result.rejected.schema.equals(VERDICTS)
    assert result.rejected.column("row").to_pylist() == [0, 3, 5]
    assert result.failed.column("row").to_pylist() == [2]


def test_halving_joins_halves_whose_columns_stand_in_another_order() -> None:
    class TwoColumns(Lengths):
        writes: ClassVar[tuple[Column, ...]] = (
            Column("n", pa.int64(), "characters"),
            Column("m", pa.int64(), "characters"),
        )

        def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
            done = super().process(batch)
            assert isinstance(done, Result)
            n = done.batch.column("n")
            return append_columns(append_columns(batch, {"m": n}), {"n": n})

    result = apply(TwoColumns(), batch("一", "爆", "二二"))
    assert result.batch.column("m").to_pylist() == [1, None, 2]


def _loses_a_row(batch: pa.RecordBatch) -> Any:
    return append_columns(batch, {"n": pa.array([1] * batch.num_rows)}).slice(1)


def _misses_its_column(batch: pa.RecordBatch) -> Any:
    return batch


def _writes_another_type(batch: pa.RecordBatch) -> Any:
    return append_columns(batch, {"n": pa.array([1.0] * batch.num_rows)})


def _drops_a_column(batch: pa.RecordBatch) -> Any:
    return append_columns(batch, {"n": pa.array([1] * batch.num_rows)}).drop_columns(["id"])


def _adds_another_column(batch: pa.RecordBatch) -> Any:
    ones = pa.array([1] * batch.num_rows)
    return append_columns(batch, {"n": ones, "m": ones})


def _returns_nothing(batch: pa.RecordBatch) -> Any:
    return None


@pytest.mark.parametrize(
    ("process", "message"),
    [
        (_loses_a_row, "returned 2 rows for 3"),
        (_misses_its_column, "did not write column 'n' it declares"),
        (_writes_another_type, "column 'n' is double, not int64"),
        (_drops_a_column, "dropped column 'id'"),
        (_adds_another_column, "added column 'm', which it does not declare"),
        (_returns_nothing, "returned NoneType"),
    ],
)
def test_a_broken_contract_is_an_error(process: Callable[..., Any], message: str) -> None:
    broken = type("Broken", (Lengths,), {"process": lambda self, batch: process(batch)})
    with pytest.raises(StageError, match=message):
        apply(broken(), batch("あ", "い", "う"))


def test_a_stage_must_handle_an_empty_batch() -> None:
    class Raises(Lengths):
        def process(self, batch: pa.RecordBatch) -> pa.RecordBatch:
            raise IndexError

    with pytest.raises(StageError, match="raised IndexError on an empty batch"):
        apply(Raises(), batch())


def test_a_stage_is_pickled_as_class_and_parameters() -> None:
    from corpuskit.rules.stage import Rules

    rules = Rules(Rules.Params.model_validate({"rules": [{"signal": "n", "min": 2}]}))
    rules.opened = (n for n in ())  # can't be pickled, as a tagger can't
    again = pickle.loads(pickle.dumps(rules))
    assert again.params == rules.params
    assert not hasattr(again, "opened")


# --- functions ------------------------------------------------------------------------------------


def made(function: Callable[..., Any]) -> type[Stage]:
    spec = next(s for s in DECLARED[function.__module__] if s.function is function)
    return stage_from(spec)


def test_the_decorated_function_is_returned_untouched() -> None:
    def plain(doc: Document) -> int:
        return len(doc.text)

    before = dict(vars(plain))
    assert doc_signal("test.untouched", type=int)(plain) is plain
    assert vars(plain) == before
    assert plain(Document("0", "四文字だ")) == 4


@doc_signal("test.share", version=3, reads=("text", "n"))
def share(doc: Document, *, mark: str = "。", scale: float = 1.0) -> float:
    """How often a mark comes, as a share."""
    return scale * doc.text.count(mark) / max(1, len(doc.text))


@doc_filter("test.long_enough", at_least=3)
def long_enough(doc: Document, *, scale: int = 1) -> float:
    """Long texts stay."""
    return scale * len(doc.text)


def test_a_signal_becomes_a_stage_with_parameters() -> None:
    cls = made(share)
    stage = cls(cls.Params.model_validate({"mark": "、"}))
    assert (stage.ident, stage.columns_read()) == ("test.share@3", ("text", "n"))
    assert stage.columns_written() == (
        Column("test.share", pa.float64(), "How often a mark comes, as a share."),
    )
    assert stage.params.model_dump() == {"mark": "、", "scale": 1.0}
    result = apply(stage, batch("あ、い", "、", ""))
    assert result.batch.column("test.share").to_pylist() == [0.333333, 1.0, 0.0]
    assert result.rejected is None
    with pytest.raises(ValidationError, match="marks"):
        cls.Params.model_validate({"marks": "、"})
    with pytest.raises(ValidationError, match="scale"):
        cls.Params.model_validate({"scale": "high"})


def test_a_filter_stores_its_number_and_names_the_bound_it_broke() -> None:
    cls = made(long_enough)
    result = apply(cls(), batch("一二三", "一二"))
    assert result.batch.column("test.long_enough").to_pylist() == [3.0, 2.0]
    assert result.rejected is not None
    assert result.rejected.to_pylist() == [
        {"row": 1, "signal": "test.long_enough", "value": 2.0, "bound": ">= 3"}
    ]


def test_a_filters_bounds_can_be_changed_in_the_recipe() -> None:
    cls = made(long_enough)
    params = {"at_least": None, "at_most": 1234567.5, "scale": 1_000_000}
    result = apply(cls(cls.Params.model_validate(params)), batch("一", "一二"))
    assert result.rejected is not None
    assert result.rejected.column("row").to_pylist() == [1]
    assert result.rejected.column("bound").to_pylist() == ["<= 1234567.5"]
    params = {"at_least": 1234567.5, "scale": 1_000_000}
    result = apply(cls(cls.Params.model_validate(params)), batch("一", "一二"))
    assert result.rejected is not None
    assert result.rejected.column("bound").to_pylist() == [">= 1234567.5"]


def test_what_is_judged_is_the_number_that_is_stored() -> None:
    """Else a sweep over stored signals would not find the same documents."""

    @doc_filter("test.nearly", at_least=0.5)
    def nearly(doc: Document) -> float:
        """Just below the bound, and equal to it once rounded."""
        return 0.4999999

    result = apply(made(nearly)(), batch("文"))
    assert result.batch.column("test.nearly").to_pylist() == [0.5]
    assert result.rejected is None


@pytest.mark.parametrize("yes", [True, np.True_])
def test_a_filter_may_return_a_bool(yes: Any) -> None:
    @doc_filter("test.kept")
    def kept(doc: Document) -> Any:
        """Keeps what is marked."""
        return yes if "印" in doc.text else yes ^ True

    result = apply(made(kept)(), batch("印", "無"))
    assert result.rejected is not None and result.failed is None
    assert result.rejected.column("row").to_pylist() == [1]
    assert result.rejected.column("bound").to_pylist() == ["is true"]


@pytest.mark.parametrize("value", [0.3, None, "yes", [1]])
def test_a_filter_without_bounds_must_return_a_bool(value: Any) -> None:
    """A number would keep every document in silence."""

    @doc_filter("test.unbounded")
    def unbounded(doc: Document) -> Any:
        """Returns what it should not."""
        return value

    result = apply(made(unbounded)(), batch("文"))
    assert result.failed is not None and result.rejected is None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [(int, 3, 3.5), (float, 0.1234567, "x"), (bool, True, 1), (str, "a", 1)],
)
def test_a_signal_of_the_wrong_type_fails_its_document_only(
    kind: type, good: Any, bad: Any
) -> None:
    @doc_signal("test.typed", type=kind)
    def typed(doc: Document) -> Any:
        """Sometimes of the wrong type."""
        return bad if "悪" in doc.text else None if "無" in doc.text else good

    result = apply(made(typed)(), batch("良", "悪", "無", "良"))
    stored = round(good, 6) if kind is float else good
    assert result.batch.column("test.typed").to_pylist() == [stored, None, None, stored]
    assert result.failed is not None
    assert result.failed.column("row").to_pylist() == [1]


def test_a_function_that_raises_fails_its_document_only() -> None:
    @doc_signal("test.inverse")
    def inverse(doc: Document) -> float:
        """Fails on nothing."""
        return 1 / len(doc.text)

    result = apply(made(inverse)(), batch("あい", "", "あ"))
    assert result.batch.column("test.inverse").to_pylist() == [0.5, None, 1.0]
    assert result.failed is not None
    assert result.failed.to_pylist() == [
        {"row": 1, "error": "ZeroDivisionError", "message": "test.inverse@1 raised"}
    ]


def test_declarations_that_cannot_work_are_told() -> None:
    def positional(doc: Document, scale: float = 1.0) -> float:
        return scale

    def untyped(doc: Document, *, scale=1.0) -> float:  # type: ignore[no-untyped-def]
        return float(scale)

    def bound(doc: Document, *, at_most: float = 1.0) -> float:
        return at_most

    def unknown(doc: Document, *, scale: Nowhere = None) -> float:  # type: ignore[name-defined] # noqa: F821
        return 1.0

    for function, message in (
        (positional, "'scale' of .*positional must be keyword-only and typed"),
        (untyped, "must be keyword-only and typed"),
        (bound, "'at_most' is the name of a filter's bound"),
        (unknown, "the type 'Nowhere' is not known"),
    ):
        spec = FunctionSpec(function, "test.wrong", 1, "signal", ("text",))
        with pytest.raises(StageError, match=message):
            stage_from(spec)
    with pytest.raises(StageError, match="a signal is float, int, bool or str"):
        stage_from(FunctionSpec(positional, "test.wrong", 1, "signal", ("text",), list))


def test_a_parameter_without_a_default_is_required() -> None:
    @doc_signal("test.required", type=int)
    def required(doc: Document, *, word: str) -> int:
        """Counts a word."""
        return doc.text.count(word)

    cls = made(required)
    with pytest.raises(ValidationError, match="word"):
        cls()
    stage = cls(cls.Params.model_validate({"word": "語"}))
    assert apply(stage, batch("語語")).batch.column("test.required").to_pylist() == [2]


def test_a_document_shows_every_column_of_its_row() -> None:
    @doc_signal("test.seen", type=str)
    def seen(doc: Document) -> str:
        """What a function can see."""
        return f"{doc.source}/{doc.uri}#{doc.locator} {doc.meta['tag']} {doc.values['n']}"

    row = pa.RecordBatch.from_pylist(
        [{"id": "0", "text": "文", "source": "s", "uri": "u", "locator": "line 1",
          "meta": '{"tag": "札"}', "n": 5}]
    )  # fmt: skip
    assert apply(made(seen)(), row).batch.column("test.seen").to_pylist() == ["s/u#line 1 札 5"]


def test_parameters_are_frozen_and_strict_about_names() -> None:
    class Own(Params):
        size: int = 3

    with pytest.raises(ValidationError):
        Own(size=4).size = 5
    with pytest.raises(ValidationError):
        Own.model_validate({"sise": 4})
