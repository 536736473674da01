"""What is installed: stages and readers by name, found through entry points, loaded when used.

Built-ins come through the same entry-point groups as anybody's plug-in (`corpuskit.stages`,
`corpuskit.readers`). An entry point names a class, or a module whose declared functions
(`doc_signal`, `doc_filter`), stage and reader classes are all taken. A recipe may also name a
Python file.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from corpuskit.errors import MissingExtraError, RecipeError, StageError
from corpuskit.functions import stage_from
from corpuskit.readers.protocol import Reader
from corpuskit.stage import DECLARED

STAGES = "corpuskit.stages"
READERS = "corpuskit.readers"

#: Which extra brings a module that may be absent. Data, so that messages and docs agree.
EXTRAS: Mapping[str, str] = MappingProxyType(
    {
        "ray": "ray",
        "fastwarc": "web",
        "isal": "web",
        "pypdfium2": "documents",
        "python_calamine": "documents",
        "sklearn": "quality",
        "lightgbm": "quality",
        "sudachipy": "sudachi",
        "pycld2": "langid",
        "cryptography": "trust",
        "rfc8785": "trust",
        "license_expression": "trust",
    }
)


def missing_extra(module: str) -> MissingExtraError:
    """The error for an optional module that is not installed, with the command that installs it."""
    extra = EXTRAS.get(module.split(".")[0])
    remedy = f"python -m pip install 'corpuskit[{extra}]'"
    return MissingExtraError(
        f"the module '{module}' is not installed",
        remedy if extra else "install the package that brings it",
    )


@dataclass(frozen=True)
class Entry:
    """One installed stage or reader.

    Attributes:
        name: name without version.
        origin: distribution (``corpuskit 0.1.0``) or plug-in file that brings it.
        load: imports and returns the class.
        digest: sha256 of a plug-in file's bytes, or an empty string; part of a run's key.
    """

    name: str
    origin: str
    load: Callable[[], Any]
    digest: str = ""


class Registry:
    """A read-only table of what is installed, plus the plug-in files of one recipe.

    Args:
        plugins: Python files whose stages and readers are added.
    """

    def __init__(self, plugins: Iterable[Path] = ()) -> None:
        self._stages = _from_entry_points(STAGES)
        self._readers = _from_entry_points(READERS)
        for path in plugins:
            stages, readers = _from_file(path)
            self._add(self._stages, stages)
            self._add(self._readers, readers)

    @staticmethod
    def _add(table: dict[str, Entry], entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.name in table:
                raise StageError(
                    f"two plug-ins are called '{entry.name}': {table[entry.name].origin} "
                    f"and {entry.origin}",
                    "rename one; names are not overridden",
                )
            table[entry.name] = entry

    @property
    def stages(self) -> Mapping[str, Entry]:
        """All stages by name."""
        return MappingProxyType(self._stages)

    @property
    def readers(self) -> Mapping[str, Entry]:
        """All readers by name."""
        return MappingProxyType(self._readers)

    def stage(self, name: str) -> Any:
        """The stage class of a name, with or without ``@version``.

        Raises:
            RecipeError: no such stage, or another version is installed; names the nearest one.
        """
        return _load(self._stages, name, "stage")

    def reader(self, name: str) -> Any:
        """The reader class of a name."""
        return _load(self._readers, name, "reader")


def nearest(word: str, known: Iterable[str]) -> str:
    """A ``; did you mean 'x'?`` for the known word nearest to a wrong one, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else ""


def _load(table: Mapping[str, Entry], name: str, kind: str) -> Any:
    bare, _, version = name.partition("@")
    if bare not in table:
        raise RecipeError(
            f"unknown {kind} '{name}'{nearest(bare, table)}",
            f"'corpuskit stages' lists what is installed: {', '.join(sorted(table))}",
        )
    try:
        found = table[bare].load()
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or bare) from error
    if version and version != str(found.version):
        raise RecipeError(
            f"{kind} '{name}': version {found.version} is installed",
            f"write {bare}@{found.version} if its new meaning is wanted",
        )
    return found


def _from_entry_points(group: str) -> dict[str, Entry]:
    table: dict[str, Entry] = {}
    origins: dict[Any, str] = {None: "unknown"}  # each name parses a package's whole description
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        dist = point.dist
        if dist is not None and dist not in origins:
            origins[dist] = f"{dist.name} {dist.version}"
        origin = origins[dist]
        if ":" in point.value:
            load = functools.partial(_class_of, point)
            Registry._add(table, [Entry(point.name, origin, load)])
        else:
            stages, readers = _from_module(_import(point), origin, "")
            Registry._add(table, readers if group == READERS else stages)
    return table


def _class_of(point: EntryPoint) -> Any:
    """The class an entry point names; recipes, manifest and class must agree on the name."""
    try:
        found = point.load()
    except AttributeError as error:
        raise StageError(f"entry point '{point.name} = {point.value}': {error}") from error
    if getattr(found, "name", None) != point.name:
        raise StageError(
            f"entry point '{point.name} = {point.value}' is called "
            f"'{getattr(found, 'name', None)}' in its class",
            "give both the same name",
        )
    return found


def _import(point: EntryPoint) -> ModuleType:
    module = point.load()
    if not isinstance(module, ModuleType):
        raise StageError(f"entry point '{point.name} = {point.value}' is not a module or a class")
    return module


def _from_module(module: ModuleType, origin: str, digest: str) -> tuple[list[Entry], list[Entry]]:
    """The stages and the readers of a module."""
    stages: list[Any] = [stage_from(spec) for spec in DECLARED.get(module.__name__, [])]
    readers: list[Any] = []
    for value in vars(module).values():
        own = inspect.isclass(value) and value.__module__ == module.__name__
        if own and not inspect.isabstract(value) and isinstance(getattr(value, "name", None), str):
            (readers if issubclass(value, Reader) else stages).append(value)
    entries = [
        [Entry(cls.name, origin, functools.partial(_same, cls), digest) for cls in found]
        for found in (stages, readers)
    ]
    return entries[0], entries[1]


def _same(cls: Any) -> Any:
    return cls


def _from_file(path: Path) -> tuple[list[Entry], list[Entry]]:
    """Stages and readers of a plug-in file. It runs: a recipe is trusted as a program is."""
    if not path.is_file():
        raise RecipeError(
            f"plug-in file not found: {path}", "plug-in paths are relative to the recipe"
        )
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = f"corpuskit_plugin_{digest[:16]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise RecipeError(f"plug-in file is not Python: {path}", "give it the ending .py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        DECLARED.pop(name, None)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            raise RecipeError(
                f"plug-in file {path} raised {type(error).__name__}: {error}", "run it with python"
            ) from error
    return _from_module(sys.modules[name], path.name, digest)
