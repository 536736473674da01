"""A profile: signals and rules under a name, without sources and output, that recipes use.

``configs/recipes/NAME.yaml`` holds one. The package brings them along, so that ``use: NAME`` and
``profile: NAME`` find them wherever it is installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpuskit.errors import RecipeError
from corpuskit.recipeerrors import Loc, Position, place, validation_error
from corpuskit.recipeparse import parse, stage_entry
from corpuskit.registry import nearest


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Need(_Model):
    """A list or model that the package doesn't ship; the user gives its path."""

    kind: Literal["list", "model"] = Field("list", description="What it is.")
    about: str = Field(description="What it holds, and in which form.")
    published: str = Field("", description="Where the one that was used can be had, if it can.")


class Missing(_Model):
    """A part of the published recipe that this profile doesn't reproduce."""

    what: str
    why: str


class ProfileHead(_Model):
    """What a profile says of itself."""

    profile: str = Field(pattern=r"^[^\s/\\]+$", description="Name; that of its file.")
    describes: str = Field(description="What it is for, or whose recipe it is.")
    source: str = Field(description="Where its values come from.")
    license: str = Field("", description="Licence of what the values were taken from.")
    needs: dict[str, Need] = Field(default_factory=dict, description="Lists and models by name.")
    missing: tuple[Missing, ...] = Field((), description="Published parts left out.")
    stages: list[Any] = Field(min_length=1, description="Signals and rules, as in a recipe.")


@dataclass(frozen=True)
class Profile:
    """A profile as its file says it.

    Attributes:
        head: what it says of itself.
        entries: (stage, parameters) in order; parameters of `rules` are in their long form.
        path: its file.
        positions: (line, column, file) by location in the file.
    """

    head: ProfileHead
    entries: tuple[tuple[str, dict[str, Any]], ...]
    path: Path
    positions: Mapping[Loc, Position] = field(repr=False)

    @property
    def name(self) -> str:
        """Name by which recipes use it."""
        return self.head.profile

    def rules(self) -> list[dict[str, Any]]:
        """All its rules, in order."""
        found: list[dict[str, Any]] = []
        for name, params in self.entries:
            if name == "rules":
                found += params["rules"]
        return found


def folder() -> Path:
    """Where the shipped profiles lie."""
    shipped = Path(str(files("corpuskit"))) / "profiles"
    return shipped if shipped.is_dir() else shipped.parents[1] / "configs" / "recipes"


def names() -> list[str]:
    """Names of the shipped profiles, sorted."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def find(name: str, base: Path) -> Path:
    """The file of a profile.

    Args:
        name: a shipped profile's name, or a path ending in .yaml, relative to `base`.
        base: the folder of the recipe that uses it.

    Raises:
        RecipeError: there is none; names the nearest one.
    """
    if name.endswith((".yaml", ".yml")):
        path = base / Path(name).expanduser()
        if path.is_file():
            return path
        raise RecipeError(f"profile not found: {path}", "paths are relative to the recipe")
    known = names()
    if name not in known:
        raise RecipeError(
            f"unknown profile '{name}'{nearest(name, known)}",
            f"there are {', '.join(known)}; write a path ending in .yaml for one of your own",
        )
    return folder() / f"{name}.yaml"


def load_profile(path: Path) -> Profile:
    """Read and check a profile's file.

    Raises:
        RecipeError: with file:line:column and the key.
    """
    data, positions = parse(path)
    try:
        head = ProfileHead.model_validate(data)
    except ValidationError as error:
        raise validation_error(path, positions, error, (), ProfileHead) from None
    if head.profile != path.stem:
        raise RecipeError(
            f"{place(path, positions, ('profile',))}: the profile is called '{head.profile}', its "
            f"file '{path.stem}'",
            "give both the same name",
        )
    entries = []
    for i, entry in enumerate(head.stages):
        use = stage_entry(entry, ("stages", i), path, positions)
        entries.append((use["name"], use["params"]))
        _check_rules(use, ("stages", i, use["name"]), head, path, positions)
    return Profile(head, tuple(entries), path, positions)


def _check_rules(
    use: dict[str, Any], loc: Loc, head: ProfileHead, path: Path, positions: Mapping[Loc, Position]
) -> None:
    """Every `needs` of a rule names a need of the head."""
    if use["name"] != "rules":
        return
    for i, rule in enumerate(use["params"].get("rules", ())):
        need = rule.get("needs") if isinstance(rule, dict) else None
        if need is not None and need not in head.needs:
            raise RecipeError(
                f"{place(path, positions, (*loc, 'rules', i))}: the profile has no need "
                f"'{need}'{nearest(str(need), head.needs)}",
                "say what it is under 'needs'",
            )
