"""Signatures: an in-toto statement over a dataset's files, in a DSSE envelope, by an Ed25519 key.

The statement (https://in-toto.io/Statement/v1) has every file of the dataset but `SHA256SUMS` and
the envelope as a subject, and says in the fields of SLSA provenance v1
(https://slsa.dev/provenance/v1) what it was made of: the recipe, and the digests of inputs,
dictionaries, lists, models, plug-ins and parents. The envelope follows DSSE 1.0.2: what is signed
is ``DSSEv1 SP length SP type SP length SP payload``. Nothing is asked of a network, and no time is
taken from a clock: the same dataset and key give the same bytes.

The key id is the sha256 of the public key's DER (SubjectPublicKeyInfo).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.errors import InputError
from corpuskit.manifest import Manifest, load
from corpuskit.output import sums
from corpuskit.registry import missing_extra

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

#: The envelope's name in the dataset.
ENVELOPE = "attestation.dsse.json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
#: What `externalParameters` and `internalParameters` of our statements mean.
BUILD_TYPE = "urn:corpuskit:run:1"

_MAKE = "make one with: openssl genpkey -algorithm ed25519 -out key.pem"
_PUBLIC = "the public half: openssl pkey -in key.pem -pubout -out pub.pem"


def sign(out: Path, key: Ed25519PrivateKey) -> Path:
    """Sign a dataset: write its envelope, and name that in `SHA256SUMS`; an older one is replaced.

    Args:
        out: folder of the dataset; its files are hashed again first.
        key: see `private_key`.

    Returns:
        Path of the envelope.

    Raises:
        InputError: there is no dataset, or its files are not what it says of them.
    """
    manifest = load(out / "manifest.json")
    subjects = _checked(out, manifest)
    payload = _canonical(statement(manifest, subjects))
    signature = key.sign(_encoded(payload))
    envelope = {
        "payload": _base64(payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key_id(key.public_key()), "sig": _base64(signature)}],
    }
    data = _canonical(envelope) + b"\n"
    temp = out / f".{ENVELOPE}.tmp"
    with temp.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temp.replace(out / ENVELOPE)
    sums.write_sums(out, {**subjects, ENVELOPE: hashlib.sha256(data).hexdigest()})
    return out / ENVELOPE


def _checked(out: Path, manifest: Manifest) -> dict[str, str]:
    """Digests of all files, which are what `SHA256SUMS` and the manifest say."""
    remedy = f"'corpuskit verify {out}' names all that differs; only what is well can be signed"
    try:
        listed = sums.read_sums(out / sums.NAME)
    except (OSError, ValueError) as error:
        raise InputError(f"{out / sums.NAME} cannot be used: {error}", remedy) from error
    found = sums.compute_sums(out)
    for digests in (listed, found):
        digests.pop(ENVELOPE, None)
    for shard in (shard for _, shard in manifest.files()):
        listed.setdefault(shard.path, shard.sha256)
        if listed[shard.path] != shard.sha256:
            raise InputError(f"{shard.path}: manifest and {sums.NAME} differ", remedy)
    for path in sorted(listed.keys() | found.keys()):
        if listed.get(path) != found.get(path):
            raise InputError(f"{path}: not as {sums.NAME} says", remedy)
    return found


def statement(manifest: Manifest, subjects: Mapping[str, str]) -> dict[str, Any]:
    """The in-toto statement of a dataset.

    Args:
        manifest: of the dataset.
        subjects: sha256 by path of every file that is vouched for.
    """
    return {
        "_type": STATEMENT,
        "subject": [{"name": n, "digest": {"sha256": subjects[n]}} for n in sorted(subjects)],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "recipe": manifest.recipe.content,
                    "recipeDigest": {"sha256": manifest.recipe.digest},
                },
                "internalParameters": {
                    "mode": manifest.mode,
                    "stages": [stage.stage for stage in manifest.stages],
                },
                "resolvedDependencies": list(_dependencies(manifest)),
            },
            "runDetails": {
                "builder": {"id": "urn:corpuskit", "version": dict(manifest.versions)},
            },
        },
    }


def _dependencies(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Resource descriptors of everything that went in; without a digest where none is known."""
    for record in manifest.inputs:
        found: dict[str, Any] = {"name": f"{record.source}/{record.uri}"}
        if record.sha256 is not None:
            found["digest"] = {"sha256": record.sha256}
        yield {**found, "annotations": {"bytes": record.bytes, "reader": record.reader}}
    for resource in manifest.resources:
        about = {"kind": resource.kind, "version": resource.version, "license": resource.license}
        yield {"name": resource.name, "digest": {"sha256": resource.digest}, "annotations": about}
    for plugin in manifest.plugins:
        about = {"kind": "plugin"}
        yield {"name": plugin.name, "digest": {"sha256": plugin.digest}, "annotations": about}
    for digest in manifest.parents:
        about = {"kind": "parent"}
        yield {"name": "manifest.json", "digest": {"sha256": digest}, "annotations": about}


# --- checking -------------------------------------------------------------------------------------


class SignatureError(ValueError):
    """The envelope is not a signature by the key; the message says what is wrong."""


def signed_subjects(out: Path, key: Ed25519PublicKey) -> dict[str, str]:
    """The digests by path that the dataset's envelope vouches for.

    Raises:
        SignatureError: there is no envelope, it was changed, or it is not signed by the key.
    """
    try:
        raw = (out / ENVELOPE).read_bytes()
    except FileNotFoundError:
        raise SignatureError("the dataset is not signed") from None
    try:
        envelope = json.loads(raw)
        payload = base64.b64decode(envelope["payload"], validate=True)
        kind = envelope["payloadType"]
        signatures = {
            s["keyid"]: base64.b64decode(s["sig"], validate=True) for s in envelope["signatures"]
        }
        again = {
            "payload": _base64(payload),
            "payloadType": kind,
            "signatures": [{"keyid": i, "sig": _base64(s)} for i, s in signatures.items()],
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SignatureError("not a DSSE envelope") from error
    if kind != PAYLOAD_TYPE or _canonical(again) + b"\n" != raw:
        raise SignatureError("an envelope that was changed, or another tool's")
    own = key_id(key)
    if own not in signatures:
        raise SignatureError(f"signed by {', '.join(sorted(signatures)) or 'nobody'}")
    _check_signature(key, signatures[own], payload)
    return _subjects(payload)


def _check_signature(key: Ed25519PublicKey, signature: bytes, payload: bytes) -> None:
    from cryptography.exceptions import InvalidSignature

    try:
        key.verify(signature, _encoded(payload))
    except InvalidSignature:
        raise SignatureError("a signature that does not fit") from None


def _subjects(payload: bytes) -> dict[str, str]:
    try:
        content = json.loads(payload)
        if content["_type"] != STATEMENT:
            raise SignatureError("a statement of another type")
        return {subject["name"]: subject["digest"]["sha256"] for subject in content["subject"]}
    except (ValueError, KeyError, TypeError) as error:
        raise SignatureError("a payload that is no statement") from error


def _encoded(payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def _canonical(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# --- keys -----------------------------------------------------------------------------------------


def private_key(path: Path, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """An Ed25519 key to sign with, from a PEM file (PKCS #8).

    Raises:
        InputError: the file is missing, locked, or something else.
        MissingExtraError: `cryptography` is not installed.
    """
    serialization, ed25519 = _modules()
    raw = _read(path)
    try:
        key = serialization.load_pem_private_key(raw, passphrase)
    except TypeError as error:  # a passphrase that is missing, or that nothing asked for
        raise InputError(f"{path}: {error}", "see --passphrase-file") from error
    except ValueError as error:
        raise InputError(f"{path} is not a private key in PEM that can be read", _MAKE) from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InputError(f"{path} is not an Ed25519 key", _MAKE)
    found: Ed25519PrivateKey = key
    return found


def public_key(path: Path) -> Ed25519PublicKey:
    """An Ed25519 key to check with, from a PEM file (SubjectPublicKeyInfo).

    Raises:
        InputError: the file is missing or something else.
        MissingExtraError: `cryptography` is not installed.
    """
    serialization, ed25519 = _modules()
    raw = _read(path)
    if b"PRIVATE KEY" in raw:
        raise InputError(f"{path} is a private key; to check, give its public half", _PUBLIC)
    try:
        key = serialization.load_pem_public_key(raw)
    except ValueError as error:
        raise InputError(f"{path} is not a public key in PEM", _PUBLIC) from error
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise InputError(f"{path} is not an Ed25519 key", _MAKE)
    found: Ed25519PublicKey = key
    return found


def key_id(key: Ed25519PublicKey) -> str:
    """sha256 of the public key's DER, as hex."""
    serialization, _ = _modules()
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", _MAKE) from error


def _modules() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ModuleNotFoundError as error:
        raise missing_extra(error.name or "cryptography") from None
    return serialization, ed25519
