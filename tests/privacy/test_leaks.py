"""Values planted in every kind of record are found nowhere in what a run leaves behind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import typer
import xxhash
import zstandard
from typer.testing import CliRunner

from corpuskit.cli import dedup, inspect
from tests.conftest import RecipeWriter, text_of, tree, write_jsonl

PHONE, MY_NUMBER, EMAIL = "090-7351-9264", "6214 9832 0257", "leak.hanako@mailtest.jp"
NAME, ADDRESS = "勅使河原蓮華", "青葉台7-31-19"
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
_SPACES = re.compile(r"[\s\-‐‑‒–—―−ー]")
#: What may be nowhere, as `folded` writes it.
PLANTED = ("09073519264", "621498320257", EMAIL, NAME, "青葉台73119")
VALUES = (PHONE, MY_NUMBER, EMAIL, NAME, ADDRESS)
SECRET = (
    f"氏名：{NAME}\n電話：{PHONE}、携帯 {PHONE.translate(WIDE)}\nマイナンバー：{MY_NUMBER}\n"
    f"個人番号 {MY_NUMBER.translate(WIDE)}\nメール {EMAIL}\n"
    f"住所：神奈川県横浜市西区{ADDRESS} 港ビル3階\n"
    f"神奈川県横浜市西区{ADDRESS.translate(WIDE)}\n{NAME}様の電話は{PHONE.translate(KANJI)}です。"
)

STAGES: list[Any] = [
    {"normalize": {"map": True}},
    "signals.scripts",
    {"rules": [{"signal": "characters", "min": 200}]},
    "dedup.exact",
    "dedup.minhash",
    "privacy",
    {"rules": [{"signal": "privacy_hits", "max": 40}]},
]


def rows() -> list[dict[str, Any] | bytes]:
    """Kept, rejected before and after, exact and near duplicates, and broken lines."""
    about = {
        "title": f"{NAME}様の電話 {PHONE}",
        "氏名": NAME,
        "電話": PHONE.replace("-", ""),
        "個人番号": int(MY_NUMBER.replace(" ", "")),
        "深い": [{"マイナンバー": MY_NUMBER.replace(" ", ""), EMAIL: EMAIL.upper()}],
        "住所": f"横浜市西区{ADDRESS}",
        "url": f"https://example.jp/?mail={EMAIL.replace('@', '%40')}&tel={PHONE}",
        "author": f"著 {EMAIL}",
    }
    kept = {"text": f"{text_of(1)}\n{SECRET}", **about}
    near = {**kept, "text": kept["text"].replace("話", "噺", 1)}
    line = json.dumps({"text": f"{text_of(4)}\n{SECRET}", **about}, ensure_ascii=False)
    return [
        kept,
        kept,
        near,
        {"text": text_of(2), "note": "清い"},
        {"text": SECRET, **about},  # rejected before it is protected
        {"text": f"{text_of(3)}\n{SECRET * 6}", **about},  # and after
        line.encode()[:-9],  # cut short
        line.encode("cp932", "replace"),
        line.encode().replace("。".encode(), b"\xe3\x80", 2),  # broken UTF-8
        _without_my_number(line).encode().decode("cp932", "ignore").encode(),
        {"text": [SECRET], **about},
    ]


def _without_my_number(line: str) -> str:
    """A line to make mojibake of: twelve digits are no number where no label can be read."""
    plain = MY_NUMBER.replace(" ", "")
    for value in (MY_NUMBER, plain, MY_NUMBER.translate(WIDE)):
        line = line.replace(value, "0")
    return line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leaks")
    given = rows()
    write_jsonl(path / "in" / "a.jsonl", given[:6])
    write_jsonl(path / "in" / "b.jsonl", given[6:])
    return path


@pytest.fixture
def recipe(folder: Path, write_recipe: RecipeWriter) -> Path:
    return write_recipe([{"name": "docs", "path": str(folder / "in")}], STAGES, part_size="1kB")


def command(recipe: Path, out: Path, *more: str) -> list[str]:
    run = [sys.executable, "-m", "corpuskit", "run", str(recipe), "--out", str(out)]
    return [*run, "--workers", "1", *more]


# --- looking --------------------------------------------------------------------------------------


def folded(text: str) -> str:
    """Widths, cases, kanji digits, blanks and hyphens taken away."""
    text = unicodedata.normalize("NFKC", text).casefold()
    digits = text.translate(str.maketrans("〇一二三四五六七八九", "0123456789"))
    return _SPACES.sub("", text) + "\0" + _SPACES.sub("", digits)


def leaks_in(text: str) -> set[str]:
    """Planted values in a text, escapes of JSON and URLs undone."""
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    seen = folded(text) + folded(plain) + folded(unquote(plain))
    return {value for value in PLANTED if value in seen}


def digests() -> set[str]:
    """Digests without a key of every value, as planted and folded."""
    found: set[str] = set()
    for value in (*VALUES, *PLANTED):
        raw = value.encode()
        found |= {hashlib.new(name, raw).hexdigest() for name in ("md5", "sha1", "sha256")}
        found |= {xxhash.xxh64_hexdigest(raw), xxhash.xxh3_64_hexdigest(raw)}
        found.add(f"{zlib.crc32(raw):08x}")
    return found


def readings(path: Path) -> Iterator[str]:
    """A file in every way that it may be read."""
    data = path.read_bytes()
    if path.suffix == ".parquet":
        file = pq.ParquetFile(path)
        yield repr(file.schema_arrow.metadata) + repr(file.metadata.metadata)
        for group in range(file.num_row_groups):
            for column in range(file.metadata.num_columns):
                yield repr(file.metadata.row_group(group).column(column).statistics)
        yield json.dumps(file.read().to_pylist(), ensure_ascii=False, default=str)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        data = zstandard.ZstdDecompressor().decompressobj().decompress(data)
    if data[:6] == b"ARROW1":
        table = pa.ipc.open_file(pa.BufferReader(data)).read_all()
        yield json.dumps(table.to_pylist(), ensure_ascii=False, default=str)
    for encoding in ("utf-8", "cp932", "euc_jp", "utf-16-le"):
        yield data.decode(encoding, "replace")


def leaks_below(folder: Path) -> dict[str, set[str]]:
    """Leaks by file, hidden files too, and names of files."""
    found: dict[str, set[str]] = {}
    hashes = digests()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        texts = [path.name, *readings(path)]
        leaks = set().union(*map(leaks_in, texts))
        leaks |= {digest for digest in hashes for text in texts if digest in text}
        if leaks:
            found[path.relative_to(folder).as_posix()] = leaks
    return found


def work_of(out: Path) -> Path:
    return out.with_name(f"{out.name}.work")


def told(out: Path) -> str:
    """All that `inspect` and `dedup explain` say of every document."""
    looks = typer.Typer()
    looks.command()(inspect.command)
    said = [CliRunner().invoke(looks, [str(out), *more]).output for more in ([], ["--json"])]
    for table in ("data", "rejected", "duplicates", "quarantine"):
        if not (out / table).is_dir():
            continue
        for name in ds.dataset(out / table, format="parquet").to_table().column("id").to_pylist():
            for more in ([], ["--json"]):
                said.append(CliRunner().invoke(looks, [str(out), name, *more]).output)
                said.append(
                    CliRunner().invoke(dedup.app, ["explain", str(out), name, *more]).output
                )
    return "\n".join(said)


# --- the tests ------------------------------------------------------------------------------------


def test_the_search_finds_what_is_planted(tmp_path: Path) -> None:
    """A test that can't fail proves nothing."""
    for number, value in enumerate(VALUES):
        wide = value.translate(WIDE)
        pq.write_table(pa.table({"text": [f"甲{wide}乙"]}), tmp_path / f"{number}.parquet")
        (tmp_path / f".{number}.json").write_text(json.dumps({"a": value}))
        (tmp_path / f"{number}.zst").write_bytes(zstandard.compress(value.encode("cp932")))
        (tmp_path / f"{number}.txt").write_text(hashlib.sha256(value.encode()).hexdigest())
    assert len(leaks_below(tmp_path)) == 4 * len(VALUES)
    assert leaks_in(SECRET) == set(PLANTED)


def test_nothing_leaks(folder: Path, recipe: Path) -> None:
    out = folder / "out"
    done = subprocess.run(
        command(recipe, out, "--keep-work"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    tables = {
        name: ds.dataset(out / name, format="parquet").to_table().to_pylist()
        for name in ("data", "rejected", "duplicates", "quarantine")
    }
    # Every fate is there: the test looks at what it means to look at.
    assert {name: len(table) > 0 for name, table in tables.items()} == dict.fromkeys(tables, True)
    assert {row["stage"].split("@")[0] for row in tables["duplicates"]} == {
        "dedup.exact", "dedup.minhash",
    }  # fmt: skip
    assert {row["signal"] for row in tables["rejected"]} >= {"characters", "privacy_hits"}
    secret = [
        row for name in tables for row in tables[name] if "横浜市西区" in str(row.get("text"))
    ]
    assert len(secret) >= 5 and all("<PHONE>" in row["text"] for row in secret)
    assert leaks_below(out) == {}
    assert leaks_in(done.stdout) == leaks_in(done.stderr) == set()
    assert leaks_in(told(out)) == set()
    work = work_of(out)
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    assert leaks_in((work / "ledger.jsonl").read_text()) == set()


def test_nothing_leaks_after_a_kill(folder: Path, recipe: Path) -> None:
    out = folder / "killed"
    work = work_of(out)
    process = subprocess.Popen(
        command(recipe, out),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    ledger = work / "ledger.jsonl"
    end = time.monotonic() + 120
    while process.poll() is None and (not ledger.exists() or ledger.read_bytes().count(b"\n") < 4):
        assert time.monotonic() < end, "the run hangs"
        time.sleep(0.002)
    assert process.poll() is None, "the run ended before it was killed"
    os.killpg(process.pid, signal.SIGKILL)
    said = process.communicate()[0].decode("utf-8", "replace")
    assert stat.S_IMODE(work.stat().st_mode) == 0o700
    assert not out.exists() or leaks_below(out) == {}
    done = subprocess.run(command(recipe, out), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not work.exists()
    assert leaks_below(out) == {}
    assert leaks_in(said + done.stdout + done.stderr) == set()
    if (folder / "out").exists():
        assert tree(out) == tree(folder / "out")
