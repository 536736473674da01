from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import typer
from pydantic import ValidationError
from typer.testing import CliRunner

from corpuskit.cli.export import command
from corpuskit.errors import InputError, OutputError, RecipeError
from corpuskit.manifest import Manifest
from corpuskit.output.columns import describe
from corpuskit.output.verify import verify
from corpuskit.papers import eu, principle
from corpuskit.papers.dataset import Dataset
from corpuskit.papers.disclosed import domains, latest
from corpuskit.papers.form import Form, Item
from corpuskit.papers.formats import FORMATS, export
from corpuskit.papers.licenses import known_expression
from corpuskit.papers.sums import groups, values
from corpuskit.recipe import load

MADE = runpy.run_path(str(Path(__file__).parents[1] / "output" / "made.py"))
APP = typer.Typer()
APP.command()(command)

WITH_RIGHTS = pa.schema(
    [*MADE["DATA"], ("attribution", pa.string()), ("license_expression", pa.string())]
)


def make(folder: Path, rows: list[dict[str, Any]], schema: pa.Schema = WITH_RIGHTS) -> Dataset:
    """A dataset with columns on rights, two documents a shard."""
    MADE["SCHEMAS"]["data"] = schema
    try:
        manifest: Manifest = MADE["make"](folder / "out", folder / "work", {"train": rows}, 1)
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
        row(5, attribution="© *山* | 川 <b>", license_expression=None),
        row(3, attribution="出典：国土交通省\nウェブサイト", license_expression="CC-BY-4.0"),
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
        "- aozora: 社内; licence CC0-1.0 (https://spdx.org/licenses/CC0-1.0); 1 document\n" in text
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
    assert ": 13 read, 10 kept, 3 rejected." in english
    assert ": 入力 13、採用 10、除外 3\n" in japanese


STATED: dict[str, Any] = {
    "creator": "試験研究所",
    "url": "https://example.com/data",
    "uses": ["ai-pre-training"],
    "source_kinds": {"aozora": "public", "manuals": "crawled"},
    "storage_countries": ["JP"],
    "content_types": ["小説", "説明書"],
}


def stating(dataset: Dataset, **papers: Any) -> Dataset:
    """The same dataset by a recipe that states `papers`."""
    content = {**dataset.manifest.recipe.content, "papers": papers}
    recipe = dataset.manifest.recipe.model_copy(update={"content": content})
    return Dataset(dataset.out, dataset.manifest.model_copy(update={"recipe": recipe}))


def answers(form: Form) -> dict[str, Any]:
    return {item.number: item.answer for section in form.sections for item in section.items}


def test_eu_summary(rights: Dataset) -> None:
    silent, stated = answers(eu.form(rights)), answers(eu.form(stating(rights, **STATED)))
    assert silent["1.1.1"] is None and stated["1.1.1"] == "試験研究所"
    assert silent["1.3.1"] == "Less than 1 billion tokens"
    assert silent["1.3.3"] is None and stated["1.3.3"] == "小説, 説明書"
    assert silent["2.3.1"] is None and silent["2.1.1"] is None
    assert [row[0] for row in silent["2.6.2"].rows] == ["aozora", "manuals"]
    assert stated["2.3.1"] is True and stated["2.4.1"] is False
    assert stated["2.1.1"].rows == (("aozora", "社内", "CC0-1.0", None, None, 1),)
    assert stated["2.2.1.1"] == stated["2.6.2"] == "None."
    assert eu.size_band(10**9) is None


def test_principle_code(rights: Dataset, tmp_path: Path) -> None:
    made = principle.form(stating(rights, **STATED))
    found = answers(made)
    assert "案" in made.status and "法的助言ではありません" in made.status
    assert found["2.1"].rows[0][0] == "aozora" and found["2.4"].rows[0][0] == "manuals"
    assert found["2.2"] == "なし。" and found["4.1"] is None
    assert found["2.9"].rows == (("不明", 2), ("CC-BY-4.0", 2))
    for path in export("principle-code", rights.out, tmp_path):
        text = path.read_text("utf-8")
        assert rights.facts.digest in text and rights.facts.id in text
    assert "**4.1 権利者の窓口** 記載なし。" in text


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("CC-BY-4.0 AND LicenseRef-PDL-1.0", True),
        ("MIT OR Apache-2.0", True),
        ("LicenseRef-GJSTU-2.0", True),
        ("NOASSERTION", False),
        ("社内規程", False),
        ("CC-BY-9.9", False),
        ("(MIT", False),
        ("", False),
    ],
)
def test_expressions(text: str, known: bool) -> None:
    assert known_expression(text) is known


def test_forms_refuse_what_is_no_field() -> None:
    with pytest.raises(ValidationError):
        Item(number="a.1", title="x")
    with pytest.raises(ValidationError):
        Item.model_validate({"number": "1", "title": "x", "answer": {"rows": []}})


def test_oasis_record(rights: Dataset) -> None:
    def made(dataset: Dataset) -> dict[str, Any]:
        (parts,) = FORMATS["oasis"](dataset).values()
        found: dict[str, Any] = json.loads(b"".join(parts))
        return found

    silent, stated = made(rights), made(stating(rights, **STATED))
    for found in (silent, stated):
        assert set(found) == {"set", "source", "provenance", "use"}
        assert {"about", "id", "issuer", "location", "name"} <= set(found["source"])
        required = {"origin", "origin-geography", "date", "generation-method"}
        assert required <= set(found["provenance"]) and "intended-purpose" in found["use"]
    assert silent["source"]["location"] == "NOASSERTION"
    assert silent["provenance"]["origin-geography"] == [{"country": "NOASSERTION"}]
    assert "storage-allowed" not in silent["use"]
    assert stated["use"]["storage-allowed"] == [{"country": "JP"}]
    methods = [p["generation-method"][0]["code"] for p in stated["provenance"]["sub-provenance"]]
    assert methods == ["public", "web-scraping-crawling-textual"]
    hashes = {h["filename"]: h["value"] for h in stated["source"]["identity"]["hashes"]}
    shards = {shard.path: shard.sha256 for _, shard in rights.manifest.files()}
    assert len(shards) == 2 and hashes == {**shards, "manifest.json": rights.facts.digest}


def test_domains_of_the_largest_tenth(tmp_path: Path) -> None:
    schema = pa.schema([*MADE["DATA"], ("domain", pa.string()), ("fetched", pa.string())])
    rows = [
        row(n, domain=f"site{n % 15}.example", fetched=f"2025-01-{n % 28 + 1:02}")
        for n in range(1, 33)
    ]
    dataset = make(tmp_path, [*rows, row(40)], schema)
    found = domains(dataset, ("domain", "documents"))
    assert found is not None
    assert found.rows == (("site1.example", 3), ("site2.example", 3))
    assert latest(dataset, "fetched") == "2025-01-28" and latest(dataset, "nothing") is None


def test_a_recipe_states_papers(tmp_path: Path) -> None:
    text = (
        "name: p\nsources: [{name: s, path: '.'}]\noutput: {path: out}\n"
        "papers: {version: 1.5, creater: 甲}\n"
    )
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match="creator"):
        load(tmp_path / "r.yaml")
    (tmp_path / "r.yaml").write_text(text.replace("creater", "creator"), encoding="utf-8")
    assert load(tmp_path / "r.yaml").content()["papers"] == {"version": "1.5", "creator": "甲"}
    (tmp_path / "r.yaml").write_text(text.partition("papers")[0], encoding="utf-8")
    assert "papers" not in load(tmp_path / "r.yaml").content()


@pytest.mark.parametrize(
    ("levels", "classification", "tlp", "named"),
    [
        ([None, None], None, None, None),
        (["open", None], None, "clear", "open"),
        (["internal", "limited"], None, "amber", "internal"),
        (["internal", "top_secret"], None, "red", "top_secret"),
        (["secret", None], "TLP:GREEN", "green", "TLP:GREEN"),
        ([None, None], "社外秘", None, "社外秘"),
    ],
)
def test_confidentiality(
    rights: Dataset,
    levels: list[str | None],
    classification: str | None,
    tlp: str | None,
    named: str | None,
) -> None:
    shards = [
        shard.model_copy(update={"confidentiality": level})
        for shard, level in zip(rights.manifest.shards, levels, strict=True)
    ]
    manifest = rights.manifest.model_copy(update={"shards": tuple(shards)})
    dataset = stating(Dataset(rights.out, manifest), classification=classification)
    (spdx,), (bom,) = (FORMATS[name](dataset).values() for name in ("spdx", "cyclonedx"))
    packages = [e for e in json.loads(b"".join(spdx))["@graph"] if e["type"].endswith("Package")]
    assert packages[0].get("dataset_confidentialityLevel") == tlp
    data = json.loads(b"".join(bom))["metadata"]["component"]["data"][0]
    assert data.get("classification") == named
