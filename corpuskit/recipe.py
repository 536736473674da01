"""A recipe: YAML in, frozen models out. Every error names file:line:column, the key, and a way out.

Paths are relative to the recipe; ``pkg:`` addresses files shipped in the package. Values can be
overridden with ``--set key.path=value`` before anything is checked.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corpuskit.errors import RecipeError
from corpuskit.overrides import apply_override
from corpuskit.paths import portable, resolve_path
from corpuskit.recipeerrors import Loc, Position, place, validation_error

_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def _bytes(value: Any) -> Any:
    """``256MB`` -> 256000000."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]?I?B)?\s*", value.upper())
        if not found:
            raise ValueError(f"'{value}' is not a size; write 256MB or 1GiB")
        return int(float(found[1]) * _UNITS[found[2] or "B"])
    return value


def _text(value: Any) -> Any:
    """YAML dates and numbers where text is meant."""
    if isinstance(value, datetime.date | int | float) and not isinstance(value, bool):
        return value.isoformat() if isinstance(value, datetime.date) else str(value)
    return value


# What YAML may hold there is for the schema that editors use.
_SIZE = (
    Annotated[int, Field(gt=0)]
    | Annotated[str, Field(pattern=r"^\s*\d+(\.\d+)?\s*([KMGkmg]?[Ii]?[Bb])?\s*$")]
)
Size = Annotated[int, BeforeValidator(_bytes, json_schema_input_type=_SIZE), Field(gt=0)]
Text = Annotated[str, BeforeValidator(_text, json_schema_input_type=str | float)]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Source(_Model):
    """Where documents come from, and what is known about them.

    What is not known is left out; nothing is guessed.
    """

    name: Annotated[Text, Field(pattern=r"^[^\s/\\]+$")] = Field(
        description="Short name; part of every document's id."
    )
    path: Text = Field(
        description="File, folder, glob (**/*.txt), pkg:FOLDER or hf://OWNER/NAME, from the recipe."
    )
    reader: str = Field("auto", description="Reader's name, or auto: chosen for each file.")
    text: str = Field("text", description="Field that holds the text (JSON Lines, Parquet, CSV).")
    id: str | None = Field(None, description="Field with the input's own id, kept as source_id.")
    options: dict[str, Any] = Field(default_factory=dict, description="The reader's own options.")
    readers: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="Options by reader, for 'auto' and for files within files.",
    )
    license: Text | None = Field(None, description="SPDX expression, such as CC-BY-4.0.")
    publisher: Text | None = Field(None, description="Who published it.")
    date: Text | None = Field(None, description="Date of issue, ISO 8601.")
    country: Text | None = Field(None, description="Country of origin, ISO 3166 code.")
    legal_basis: Text | None = Field(
        None,
        description="Why it may be used: owned, contract, licence, copyright-act-13, "
        "public-domain, 30-4 or 47-5.",
    )


class Limits(_Model):
    """What one step of a reader may take; the backstop behind the readers' own budgets.

    A file that passes a limit is tried once more, alone, with four times the limit, and then
    quarantined; the run is marked as dependent on the machine.
    """

    seconds: float = Field(120, gt=0, description="CPU seconds for one batch or one file.")
    memory: Size = Field(2 * 10**9, description="Bytes that reading may add to a worker.")


class Splits(_Model):
    """Shares of documents set apart; near-duplicates never straddle splits."""

    validation: float = Field(0.0, ge=0, lt=1, description="Share of documents, such as 0.01.")
    test: float = Field(0.0, ge=0, lt=1, description="Share of documents, such as 0.01.")

    @model_validator(mode="after")
    def _something_left(self) -> Splits:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together must leave something to train on")
        return self


class Output(_Model):
    """Where the dataset goes and how it is cut."""

    path: Text = Field(description="Folder of the dataset; relative to the recipe.")
    shard_size: Size = Field(128 * 10**6, description="Text bytes a shard aims at, such as 128MB.")
    splits: Splits = Field(default_factory=Splits)
    shuffle: int | None = Field(
        None, description="Seed of a keyed shuffle; none keeps input order."
    )
    meta: bool = Field(True, description="Keep all other input fields as JSON in `meta`.")


class StageUse(_Model):
    """A stage as the recipe uses it."""

    name: str
    params: dict[str, Any] = Field(default_factory=dict)


class Recipe(_Model):
    """What goes in, what is done, and where the dataset goes."""

    name: Annotated[Text, Field(pattern=r"^[^\s/\\]+$")] = Field(description="Name of the dataset.")
    description: Text = Field("", description="One paragraph for the dataset card.")
    released: Text | None = Field(
        None, description="Date for the card; never taken from the clock."
    )
    mode: Literal["fast", "study"] = Field(
        "fast",
        description="fast stops at the first failing rule; study computes every signal first.",
    )
    limits: Limits = Field(default_factory=Limits)
    network: bool = Field(False, description="Whether sources may be fetched from the network.")
    part_size: Size = Field(32 * 2**20, description="Input bytes of a task.")
    plugins: tuple[Text, ...] = Field((), description="Python files with stages of your own.")
    sources: tuple[Source, ...] = Field(min_length=1)
    stages: tuple[StageUse, ...] = Field(())
    output: Output


@dataclass(frozen=True)
class LoadedRecipe:
    """A recipe with the places its values came from.

    Attributes:
        recipe: the checked values.
        path: the recipe file.
        positions: (line, column) from 1, by location such as ``("sources", 0, "path")``.
    """

    recipe: Recipe
    path: Path
    positions: Mapping[Loc, Position] = field(default_factory=dict, repr=False)

    @property
    def base(self) -> Path:
        """The folder that paths in the recipe are relative to."""
        return self.path.parent

    def resolve(self, path: str) -> str:
        """A path of the recipe as one that can be opened from here; `hf://` stays."""
        return resolve_path(path, self.base)

    def error(self, loc: Loc, message: str, remedy: str = "") -> RecipeError:
        """An error that points at a place of the recipe."""
        return RecipeError(f"{place(self.path, self.positions, loc)}: {message}", remedy)

    def content(self) -> dict[str, Any]:
        """The recipe as JSON, without anything that depends on where it lies or runs.

        The output path, what a source's path has above its root, and plug-in folders are left
        out, so that two checkouts give the same manifest.
        """
        data = self.recipe.model_dump(mode="json")
        data["output"].pop("path")
        data["plugins"] = [Path(p).name for p in self.recipe.plugins]
        data["stages"] = portable(data["stages"])
        for source in data["sources"]:
            source["path"] = self._below_root(source["path"])
        return data

    def _below_root(self, path: str) -> str:
        """A source's path from its root on: of a folder nothing is left, of a file its name."""
        if path.startswith(("pkg:", "hf://")):
            return path
        if Path(self.resolve(path)).is_dir():
            return "."
        parts = path.replace("\\", "/").split("/")
        wild = (i for i, part in enumerate(parts) if re.search(r"[*?\[]", part))
        return "/".join(parts[next(wild, len(parts) - 1) :])

    @property
    def digest(self) -> str:
        """sha256 of `content` as canonical JSON."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


# --- loading --------------------------------------------------------------------------------------


def load(path: Path, overrides: Sequence[str] = ()) -> LoadedRecipe:
    """Read and check a recipe file.

    Args:
        path: the YAML file.
        overrides: ``key.path=value`` strings, applied before checking.

    Raises:
        RecipeError: with file:line:column, the key, and the nearest right word.
    """
    data, positions = _parse(path)
    for override in overrides:
        apply_override(data, override)
    data["stages"] = [
        _stage_use(entry, ("stages", i), path, positions)
        for i, entry in enumerate(_list(data.get("stages"), path, positions, ("stages",)))
    ]
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        raise validation_error(path, positions, error, (), Recipe) from None
    loaded = LoadedRecipe(recipe, path, positions)
    _unique([s.name for s in recipe.sources], loaded)
    return loaded


def _parse(path: Path) -> tuple[dict[str, Any], dict[Loc, Position]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RecipeError(
            f"recipe not found: {path}", "'corpuskit init DIR' writes one for a folder"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read: {error}", "a recipe is a UTF-8 file") from None
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        problem = str(error.problem).split("\n")[0]
        raise RecipeError(
            f"{where}: not valid YAML: {problem}", "check indentation and keys"
        ) from None
    except YAMLError as error:
        raise RecipeError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(tree, dict):
        raise RecipeError(f"{path}:1:1: a recipe is a mapping with name, sources, stages, output")
    positions: dict[Loc, Position] = {}
    return _plain(tree, (), positions), positions


def _plain(node: Any, loc: Loc, positions: dict[Loc, Position]) -> Any:
    """ruamel's nodes as plain values; remembers where each key and item stands."""
    marks: Any = getattr(node, "lc", None)
    if isinstance(node, dict):
        for key in node:
            if key in (marks.data or {}):  # keys merged with << stand elsewhere
                line, column = marks.key(key)
                positions[(*loc, str(key))] = (line + 1, column + 1)
        return {str(k): _plain(v, (*loc, str(k)), positions) for k, v in node.items()}
    if isinstance(node, list):
        for i in range(len(node)):
            line, column = marks.item(i)
            positions[(*loc, i)] = (line + 1, column + 1)
        return [_plain(v, (*loc, i), positions) for i, v in enumerate(node)]
    if isinstance(node, bool) or node is None or isinstance(node, datetime.date):
        return node
    if type(node).__name__ == "ScalarBoolean":  # ruamel's bool with an anchor, an int otherwise
        return bool(node)
    for plain in (int, float, str):
        if isinstance(node, plain):
            return plain(node)
    return node


def _list(value: Any, path: Path, positions: Mapping[Loc, Position], loc: Loc) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecipeError(
            f"{place(path, positions, loc)}: '{loc[-1]}' is a list", "start items with '- '"
        )
    return value


def _stage_use(entry: Any, loc: Loc, path: Path, positions: dict[Loc, Position]) -> dict[str, Any]:
    """``name`` or ``name: {params}`` as name and params."""
    if isinstance(entry, str):
        return {"name": entry, "params": {}}
    if isinstance(entry, dict) and len(entry) == 1:
        (name, params), *_ = entry.items()
        if params is None or isinstance(params, dict):
            return {"name": name, "params": params or {}}
        if name.partition("@")[0] == "rules" and isinstance(params, list):
            _nest(positions, (*loc, name), "rules")
            return {"name": name, "params": {"rules": params}}
    raise RecipeError(
        f"{place(path, positions, loc)}: a stage is a name, or one name with its parameters",
        "write '- normalize' or '- dedup.minhash: {bound: 0.8}'",
    )


def _nest(positions: dict[Loc, Position], loc: Loc, key: str) -> None:
    """Positions below `loc` as if its value stood under `key`."""
    depth = len(loc)
    below = [(at, where) for at, where in positions.items() if at[:depth] == loc]
    for at, where in below:
        positions[(*loc, key, *at[depth:])] = where


def _unique(names: Iterable[str], loaded: LoadedRecipe) -> None:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            raise loaded.error(
                ("sources", i, "name"),
                f"two sources are called '{name}'",
                "names are part of every id",
            )
        seen.add(name)
