"""What ``corpuskit init`` finds in a folder: which sources a recipe over it should have.

Every file ends in exactly one source, or is named among those left out. A folder becomes one
source where one reader setting fits all of it; record files (JSON Lines, CSV, Parquet) whose text
or id fields differ become sources of their own.
"""

from __future__ import annotations

import glob
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit.errors import InputError
from corpuskit.fieldguess import SAMPLERS, Guess, Record, guess, sample
from corpuskit.readers.auto import choose
from corpuskit.readers.compression import OnDisk
from corpuskit.registry import Registry
from corpuskit.sketchnames import ending_of, glob_text, path_text, stem_of, word_of

#: So many record files at the top level get a source each; so many sources a folder may become.
MOST_FILES = 40
MOST_SOURCES = 20
#: Files of a group whose records are looked at again together.
_LOOKED = 5

#: Files that tell about the record files beside them; documents only where there are no records.
_ABOUT = re.compile(
    r"(readme|license|licence|copying|notice|changelog|citation|sha256sums|md5sums|checksums?)"
    r"(\.[a-z0-9]{1,8})?$|.*\.(sha256|sha1|md5)$",
    re.I,
)


@dataclass(frozen=True)
class Found:
    """A file of the folder.

    Attributes:
        path: absolute.
        uri: path below the folder, with ``/``.
        reader: name of the reader that recognises it, or None.
        size: bytes.
    """

    path: Path
    uri: str
    reader: str | None
    size: int


@dataclass(frozen=True)
class SourceSketch:
    """One source of the recipe to be.

    Attributes:
        name: unique, without blanks and slashes.
        path: absolute path or glob.
        reader: a reader's name, or ``auto``.
        guess: what was found out about records, or None where there are none.
        files: what it holds.
        mixed: its records differ in their fields, and no few globs would tell them apart.
    """

    name: str
    path: str
    reader: str
    guess: Guess | None
    files: tuple[Found, ...]
    mixed: bool = False


@dataclass(frozen=True)
class Sketch:
    """Everything `init` knows about a folder.

    Attributes:
        root: the folder, or the one file.
        name: for the recipe.
        sources: in order.
        left_out: files about the records, which no source reads.
    """

    root: Path
    name: str
    sources: tuple[SourceSketch, ...]
    left_out: tuple[Found, ...] = ()

    @property
    def unknown(self) -> list[Found]:
        """Files that no reader recognises; a run quarantines them."""
        chosen = [source for source in self.sources if source.reader != "huggingface"]
        return [file for source in chosen for file in source.files if file.reader is None]


def sketch(target: Path, recipe: Path, registry: Registry | None = None) -> Sketch:
    """Look at a folder or a file.

    Args:
        target: what to look at.
        recipe: where the recipe will lie; it is no input, even inside the folder.
        registry: what is installed.

    Raises:
        InputError: it is not there, or holds nothing to read.
    """
    root = Path(os.path.normpath(target.absolute()))
    files = _survey(root, registry or Registry())
    own = Path(os.path.realpath(recipe))
    mine = [f for f in files if os.path.realpath(f.path) == str(own)]
    files = [f for f in files if f not in mine]
    home = Path(os.path.realpath(root))
    if not mine and own.is_relative_to(home) and own != home:  # it will lie there
        mine = [Found(own, own.relative_to(home).as_posix(), None, 0)]
    if not files:
        raise InputError(f"nothing to read at {target}", "the folder holds no files")
    if root.is_file():
        named = _named([_one_file(files[0])])
        return Sketch(root, named[0].name, named)
    saved = _saved(root, files)
    taken = [file for source in saved for file in source.files]
    planner = _Planner(root, [f for f in files if f not in taken], [*mine, *taken])
    sources = [*saved, *planner.sources()]
    return Sketch(root, word_of(root.name) or "corpus", _named(sources), tuple(planner.left_out))


def _saved(root: Path, files: Sequence[Found]) -> list[SourceSketch]:
    """Folders that `datasets` saved (``save_to_disk``): each is read as a whole."""
    names: dict[str, set[str]] = defaultdict(set)
    for file in files:
        folder, _, name = file.uri.rpartition("/")
        names[folder].add(name)
    tops: list[str] = []
    for folder, inside in sorted(names.items()):
        whole = "dataset_dict.json" in inside or {"state.json", "dataset_info.json"} <= inside
        if whole and not any(_below(folder, top) for top in tops):
            tops.append(folder)
    sources = []
    for top in tops:
        own = [f for f in files if _below(f.uri, top)]
        data = next((f for f in own if f.uri.endswith(".arrow")), None)
        records, _ = sample(data.path, "huggingface") if data else ([], {})
        at = root / top
        sources.append(
            SourceSketch(at.name, path_text(at), "huggingface", guess([records]), tuple(own))
        )
    return sources


def _below(uri: str, folder: str) -> bool:
    return not folder or uri.startswith(f"{folder}/")


def _survey(root: Path, registry: Registry) -> list[Found]:
    """All files that a run would list: hidden ones are skipped."""
    if root.is_file():
        return [_found(root, root.parent, _readers(registry))]
    if not root.is_dir():
        raise InputError(f"no such file or folder: {root}", "'corpuskit init DIR' looks at DIR")
    readers = _readers(registry)
    found: list[Found] = []
    for top, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(top, name) for name in names if not name.startswith(".")]
        found += [_found(path, root, readers) for path in paths]
    return sorted(found, key=lambda f: f.uri)


def _readers(registry: Registry) -> dict[str, Any]:
    return {name: registry.reader(name) for name in registry.readers}


def _found(path: Path, root: Path, readers: Mapping[str, Any]) -> Found:
    reader, size = None, 0
    try:
        if path.is_file():
            size = path.stat().st_size
            reader = choose(OnDisk(path), readers)
    except OSError:  # the run will quarantine it and say why
        reader = None
    return Found(path, path.relative_to(root).as_posix(), reader, size)


# --- from files to sources ------------------------------------------------------------------------


@dataclass
class _Planner:
    """Cuts a folder into sources.

    Attributes:
        root: the folder.
        files: what must be covered.
        mine: files in the folder that no source may match.
        left_out: files about the records at the top level.
    """

    root: Path
    files: list[Found]
    mine: list[Found] = field(default_factory=list)
    left_out: list[Found] = field(default_factory=list)

    def sources(self) -> list[SourceSketch]:
        if not self.files:
            return []
        units: dict[str, list[Found]] = defaultdict(list)
        for file in self.files:
            units[file.uri.rpartition("/")[0].partition("/")[0]].append(file)
        loose = units.get("", [])
        records = [f for f in loose if f.reader in SAMPLERS]
        if records and len(records) <= MOST_FILES:
            return self._each_file(units, records)
        if len(units) > MOST_SOURCES:
            return self._unit(self.files, self.root.name)
        if len(units) == 1:
            return self._unit(self.files, next(iter(units)) or self.root.name)
        return [s for top in sorted(units) for s in self._unit(units[top], top or self.root.name)]

    def _each_file(
        self, units: Mapping[str, list[Found]], records: list[Found]
    ) -> list[SourceSketch]:
        """A source for each record file at the top level, then the rest."""
        self.left_out = [f for f in units[""] if f not in records and _ABOUT.match(f.uri)]
        self.files = [f for f in self.files if f not in self.left_out]
        sources = [_one_file(file) for file in records]
        rest = [f for f in units[""] if f not in records and f not in self.left_out]
        if rest:
            sources += self._unit(rest, self.root.name)
        nested = [f for f in self.files if "/" in f.uri]
        tops = sorted(top for top in units if top)
        if len(tops) > MOST_SOURCES:
            return [*sources, *self._unit(nested, self.root.name)]
        return [*sources, *(s for top in tops for s in self._unit(units[top], top))]

    def _unit(self, files: list[Found], name: str) -> list[SourceSketch]:
        """Sources for files that belong together: one, unless their records differ."""
        groups = _by_fields([f for f in files if f.reader in SAMPLERS])
        others = [f for f in files if f.reader not in SAMPLERS]
        first = groups[0][0] if groups else None
        if len(groups) <= 1 and not (others and first and first.options):
            parts: list[tuple[Guess | None, list[Found]]] = [(first, files)]
        else:
            parts = [*groups, (None, others)] if others else [*groups]
        cover = [(why, at, some) for why, part in parts for at, some in self._cover(part)]
        if len(cover) > MOST_FILES:
            cover = [(first, at, some) for at, some in self._cover(files)]
        if len(cover) > MOST_FILES and (broad := self._broad(files)):
            cover = [(first, broad, files)]
        mixed = len(groups) > len({id(why) for why, _, _ in cover if why})
        return [
            SourceSketch(
                name if len(cover) == 1 else _part_name(name, some),
                at, _reader(some), why, tuple(some), mixed,
            )
            for why, at, some in cover
        ]  # fmt: skip

    def _folder(self, files: list[Found]) -> Path:
        """The innermost folder that holds some files."""
        return self.root / os.path.commonpath([f.uri.rpartition("/")[0] for f in files])

    def _broad(self, files: list[Found]) -> str | None:
        """A folder or glob that may also match the recipe and files about the records."""
        allowed = {*files, *self.left_out, *self.mine}
        patterns = self._patterns(self._folder(files), files)
        return next((at for at, matched in patterns if set(files) <= matched <= allowed), None)

    def _cover(self, files: list[Found]) -> list[tuple[str, list[Found]]]:
        """Paths and globs that match exactly some files, as few as possible."""
        if len(files) == 1:
            return [(path_text(files[0].path), files)]
        for pattern, matched in self._patterns(self._folder(files), files):
            if matched == set(files):
                return [(pattern, files)]
        by_ending: dict[str, list[Found]] = defaultdict(list)
        for file in files:
            by_ending[ending_of(file.uri)].append(file)
        if len(by_ending) == 1:
            return [(path_text(f.path), [f]) for f in files]
        return [part for ending in sorted(by_ending) for part in self._cover(by_ending[ending])]

    def _patterns(self, folder: Path, files: list[Found]) -> Iterable[tuple[str, set[Found]]]:
        """Candidates, the simplest first, with the files that each would match."""
        prefix = "" if folder == self.root else folder.relative_to(self.root).as_posix() + "/"
        below = [f for f in [*self.files, *self.left_out, *self.mine] if f.uri.startswith(prefix)]
        flat = [f for f in below if "/" not in f.uri[len(prefix) :]]
        start = glob_text(folder)
        yield path_text(folder), set(below)
        yield f"{start}/*", set(flat)
        endings = {ending_of(f.uri) for f in files}
        if len(endings) == 1 and (ending := endings.pop()):
            yield f"{start}/*{glob.escape(ending)}", {f for f in flat if f.uri.endswith(ending)}
            yield f"{start}/**/*{glob.escape(ending)}", {f for f in below if f.uri.endswith(ending)}


@dataclass
class _Alike:
    """Record files whose first records have the same fields, and records of a few of them."""

    files: list[Found] = field(default_factory=list)
    records: list[list[Record]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)


def _by_fields(files: Sequence[Found]) -> list[tuple[Guess, list[Found]]]:
    """Record files by what their source would say (fields and options), the most files first."""
    looked: dict[tuple[Any, ...], _Alike] = defaultdict(_Alike)
    for file in files:
        records, options = sample(file.path, str(file.reader))
        # Options are a named reader's own; without any, readers may share a source.
        reader = file.reader if options else ""
        alike = looked[tuple(records[0]) if records else (), reader, str(options)]
        alike.options = options
        if len(alike.files) < _LOOKED:
            alike.records.append(records)
        alike.files.append(file)
    groups: dict[tuple[Any, ...], tuple[Guess, list[Found]]] = {}
    unsure: list[Found] = []
    for (names, reader, options), alike in looked.items():
        found = guess(alike.records, alike.options)
        if names:
            key = (found.text, found.id, reader, options)
            groups.setdefault(key, (found, []))[1].extend(alike.files)
        else:
            unsure += alike.files
    ordered = sorted(groups.values(), key=lambda g: -len(g[1]))
    if unsure:  # empty or broken: they are quarantined wherever they stand
        if not ordered or ordered[0][0].options:
            ordered.append((guess([]), []))
        ordered[-1 if ordered[0][0].options else 0][1].extend(unsure)
    return [(found, sorted(alike, key=lambda f: f.uri)) for found, alike in ordered]


def _one_file(file: Found) -> SourceSketch:
    found = _by_fields([file])[0][0] if file.reader in SAMPLERS else None
    return SourceSketch(stem_of(file.uri), path_text(file.path), _reader([file]), found, (file,))


def _reader(files: Sequence[Found]) -> str:
    """The one reader that recognises all files, or auto."""
    readers = {f.reader for f in files}
    return str(readers.pop() or "auto") if len(readers) == 1 else "auto"


# --- names ----------------------------------------------------------------------------------------


def _part_name(name: str, part: Sequence[Found]) -> str:
    if len(part) == 1:
        return stem_of(part[0].uri)
    ending = ending_of(part[0].uri).lstrip(".").replace(".", "-")
    return f"{name}-{ending}" if ending and len({ending_of(f.uri) for f in part}) == 1 else name


def _named(sources: Iterable[SourceSketch]) -> tuple[SourceSketch, ...]:
    """The sources with names made unique."""
    used: Counter[str] = Counter()
    named = []
    for source in sources:
        plain = word_of(source.name) or "source"
        name = plain
        while used[name]:
            used[plain] += 1
            name = f"{plain}-{used[plain]}"
        used[name] += 1
        named.append(replace(source, name=name))
    return tuple(named)
