"""How a function declared with `doc_signal` or `doc_filter` becomes a stage."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import create_model

from corpuskit.document import append_columns, documents
from corpuskit.errors import StageError
from corpuskit.stage import (
    FAILURES,
    VERDICTS,
    Column,
    FunctionSpec,
    Params,
    Result,
    Stage,
    row_table,
)

_ARROW: dict[Any, pa.DataType] = {
    float: pa.float64(),
    int: pa.int64(),
    bool: pa.bool_(),
    str: pa.string(),
}
#: A filter's bounds can be changed in the recipe, so these are no names for other parameters.
_BOUNDS = ("at_least", "at_most")


def stage_from(spec: FunctionSpec) -> type[Stage]:
    """The stage class of a declared function; parameters come from its signature.

    Raises:
        StageError: the declared type is unknown, or a parameter is untyped or not keyword-only.
    """
    if spec.type not in _ARROW:
        raise StageError(
            f"{spec.name}: a signal is float, int, bool or str, not {spec.type!r}",
            "store a structure as JSON in a str",
        )
    column = Column(spec.name, _ARROW[spec.type], inspect.getdoc(spec.function) or spec.name)
    return type(
        spec.name,
        (_FunctionStage,),
        {
            "__doc__": inspect.getdoc(spec.function) or spec.name,
            "__module__": spec.function.__module__,
            "name": spec.name,
            "version": spec.version,
            "reads": spec.reads,
            "writes": (column,),
            "Params": _params_of(spec),
            "spec": spec,
            "example": f"- {spec.name}",
        },
    )


def _params_of(spec: FunctionSpec) -> type[Params]:
    """Keyword-only arguments become fields; a numeric filter's bounds too."""
    fields: dict[str, Any] = {}
    for parameter in list(inspect.signature(spec.function).parameters.values())[1:]:
        name = parameter.name
        if parameter.kind is not parameter.KEYWORD_ONLY or parameter.annotation is parameter.empty:
            raise StageError(
                f"{spec.name}: parameter '{name}' of {spec.function.__qualname__} "
                "must be keyword-only and typed",
                f"write def {spec.function.__name__}(doc, *, {name}: TYPE = DEFAULT)",
            )
        if name in _BOUNDS:
            raise StageError(
                f"{spec.name}: '{name}' is the name of a filter's bound, not of a parameter",
                f"declare it with @doc_filter({spec.name!r}, {name}=...), or rename it",
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (_evaluated(spec, parameter.annotation), default)
    if spec.kind == "filter" and (spec.at_least is not None or spec.at_most is not None):
        fields["at_least"] = (float | None, spec.at_least)
        fields["at_most"] = (float | None, spec.at_most)
    return create_model(f"{spec.function.__name__}Params", __base__=Params, **fields)


def _evaluated(spec: FunctionSpec, annotation: Any) -> Any:
    """An annotation that ``from __future__ import annotations`` turned into text, as a type."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, getattr(inspect.unwrap(spec.function), "__globals__", {}))
    except NameError as error:
        raise StageError(
            f"{spec.name}: the type '{annotation}' is not known when the plug-in runs",
            "import it at the top of the file, not under TYPE_CHECKING",
        ) from error


@dataclass
class _Rows:
    """What a function stage collects while it walks the documents of a batch."""

    values: list[Any] = field(default_factory=list)
    rejected: list[tuple[int, float, str]] = field(default_factory=list)
    failed: list[tuple[int, str, str]] = field(default_factory=list)


class _FunctionStage(Stage):
    """Calls a declared function for each document; an exception quarantines that document only."""

    spec: ClassVar[FunctionSpec]

    def __reduce__(self) -> tuple[Any, ...]:
        # The class has no name that pickle could look up; the function has.
        return _made, (self.spec, self.params.model_dump(mode="json"))

    def process(self, batch: pa.RecordBatch) -> Result:
        rows = _Rows()
        arguments = {
            name: getattr(self.params, name)
            for name in type(self.params).model_fields
            if name not in _BOUNDS
        }
        for row, doc in enumerate(documents(batch)):
            try:
                value = self.spec.function(doc, **arguments)
                stored = self._stored(value)
                bound = self._broken(value, stored)
            except Exception as error:  # noqa: BLE001  (a plug-in may raise anything)
                rows.values.append(None)
                rows.failed.append((row, type(error).__name__, f"{self.ident} raised"))
                continue
            rows.values.append(stored)
            if bound:
                rows.rejected.append((row, stored, bound))
        return self._result(batch, rows)

    def _stored(self, value: Any) -> Any:
        """The value for the column; TypeError where it is not of the declared type."""
        if self.spec.kind == "filter":
            return round(float(value), 6)
        if value is None:
            return None
        if self.spec.type is float:
            return round(float(value), 6)
        if self.spec.type is int:
            return operator.index(value)
        if self.spec.type is bool and not _is_bool(value):
            raise TypeError(f"{value!r} is not a bool")
        return value

    def _broken(self, value: Any, stored: Any) -> str:
        """The bound that a value breaks, or an empty string; what is judged is what is stored."""
        if self.spec.kind == "signal":
            return ""
        if _is_bool(value):
            return "" if value else "is true"
        least = getattr(self.params, "at_least", None)
        most = getattr(self.params, "at_most", None)
        if self.spec.at_least is None and self.spec.at_most is None:
            raise TypeError("a filter without bounds returns a bool")
        if least is not None and not stored >= least:
            return f">= {least:.15g}"
        if most is not None and not stored <= most:
            return f"<= {most:.15g}"
        return ""

    def _result(self, batch: pa.RecordBatch, rows: _Rows) -> Result:
        column = pa.array(rows.values, self.writes[0].type)
        added = append_columns(batch, {self.spec.name: column})
        name = self.spec.name
        rejected = [(row, name, value, bound) for row, value, bound in rows.rejected]
        return Result(added, row_table(rejected, VERDICTS), row_table(rows.failed, FAILURES))


def _made(spec: FunctionSpec, params: Mapping[str, Any]) -> Stage:
    cls = stage_from(spec)
    return cls(cls.Params.model_validate(params))


def _is_bool(value: Any) -> bool:
    """Whether it is a bool, Python's or NumPy's."""
    return isinstance(value, bool) or type(value).__name__ in ("bool", "bool_")
