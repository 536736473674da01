"""What is done with what was found: masks, pseudonyms by a key, and texts rewritten with them."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import InputError
from corpuskit.kernels.buffers import string_array, text_buffers
from corpuskit.privacy.hits import Hits
from corpuskit.privacy.kinds import KINDS

Action = Literal["mask", "pseudonymise", "drop", "flag", "keep"]

KEY_BYTES = 32
"""Least length of a key: shorter ones could be guessed from the pseudonyms."""

_SEPARATORS = str.maketrans("", "", " 　-‐‑‒–—―−－ー()（）・.")
_EMAIL = "email"
_MY_NUMBER = "my_number"


def read_key(path: Path) -> bytes:
    """The key for pseudonyms.

    Raises:
        InputError: the file can't be read, or has less than `KEY_BYTES` bytes.
    """
    try:
        key = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"can't read the key {path.name}: {error.strerror}", "name it in `key_file`"
        ) from None
    if len(key) < KEY_BYTES:
        raise InputError(
            f"the key {path.name} has {len(key)} bytes, and a pseudonym needs {KEY_BYTES} or more",
            f"make one: head -c {KEY_BYTES} /dev/urandom > {path.name}",
        )
    return key


@dataclass(frozen=True, slots=True)
class Masks:
    """What is written in the place of a hit.

    Attributes:
        actions: by index into `KINDS`.
        key: for pseudonyms, or empty.
    """

    actions: tuple[Action, ...]
    key: bytes = b""

    def of(self, kind: int, value: bytes) -> bytes | None:
        """The mask for a value of a kind, or None where it stays.

        A pseudonym is a function of the key, the kind and the value without blanks and hyphens, its
        widths and case folded. A My Number never has one; an e-mail's is a name at example.com; of
        all others it is a tag, never a number that could be somebody's.
        """
        action, tag = self.actions[kind], KINDS[kind].tag
        if action in ("flag", "keep"):
            return None
        if action != "pseudonymise" or KINDS[kind].name == _MY_NUMBER:
            return tag.encode()
        digest = self._digest(kind, value)
        if KINDS[kind].name == _EMAIL:
            return f"user-{digest}@example.com".encode()
        return f"{tag[:-1]}:{digest}>".encode()

    def _digest(self, kind: int, value: bytes) -> str:
        folded = unicodedata.normalize("NFKC", value.decode("utf-8", "replace")).casefold()
        plain = folded.translate(_SEPARATORS)
        message = f"{KINDS[kind].name}\0{plain}".encode()
        return hmac.digest(self.key, message, "sha256").hex()[:16]


def rewritten(array: pa.StringArray, hits: Hits, masks: Masks) -> pa.StringArray:
    """The texts with masks in the place of hits; without hits it is the same array.

    Args:
        array: n texts, none null.
        hits: sorted, none overlapping.
        masks: what is written.
    """
    data, offsets = text_buffers(array)
    ends = offsets.astype(np.int64)
    starts, stops = (ends[hits.row] + place for place in (hits.start, hits.stop))
    pieces: list[bytes] = []
    grown = np.zeros(len(offsets), np.int64)
    at = int(ends[0])
    places = zip(
        hits.row.tolist(), hits.kind.tolist(), starts.tolist(), stops.tolist(), strict=True
    )
    for row, kind, start, stop in places:
        mask = masks.of(kind, data[start:stop].tobytes())
        if mask is not None:
            pieces += (data[at:start].tobytes(), mask)
            grown[row + 1] += len(mask) - (stop - start)
            at = stop
    if not pieces:
        return array
    pieces.append(data[at : int(ends[-1])].tobytes())
    bounds = (ends - ends[0] + np.cumsum(grown)).astype(np.int32)
    return string_array(np.frombuffer(b"".join(pieces), np.uint8), bounds)


def dropped(counts: npt.NDArray[np.int64], actions: Sequence[Action]) -> npt.NDArray[np.int64]:
    """The first kind, in the order of `KINDS`, for which each row is dropped; -1 for none.

    Args:
        counts: hits by row and kind, `int64[n, len(KINDS)]`.
        actions: by index into `KINDS`.
    """
    fatal = (counts > 0) & (np.array(actions) == "drop")
    return np.where(fatal.any(axis=1), fatal.argmax(axis=1), -1)
