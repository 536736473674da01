"""Names of files as a recipe writes them: paths, globs, endings, and names of sources."""

from __future__ import annotations

import glob
import re
from pathlib import Path, PurePosixPath

#: Bytes of a file name that are not UTF-8, as Python shows them.
_SURROGATES = re.compile("[\ud800-\udfff]")
_PACKED = (".gz", ".zst", ".bz2")


def path_text(path: Path) -> str:
    """A file or folder as a source names it; a name that is not UTF-8 as a glob."""
    if not _SURROGATES.search(str(path)):
        return str(path)
    return glob_text(path) + ("/**/*" if path.is_dir() else "")


def glob_text(path: Path) -> str:
    """A path within a glob. Bytes that are not UTF-8 can't stand in a recipe: any one matches."""
    return _SURROGATES.sub("?", glob.escape(str(path)))


def ending_of(uri: str) -> str:
    """The file name's ending, with that of a compression, such as ``.jsonl.gz``."""
    name = uri.rpartition("/")[2]
    last = PurePosixPath(name).suffix
    if last.lower() in _PACKED:
        return PurePosixPath(name.removesuffix(last)).suffix + last
    return last


def stem_of(uri: str) -> str:
    """The file name without its ending."""
    name = uri.rpartition("/")[2]
    return name.removesuffix(ending_of(uri)) or name


def word_of(name: str) -> str:
    """A name for sources and recipes: no blanks, no slashes, nothing that can't be printed."""
    return re.sub(r"[\s/\\]+", "_", "".join(c if c.isprintable() else " " for c in name).strip())
