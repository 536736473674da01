"""What there is to read: files of each source with their digests, cut into parts.

A part is what one task reads: a piece of a large file, or several small files. Parts depend on
names, bytes and the recipe, never on the order in which a folder lists its files or on workers.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from corpuskit.errors import InputError, MissingExtraError
from corpuskit.readers.auto import choose
from corpuskit.readers.protocol import Fields, InputFile, Reader, Slice
from corpuskit.recipe import LoadedRecipe, Source
from corpuskit.recipeerrors import validation_error
from corpuskit.registry import Registry, missing_extra, nearest

#: Reader name of a file that no reader recognises, or that can't be opened: it is quarantined.
UNREADABLE = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of one file, and the reader that reads it.

    Attributes:
        file: the file as it was when the inventory was taken.
        stamp: (size, mtime in ns) then; a file that changes while it is read is noticed by it.
        reader: reader's name, or `UNREADABLE`.
        piece: which piece.
        error: why it is unreadable, or an empty string.
    """

    file: InputFile
    stamp: tuple[int, int]
    reader: str
    piece: Slice
    error: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one task reads: items of one source."""

    source: int
    items: tuple[Item, ...]

    @property
    def weight(self) -> int:
        """Input bytes, for progress and balance."""
        return sum(item.piece.weight for item in self.items)


@dataclass(frozen=True)
class Inventory:
    """All parts in output order: sources in recipe order, files by path, pieces by place."""

    parts: tuple[Part, ...]
    files: tuple[tuple[int, InputFile, str], ...]

    @property
    def bytes(self) -> int:
        """Input bytes."""
        return sum(file.size for _, file, _ in self.files)


def take(loaded: LoadedRecipe, registry: Registry) -> Inventory:
    """List, hash and cut the inputs of a recipe.

    Raises:
        InputError: a source's path is missing, unreadable, or matches nothing.
        RecipeError: a reader or its options are wrong.
    """
    parts: list[Part] = []
    files: list[tuple[int, InputFile, str]] = []
    for index, source in enumerate(loaded.recipe.sources):
        items = list(_items(loaded, registry, index, source))
        seen: set[str] = set()
        for item in items:
            if item.file.uri not in seen:
                seen.add(item.file.uri)
                files.append((index, item.file, item.reader))
        parts.extend(_bundles(index, items, loaded.recipe.part_size))
    return Inventory(tuple(parts), tuple(files))


def make_reader(registry: Registry, name: str, source: Source, network: bool = False) -> Reader:
    """The reader of a source's file, with the source's options and fields."""
    cls = registry.reader(name)
    options = dict(source.readers.get(name, {}))
    if source.reader == name:
        options.update(source.options)
    if "network" in cls.Params.model_fields:
        options["network"] = network
    reader: Reader = cls(cls.Params.model_validate(options), Fields(source.text, source.id))
    return reader


def _items(loaded: LoadedRecipe, registry: Registry, index: int, source: Source) -> Iterable[Item]:
    _check_reader(loaded, registry, index, source)
    path = loaded.resolve(source.path)
    network = loaded.recipe.network
    if source.reader != "auto" and registry.reader(source.reader).scope == "tree":
        reader = make_reader(registry, source.reader, source, network)
        yield from _tree_items(loaded, index, reader, path)
        return
    root, found = list_files(loaded, index, path)
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda p: _take_file(p, root), found))
    table = (
        {name: registry.reader(name) for name in registry.readers}
        if source.reader == "auto"
        else {}
    )
    for file, stamp, error in taken:
        if error:
            yield Item(file, stamp, UNREADABLE, Slice(weight=file.size), error)
            continue
        name = choose(file, table) if source.reader == "auto" else source.reader
        if name is None:
            yield Item(file, stamp, UNREADABLE, Slice(weight=file.size), "unknown_format")
            continue
        if module := lacking(registry.reader(name)):
            told = missing_extra(module)
            raise MissingExtraError(
                f"{file.uri} needs the reader '{name}': {told.message}", told.remedy
            )
        reader = make_reader(registry, name, source, network)
        for piece in reader.slices(file, loaded.recipe.part_size):
            yield Item(file, stamp, name, piece)


def lacking(cls: type[Reader]) -> str | None:
    """A module that a reader needs and that is not installed, or None."""
    return next((m for m in cls.requires if find_spec(m) is None), None)


def _check_reader(loaded: LoadedRecipe, registry: Registry, index: int, source: Source) -> None:
    loc = ("sources", index, "reader")
    for name, options in source.readers.items():
        _check_options(loaded, registry, index, name, options)
    if source.reader == "auto":
        if source.options:
            raise loaded.error(
                ("sources", index, "options"),
                "options need a named reader",
                "name a reader, or give them by reader under 'readers:'",
            )
        return
    if source.reader not in registry.readers:
        known = ["auto", *registry.readers]
        raise loaded.error(
            loc,
            f"unknown reader '{source.reader}'{nearest(source.reader, known)}",
            ", ".join(known),
        )
    _check_params(loaded, registry.reader(source.reader), source.options, index, ("options",))


def _check_options(
    loaded: LoadedRecipe,
    registry: Registry,
    index: int,
    name: str,
    options: Mapping[str, Any],
) -> None:
    """Hold the options of one reader under ``readers:`` to what it knows."""
    if name not in registry.readers:
        known = list(registry.readers)
        raise loaded.error(
            ("sources", index, "readers", name),
            f"unknown reader '{name}'{nearest(name, known)}",
            ", ".join(known),
        )
    _check_params(loaded, registry.reader(name), options, index, ("readers", name))


def _check_params(
    loaded: LoadedRecipe,
    cls: type[Reader],
    options: Mapping[str, Any],
    index: int,
    key: tuple[str, ...],
) -> None:
    try:
        cls.Params.model_validate(options)
    except ValidationError as error:
        prefix: tuple[str | int, ...] = ("sources", index, *key)
        raise validation_error(loaded.path, loaded.positions, error, prefix, cls.Params) from None


def list_files(loaded: LoadedRecipe, index: int, path: str) -> tuple[Path, list[Path]]:
    """Files of a source's path, sorted by uri, and the root they are named from."""
    loc = ("sources", index, "path")
    pattern = loaded.recipe.sources[index].path
    if re.search(r"[*?\[]", pattern) and not Path(path).exists():
        root, rest = split_pattern(pattern)
        root = Path(loaded.resolve(str(root)))
        matched = glob.glob(rest, root_dir=root, recursive=True)
        found = [root / name for name in matched if not (root / name).is_dir()]
    elif Path(path).is_dir():
        root = Path(path)
        found = [Path(top) / n for top, _, names in os.walk(root, onerror=_raise) for n in names]
        found = [p for p in found if not any(x.startswith(".") for x in p.relative_to(root).parts)]
    elif Path(path).exists():
        root, found = Path(path).parent, [Path(path)]
    else:
        raise _input_error(
            loaded, loc, f"no such file or folder: {path}", "paths are relative to the recipe"
        )
    if not found:
        raise _input_error(
            loaded,
            loc,
            f"nothing to read at {path}",
            "the folder is empty, or the pattern matches nothing",
        )
    return root, sorted(found, key=lambda p: uri_of(p, root))


def split_pattern(pattern: str) -> tuple[Path, str]:
    """The part of a glob before its first wildcard, and the rest."""
    parts = Path(pattern).parts
    wild = next(i for i, part in enumerate(parts) if re.search(r"[*?\[]", part))
    return Path(*parts[:wild]), str(Path(*parts[wild:]))


def _raise(error: OSError) -> None:
    raise InputError(
        f"cannot list {error.filename}: {error.strerror}", "check the folder's permissions"
    )


def _input_error(loaded: LoadedRecipe, loc: Any, message: str, remedy: str) -> InputError:
    return InputError(loaded.error(loc, message).message, remedy)


def uri_of(path: Path, root: Path) -> str:
    """Path below the root, NFC, with ``/``; bytes that are no UTF-8 are written ``\\x83``."""
    name = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", name)


def _take_file(path: Path, root: Path) -> tuple[InputFile, tuple[int, int], str]:
    uri = uri_of(path, root)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return InputFile(path, uri, 0, hashlib.sha256(b"").hexdigest()), (0, 0), "not_a_file"
        digest, newlines = _hash(path)
        return InputFile(path, uri, status.st_size, digest, newlines), stamp_of(path), ""
    except OSError as error:
        name = "permission_denied" if isinstance(error, PermissionError) else "unreadable"
        return InputFile(path, uri, 0, hashlib.sha256(b"").hexdigest()), (0, 0), name


def stamp_of(path: Path) -> tuple[int, int]:
    """Size and modification time in nanoseconds."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _hash(path: Path) -> tuple[str, int]:
    """sha256 of a file's bytes, and its newlines."""
    digest, newlines = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(4 << 20):
            digest.update(block)
            newlines += block.count(b"\n")
    return digest.hexdigest(), newlines


def _tree_items(loaded: LoadedRecipe, index: int, reader: Reader, path: str) -> Iterable[Item]:
    """A folder that one reader reads as a whole; keyed by all its files' names and digests."""
    if path.startswith("hf://"):
        file = InputFile(Path(path), path, 0, hashlib.sha256(path.encode()).hexdigest())
        stamp = (0, 0)
    else:
        root, found = list_files(loaded, index, path)
        digest, size = hashlib.sha256(), 0
        for name in found:
            content, _ = _hash(name)
            digest.update(f"{uri_of(name, root)}\0{content}\0".encode())
            size += name.stat().st_size
        uri = unicodedata.normalize("NFC", Path(path).name)
        file = InputFile(Path(path), uri, size, digest.hexdigest())
        stamp = stamp_of(Path(path))
    for piece in reader.slices(file, loaded.recipe.part_size):
        yield Item(file, stamp, reader.name, piece)


def _bundles(source: int, items: Sequence[Item], target: int) -> Iterable[Part]:
    """Items in order, small ones together, at most about `target` bytes and 512 items a part."""
    bundle: list[Item] = []
    weight = 0
    for item in items:
        if bundle and (weight + item.piece.weight > target or len(bundle) >= 512):
            yield Part(source, tuple(bundle))
            bundle, weight = [], 0
        bundle.append(item)
        weight += item.piece.weight
    if bundle:
        yield Part(source, tuple(bundle))
