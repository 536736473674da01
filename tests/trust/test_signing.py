"""Signatures: an envelope that others can read, and every byte that was signed is held to it."""

from __future__ import annotations

import base64
import json
import runpy
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from typer.testing import CliRunner, Result

from corpuskit.cli.main import app
from corpuskit.errors import InputError, MissingExtraError
from corpuskit.manifest import load
from corpuskit.output.sums import dataset_files, write_sums
from corpuskit.output.verify import verify
from corpuskit.trust.checking import by
from corpuskit.trust.signing import ENVELOPE, key_id, private_key, public_key, sign

MADE = runpy.run_path(str(Path(__file__).parent.parent / "output" / "made.py"))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def pem(key: Any, path: Path, passphrase: bytes | None = None) -> Path:
    """Write a private key, and its public half beside it as ``.pub``."""
    lock = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    kind = serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, lock))
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path.with_suffix(".pub").write_bytes(public)
    return path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    pem(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))), folder / "one.pem")
    pem(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)), folder / "two.pem")
    return folder


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    folder = tmp_path_factory.mktemp("signed")
    MADE["make"](folder / "out", folder / "work")
    sign(folder / "out", private_key(keys / "one.pem"))
    return folder / "out"


@pytest.fixture
def dataset(signed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(signed, tmp_path / "out"))


def named(out: Path, key: Path) -> set[str]:
    return {mismatch.file for mismatch in verify(out, by(key))}


def test_signed_dataset_is_well(dataset: Path, keys: Path) -> None:
    result = call("verify", dataset, "--key", keys / "one.pub")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("accounting holds, signature fits\n")
    assert call("verify", dataset).exit_code == 0


def test_verb_signs_and_signs_again_with_the_same_bytes(dataset: Path, keys: Path) -> None:
    before = (dataset / ENVELOPE).read_bytes()
    (dataset / ENVELOPE).unlink()
    write_sums(dataset)
    result = call("sign", dataset, "--key", keys / "one.pem", "--json")
    signer = key_id(public_key(keys / "one.pub"))
    assert json.loads(result.output) == {"envelope": str(dataset / ENVELOPE), "keyid": signer}
    assert (dataset / ENVELOPE).read_bytes() == before
    assert call("sign", dataset, "--key", keys / "one.pem").exit_code == 0
    assert (dataset / ENVELOPE).read_bytes() == before


def test_envelope_is_dsse_over_an_in_toto_statement(signed: Path, keys: Path) -> None:
    envelope = json.loads((signed / ENVELOPE).read_bytes())
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    assert kind == "application/vnd.in-toto+json"
    # The encoding of the DSSE protocol, written out here once more.
    encoded = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    public = public_key(keys / "one.pub")
    public.verify(base64.b64decode(envelope["signatures"][0]["sig"]), encoded)
    content = json.loads(payload)
    assert content["_type"] == "https://in-toto.io/Statement/v1"
    assert content["predicateType"] == "https://slsa.dev/provenance/v1"
    names = {subject["name"] for subject in content["subject"]}
    assert names == set(dataset_files(signed)) - {ENVELOPE}
    manifest = load(signed / "manifest.json")
    build = content["predicate"]["buildDefinition"]
    digests = {d["digest"]["sha256"] for d in build["resolvedDependencies"] if "digest" in d}
    assert {r.sha256 for r in manifest.inputs if r.sha256} <= digests
    assert build["externalParameters"]["recipe"] == manifest.recipe.content


def test_a_flipped_byte_in_any_file_is_named(dataset: Path, keys: Path) -> None:
    files = [*dataset_files(dataset), "SHA256SUMS"]
    assert ENVELOPE in files and len(files) > 8
    for name in files:
        path = dataset / name
        whole = path.read_bytes()
        for at in (0, len(whole) // 2, len(whole) - 1):
            broken = bytearray(whole)
            broken[at] ^= 1
            path.write_bytes(broken)
            assert name in named(dataset, keys / "one.pub"), (name, at)
            if name != "SHA256SUMS":
                assert name in {m.file for m in verify(dataset)}, (name, at)
        path.write_bytes(whole)
    assert not named(dataset, keys / "one.pub")


def test_every_byte_of_the_envelope_counts_where_sums_agree(dataset: Path, keys: Path) -> None:
    """Base64 has spellings that decode alike, JSON has spaces: none of them passes."""
    path = dataset / ENVELOPE
    whole = path.read_bytes()
    for at in [*range(0, len(whole), 97), *range(len(whole) - 130, len(whole))]:
        for bit in (1, 32):
            broken = bytearray(whole)
            broken[at] ^= bit
            path.write_bytes(broken)
            found = list(by(keys / "one.pub")(dataset, {}))
            assert ENVELOPE in {m.file for m in found}, at


def test_other_spellings_of_the_envelope_are_refused(dataset: Path, keys: Path) -> None:
    path = dataset / ENVELOPE
    whole = path.read_bytes()
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = whole.index(b'=="', whole.index(b'"sig"')) - 1  # four of its bits say nothing
    spelt = bytearray(whole)
    spelt[at] = alphabet[alphabet.index(whole[at]) + 1]
    sig = json.loads(spelt)["signatures"][0]["sig"]
    assert base64.b64decode(sig) == base64.b64decode(json.loads(whole)["signatures"][0]["sig"])
    for other in (bytes(spelt), whole.replace(b",", b", ", 1), whole + b"\n"):
        path.write_bytes(other)
        write_sums(dataset)
        assert named(dataset, keys / "one.pub") == {ENVELOPE}


def test_changed_manifest_fails_even_if_sums_agree(dataset: Path, keys: Path) -> None:
    path = dataset / "manifest.json"
    data = json.loads(path.read_bytes())
    data["released"] = "1999-01-01"
    path.write_text(json.dumps(data), encoding="utf-8")
    write_sums(dataset)
    assert call("verify", dataset).exit_code == 0
    result = call("verify", dataset, "--key", keys / "one.pub")
    assert result.exit_code == 1
    assert "manifest.json: sha256 signed: expected" in result.output


def test_files_added_and_removed_behind_the_signature(dataset: Path, keys: Path) -> None:
    (dataset / "notes.txt").write_text("x")
    (dataset / "run.json").unlink()
    write_sums(dataset)
    found = {m.file: m.found for m in verify(dataset, by(keys / "one.pub"))}
    assert found["notes.txt"] == "not signed" and found["run.json"] == "missing"


def test_another_key_and_no_signature(dataset: Path, keys: Path) -> None:
    (said,) = verify(dataset, by(keys / "two.pub"))
    assert said.file == ENVELOPE
    assert said.found == f"signed by {key_id(public_key(keys / 'one.pub'))}"
    (dataset / ENVELOPE).unlink()
    write_sums(dataset)
    (said,) = verify(dataset, by(keys / "one.pub"))
    assert (said.file, said.found) == (ENVELOPE, "the dataset is not signed")


def test_what_is_not_well_is_not_signed(dataset: Path, keys: Path) -> None:
    (dataset / "README.md").write_text("other")
    with pytest.raises(InputError, match=r"README\.md"):
        sign(dataset, private_key(keys / "one.pem"))
    write_sums(dataset)
    shard = next(dataset.glob("data/*.parquet"))
    shard.write_bytes(shard.read_bytes() + b"x")
    write_sums(dataset)
    with pytest.raises(InputError, match=shard.name):
        sign(dataset, private_key(keys / "one.pem"))


def test_keys_of_other_kinds(tmp_path: Path, keys: Path) -> None:
    other = pem(ec.generate_private_key(ec.SECP256R1()), tmp_path / "ec.pem")
    for path in (other, tmp_path / "none.pem", keys / "one.pub"):
        with pytest.raises(InputError, match=path.name):
            private_key(path)
    for path in (other.with_suffix(".pub"), keys / "one.pem", tmp_path / "none.pem"):
        with pytest.raises(InputError, match=path.name):
            public_key(path)


def test_locked_key(dataset: Path, tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    path = pem(key, tmp_path / "locked.pem", "合言葉".encode())
    with pytest.raises(InputError, match=r"locked\.pem"):
        private_key(path)
    (tmp_path / "word").write_text("合言葉\n", encoding="utf-8")
    result = call("sign", dataset, "--key", path, "--passphrase-file", tmp_path / "word")
    assert result.exit_code == 0, result.output
    assert not named(dataset, path.with_suffix(".pub"))


def test_missing_extra_gives_the_command(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'corpuskit\[trust\]'"):
        private_key(keys / "one.pem")
