"""Recipes: what is read as what, and every error with its place, its key and a way out."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from corpuskit.errors import RecipeError
from corpuskit.inventory import take
from corpuskit.pipeline import build
from corpuskit.recipe import LoadedRecipe, load
from corpuskit.registry import Registry
from corpuskit.schema import recipe_schema

ROOT = Path(__file__).parents[1]
BASIC = """\
name: test
sources:
  - name: docs
    path: docs
stages:
  - normalize
  - rules:
      - {signal: characters, min: 10}
output:
  path: out
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "r.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    assert BASIC.count(old) == 1
    return BASIC.replace(old, new)


def check(path: Path, *overrides: str) -> LoadedRecipe:
    """All that is checked before anything runs, but for the inputs."""
    loaded = load(path, overrides)
    build(loaded, Registry())
    return loaded


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        (
            "name: test\n",
            "name: test\nsorces: []\n",
            r":2:1: unknown key 'sorces'; did you mean 'sources'\?",
            "known here: ",
        ),
        (
            "    path: docs\n",
            "    path: docs\n    licence: MIT\n",
            r":5:5: unknown key 'licence'; did you mean 'license'\?",
            "legal_basis",
        ),
        (
            "  path: out\n",
            "  path: out\n  splits: {tests: 0.1}\n",
            r":11:12: unknown key 'tests'; did you mean 'test'\?",
            "validation",
        ),
        (
            "  - normalize\n",
            "  - normalize\n  - dedup.minhash:\n      bund: 0.8\n",
            r":8:7: unknown key 'bund'; did you mean 'bound'\?",
            "ngram",
        ),
        (
            "min: 10}",
            "minimum: 10}",
            r":8:\d+: unknown key 'minimum'; did you mean 'min'\?",
            "signal",
        ),
        (
            "name: test\n",
            "name: test\nmode: studdy\n",
            r":2:1: 'mode': input should be 'fast' or 'study' \(found: 'studdy'\)",
            "",
        ),
        (
            "  path: out\n",
            "  path: out\n  shard_size: big\n",
            r":11:3: 'shard_size': 'big' is not a size; write 256MB",
            "",
        ),
        (
            "  - normalize\n",
            "  - dedup.minhash: {bound: high}\n",
            r":6:21: 'bound': input should be a valid number.*found: 'high'",
            "",
        ),
        (
            "{signal: characters, min: 10}",
            "{signal: characters}",
            r":8:9: 'rules 1': a rule needs min, max, more_than, less_than or equals",
            "",
        ),
        ("output:\n  path: out\n", "output: {}\n", r":9:1: the key 'path' is missing", ""),
        ("output:\n  path: out\n", "", r":1:1: the key 'output' is missing", ""),
        ("    path: docs\n", "", r":3:5: the key 'path' is missing", ""),
        (
            "sources:\n  - name: docs\n    path: docs\n",
            "sources: []\n",
            r":2:1: 'sources': .*at least 1",
            "",
        ),
        ("name: docs", "name: two words", r":3:5: 'name': string should match", ""),
        (
            "  - normalize\n",
            "  - normalise\n",
            r":6:5: unknown stage 'normalise'; did you mean 'normalize'\?",
            "corpuskit stages",
        ),
        (
            "  - normalize\n",
            "  - normalize@99\n",
            r":6:5: stage 'normalize@99': version \d+ is installed",
            "normalize@",
        ),
        (
            "  - normalize\n",
            "  - {normalize: {}, quality: {}}\n",
            r":6:5: a stage is a name, or one name with its parameters",
            "- normalize",
        ),
        ("  - normalize\n", "  - 12\n", r":6:5: a stage is a name", ""),
        ("  - normalize\n", "  - normalize: 3\n", r":6:5: a stage is a name", ""),
        (
            "stages:\n  - normalize\n  - rules:\n      - {signal: characters, min: 10}\n",
            "stages: normalize\n",
            r":5:1: 'stages' is a list",
            "'- '",
        ),
        (
            "  - normalize\n",
            "  - normalize\n  - quality\n",
            r":7:5: 'quality' reads the column '\w+', which nothing before it writes",
            "add the stage '(signals|morph)",
        ),
        (
            "  - normalize\n",
            "  - normalize\n",
            r":7:5: 'rules' reads the column 'characters', which nothing before it writes",
            "add the stage 'signals.scripts' before it",
        ),
        (
            "min: 10}\n",
            "min: 10}\n  - signals.scripts\n",
            r":7:5: 'rules' reads",
            "'signals.scripts' writes it: move it before 'rules'",
        ),
        (
            "signal: characters",
            "signal: charakters",
            r":7:5: 'rules' reads the column 'charakters'",
            "no installed stage writes it",
        ),
        (
            "  path: out\n",
            "  path: out\n  splits: {validation: 0.5, test: 0.5}\n",
            r":11:3: 'splits': validation and test together",
            "",
        ),
        (
            "  - name: docs\n",
            "  - name: docs\n    path: a\n  - name: docs\n",
            r":5:5: two sources are called 'docs'",
            "part of every id",
        ),
    ],
)
def test_errors_name_place_key_and_way_out(
    tmp_path: Path, old: str, new: str, message: str, remedy: str
) -> None:
    path = write(tmp_path, changed(old, new))
    with pytest.raises(RecipeError, match=message) as caught:
        check(path)
    assert caught.value.message.startswith(str(path))
    if remedy:
        import re

        assert re.search(remedy, caught.value.remedy), caught.value.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            BASIC.replace("name: test", "name: test\nname: again"),
            r"r\.yaml:2:1: not valid YAML: .*duplicate key \"name\"",
        ),
        ("name: [unclosed\n", r"r\.yaml:\d+:\d+: not valid YAML"),
        ("- a\n- b\n", r"r\.yaml:1:1: a recipe is a mapping"),
        ("", r"r\.yaml:1:1: a recipe is a mapping"),
        ("name: a\n\tsources: []\n", r"r\.yaml:\d+:\d+: not valid YAML"),
    ],
)
def test_what_is_not_a_mapping_in_yaml(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="recipe not found") as caught:
        load(tmp_path / "gone.yaml")
    assert "corpuskit init" in caught.value.remedy
    with pytest.raises(RecipeError, match="cannot be read"):
        load(tmp_path)
    (tmp_path / "sjis.yaml").write_bytes("name: 試験".encode("cp932"))
    with pytest.raises(RecipeError, match="cannot be read"):
        load(tmp_path / "sjis.yaml")


def test_an_unknown_reader_and_its_options_are_told(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("本文", encoding="utf-8")
    for line, message in (
        ("reader: jsnl", r":5:5: unknown reader 'jsnl'; did you mean 'jsonl'\?"),
        ("options: {header: false}", r":5:5: options need a named reader"),
        ("reader: csv\n    options: {heading: false}", r":6:15: unknown key 'heading'; did you"),
    ):
        text = changed("    path: docs\n", f"    path: docs\n    {line}\n")
        with pytest.raises(RecipeError, match=message):
            take(load(write(tmp_path, text)), Registry())


def test_text_stays_text_as_yaml_1_2_has_it(tmp_path: Path) -> None:
    facts = "license: 0\n    publisher: NO\n    date: 2026-11-23\n    country: off\n"
    text = changed("    path: docs\n", f"    path: 12:30\n    {facts}").replace(
        "name: test", "name: 2026\nreleased: 2026-11-23"
    )
    recipe = load(write(tmp_path, text)).recipe
    source = recipe.sources[0]
    assert (recipe.name, recipe.released) == ("2026", "2026-11-23")
    assert (source.path, source.license, source.publisher) == ("12:30", "0", "NO")
    assert (source.date, source.country) == ("2026-11-23", "off")


def test_sizes_anchors_and_merged_keys(tmp_path: Path) -> None:
    text = changed(
        "  - name: docs\n    path: docs\n",
        "  - &one\n    name: docs\n    path: docs\n    license: MIT\n"
        "  - <<: *one\n    name: more\n",
    ).replace("  path: out", "  path: out\n  shard_size: 1.5GiB\n  meta: &no false")
    loaded = load(write(tmp_path, text))
    assert loaded.recipe.output.shard_size == 3 * 2**29
    assert loaded.recipe.output.meta is False
    assert [s.license for s in loaded.recipe.sources] == ["MIT", "MIT"]
    # An error in a merged key points at what merges it.
    wrong = text.replace("    license: MIT\n", "    licens: MIT\n")
    with pytest.raises(RecipeError, match=r":6:5: unknown key 'licens'"):
        load(write(tmp_path, wrong))


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(BASIC, encoding="utf-8-sig")
    assert load(path).recipe.name == "test"


@pytest.mark.parametrize(
    ("override", "at", "value"),
    [
        ("mode=study", ("mode",), "study"),
        ("output.path=elsewhere", ("output", "path"), "elsewhere"),
        ("output.splits.test=0.1", ("output", "splits", "test"), 0.1),
        ("sources.docs.license=NO", ("sources", 0, "license"), "NO"),
        ("sources.0.date=2026-01-02", ("sources", 0, "date"), "2026-01-02"),
        ("stages.rules.0.min=25", ("stages", 1, "params", "rules", 0, "min"), 25),
        ("stages.1.rules.0.min=25", ("stages", 1, "params", "rules", 0, "min"), 25),
        ("stages.1.0.min=25", ("stages", 1, "params", "rules", 0, "min"), 25),
        ("stages.normalize.widths=false", ("stages", 0, "params", "widths"), False),
        ("stages.dedup.minhash.bound=0.9", ("stages", 2, "params", "bound"), 0.9),
        ("stages.2.bound=0.9", ("stages", 2, "params", "bound"), 0.9),
        ("stages.dedup.exact.keep=[date]", ("stages", 3, "params", "keep"), ["date"]),
        ("sources.a.b.license=MIT", ("sources", 1, "license"), "MIT"),
        ("sources.a.license=MIT", ("sources", 2, "license"), "MIT"),
        ("description=a=b", ("description",), "a=b"),
        ("released=", ("released",), None),
    ],
)
def test_set_changes_one_value(
    tmp_path: Path, override: str, at: tuple[str | int, ...], value: Any
) -> None:
    text = changed(
        "      - {signal: characters, min: 10}\n",
        "      - {signal: characters, min: 10}\n  - dedup.minhash\n  - dedup.exact: {keep: [id]}\n",
    )
    more = "".join(f"  - name: {name}\n    path: docs\n" for name in ("a.b", "a"))
    text = text.replace("stages:\n", f"{more}stages:\n")
    found: Any = load(write(tmp_path, text), [override]).recipe.model_dump()
    for step in at:
        found = found[step]
    assert found == value


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("mode", "write --set key.path=value"),
        ("=study", "write --set key.path=value"),
        ("mode=[", "the value is not YAML"),
        ("stages.minhash.bound=0.9", "no such stage"),
        ("stages.normalise.widths=no", "did you mean 'normalize"),
        ("sources.dox.path=x", "no such source; did you mean 'docs'"),
        ("sources.7.path=x", "no item '7' in that list"),
        ("name.first=x", "'first' is inside a value that has no keys"),
        ("output.pth=x", "unknown key 'pth'; did you mean 'path'"),
    ],
)
def test_set_errors(tmp_path: Path, override: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        load(write(tmp_path, BASIC), [override])


def test_paths_are_relative_to_the_recipe(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, BASIC))
    assert loaded.resolve("docs/*.txt") == str(tmp_path / "docs" / "*.txt")
    assert Path(loaded.resolve("pkg:samples/quickstart")).is_dir()
    assert loaded.resolve("hf://owner/name") == "hf://owner/name"
    assert loaded.resolve("/abs") == "/abs"


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("a/b/**/*.txt", "**/*.txt"),
        ("../x/c.jsonl", "c.jsonl"),
        ("docs", "."),
        ("pkg:samples/quickstart", "pkg:samples/quickstart"),
    ],
)
def test_only_what_is_below_the_root_is_in_the_manifest(
    tmp_path: Path, path: str, below: str
) -> None:
    (tmp_path / "docs").mkdir()
    loaded = load(write(tmp_path, changed("path: docs", f"path: {path}")))
    content = loaded.content()
    assert content["sources"][0]["path"] == below
    assert "path" not in content["output"]


def test_the_digest_tells_recipes_apart_but_not_places(tmp_path: Path) -> None:
    first = load(write(tmp_path, BASIC)).digest
    (tmp_path / "deeper").mkdir()
    moved = changed("path: docs", "path: ../else/docs").replace("path: out", "path: /other")
    assert load(write(tmp_path / "deeper", moved)).digest == first
    assert load(write(tmp_path, changed("min: 10", "min: 11"))).digest != first


# --- the schema for editors -----------------------------------------------------------------------


def validator() -> Draft202012Validator:
    schema = json.loads((ROOT / "configs" / "recipe.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_editors_see(text: str) -> Any:
    """YAML with dates as text, as the language server of editors has it."""
    return json.loads(json.dumps(YAML(typ="safe").load(text), default=str))


def test_the_schema_in_configs_is_current() -> None:
    spec = importlib.util.spec_from_file_location("schemas", ROOT / "scripts" / "make_schemas.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (ROOT / "configs" / "recipe.schema.json").read_text(encoding="utf-8")
    assert dict(module.SCHEMAS)["configs/recipe.schema.json"] == "corpuskit.schema:recipe_schema"
    current = module.rendered("corpuskit.schema:recipe_schema")
    assert written == current, "run python scripts/make_schemas.py"


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_every_recipe_in_configs_is_right(path: Path) -> None:
    errors = list(validator().iter_errors(as_editors_see(path.read_text(encoding="utf-8"))))
    assert not errors
    check(path)


@pytest.mark.parametrize(
    "stages",
    [
        "[normalize, normalize@1, acme.mine, acme.mine@3, {acme.mine: {a: 1}}, {acme.mine: null}]",
        "[{normalize: {widths: false}}, {quality: null}, {normalize@1: {widths: true}}]",
        "[{rules: [{signal: characters, min: 1}]}, {rules: {rules: [{signal: x, max: 2}]}}]",
    ],
)
def test_the_schema_allows_what_a_recipe_may_say(stages: str) -> None:
    text = (
        BASIC[: BASIC.index("stages:")]
        + f"stages: {stages}\noutput: {{path: o, shard_size: 1MB}}\n"
    )
    assert not list(validator().iter_errors(as_editors_see(text)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  - normalize\n", "  - normalise\n"),
        ("  - normalize\n", "  - dedup.minhsh\n"),
        ("  - normalize\n", "  - rules\n"),
        ("  - normalize\n", "  - normalize: {widht: true}\n"),
        ("  - normalize\n", "  - {normalize: {}, quality: {}}\n"),
        ("min: 10}", "min: ten}"),
        ("    path: docs\n", "    path: docs\n    reader: jsnl\n"),
        ("    path: docs\n", "    path: docs\n    reader: csv\n    options: {heading: true}\n"),
        ("    path: docs\n", "    paht: docs\n"),
        ("name: test", "name: two words"),
        ("  path: out\n", "  path: out\n  shard_size: big\n"),
        ("output:\n  path: out\n", ""),
    ],
)
def test_the_schema_refuses_what_a_recipe_may_not_say(old: str, new: str) -> None:
    assert list(validator().iter_errors(as_editors_see(changed(old, new))))


def test_the_schema_tells_what_keys_mean() -> None:
    schema = recipe_schema()
    source = schema["$defs"]["Source"]["properties"]
    assert all(field.get("description") for field in source.values())
    assert "minhash" in json.dumps(schema["$defs"]["Stage"])
    bound = schema["$defs"]["stage.dedup.minhash"]["properties"]["bound"]
    assert bound["description"] and bound["maximum"] == 1
