"""A plug-in reader that takes as many CPU seconds as its file says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import ClassVar

from corpuskit.readers.whole import Content, Raw, WholeFile


class Slow(WholeFile):
    """Burns time, then reads."""

    name: ClassVar[str] = "slow"
    endings: ClassVar[tuple[str, ...]] = (".slow",)

    def contents(self, raw: Raw) -> Iterator[Content]:
        end = time.process_time() + float(raw.data)
        while time.process_time() < end:
            pass
        yield Content("ゆっくり読めた。")
