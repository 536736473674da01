"""What a recipe's or profile's rules say of documents, without a run: nothing is written.

Stages that look at documents one by one are applied; deduplication, which compares documents with
each other, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import BASE
from corpuskit.errors import RecipeError
from corpuskit.fates import align
from corpuskit.pipeline import build, plugin_paths
from corpuskit.recipe import LoadedRecipe, load
from corpuskit.recipes.compose import Omitted
from corpuskit.recipes.profile import find, load_profile, names
from corpuskit.registry import Registry
from corpuskit.rules.stage import Rules
from corpuskit.stage import Stage, apply

#: A recipe that does nothing but use a profile.
_WRAPPED = """\
name: {name}
when_missing: {missing}
given: {given}
sources: [{{name: data, path: data}}]
stages: [{{use: {use}}}]
output: {{path: out}}
"""


@dataclass(frozen=True)
class Reason:
    """Why a document goes: the signal and the bound it broke."""

    signal: str
    bound: str

    def __str__(self) -> str:
        return f"{self.signal} {self.bound}".strip()


def open_recipe(what: str, given: dict[str, str], omit: bool, scratch: Path) -> LoadedRecipe:
    """A recipe file, or a profile as a recipe of its own.

    Args:
        what: path of a recipe or profile ending in .yaml, or a shipped profile's name.
        given: paths of lists and models by need; absolute.
        omit: leave out rules whose list or model isn't given.
        scratch: a folder for the recipe that wraps a profile.

    Raises:
        RecipeError: there is none, or it is wrong.
    """
    path = Path(what)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        from corpuskit.recipeparse import parse

        if "profile" not in parse(path)[0]:
            sets = [f"given.{name}={value}" for name, value in given.items()]
            return load(path, [*sets, *(["when_missing=omit"] if omit else [])])
        use = str(path.absolute())
    elif path.suffix in (".yaml", ".yml"):
        raise RecipeError(f"recipe not found: {what}", f"profiles by name: {', '.join(names())}")
    else:
        use = what
    profile = load_profile(find(use, Path()))
    import json

    wanted = {n: str(Path(v).absolute()) for n, v in given.items() if n in profile.head.needs}
    text = _WRAPPED.format(
        name=profile.name,
        missing="omit" if omit else "error",
        given=json.dumps(wanted, ensure_ascii=False),
        use=json.dumps(use, ensure_ascii=False),
    )
    wrapped = scratch / f"{profile.name}.yaml"
    wrapped.write_text(text, encoding="utf-8")
    return load(wrapped)


class Judge:
    """Applies the stages of a recipe to batches.

    Args:
        loaded: the recipe.
        registry: where its stages are installed; made for its plug-ins where it is None.
    """

    def __init__(self, loaded: LoadedRecipe, registry: Registry | None = None) -> None:
        pipeline = build(loaded, registry or Registry(plugin_paths(loaded)))
        self.name = loaded.recipe.name
        self.omitted: tuple[Omitted, ...] = loaded.omitted
        self.stages = [s for s in pipeline.used if isinstance(s, Stage)]
        #: Stages that compare documents with each other; they are not applied.
        self.skipped = tuple(s.name for s in pipeline.used if not isinstance(s, Stage))
        for stage in self.stages:
            stage.open()

    def rules(self) -> Iterator[tuple[str, str]]:
        """Signal and bound of every rule, in order."""
        for stage in self.stages:
            if isinstance(stage, Rules):
                for rule in stage.params.rules:
                    for bound, _ in rule.bounds():
                        yield rule.signal, bound

    def reasons(self, batch: pa.RecordBatch) -> tuple[list[Reason | None], pa.RecordBatch]:
        """The first reason of each document to go, or None; and the batch with all signals.

        Signals are computed of every document, those that go included.

        Args:
            batch: n documents with at least ``text`` and ``source``.
        """
        found: list[Reason | None] = [None] * batch.num_rows
        batch = align(batch, BASE) if "id" in batch.schema.names else _documents(batch)
        for stage in self.stages:
            result = apply(stage, batch)
            batch = result.batch
            for part, failed in ((result.rejected, False), (result.failed, True)):
                for row in part.to_pylist() if part is not None else ():
                    if found[row["row"]] is None:
                        signal, bound = (
                            (stage.ident, row["error"]) if failed else (row["signal"], row["bound"])
                        )
                        found[row["row"]] = Reason(signal, bound)
        return found, batch


def _documents(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows with a text, as documents."""
    n = batch.num_rows
    known: dict[str, Any] = {name: batch.column(name) for name in batch.schema.names}
    known.setdefault("id", pa.array([f"{i:032x}" for i in range(n)]))
    for name in ("source", "uri", "locator"):
        known.setdefault(name, pa.array([""] * n))
    return align(pa.RecordBatch.from_pydict(known), BASE)


def kept(reasons: list[Reason | None]) -> np.ndarray:
    """Which documents stay, `bool[n]`."""
    return np.array([reason is None for reason in reasons], bool)


def characters(batch: pa.RecordBatch) -> np.ndarray:
    """Characters of each text, `int64[n]`."""
    counted = pc.utf8_length(batch.column("text")).to_numpy(zero_copy_only=False)
    numbers: np.ndarray = counted.astype(np.int64)
    return numbers
