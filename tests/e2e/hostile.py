"""A plug-in file of readers: a container of our own, and readers that do what they must not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.protocol import Member
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Skipped,
    Trouble,
    UnreadableError,
    WholeFile,
)


class Box(WholeFile):
    """Lines ``name<TAB>text``: each is a member; ``skip`` and ``bad`` are what they say."""

    name: ClassVar[str] = "box"
    endings: ClassVar[tuple[str, ...]] = (".box",)

    def contents(self, raw: Raw) -> Iterator[Found]:
        for number, line in enumerate(raw.data.decode().splitlines(), 1):
            name, _, text = line.partition("\t")
            if name == "skip":
                yield Skipped("asked")
            elif name == "bad":
                yield Trouble(f"line {number}", "bad_line", "it says so; mend it", line.encode())
            elif name == "end":
                raise UnreadableError("breaks_off", "it ends here; fetch it again")
            else:
                about = {"url": f"https://example.jp/{name}", "robots": "noai", "shelf": number}
                yield Member(name, text.replace("␊", "\n").encode(), f"line {number}", about, "箱")


class Hostile(WholeFile):
    """Does what its file asks for."""

    name: ClassVar[str] = "hostile"
    endings: ClassVar[tuple[str, ...]] = (".hostile",)

    def contents(self, raw: Raw) -> Iterator[Found]:
        word = raw.data.decode().strip()
        yield Content(f"{word}の前に読めた文書です。電圧は200Vです。", locator="part 1")
        if word == "spin":
            while True:
                pass
        if word == "hog":
            held = bytearray(1)
            while True:
                held += bytearray(50_000_000)
        if word == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if word == "raise":
            raise ZeroDivisionError
        yield Content(f"{word}の後に読めた文書です。電圧は100Vです。", locator="part 2")
