"""Documents are taken down: from the shards that hold them, and they stay down."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from corpuskit.cli.main import app
from corpuskit.errors import InputError, OutputError
from corpuskit.manifest import Manifest, content_digest, load
from corpuskit.output.sums import file_sha256
from corpuskit.output.verify import verify
from corpuskit.recipe import load as load_recipe
from corpuskit.run import Options, run, work_path
from corpuskit.trust.rewriting import STAGE
from corpuskit.trust.signing import ENVELOPE, sign, signed_subjects
from corpuskit.trust.takedown import MOVED
from corpuskit.trust.tombstones import LEDGER
from tests.conftest import write_jsonl

N = 200
STAGES: list[Any] = [
    "normalize",
    "signals.scripts",
    {"rules": [{"signal": "characters", "min": 20}]},
    "dedup.exact",
    {"dedup.minhash": {"index": True}},
]


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def refused(error: type[Exception], match: str, *arguments: object) -> None:
    with pytest.raises(error, match=match):
        words = ["takedown", *map(str, arguments)]
        CliRunner().invoke(app, words, catch_exceptions=False)


def text_of(seed: int) -> str:
    """Four lines that no other seed has."""
    rng = random.Random(seed)
    lines = ("".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(24)) for _ in range(4))
    return "\n".join(f"これは{line}の話です。" for line in lines)


def rows() -> list[dict[str, Any]]:
    """Documents of their own; then an exact duplicate of 7, a short one and a near-duplicate."""
    found = [
        {"text": text_of(i), "url": f"https://host{i % 10}.example.jp/{i}", "title": f"題{i}"}
        for i in range(N)
    ]
    found.append({"text": text_of(7), "url": "https://mirror.example.com/7", "title": "題7"})
    found.append({"text": "短い秘密。", "url": "https://host1.example.jp/short"})
    return found


def recipe(folder: Path, more: dict[str, Any] | None = None) -> Path:
    content = {
        "name": "made",
        "sources": [{"name": "web", "path": "in", "reader": "jsonl"}],
        "part_size": 4000,
        "stages": STAGES,
        "output": {"path": "out", "shard_size": 5750, "query_index": True},
        **(more or {}),
    }
    path = folder / "made.yaml"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("takedown")
    for i in range(0, N + 2, 10):
        write_jsonl(folder / "in" / f"{i:04}.jsonl", rows()[i : i + 10])
    run(load_recipe(recipe(folder)), Options(workers=1))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "made")
    (tmp_path / "made" / "key").write_bytes(b"a key of some length")
    return tmp_path / "made"


def documents(out: Path, table: str = "data") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((out / table).glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            about = json.loads(row["meta"] or "{}")
            found[row["id"]] = {**row, **about, "path": path.name}
    return found


def ids_of(out: Path, *numbers: int) -> list[str]:
    by_url = {row["url"]: i for i, row in documents(out).items()}
    return [by_url[f"https://host{n % 10}.example.jp/{n}"] for n in numbers]


def bytes_of(out: Path) -> bytes:
    """All a dataset says: every file, and every value of its Parquet files."""
    raw = [p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()]
    tables = [pq.read_table(p).to_pylist() for p in sorted(out.rglob("*.parquet"))]
    return b"\n".join([*raw, json.dumps(tables, ensure_ascii=False, default=str).encode()])


def lists(folder: Path, ids: list[str]) -> Path:
    path = folder / "ids.txt"
    path.write_text("# taken down\n" + "\n".join(ids) + "\n")
    return path


def test_ten_documents_of_twenty_shards(folder: Path) -> None:
    out, new = folder / "out", folder / "new"
    before = load(out / "manifest.json")
    assert len(before.shards) == 20
    ids = ids_of(out, *range(0, 60, 6))
    held = {f"data/{documents(out)[i]['path']}" for i in ids}
    assert 1 < len(held) < 12
    how = ("--key", folder / "key", "--date", "2026-11-24", "--reason", "申出による", "--json")
    result = call("takedown", out, "--ids", lists(folder, ids), "--out", new, *how)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["documents"] == {"id": 10}
    changed = {
        p.relative_to(out).as_posix()
        for p in out.rglob("*.parquet")
        if file_sha256(p) != file_sha256(new / p.relative_to(out))
    }
    beside = {h.replace("data/", f"{folder}/") for h in held for folder in ("index", "lookup")}
    assert changed == held | beside
    same = next(s.path for s in before.shards if s.path not in held)
    assert (out / same).samefile(new / same)
    assert not list(verify(new)) and not list(verify(out))
    for i in ids:
        assert call("query", out, "--id", i).exit_code == 0
        url = documents(out)[i]["url"]
        assert call("query", new, "--id", i, "--url", url).exit_code == 1
    assert documents(new).keys() == documents(out).keys() - set(ids)
    after = load(new / "manifest.json")
    check_manifest(before, after, out, 10)
    for i in ids:
        gone = documents(new, "rejected")[i]
        assert (gone["text"], gone["title"], gone["stage"], gone["signal"]) == (
            "",
            None,
            STAGE,
            "id",
        )
        assert gone["path"] == Path(MOVED).name and gone["source"] == "web"
    said = bytes_of(new).decode("utf-8", "replace")
    for i in ids:
        assert documents(out)[i]["text"].split("\n")[0] not in said
        assert f'"{documents(out)[i]["title"]}"' not in said
    stones = [json.loads(line) for line in (new / LEDGER).read_text("utf-8").splitlines()]
    matched = [s for s in stones if "matched" in s]
    assert [s["id"] for s in stones if "matched" not in s] == ids
    assert {s["id"] for s in matched} == set(ids)
    assert all(len(s["text_hmac"]) == 64 and s["url"] for s in matched)
    assert {(s["date"], s["reason"]) for s in stones} == {("2026-11-24", "申出による")}


def check_manifest(before: Manifest, after: Manifest, out: Path, n: int) -> None:
    assert after.parents == (file_sha256(out / "manifest.json"),)
    old, new = before.accounting.total, after.accounting.total
    assert (new.kept, new.rejected) == (old.kept - n, old.rejected + n)
    assert (new.read, new.duplicate) == (old.read, old.duplicate)
    assert after.rejected_by[f"{STAGE}/id"] == n
    assert after.stages[-1].stage == STAGE and after.stages[-1].rejected == {"id": n}
    content = after.recipe.content
    assert content["takedowns"] == {"file": LEDGER, "key": "key"}
    assert after.recipe.digest == content_digest(content) != before.recipe.digest
    text_bytes = sum(len(row["text"].encode()) for row in documents(out.parent / "new").values())
    assert after.totals.text_bytes == text_bytes


def test_the_recipe_run_again_does_not_bring_them_back(folder: Path) -> None:
    """Not even under other ids: the same text at another place, and the same URL with another."""
    out = folder / "out"
    ids = ids_of(out, 7, 33, 63)  # 7 has an exact duplicate, which leaves early
    texts = [documents(out)[i]["text"] for i in ids]
    assert (
        call("takedown", out, "--ids", lists(folder, ids), "--key", folder / "key").exit_code == 0
    )
    kept = set(documents(out))
    with pytest.raises(OutputError, match="tombstones"):
        run(load_recipe(recipe(folder)), Options(workers=1))
    ledger = {"takedowns": {"file": f"out/{LEDGER}", "key": "key"}}
    again = run(load_recipe(recipe(folder, ledger)), Options(workers=1)).manifest
    assert not list(verify(out))
    assert set(documents(out)) == kept
    assert again.rejected_by[f"{STAGE}/id"] == 3
    assert (out / LEDGER).is_file()
    assert texts[0].split("\n")[0].encode() not in bytes_of(out)
    more = [
        {"text": texts[0].replace("。", "。 "), "url": "https://elsewhere.example.org/"},
        {"text": text_of(900), "url": "HTTP://www.HOST3.example.jp/33#top"},
        {"text": text_of(901), "url": "https://host3.example.jp/34"},
    ]
    write_jsonl(folder / "in" / "more.jsonl", more)
    (folder / "in" / "0000.jsonl").unlink()  # whose document 7 is the first row of `more` now
    third = run(load_recipe(recipe(folder, ledger)), Options(workers=1)).manifest
    assert third.rejected_by[f"{STAGE}/url"] == 1
    assert third.rejected_by[f"{STAGE}/text"] >= 1
    assert f"{STAGE}/id" in third.rejected_by
    urls = {row["url"] for row in documents(out).values()}
    assert "https://host3.example.jp/34" in urls and "https://elsewhere.example.org/" not in urls
    assert texts[0].split("\n")[0].encode() not in bytes_of(out)
    assert not list(verify(out))


def test_by_url_domain_and_text_in_every_table(folder: Path) -> None:
    """The exact duplicate and the rejected record that match lose their texts too."""
    out = folder / "out"
    text = folder / "text.txt"
    text.write_text(text_of(7).replace("\n", "\r\n  "), encoding="utf-8")
    # host1 holds document 1, 11, … and the short record that a rule rejected.
    how = ("--url", "http://host2.example.jp/2#x", "--domain", "HOST1.example.jp.", "--text", text)
    result = call("takedown", out, *how, "--key", folder / "key", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert said["documents"] == {"domain": 20, "text": 1, "url": 1}
    assert said["blanked"] == 2
    assert not list(verify(out))
    copies = documents(out, "duplicates").values()
    assert [(d["text"], d["meta"]) for d in copies] == [("", None)]
    assert "短い秘密".encode() not in bytes_of(out)
    assert text_of(7).split("\n")[0].encode() not in bytes_of(out)
    assert not folder.joinpath("out.takedown").exists()


def test_a_second_takedown_adds_to_the_first(folder: Path) -> None:
    out = folder / "out"
    first, second = ids_of(out, 5, 6)
    key = ("--key", folder / "key")
    assert call("takedown", out, "--ids", lists(folder, [first]), *key).exit_code == 0
    parent = file_sha256(out / "manifest.json")
    refused(InputError, "another key", out, "--ids", lists(folder, [second]))
    assert call("takedown", out, "--ids", lists(folder, [second]), *key).exit_code == 0
    manifest = load(out / "manifest.json")
    assert manifest.parents == (parent,)
    assert manifest.rejected_by[f"{STAGE}/id"] == 2
    assert not list(verify(out))
    assert {first, second} <= documents(out, "rejected").keys()
    assert len((out / LEDGER).read_text().splitlines()) == 4
    refused(InputError, "no document", out, "--ids", lists(folder, [first]), *key)


def test_same_bytes_in_place_and_beside(folder: Path) -> None:
    out, new = folder / "out", folder / "new"
    ids = lists(folder, ids_of(out, 8, 9))
    assert call("takedown", out, "--ids", ids, "--out", new).exit_code == 0
    assert call("takedown", out, "--ids", ids).exit_code == 0
    names = {p.relative_to(new) for p in new.rglob("*") if p.is_file()}
    assert names == {p.relative_to(out) for p in out.rglob("*") if p.is_file()}
    for name in names:
        assert (new / name).read_bytes() == (out / name).read_bytes(), name


def test_a_signature_is_not_carried_over(folder: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    out = folder / "out"
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert sign(out, key).is_file() and not list(verify(out))
    assert call("takedown", out, "--ids", lists(folder, ids_of(out, 8))).exit_code == 0
    assert not (out / ENVELOPE).exists() and not list(verify(out))
    subjects = signed_subjects(sign(out, key).parent, key.public_key())
    assert subjects[LEDGER] == file_sha256(out / LEDGER)


def test_killed_at_any_point_leaves_one_version(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpuskit.trust import takedown

    out = folder / "out"
    ids = lists(folder, ids_of(out, 8, 9))
    before = (out / "manifest.json").read_bytes()

    def dies(staging: Path, target: Path, work: Path) -> None:
        target.rename(work / "previous")
        raise KeyboardInterrupt

    for name, fault in (("written", _killed), ("swap", dies)):
        with monkeypatch.context() as patch:
            patch.setattr(takedown, name, fault)
            call("takedown", out, "--ids", ids)
        where = out if name == "written" else folder / "out.takedown" / "previous"
        assert (where / "manifest.json").read_bytes() == before
    assert not out.exists()
    assert call("takedown", out, "--ids", ids).exit_code == 0
    assert not list(verify(out)) and not (folder / "out.takedown").exists()


def _killed(*_: Any) -> Any:
    raise KeyboardInterrupt


def test_what_is_refused(folder: Path) -> None:
    out = folder / "out"
    ids = lists(folder, ids_of(out, 8))

    assert call("takedown", out).exit_code == 2
    refused(InputError, "no document", out, "--url", "https://nowhere.example/")
    refused(InputError, "entry 1 is no id", out, "--ids", folder / "key")
    refused(OutputError, "not empty", out, "--ids", ids, "--out", folder / "in")
    refused(InputError, "not a domain", out, "--domain", "...")
    work_path(out).mkdir()
    refused(OutputError, "step files", out, "--ids", ids)
    work_path(out).rmdir()
    path = out / f"data/{documents(out)[ids_of(out, 8)[0]]['path']}"
    table = pq.read_table(path)
    pq.write_table(table, path, compression="none")
    refused(InputError, "damaged", out, "--ids", ids)


def test_a_key_is_made_where_there_is_none(folder: Path) -> None:
    out, key = folder / "out", folder / "new.key"
    assert (
        call("takedown", out, "--ids", lists(folder, ids_of(out, 8)), "--key", key).exit_code == 0
    )
    assert key.stat().st_mode & 0o777 == 0o600 and len(key.read_text().strip()) == 64
    assert key.read_text().strip() not in bytes_of(out).decode("utf-8", "replace")


CASES: list[tuple[str, str]] = [
    ("が　ギ\nABC①", "か\u3099 ｷﾞabc1"),
    ("㈱山田\r\n", "(株)山田"),
    ("見え\u200bない", "見えない"),
]


@pytest.mark.parametrize(("one", "other"), CASES)
def test_texts_that_look_alike_have_one_digest(one: str, other: str) -> None:
    from corpuskit.trust.tombstones import text_hmacs

    digest = lambda text: text_hmacs(pa.array([text]), b"k")[0]  # noqa: E731
    assert digest(one) == digest(other) is not None
    assert digest("がき") != digest("かき") and digest(" \n\u200b") is None
    assert text_hmacs(pa.array([one]), b"l") != text_hmacs(pa.array([one]), b"k")


def test_a_ledger_with_digests_needs_its_key(folder: Path) -> None:
    out = folder / "out"
    ids = lists(folder, ids_of(out, 8))
    assert call("takedown", out, "--ids", ids, "--key", folder / "key").exit_code == 0
    with pytest.raises(InputError, match="needs their key"):
        run(load_recipe(recipe(folder, {"takedowns": f"out/{LEDGER}"})), Options(workers=1))
    (folder / "other").write_bytes(b"another key, long enough")
    wrong = {"takedowns": {"file": f"out/{LEDGER}", "key": "other"}}
    with pytest.raises(InputError, match="another key"):
        run(load_recipe(recipe(folder, wrong)), Options(workers=1))
    (out / LEDGER).write_text('{"id": "x"}\n{"colour": "red"}\n')
    with pytest.raises(InputError, match="line 2 is not a tombstone"):
        run(load_recipe(recipe(folder, {"takedowns": f"out/{LEDGER}"})), Options(workers=1))
