from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from corpuskit.errors import AccountingError, InputError
from corpuskit.manifest import (
    Manifest,
    Shard,
    accounting_errors,
    check_accounting,
    content_digest,
    dump,
    json_schema,
    load,
    split_of,
)

ROOT = Path(__file__).resolve().parent.parent
MADE = runpy.run_path(str(ROOT / "tests" / "output" / "made.py"))
SCHEMAS = runpy.run_path(str(ROOT / "scripts" / "make_schemas.py"))


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    folder = tmp_path_factory.mktemp("made")
    made: Manifest = MADE["make"](folder / "out", folder / "work")
    return made


def changed(manifest: Manifest, change: Any) -> Manifest:
    """The manifest with something changed in its JSON."""
    data = json.loads(dump(manifest))
    change(data)
    return Manifest.model_validate(data)


def test_written_and_read_again(manifest: Manifest, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(dump(manifest))
    assert load(path) == manifest
    assert dump(load(path)) == path.read_bytes()


def test_form_of_the_file(manifest: Manifest) -> None:
    raw = dump(manifest)
    assert raw.endswith(b"}\n")
    assert raw.decode().startswith('{\n "accounting": {\n  "sources"')
    assert "作例" in raw.decode()
    data = json.loads(raw)
    assert list(data) == sorted(data)
    assert data["schema"][0] == {
        "name": "id",
        "type": "string",
        "about": "128-bit hash of source, path, locator and raw bytes, 32 hex digits",
        "tables": ["data", "rejected", "duplicates", "quarantine"],
    }
    assert set(data["shards"][0]) >= {"path", "sha256", "rows_sha256", "bytes", "rows"}
    fates = {"read", "kept", "rejected", "duplicate", "quarantined"}
    assert set(data["accounting"]["total"]) == fates
    assert set(data["accounting"]["sources"]["aozora"]) == fates


@pytest.mark.parametrize("path", [path for path, _ in SCHEMAS["SCHEMAS"]])
def test_generated_schemas_are_current(path: str) -> None:
    stored = (ROOT / path).read_text(encoding="utf-8")
    rendered = SCHEMAS["rendered"](dict(SCHEMAS["SCHEMAS"])[path])
    assert stored == rendered, "run python scripts/make_schemas.py"


def test_schema_takes_the_manifest_and_nothing_else(manifest: Manifest) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    data = json.loads(dump(manifest))
    validator.validate(data)
    for wrong in ({"extra": 1}, {"totals": {}}, {"mode": "slow"}, {"format_version": 2}):
        assert list(validator.iter_errors({**data, **wrong})), wrong
    for key in data:
        if key in json_schema()["required"]:
            assert list(validator.iter_errors({k: v for k, v in data.items() if k != key})), key


def test_schema_requires_what_is_always_written(manifest: Manifest) -> None:
    """Outsiders may rely on every key: those with defaults are written too."""
    assert set(json.loads(dump(manifest))) == set(json_schema()["properties"])


@pytest.mark.parametrize(
    "path",
    [
        "../x/train-00000-of-00001.parquet",
        "/data/train-00000-of-00001.parquet",
        "data/../train-00000-of-00001.parquet",
        "data/train.parquet",
        "other/train-00000-of-00001.parquet",
    ],
)
def test_a_shard_lies_inside_the_dataset(manifest: Manifest, path: str) -> None:
    with pytest.raises(ValidationError, match="path"):
        Shard.model_validate({**manifest.shards[0].model_dump(), "path": path})


def test_frozen(manifest: Manifest) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        manifest.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "No such file"), ("{", "Invalid JSON"), ('{"name": "a"}', "Field required")],
)
def test_a_file_that_is_no_manifest(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=message):
        load(path)


def test_names_the_place_of_an_error(manifest: Manifest, tmp_path: Path) -> None:
    data = json.loads(dump(manifest))
    data["shards"][0]["rows"] = -1
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match=r"shards\.0\.rows"):
        load(path)


def test_accounting_holds(manifest: Manifest) -> None:
    check_accounting(manifest)


def _set(*path: Any, value: Any) -> Any:
    def change(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        data[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("accounting", "sources", "manuals", "kept", value=4), "source 'manuals': 7 read"),
        (_set("accounting", "sources", "aozora", "read", value=8), "source 'aozora': 8 read"),
        (_set("accounting", "total", "kept", value=8), "total: 14 read, but 8 kept"),
        (_set("accounting", "total", "kept", value=8), "total kept is 8, but its parts sum to 9"),
        (_set("inputs", 1, "read", value=6), "source 'manuals': 7 read, but its inputs sum to 6"),
        (_set("inputs", 0, "source", value="else"), "source 'else': 0 read"),
        (_set("stages", 0, "kept", value=9), "stage 'rules@1': 13 read, but 9 kept and 3 left"),
        (_set("shards", 0, "rows", value=1), "kept is 9, but its parts sum to"),
        (_set("tables", "rejected", value=[]), "rejected is 3, but its parts sum to 0"),
        (_set("tables", "duplicates", value=[]), "duplicate is 1"),
        (_set("tables", "quarantine", value=[]), "quarantined is 1"),
        (_set("rejected_by", value={}), "rejected is 3"),
        (_set("quarantined_by", "UnicodeError", value=2), "quarantined is 1"),
        (_set("totals", "documents", value=10), "documents is 10"),
        (_set("totals", "characters", value=10), "characters is 10"),
        (_set("totals", "morphemes", value=10), "morphemes is 10"),
    ],
)
def test_accounting_that_fails_names_the_place(
    manifest: Manifest, change: Any, message: str
) -> None:
    broken = changed(manifest, change)
    assert any(message in error for error in accounting_errors(broken))
    with pytest.raises(AccountingError, match="the accounting does not hold"):
        check_accounting(broken)


def test_splits_and_digests() -> None:
    assert split_of("data/validation-00000-of-00001.parquet") == "validation"
    assert split_of("rejected/rejected-00000-of-00001.parquet") == "train"
    assert content_digest({"b": "あ", "a": 1}) == content_digest({"a": 1, "b": "あ"})
    assert content_digest({"a": 1}) != content_digest({"a": 2})


def test_make_schemas_checks_and_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main = SCHEMAS["main"]
    monkeypatch.setitem(main.__globals__, "ROOT", tmp_path)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "configs").mkdir()
    assert main(["--check"]) == 1
    assert "manifest.schema.json is out of date" in capsys.readouterr().out
    assert main([]) == 0
    assert main(["--check"]) == 0
