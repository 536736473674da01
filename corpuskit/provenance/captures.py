"""Files of web hosts that were saved when their pages were fetched: robots.txt, ai.txt, TDMRep.

A folder holds ``HOST.txt`` (robots.txt), ``HOST.ai.txt`` and ``HOST.tdmrep.json``, each with its
date of capture where there are several: ``HOST@2024-05-01.txt``. One file alone is the robots.txt
of every host. A rule made after a page was fetched is not applied to it, unless that is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.errors import InputError

_NAME = re.compile(
    r"^(?P<host>[^@]+?)(?:@(?P<date>\d{4}-\d\d-\d\d))?\.(?P<kind>ai\.txt|tdmrep\.json|txt)$"
)
_KINDS = {"txt": "robots.txt", "ai.txt": "ai.txt", "tdmrep.json": "tdmrep.json"}


@dataclass(frozen=True, slots=True)
class Capture:
    """One saved file.

    Attributes:
        path: where it lies.
        date: of the capture, ISO 8601, or an empty string where nobody said.
    """

    path: Path
    date: str


@dataclass(slots=True)
class Captures:
    """Saved files by host and kind, oldest first."""

    files: dict[tuple[str, str], list[Capture]] = field(default_factory=dict)

    def of(self, host: str, kind: str, fetched: str | None, later: bool) -> Capture | None:
        """The file that held when a page was fetched.

        Args:
            host: of the page; ``*`` is used where the host has none.
            kind: ``robots.txt``, ``ai.txt`` or ``tdmrep.json``.
            fetched: date of the page, ISO 8601, or None: then the last one counts.
            later: whether a file of a later date counts too.
        """
        found = self.files.get((host, kind)) or self.files.get(("*", kind)) or []
        if fetched and not later:
            found = [each for each in found if each.date <= fetched[:10]]
        return found[-1] if found else None


def captured(path: Path) -> Captures:
    """The saved files at a path.

    Raises:
        InputError: nothing is there, or a file in the folder has another name than they have.
    """
    if path.is_file():
        return Captures({("*", "robots.txt"): [Capture(path, "")]})
    if not path.is_dir():
        raise InputError(
            f"no captures at {path.name}", "give a robots.txt, or a folder with HOST.txt files"
        )
    files: dict[tuple[str, str], list[Capture]] = {}
    for file in sorted(path.iterdir()):
        named = _NAME.match(file.name)
        if not named:
            raise InputError(
                f"the folder of captures holds '{file.name}'",
                "call files HOST.txt, HOST.ai.txt or HOST.tdmrep.json, with @YYYY-MM-DD after HOST",
            )
        key = (named["host"].lower(), _KINDS[named["kind"]])
        files.setdefault(key, []).append(Capture(file, named["date"] or ""))
    for found in files.values():
        found.sort(key=lambda each: (each.date, each.path.name))
    return Captures(files)
