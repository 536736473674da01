"""`verify --key`: is every file the one that was signed?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.output import sums
from corpuskit.output.verify import Check, Mismatch
from corpuskit.trust.signing import ENVELOPE, SignatureError, key_id, public_key, signed_subjects

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def by(path: Path) -> Check:
    """The check of a dataset's signature by a key, for `corpuskit.output.verify.verify`.

    Args:
        path: PEM file with the public key.

    Raises:
        InputError: it is not an Ed25519 public key.
        MissingExtraError: `cryptography` is not installed.
    """
    key = public_key(path)

    def check(out: Path, digests: Mapping[str, str]) -> Iterator[Mismatch]:
        return _check(out, key, digests)

    return check


def _check(out: Path, key: Ed25519PublicKey, digests: Mapping[str, str]) -> Iterator[Mismatch]:
    try:
        signed = signed_subjects(out, key)
    except SignatureError as error:
        yield Mismatch(ENVELOPE, "signature", f"one by the key {key_id(key)}", str(error))
        return
    present = {path for path in sums.dataset_files(out) if path != ENVELOPE}
    for path in sorted(present | signed.keys()):
        if path not in signed:
            yield Mismatch(path, "signature", "a file that was signed", "not signed")
        elif path not in present:
            yield Mismatch(path, "signature", "present", "missing")
        else:
            found = digests.get(path) or sums.file_sha256(out / path)
            if found != signed[path]:
                yield Mismatch(path, "sha256 signed", signed[path], found)
    yield from _sums(out, signed)


def _sums(out: Path, signed: Mapping[str, str]) -> Iterator[Mismatch]:
    """`SHA256SUMS` itself: its bytes follow from what was signed, and from the envelope."""
    path = out / sums.NAME
    if not path.is_file():
        return  # said already
    expected = sums.sums_text({**signed, ENVELOPE: sums.file_sha256(out / ENVELOPE)}).encode()
    if path.read_bytes() != expected:
        digests = [hashlib.sha256(text).hexdigest() for text in (expected, path.read_bytes())]
        yield Mismatch(sums.NAME, "sha256 that follows from the signature", *digests)
