"""From a recipe's stage list to checked stage objects, cut into streaming segments.

A segment is a run of stages that look at documents one by one, followed by the exchanges that end
it. The columns a stage reads are checked against those written before it, before anything runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from corpuskit.document import BASE, REJECTION
from corpuskit.errors import CorpuskitError, RecipeError
from corpuskit.exchange import Exchange
from corpuskit.labels import COLUMN
from corpuskit.recipe import LoadedRecipe, StageUse
from corpuskit.recipeerrors import Loc, validation_error
from corpuskit.registry import Registry, nearest
from corpuskit.stage import Column, Stage

#: In study mode a verdict travels with its document until the end under these names.
PENDING = tuple(f"_{name}" for name in REJECTION.names)


@dataclass(frozen=True)
class Segment:
    """Stages that stream over a part, and the exchanges after them.

    Attributes:
        stages: in order; may be empty.
        exchanges: run one after the other on the keys this segment computed; may be empty.
        schema: columns of a batch that leaves the segment.
        positions: place of each stage and exchange in the recipe's list, in that order.
        ahead: for each exchange, later stages that its phases compute for some documents.
    """

    stages: tuple[Stage, ...]
    exchanges: tuple[Exchange, ...]
    schema: pa.Schema
    positions: tuple[int, ...]
    ahead: tuple[tuple[Stage, ...], ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """All segments of a recipe, and every column that stages write."""

    segments: tuple[Segment, ...]
    columns: tuple[Column, ...]
    study: bool

    @property
    def schema(self) -> pa.Schema:
        """Columns of a document at the end."""
        fields = [f for f in self.segments[-1].schema if f.name not in PENDING]
        return pa.schema(fields)

    @property
    def used(self) -> tuple[Stage | Exchange, ...]:
        """Stages and exchanges in the recipe's order."""
        used: list[Stage | Exchange] = []
        for segment in self.segments:
            used += [*segment.stages, *segment.exchanges]
        return tuple(used)


def build(loaded: LoadedRecipe, registry: Registry) -> Pipeline:
    """Make and check every stage of a recipe.

    Raises:
        RecipeError: unknown stage or parameter, or a stage reads a column nobody writes.
    """
    used = [_instance(loaded, registry, i, use) for i, use in enumerate(loaded.recipe.stages)]
    seen: Counter[str] = Counter()
    for stage in used:
        seen[stage.name] += 1
        stage.use = seen[stage.name]
    _check_columns(loaded, used, registry)
    _check_protection(loaded, used)
    _check_labelled(loaded, used)
    _check_index(loaded, used)
    study = loaded.recipe.mode == "study"
    segments: list[Segment] = []
    columns: dict[str, Column] = {}
    for positions in _cuts(used):
        stages = tuple(s for i in positions if isinstance(s := used[i], Stage))
        exchanges = tuple(s for i in positions if isinstance(s := used[i], Exchange))
        for stage in stages:
            columns.update({c.name: c for c in stage.columns_written()})
        schema = _schema(columns.values(), study)
        ahead = tuple(
            _ahead(loaded, used, i, registry) for i in positions if isinstance(used[i], Exchange)
        )
        segments.append(Segment(stages, exchanges, schema, tuple(positions), ahead))
        for exchange in exchanges:
            columns.update({c.name: c for c in exchange.columns_written()})
    return Pipeline(tuple(segments), tuple(columns.values()), study)


def _cuts(used: list[Any]) -> list[list[int]]:
    """Positions of each segment: stages, then exchanges; always one segment after an exchange.

    An exchange that edits texts ends its segment: the next one looks at the edited texts.
    """
    cuts: list[list[int]] = [[]]
    for i, stage in enumerate(used):
        last = used[cuts[-1][-1]] if cuts[-1] else None
        if isinstance(last, Exchange) and (isinstance(stage, Stage) or last.edits()):
            cuts.append([])
        cuts[-1].append(i)
    if cuts[-1] and isinstance(used[cuts[-1][-1]], Exchange):
        cuts.append([])
    return cuts


def _schema(columns: Iterable[Column], study: bool) -> pa.Schema:
    schema = BASE
    for column in columns:
        if BASE.get_field_index(column.name) < 0:
            schema = schema.append(pa.field(column.name, column.type))
    if study:
        for field in REJECTION:
            schema = schema.append(pa.field(f"_{field.name}", field.type))
    return schema


def make_stage(registry: Registry, name: str, params: dict[str, Any]) -> Any:
    """A stage or exchange from its name and parameters (raises pydantic's ValidationError).

    Args:
        registry: where it is installed.
        name: with or without ``@version`` and ``#use``.
        params: as JSON.
    """
    name, _, use = name.partition("#")
    cls = registry.stage(name)
    stage = cls(cls.Params.model_validate(params))
    stage.use = int(use or 1)
    return stage


def _instance(loaded: LoadedRecipe, registry: Registry, i: int, use: StageUse) -> Any:
    loc: Loc = ("stages", i)
    try:
        cls = registry.stage(use.name)
    except RecipeError as error:
        raise loaded.error(loc, error.message, error.remedy) from None
    try:
        stage = cls(cls.Params.model_validate(use.params))
        stage.root = loaded.base
        return stage
    except ValidationError as error:
        prefix: Loc = (*loc, use.name)
        raise validation_error(loaded.path, loaded.positions, error, prefix, cls.Params) from None


def _check_index(loaded: LoadedRecipe, used: list[Any]) -> None:
    """A dataset has one index, of keys that can be made again from what is kept."""
    asking = [i for i, s in enumerate(used) if isinstance(s, Exchange) and s.index_schema()]
    if len(asking) > 1:
        raise loaded.error(
            ("stages", asking[1]),
            f"'{used[asking[1]].name}' asks for an index, and so does a stage before it",
            "ask for it once",
        )


def _check_columns(loaded: LoadedRecipe, used: list[Any], registry: Registry) -> None:
    known = set(BASE.names)
    for i, stage in enumerate(used):
        for column in stage.columns_read():
            if column not in known:
                raise _unwritten(loaded, i, stage.name, column, used, known, registry)
        known.update(c.name for c in stage.columns_written())


def _check_protection(loaded: LoadedRecipe, used: list[Any]) -> None:
    """A stage that protects can be applied to any record, and sees every text that is written."""
    holding: dict[str, str] = {}
    for i, stage in enumerate(used):
        if isinstance(stage, Stage) and stage.protects:
            for column in stage.columns_read():
                if BASE.get_field_index(column) < 0:
                    message = f"'{stage.name}' protects texts, but reads the column '{column}'"
                    remedy = "such a stage reads columns that every record has"
                    raise loaded.error(("stages", i), message, remedy)
            for column, name in holding.items():
                message = f"'{name}' writes texts (column '{column}') before '{stage.name}'"
                raise loaded.error(("stages", i), message, f"move '{stage.name}' before '{name}'")
        holding.update({c.name: stage.name for c in stage.columns_written() if c.holds_text})


def _check_labelled(loaded: LoadedRecipe, used: list[Any]) -> None:
    """A limit of confidentiality needs a stage that looks for marks."""
    if loaded.recipe.output.max_confidentiality is None:
        return
    if not any(COLUMN in {c.name for c in stage.columns_written()} for stage in used):
        raise loaded.error(
            ("output", "max_confidentiality"),
            f"no stage writes the column '{COLUMN}', so nothing tells what is above the limit",
            "add the stage 'marks'",
        )


def _ahead(loaded: LoadedRecipe, used: list[Any], i: int, registry: Registry) -> tuple[Stage, ...]:
    """Stages after the exchange at `i` that its phases need: those that write what it wants.

    With each of them come the ones whose columns it reads, and those that change the text before.
    """
    written = set(BASE.names)
    for stage in used[: i + 1]:
        written.update(c.name for c in stage.columns_written())
    later = [s for s in used[i + 1 :] if isinstance(s, Stage)]
    writes = {id(s): {c.name for c in s.columns_written()} for s in later}
    for column in used[i].columns_wanted():
        if column not in written and not any(column in writes[id(s)] for s in later):
            raise _unwritten(loaded, i, used[i].name, column, used, written, registry)
    wanted = set(used[i].columns_wanted()) - written
    picked: list[Stage] = []
    for stage in reversed(later):
        if writes[id(stage)] & wanted or (picked and "text" in writes[id(stage)]):
            picked.insert(0, stage)
            wanted |= set(stage.columns_read()) - written
    return tuple(picked)


def _unwritten(
    loaded: LoadedRecipe,
    i: int,
    name: str,
    column: str,
    used: list[Any],
    known: set[str],
    registry: Registry,
) -> RecipeError:
    later = [s.name for s in used[i + 1 :] if column in {c.name for c in s.columns_written()}]
    if later:
        remedy = f"'{later[0]}' writes it: move it before '{name}'"
    else:
        remedy = _writer(registry, column, [s.name for s in used[:i]])
    return loaded.error(
        ("stages", i),
        f"'{name}' reads the column '{column}', which nothing before it writes"
        f"{nearest(column, known)}",
        remedy,
    )


def _writer(registry: Registry, column: str, before: list[str]) -> str:
    """What to do about a column that nobody writes: the stage, or its switch, that would."""
    names = sorted(registry.stages)
    for name in names:
        if column in _columns_of(registry, name):
            return f"add the stage '{name}' before it"
    for name in names:
        for switch in _switches(registry, name):
            if column in _columns_of(registry, name, {switch: True}):
                if name in before:
                    return f"set '{switch}: true' in the stage '{name}' before it"
                return f"add the stage '{name}' with '{switch}: true' before it"
    return "no installed stage writes it"


def _columns_of(registry: Registry, name: str, params: dict[str, Any] | None = None) -> set[str]:
    """Columns a stage writes with its defaults; none where it can't be made without any."""
    try:
        return {c.name for c in make_stage(registry, name, params or {}).columns_written()}
    except (CorpuskitError, ValidationError, TypeError):
        return set()


def _switches(registry: Registry, name: str) -> list[str]:
    """Parameters of a stage that are off and can be put on."""
    try:
        fields = registry.stage(name).Params.model_fields
    except CorpuskitError:
        return []
    return [option for option, field in fields.items() if field.default is False]


def kernels_of(loaded: LoadedRecipe) -> tuple[str, ...]:
    """Kernel modules that the recipe's stages need beside those of every run.

    What is wrong with a stage is said when the recipe is checked.
    """
    names: set[str] = set()
    with suppress(CorpuskitError):
        registry = Registry(plugin_paths(loaded))
        for use in loaded.recipe.stages:
            with suppress(CorpuskitError):
                names.update(registry.stage(use.name).kernels_for(use.params))
    return tuple(sorted(names))


def plugin_paths(loaded: LoadedRecipe) -> tuple[Path, ...]:
    """The recipe's plug-in files, absolute."""
    return tuple(Path(loaded.resolve(p)) for p in loaded.recipe.plugins)
