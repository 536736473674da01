"""Rules as YAML files: read with the place of every value, replaced or extended by path.

A rule file names what it is (``rules``), its ``version`` and its entries. A company's own file may
say ``extends: default`` and then only adds entries, replaces those whose ``id`` it repeats, and
leaves out those listed under ``without``. The digest covers all files a rule set was made of.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from corpuskit.errors import InputError, RecipeError
from corpuskit.registry import nearest
from corpuskit.stage import Resource

_FOLDER = Path(__file__).parent / "rules"
_NO_ENTRIES = ("without",)

M = TypeVar("M", bound=BaseModel)


class RuleModel(BaseModel):
    """Base of what stands in a rule file: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class RuleSet:
    """Rules from one file, or from one and the file it extends.

    Attributes:
        kind: ``marks``, ``document_kind``, ``gates`` or ``evidence_score``.
        name: file's name without ending.
        version: as the file states it.
        digest: sha256 of the file, or over the digests of both files in their order.
        sections: entries by section (``marks``, ``gates``, ...); a list's items have an ``id``.
        places: ``file:line`` of each entry by ``section/id``, and of each section.
    """

    kind: str
    name: str
    version: str
    digest: str
    sections: dict[str, Any]
    places: dict[str, str]

    def error(self, place: str, message: str, remedy: str = "") -> RecipeError:
        """An error that points at an entry (``section/id``) or a section."""
        section = place.partition("/")[0]
        where = self.places.get(place) or self.places.get(section) or self.name
        return RecipeError(f"{where}: {message}", remedy)

    def entries(self, section: str, model: type[M]) -> tuple[M, ...]:
        """The checked entries of a section, in order.

        Raises:
            RecipeError: a key is unknown or a value is wrong; with ``file:line`` and the nearest
                right word.
        """
        return tuple(
            self.checked(f"{section}/{entry['id']}", entry, model)
            for entry in self.sections.get(section, [])
        )

    def checked(self, place: str, value: Any, model: type[M]) -> M:
        """One value as a model; see `entries`."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            found = error.errors()  # a wrong key also makes the right one missing: it goes first
            first = next((e for e in found if e["type"] == "extra_forbidden"), found[0])
            where = ".".join(str(step) for step in first["loc"])
            hint = ""
            if first["type"] == "extra_forbidden":
                hint = nearest(str(first["loc"][-1]), model.model_fields)
            raise self.error(place, f"'{where}': {first['msg']}{hint}") from None

    def resource(self) -> Resource:
        """The rule set as the manifest records it."""
        return Resource(f"{self.kind} rules: {self.name}", "list", self.version, self.digest)


def load(kind: str, path: Path | None = None) -> RuleSet:
    """Read a rule set.

    Args:
        kind: what the file must be about.
        path: the user's file; None for the built-in one.

    Raises:
        InputError: there is no such file.
        RecipeError: it is no YAML, or not of this kind; with ``file:line``.
    """
    own = _FOLDER / f"{kind}.yaml"
    chosen = path or own
    try:
        stat = chosen.stat()
    except OSError as error:
        raise InputError(
            f"rule file not found: {chosen}", "paths are relative to the recipe"
        ) from error
    return _load(kind, chosen, own, (stat.st_mtime_ns, stat.st_size))


def files(kind: str, path: Path | None = None) -> tuple[Path, ...]:
    """The files that a rule set can be made of; their digests enter the keys of runs.

    Code is part of those keys and data files of the package are not, hence the built-in one.
    """
    own = _FOLDER / f"{kind}.yaml"
    return (own,) if path is None else (own, path)


@functools.lru_cache(32)
def _load(kind: str, path: Path, base: Path, _stamp: tuple[int, int]) -> RuleSet:
    found = _read(kind, path)
    extends = found.sections.pop("extends", None)
    without = found.sections.pop("without", [])
    if extends is None:
        return found
    if extends != "default":
        raise found.error("extends", f"a file may extend 'default', not '{extends}'")
    return _extended(_read(kind, base), found, list(without))


def _extended(base: RuleSet, own: RuleSet, without: list[str]) -> RuleSet:
    known = {e["id"] for s in base.sections.values() if isinstance(s, list) for e in s}
    for gone in without:
        if gone not in known:
            raise own.error("without", f"no rule is called '{gone}'{nearest(gone, known)}")
    sections: dict[str, Any] = dict(base.sections)
    for name, value in own.sections.items():
        if isinstance(value, list):
            sections[name] = _merged(sections.get(name, []), value)
        elif isinstance(value, dict):
            sections[name] = {**sections.get(name, {}), **value}
        else:
            sections[name] = value
    for name, value in sections.items():
        if isinstance(value, list):
            sections[name] = [entry for entry in value if entry["id"] not in without]
    digest = hashlib.sha256(f"{base.digest}\n{own.digest}".encode()).hexdigest()
    places = {**base.places, **own.places}
    return RuleSet(base.kind, own.name, own.version, digest, sections, places)


def _merged(base: list[Any], own: list[Any]) -> list[Any]:
    """Entries replaced in place where the id is the same; new ones go first, so that they win."""
    mine = {entry["id"]: entry for entry in own}
    kept = [mine.pop(entry["id"], entry) for entry in base]
    return [*mine.values(), *kept]


def _read(kind: str, path: Path) -> RuleSet:
    raw = path.read_bytes()
    try:
        data: Any = YAML().load(raw)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(error, "problem", None) or "cannot be read"
        raise RecipeError(f"{path}:{line}: no YAML: {problem}") from None
    if not isinstance(data, dict) or data.get("rules") != kind:
        raise RecipeError(f"{path}:1: the file does not say 'rules: {kind}'", "write it first")
    lines: Any = data
    places = {str(key): f"{path}:{lines.lc.key(key)[0] + 1}" for key in data}
    for section, entries in data.items():
        if isinstance(entries, list) and section not in _NO_ENTRIES:
            _place_entries(str(section), entries, path, places)
    sections = {k: v for k, v in _plain(data).items() if k not in ("rules", "version", "about")}
    digest = hashlib.sha256(raw).hexdigest()
    return RuleSet(kind, path.stem, str(data.get("version", 1)), digest, sections, places)


def _place_entries(section: str, entries: Any, path: Path, places: dict[str, str]) -> None:
    for i, entry in enumerate(entries):
        line = f"{path}:{entries.lc.item(i)[0] + 1}"
        ident = entry.get("id") if isinstance(entry, dict) else None
        if not isinstance(ident, str):
            raise RecipeError(f"{line}: an entry of '{section}' has no id", "write {id: NAME, ...}")
        if f"{section}/{ident}" in places:
            raise RecipeError(f"{line}: the id '{ident}' is used twice", "ids are unique in a file")
        places[f"{section}/{ident}"] = line


def _plain(value: Any) -> Any:
    """YAML's own containers as plain ones."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(v) for v in value]
    return value
