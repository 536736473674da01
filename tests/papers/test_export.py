from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from corpuskit.cli.export import command
from corpuskit.errors import InputError, OutputError
from corpuskit.manifest import Manifest
from corpuskit.output.columns import describe
from corpuskit.output.verify import verify
from corpuskit.papers.dataset import Dataset
from corpuskit.papers.formats import FORMATS, export
from corpuskit.papers.sums import groups, values

MADE = runpy.run_path(str(Path(__file__).parents[1] / "output" / "made.py"))
APP = typer.Typer()
APP.command()(command)

WITH_RIGHTS = pa.schema(
    [*MADE["DATA"], ("attribution", pa.string()), ("license_expression", pa.string())]
)


def make(folder: Path, rows: list[dict[str, Any]]) -> Dataset:
    """A dataset with columns on rights."""
    MADE["SCHEMAS"]["data"] = WITH_RIGHTS
    try:
        manifest: Manifest = MADE["make"](folder / "out", folder / "work", {"train": rows})
        columns = describe({**MADE["SCHEMAS"]}, {})
    finally:
        MADE["SCHEMAS"]["data"] = MADE["DATA"]
    return Dataset(folder / "out", manifest.model_copy(update={"columns": columns}))


def row(number: int, **values: Any) -> dict[str, Any]:
    found: dict[str, Any] = MADE["document"](number, **values)
    return found


@pytest.fixture(scope="module")
def rights(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    rows = [
        row(1, attribution="出典：国土交通省\nウェブサイト", license_expression="CC-BY-4.0"),
        row(3, attribution="出典：国土交通省\nウェブサイト", license_expression="CC-BY-4.0"),
        row(5, attribution="© *山* | 川 <b>", license_expression=None),
        row(2),
    ]
    return make(tmp_path_factory.mktemp("rights"), rows)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    MADE["make"](folder / "out", folder / "work")
    return folder / "out"


def test_every_format_writes_the_same_again(out: Path, tmp_path: Path) -> None:
    for name in FORMATS:
        first, again = (export(name, out, tmp_path / folder) for folder in ("a", "b"))
        assert [p.name for p in first] == [p.name for p in again] and first
        for one, other in zip(first, again, strict=True):
            assert one.read_bytes() == other.read_bytes()
    assert not list(tmp_path.rglob(".*"))
    assert not list(verify(out))


def test_the_verb(out: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(APP, ["all", str(out), "--to", str(tmp_path / "p"), "--json"])
    assert done.exit_code == 0
    files = json.loads(done.output)["files"]
    assert {Path(f).name for f in files} == {p.name for p in (tmp_path / "p").iterdir()}
    assert {"ATTRIBUTION.md", "croissant.json", "datasheet.md", "datasheet.ja.md"} <= {
        Path(f).name for f in files
    }
    beside = CliRunner().invoke(APP, ["attribution", str(out)])
    assert (out.parent / "out.papers" / "ATTRIBUTION.md").is_file() and beside.exit_code == 0
    wrong = CliRunner().invoke(APP, ["croisant", str(out)])
    assert wrong.exit_code == 2 and "croissant" in wrong.output


def test_refusals(out: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="lies in the dataset"):
        export("datasheet", out, out / "papers")
    assert not (out / "papers").exists()
    with pytest.raises(InputError):
        export("datasheet", tmp_path, tmp_path / "x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="--to"):
        export("datasheet", out, tmp_path / "file")


def test_a_damaged_shard_is_named(out: Path, rights: Dataset, tmp_path: Path) -> None:
    shard = rights.out / rights.manifest.shards[0].path
    whole = shard.read_bytes()
    try:
        shard.write_bytes(whole[:-9])
        with pytest.raises(InputError, match=shard.name):
            list(rights.count(("attribution",)))
    finally:
        shard.write_bytes(whole)


def test_attribution_lines(rights: Dataset) -> None:
    (parts,) = FORMATS["attribution"](rights).values()
    text = b"".join(parts).decode()
    assert "- 出典：国土交通省 ウェブサイト [CC-BY-4.0]: 2 documents of manuals\n" in text
    assert r"- © \*山\* \| 川 \<b\> [NOASSERTION]: 1 document of manuals" in text
    assert "| aozora | 1 |\n" in text
    assert (
        "- aozora: 社内; licence CC0-1.0 (https://spdx.org/licenses/CC0-1.0); 1 documents" in text
    )


def test_attribution_without_the_column(out: Path, tmp_path: Path) -> None:
    (path,) = export("attribution", out, tmp_path)
    assert "No column `attribution`" in path.read_text("utf-8")


@pytest.mark.parametrize("budget", [1, 700, 10**7])
def test_counts_whatever_the_memory(rights: Dataset, budget: int) -> None:
    found = list(rights.count(("attribution", "license_expression", "nothing"), budget))
    assert found == sorted(found, key=lambda r: [(v is not None, v or "") for v in r[0]])
    assert Counter(dict(found)) == {
        (None, None, None): 1,
        ("© *山* | 川 <b>", None, None): 1,
        ("出典：国土交通省\nウェブサイト", "CC-BY-4.0", None): 2,
    }


def test_values_beyond_the_list_are_summed(rights: Dataset) -> None:
    assert groups(rights) == {"license_expression": [(None, 2), ("CC-BY-4.0", 2)]}
    assert values(rights, "id", listed=1)[1] == ("(other values)", 3)


def test_datasheets(out: Path, tmp_path: Path) -> None:
    japanese, english = (p.read_text("utf-8") for p in export("datasheet", out, tmp_path))
    assert english.count("\n## ") == japanese.count("\n## ") == 7
    assert english.count("**") == japanese.count("**")
    assert "9 documents of text" in english and "テキスト文書 9 件" in japanese
    assert "Of 14 records read, 9 were kept, 3 rejected, 1 removed as duplicates" in english
    assert "**Who created it?** Not stated." in english and "記載なし。" in japanese
    assert "| manuals | 社内 | – | – | CC-BY-4.0 | – | 1 |" in english
    assert "Not stated" not in japanese
