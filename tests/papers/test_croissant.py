from __future__ import annotations

import hashlib
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from corpuskit.manifest import Manifest, content_digest, dump
from corpuskit.papers.columns import Leaf, leaves
from corpuskit.papers.croissant import croissant
from corpuskit.papers.facts import Facts, dataset_id, license_url
from corpuskit.papers.written import written

MADE = runpy.run_path(str(Path(__file__).parents[1] / "output" / "made.py"))


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    folder = tmp_path_factory.mktemp("made")
    made: Manifest = MADE["make"](folder / "out", folder / "work")
    return made


def saying(manifest: Manifest, **papers: Any) -> Manifest:
    """The same dataset by a recipe that states `papers`."""
    content = {**manifest.recipe.content, "papers": papers}
    recipe = manifest.recipe.model_copy(
        update={"content": content, "digest": content_digest(content)}
    )
    return manifest.model_copy(update={"recipe": recipe})


def test_what_nobody_stated_is_absent(manifest: Manifest) -> None:
    found = json.loads(croissant(Facts.of(manifest)))
    unknown = {"url", "creator", "publisher", "version", "citeAs", "keywords"}
    assert not unknown & set(found)
    assert not {"rai:dataBiases", "rai:personalSensitiveInformation"} & set(found)
    assert found["datePublished"] == "2025-04-01"
    assert found["description"] == "手で作った小さなデータセット。"
    assert found["license"] == [
        "https://spdx.org/licenses/CC-BY-4.0",
        "https://spdx.org/licenses/CC0-1.0",
    ]


def test_a_source_without_licence_is_no_assertion(manifest: Manifest) -> None:
    content = json.loads(json.dumps(manifest.recipe.content))
    del content["sources"][1]["license"]
    recipe = manifest.recipe.model_copy(update={"content": content})
    found = Facts.of(manifest.model_copy(update={"recipe": recipe}))
    assert found.licenses == ("CC0-1.0", "NOASSERTION")
    assert license_url("NOASSERTION") == "http://spdx.org/rdf/terms#noassertion"
    assert license_url("MIT OR Apache-2.0") == "MIT OR Apache-2.0"
    assert license_url("LicenseRef-PDL-1.0") == "LicenseRef-PDL-1.0"


def test_what_people_state_is_taken_over(manifest: Manifest) -> None:
    told = saying(
        manifest,
        creator="試験研究所",
        url="https://example.com/",
        version="1.0.0",
        license="CC0-1.0",
        uses=["ai-pre-training"],
        biases="古い文が多い。",
    )
    found = json.loads(croissant(Facts.of(told)))
    assert found["creator"] == {"@type": "sc:Organization", "name": "試験研究所"}
    assert found["license"] == ["https://spdx.org/licenses/CC0-1.0"]
    assert found["rai:dataUseCases"] == ["ai-pre-training"]
    assert found["rai:dataBiases"] == ["古い文が多い。"]
    assert found["prov:wasAttributedTo"]["prov:label"] == "試験研究所"


def test_files_and_their_digests(manifest: Manifest) -> None:
    found = json.loads(croissant(Facts.of(manifest)))
    sums = {f["@id"]: f["sha256"] for f in found["distribution"] if "sha256" in f}
    expected = {shard.path: shard.sha256 for _, shard in manifest.files()}
    digest = hashlib.sha256(dump(manifest)).hexdigest()
    assert sums == {**expected, "manifest.json": digest}
    sets = {f["@id"]: f["includes"] for f in found["distribution"] if "includes" in f}
    assert sets["data-files"] == "data/*.parquet" and len(sets) == 4


def test_provenance(manifest: Manifest) -> None:
    parent = manifest.model_copy(update={"parents": ("a" * 64,)})
    found = json.loads(croissant(Facts.of(parent)))
    derived = found["prov:wasDerivedFrom"]
    assert [d.get("prov:label") for d in derived] == ["aozora", "manuals", None]
    assert derived[0]["prov:wasAttributedTo"]["prov:label"] == "社内"
    assert derived[2]["@id"] == dataset_id("a" * 64)
    used = [u["prov:label"] for u in found["prov:wasGeneratedBy"]["prov:used"]]
    assert used[0] == f"recipe with sha256 {manifest.recipe.digest}"
    assert "unidic-lite 1.0.8" in used[1]
    steps = found["rai:dataPreprocessingProtocol"]
    assert steps[0] == ('rules@1 {"ja.hiragana": {"at_least": 0.1}}: 13 read, 10 kept, 3 rejected.')
    assert found["rai:dataManipulationProtocol"].startswith("dedup.minhash@1")


def test_ids_follow_from_the_manifest(manifest: Manifest) -> None:
    first, again = Facts.of(manifest), Facts.of(manifest.model_copy())
    assert first.id == again.id == dataset_id(first.digest)
    assert first.id_of("source", "a") != first.id_of("source", "b") != first.id
    assert Facts.of(manifest.model_copy(update={"released": None})).id != first.id
    assert written(manifest)["croissant.json"] == croissant(Facts.of(manifest))


def test_ids_within_the_document_are_unique(manifest: Manifest) -> None:
    seen: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if len(value) > 1 and "@id" in value and "@type" in value:
                seen.append(value["@id"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    document = json.loads(croissant(Facts.of(manifest)))
    del document["@context"]
    walk(document)
    assert len(seen) == len(set(seen)) > 50


def test_types_of_columns() -> None:
    assert leaves("string") == (Leaf("", "sc:Text"),)
    assert leaves("list<int16>") == (Leaf("", "sc:Integer", array=True),)
    assert leaves("list<struct<stage:string,start:int64>>") == (
        Leaf("stage", "sc:Text", in_list=True),
        Leaf("start", "sc:Integer", in_list=True),
    )
    assert leaves("struct<a:double,b:list<bool>>") == (
        Leaf("a", "sc:Float"),
        Leaf("b", "sc:Boolean", array=True),
    )
    assert leaves("list<list<string>>") is None
    assert leaves("struct<a:struct<b:string>>") is None


def test_what_the_stage_evidence_was_told(manifest: Manifest) -> None:
    told = {"aozora": {"obtained": "crawl", "fetched": "2024-05-01", "contract": None}}
    stage = manifest.stages[0].model_copy(
        update={"stage": "evidence@1", "params": {"sources": told}}
    )
    facts = Facts.of(manifest.model_copy(update={"stages": (stage,)}))
    found = json.loads(croissant(facts))
    assert found["rai:dataCollectionType"] == ["Web Scraping"]
    assert found["rai:dataCollectionTimeframe"] == ["2024-05-01", "2024-05-01"]
    assert [facts.kind_of(source) for source in facts.sources] == ["crawled", ""]
