"""What zip and tar archives share: names of members, which are refused, and their budgets."""

from __future__ import annotations

import re
from collections import Counter

from pydantic import Field

from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Found, Skipped, Trouble, UnreadableError

_LONGEST_NAME = 4096
_DRIVE = re.compile(r"[A-Za-z]:")
#: Folders and files that systems leave behind.
_LEFT_BEHIND = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


class ArchiveParams(ReaderParams):
    """Options of the readers of archives."""

    max_member_bytes: int = Field(
        256 << 20, ge=1, le=1 << 30, description="A larger member (unpacked) is a problem."
    )
    max_expanded_bytes: int = Field(
        16 << 30, ge=1, description="All members together may expand to this many bytes."
    )
    max_members: int = Field(1_000_000, ge=1, description="Members that an archive may have.")


class Names:
    """Looks at the names of an archive's members one after the other."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def place(self, name: str) -> str:
        """The member's locator: its name, with ``#2`` for the second one of that name."""
        self._seen[name] += 1
        while (times := self._seen[name]) > 1:
            name = f"{name}#{times}"
            self._seen[name] += 1
        return name

    def refused(self, name: str) -> Found | None:
        """Why a member of this name is not read, or None."""
        parts = name.split("/")
        if ".." in parts or name.startswith("/") or _DRIVE.match(name) or not name:
            message = "the name leads out of the archive; unpack it with care and read the files"
            return Trouble(self.place(name or "unnamed"), "unsafe_path", message)
        if len(name) > _LONGEST_NAME:
            message = f"the name has more than {_LONGEST_NAME} characters"
            return Trouble(self.place(name[:100]), "unsafe_path", message)
        if any(part.startswith(".") or part.lower() in _LEFT_BEHIND for part in parts):
            return Skipped("hidden")
        return None


def clean(name: str) -> str:
    """A member's name without ``./`` and empty parts."""
    start = "/" if name.startswith("/") else ""
    return start + "/".join(part for part in name.split("/") if part not in ("", "."))


def too_large(place: str, limit: int, size: int = -1) -> Trouble:
    """A member over the limit."""
    message = f"more than {limit} bytes; raise max_member_bytes to read it"
    return Trouble(place, "file_too_large", message, size=size)


class Budget:
    """What an archive may still expand to.

    Args:
        limit: bytes.
    """

    def __init__(self, limit: int) -> None:
        self._limit = self._left = limit

    def take(self, size: int) -> None:
        """Use up some of it.

        Raises:
            UnreadableError: ``expands_too_much``.
        """
        self._left -= size
        if self._left < 0:
            message = f"it expands to more than {self._limit} bytes; raise max_expanded_bytes"
            raise UnreadableError("expands_too_much", message)


def too_many(limit: int) -> Trouble:
    """An archive with more members than its limit."""
    return Trouble("members", "too_many_members", f"more than {limit} members; raise max_members")
