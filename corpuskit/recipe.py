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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corpuskit.errors import RecipeError
from corpuskit.labels import Level
from corpuskit.overrides import apply_override
from corpuskit.papers.told import Told
from corpuskit.paths import portable, resolve_path
from corpuskit.recipeerrors import Loc, Position, place, validation_error
from corpuskit.recipeparse import as_list, parse, stage_entry
from corpuskit.recipes.compose import Omitted, Used, compose
from corpuskit.registry import nearest

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
    profile: Text | None = Field(
        None,
        description="Profile whose rules the stage 'profiles' applies to it, such as law; or a "
        "path ending in .yaml.",
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
    query_index: bool = Field(
        False, description="Write lookup/: where 'corpuskit query' finds ids, URLs, domains, texts."
    )
    max_confidentiality: Level | None = Field(
        None,
        description="Highest level of documents that may be written; a run that would keep one "
        "above it stops. Needs the stage marks, or another that writes `confidentiality`.",
    )


class Takedowns(_Model):
    """What was taken down from earlier versions, and stays down."""

    file: Text = Field(description="Ledger of tombstones, as 'corpuskit takedown' writes it.")
    key: Text | None = Field(
        None, description="File with the key of the ledger's digests of texts, if it has any."
    )


def _ledger(value: Any) -> Any:
    """``takedowns: FILE`` -> ``takedowns: {file: FILE}``."""
    return {"file": value} if isinstance(value, str) else value


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
    given: dict[str, Text] = Field(
        default_factory=dict,
        description="Paths of the lists and models that profiles in use need, by need.",
    )
    when_missing: Literal["error", "omit"] = Field(
        "error",
        description="What becomes of a profile's rules whose list or model isn't given.",
    )
    papers: Told | None = Field(
        None, description="What only people know of the dataset, for its papers; see export."
    )
    takedowns: Annotated[
        Takedowns | None, BeforeValidator(_ledger, json_schema_input_type=Takedowns | str | None)
    ] = Field(None, description="Ledger of tombstones; what it names is rejected at the end.")
    sources: tuple[Source, ...] = Field(min_length=1)
    stages: tuple[StageUse, ...] = Field(())
    output: Output


@dataclass(frozen=True)
class LoadedRecipe:
    """A recipe with the places its values came from.

    Attributes:
        recipe: the checked values.
        path: the recipe file.
        positions: (line, column, file), by location such as ``("sources", 0, "path")``.
        profiles: the profiles in use.
        omitted: what of them does not run, and why.
    """

    recipe: Recipe
    path: Path
    positions: Mapping[Loc, Position] = field(default_factory=dict, repr=False)
    profiles: tuple[Used, ...] = ()
    omitted: tuple[Omitted, ...] = ()

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
        if not self.recipe.output.query_index:
            del data["output"]["query_index"]
        if data["output"]["max_confidentiality"] is None:
            del data["output"]["max_confidentiality"]
        data["plugins"] = [Path(p).name for p in self.recipe.plugins]
        data["stages"] = portable(data["stages"])
        for source in data["sources"]:
            source["path"] = self._below_root(source["path"])
            if source["profile"] is None:
                del source["profile"]
        del data["papers"]
        if self.recipe.papers:
            data["papers"] = self.recipe.papers.model_dump(mode="json", exclude_defaults=True)
        if data["takedowns"] is None:
            del data["takedowns"]
        else:
            data["takedowns"] = portable(data["takedowns"])
        given, missing = data.pop("given"), data.pop("when_missing")
        if self.profiles:
            data["given"], data["when_missing"] = portable(given), missing
            data["profiles"] = [asdict(used) for used in self.profiles]
            data["omitted"] = [asdict(omitted) for omitted in self.omitted]
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
    data, positions = parse(path)
    late = [o for o in overrides if o.strip().startswith("stages.")]
    for override in overrides:
        if override not in late:
            apply_override(data, override)
    stages = as_list(data.get("stages"), path, positions, ("stages",))
    composed = compose(data, stages, path, positions)
    data["stages"], positions = composed.stages, composed.positions
    for override in late:  # they may address what a profile brought
        apply_override(data, override)
    data["stages"] = [
        stage_entry(entry, ("stages", i), path, positions) for i, entry in enumerate(data["stages"])
    ]
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        raise validation_error(path, positions, error, (), Recipe) from None
    if recipe.takedowns is not None:
        use = StageUse(name="takedown", params=recipe.takedowns.model_dump(mode="json"))
        recipe = recipe.model_copy(update={"stages": (*recipe.stages, use)})
    loaded = LoadedRecipe(recipe, path, positions, composed.used, composed.omitted)
    _unique([s.name for s in recipe.sources], loaded)
    _check_selectors(loaded)
    return loaded


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


def _check_selectors(loaded: LoadedRecipe) -> None:
    """Rules for sources that there are not would never apply."""
    known = [source.name for source in loaded.recipe.sources]
    for i, use in enumerate(loaded.recipe.stages):
        sources = use.params.get("sources") if use.name.partition("@")[0] == "rules" else None
        for name in sources if isinstance(sources, list) else ():
            if name not in known:
                raise loaded.error(
                    ("stages", i, use.name, "sources"),
                    f"there is no source '{name}'{nearest(str(name), known)}",
                    f"sources are {', '.join(known)}",
                )
