"""The contract tests of a stage and of a reader, each in one line: ``check_stage(my_filter)``.

It runs a stage over texts that break careless code (nothing at all, NUL, emoji, decomposed kana, a
very long line, ...) and holds it to what `corpuskit.stage` says a stage is. corpuskit's own stages
pass the same test.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ValidationError

from corpuskit.contract import checked_result, same_for_any_cut
from corpuskit.document import BASE
from corpuskit.errors import CorpuskitError, StageError
from corpuskit.functions import stage_from
from corpuskit.readercontract import check_class, check_files, check_recognises
from corpuskit.readers.protocol import Reader
from corpuskit.registry import Registry
from corpuskit.stage import DECLARED, Column, Stage, apply

#: Texts that break careless code, by what they are.
TRAPS: Mapping[str, str] = {
    "empty text": "",
    "one space": " ",
    "ideographic spaces and line breaks": "　\n\n　\r\n\t\n",
    "a NUL": "前\0後",
    "control characters and a byte order mark": "\ufeff一\x01二\x1b[0m三\x7f\u202e四\u2028五",
    "emoji": "会議👨‍👩‍👧‍👦は🇯🇵で👍🏽終了☺️",
    "astral kanji and a variation selector": "𠮷野家の𩸽、葛\U000e0100飾区",
    "decomposed kana": "か\u3099き\u3099は\u309aす。ハ\u309aリ、バ\u3099",
    "half-width kana": "ﾊﾝｶｸｶﾅﾉﾃﾞｰﾀ､ｶﾞｷﾞﾊﾟﾋﾟ｡",
    "compatibility characters": "㈱と①と㎡とm²と10⁵と½と㌔と№と℃",
    "dashes and waves": "コーヒー、十〜二十、１～２、−5、3-4、5‐6、7—8",
    "repetition marks": "人々、いすゞ、こゝろ、〃、ヽ",
    "ruby": "｜東雲《しののめ》の空に虹《にじ》",
    "old orthography": "學校ヘ行ツテ國語ヲ讀ミマセウ。けふはゐないでせう。",
    "kanji only": "東京都千代田区永田町国会議事堂前駅出口案内図",
    "hiragana only": "あいうえおかきくけこさしすせそたちつてと",
    "katakana only": "プログラミングガイドブック",
    "Latin only": "This sentence holds no Japanese at all. Neither does this one.",
    "Chinese": "这是一篇用简体中文写的文章，没有假名。",
    "numbers in every width": "100V 200V １２３ 一二三 12,345.67 １．５ 3/4 ０ １e3 ⅔ Ⅻ",
    "a table": "項目\t値\t単位\n定格電圧\t100\tV\n質量\t2.5\tkg\n",
    "markup": '<p>価格は&yen;100&amp;税</p>{"a": [1, null]}`code`',
    "one character": "あ",
    "the same line again and again": "同じ行です。\n" * 200,
    "a very long line": "長い行が続く" * 20_000,
    "many combining marks": "か" + "\u3099" * 3_000,
    "many short lines": "\n".join(str(n) for n in range(3_000)),
    "an ordinary text": "海に近い町では、朝の市場に新しい魚が並ぶ。\n「おはよう」と声がした。\n"
    "設備の点検は月に一度、担当者が二人で行う。異音がある場合は、運転を止める。\n",
}

#: Columns that name a document; no stage may write them.
_IDENTITY = frozenset({"id", "source", "uri", "locator"})


def check_stage(
    stage: Stage | type[Stage] | Callable[..., Any] | str,
    *,
    params: BaseModel | Mapping[str, Any] | None = None,
    examples: Sequence[str] | None = None,
) -> None:
    """Hold a stage to its contract; return if it keeps it.

    Checked: parameters survive JSON, and a stage made again from them does the same; rows keep
    number and order; the declared columns are there with their types and nothing else changed; the
    same rows give the same result however they are cut into batches and however often; the input
    is left alone; an empty batch works; numbers are rounded to six digits and finite; a rejected
    or failed row is in range and named once; no text makes the stage raise.

    Args:
        stage: a function declared with `doc_signal` or `doc_filter`, a `Stage` class or object, or
            the name of an installed stage.
        params: its parameters; without them the defaults, or those of its ``example``.
        examples: more texts to try.

    Raises:
        StageError: the first thing that is wrong, in one sentence.
    """
    made = _made(stage, params)
    _check_declared(made)
    again = _made_again(made)
    texts = {**TRAPS, **{f"example {i}": text for i, text in enumerate(examples or ())}}
    batch = _supplied(_documents(texts), made, frozenset())
    labels = list(texts)
    made.open()
    result = checked_result(made, batch, labels)
    same_for_any_cut(made, batch, result, labels)
    again.open()
    other = checked_result(again, batch, labels)
    if not other.batch.equals(result.batch):
        raise StageError(
            f"{made.ident} made again from its parameters gives another result",
            "keep everything that matters in Params",
        )


def check_reader(
    reader: Reader | type[Reader] | str, samples: Mapping[str, bytes] | None = None
) -> None:
    """Hold a reader to its contract; return if it keeps it.

    Checked: the class says what it is; `recognises` answers for any bytes; samples give records,
    the same ones each time, each at a place of its own, in valid UTF-8; damaged samples and files
    of other kinds give records or problems and never raise.

    Args:
        reader: a reader's class, one made with options, or the name of an installed one.
        samples: right files by name.

    Raises:
        StageError: the first thing that is wrong, in one sentence.
    """
    found: Any = Registry().reader(reader) if isinstance(reader, str) else reader
    cls = found if inspect.isclass(found) else type(found)
    if not issubclass(cls, Reader):
        raise StageError(f"{cls.__name__} is not a Reader", "subclass corpuskit.readers.WholeFile")
    check_class(cls)
    check_recognises(cls)
    if cls.scope == "file":
        check_files(cls() if inspect.isclass(found) else found, samples or {})


# --- making the stage -----------------------------------------------------------------------------


def _made(stage: Any, params: Any) -> Stage:
    cls = _class_of(stage)
    if not (inspect.isclass(cls) and issubclass(cls, Stage)):
        raise StageError(
            f"{getattr(cls, '__name__', cls)} is not a Stage",
            "check_stage is for stages that look at documents one by one",
        )
    if inspect.isabstract(cls):
        raise StageError(f"{cls.__name__} has no `process`")
    if isinstance(stage, Stage) and params is None:
        return stage
    try:
        return cls(cls.Params.model_validate(_given(cls, params)))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise StageError(f"{cls.name}: parameter '{where}': {first['msg']}") from None


def _class_of(stage: Any) -> Any:
    if isinstance(stage, str):
        return Registry().stage(stage)
    if isinstance(stage, Stage):
        return type(stage)
    if inspect.isclass(stage) or not callable(stage):
        return stage
    declared = DECLARED.get(getattr(stage, "__module__", ""), [])
    for spec in declared:
        if spec.function is stage:
            return stage_from(spec)
    raise StageError(
        f"the function {getattr(stage, '__name__', stage)} is not declared",
        "put @doc_signal(NAME) or @doc_filter(NAME) before it",
    )


def _given(cls: type[Stage], params: Any) -> Any:
    """The parameters to check a class with, as data."""
    if isinstance(params, BaseModel):
        return params.model_dump()
    if params is not None:
        return dict(params)
    return _example_params(cls) if any(_required(cls)) else {}


def _required(cls: type[Stage]) -> Iterable[bool]:
    return (field.is_required() for field in cls.Params.model_fields.values())


def _example_params(cls: type[Stage]) -> Any:
    """The parameters in the recipe line that a stage gives as its example."""
    from ruamel.yaml import YAML

    entry = (YAML(typ="safe").load(cls.example) or [{}])[0]
    params = entry.get(cls.name) if isinstance(entry, dict) else None
    if params is None:
        raise StageError(
            f"{cls.name} can't be made without parameters",
            "give check_stage(..., params={...}), or set `example`",
        )
    return {"rules": params} if isinstance(params, list) else params


def _made_again(stage: Stage) -> Stage:
    """The stage from its parameters as JSON, as a worker makes it."""
    model = type(stage).Params
    try:
        data = json.loads(json.dumps(stage.params.model_dump(mode="json"), allow_nan=False))
        params = model.model_validate(data)
    except (ValueError, TypeError) as error:
        raise StageError(
            f"{stage.ident}: its parameters do not survive JSON: {error}",
            "use numbers, strings, bools, tuples and nested Params",
        ) from None
    if params != stage.params:
        raise StageError(f"{stage.ident}: its parameters are others after JSON and back")
    try:
        again = type(stage)(params)
    except TypeError as error:
        raise StageError(
            f"{stage.ident} cannot be made from its parameters alone: {error}",
            "a stage takes one argument, `params`",
        ) from None
    if (again.ident, again.columns_read(), again.columns_written()) != (
        stage.ident,
        stage.columns_read(),
        stage.columns_written(),
    ):
        raise StageError(f"{stage.ident} made again from its parameters declares other columns")
    return again


# --- what it declares, and what it is given -------------------------------------------------------


def _check_declared(stage: Stage) -> None:
    name = getattr(stage, "name", None)
    if not isinstance(name, str) or not name or any(c in name for c in "@ \n/"):
        raise StageError(f"the name of {type(stage).__name__} is {name!r}", "write acme.my_stage")
    if isinstance(stage.version, bool) or not isinstance(stage.version, int) or stage.version < 1:
        raise StageError(f"{name}: the version is {stage.version!r}", "count from 1")
    columns = stage.columns_written()
    for column in columns:
        if not isinstance(column, Column):
            raise StageError(f"{stage.ident}: `writes` holds {column!r}, which is not a Column")
        if column.name in _IDENTITY:
            raise StageError(f"{stage.ident} may not write '{column.name}': it names the document")
        if column.name in BASE.names and column.type != BASE.field(column.name).type:
            kind = BASE.field(column.name).type
            raise StageError(f"{stage.ident}: '{column.name}' is of type {kind} in every document")
        if not column.about.strip():
            raise StageError(f"{stage.ident}: column '{column.name}' does not say what it is")
    names = [column.name for column in columns]
    if len(set(names)) < len(names):
        raise StageError(f"{stage.ident} declares a column twice: {', '.join(names)}")


def _documents(texts: Mapping[str, str]) -> pa.RecordBatch:
    """The texts as documents; what need not be known is known for every other one."""
    n = len(texts)
    columns: dict[str, list[Any]] = {
        "id": [f"{row:032x}" for row in range(n)],
        "text": list(texts.values()),
        "source": ["traps"] * n,
        "uri": ["traps/texts.jsonl"] * n,
        "locator": [f"line {row + 1}" for row in range(n)],
        "meta": ['{"tag": "試験", "n": 1}'] * n,
    }
    for field in BASE:
        known = (f"{field.name} {r}" if field.type == pa.string() else r for r in range(n))
        columns.setdefault(field.name, [v if r % 2 else None for r, v in enumerate(known)])
    arrays = [pa.array(columns[field.name], field.type) for field in BASE]
    return pa.RecordBatch.from_arrays(arrays, schema=BASE)


def _supplied(batch: pa.RecordBatch, stage: Stage, asking: frozenset[str]) -> pa.RecordBatch:
    """The batch with all columns that a stage reads, from the installed stages that write them."""
    for column in stage.columns_read():
        if column in batch.schema.names:
            continue
        writer = None if column in asking else _writer(column)
        if writer is None:
            raise StageError(
                f"{stage.ident} reads the column '{column}', which no installed stage writes",
                "install what writes it, or correct `reads`",
            )
        batch = _supplied(batch, writer, asking | {column})
        writer.open()
        batch = apply(writer, batch).batch
    return batch


def _writer(column: str) -> Stage | None:
    """An installed stage that writes a column, as it is or with one of its switches on."""
    found = (stage for switched in (False, True) for stage in _stages(switched))
    return next((s for s in found if column in {c.name for c in s.columns_written()}), None)


def _stages(switched: bool) -> Iterator[Stage]:
    """Installed stages with default parameters, or with each switch on in turn."""
    registry = Registry()
    for name in sorted(registry.stages):
        try:
            cls = registry.stage(name)
            off = [k for k, field in cls.Params.model_fields.items() if field.default is False]
            changes = [{k: True} for k in off] if switched else [{}]
            made = [cls(cls.Params.model_validate(change)) for change in changes]
        except (CorpuskitError, ValidationError, TypeError):
            continue  # can't be made as it is: another one may write the column
        yield from (stage for stage in made if isinstance(stage, Stage))
