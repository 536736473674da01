"""The shipped profiles: found by name, complete, every value with its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpuskit.pipeline import build
from corpuskit.recipes.judge import open_recipe
from corpuskit.recipes.page import page, summary
from corpuskit.recipes.profile import find, folder, load_profile, names
from corpuskit.registry import Registry

ROOT = Path(__file__).parents[2]
PUBLISHED = (
    "fineweb2-jpn", "hojichar-default", "llmjp-v1", "llmjp-v1-strict", "swallow-v1", "uzushio-03a",
)  # fmt: skip
OWN = ("encyclopedia", "industrial", "law", "literature", "minutes", "web")


def test_all_are_there_and_the_package_has_those_of_configs() -> None:
    assert sorted((*PUBLISHED, *OWN)) == names()
    here = {p.name: p.read_bytes() for p in (ROOT / "configs" / "recipes").glob("*.yaml")}
    assert here == {p.name: p.read_bytes() for p in folder().glob("*.yaml")}


@pytest.mark.parametrize("name", [*PUBLISHED, *OWN])
def test_each_can_be_built_without_lists_and_with_them(name: str, tmp_path: Path) -> None:
    registry = Registry()
    profile = load_profile(find(name, tmp_path))
    left_out = open_recipe(name, {}, True, tmp_path)
    build(left_out, registry)
    words = tmp_path / "words.txt"
    words.write_text("悪\n", encoding="utf-8")
    complete = open_recipe(name, dict.fromkeys(profile.head.needs, str(words)), False, tmp_path)
    build(complete, registry)
    rules = [
        r for use in complete.recipe.stages if use.name == "rules" for r in use.params["rules"]
    ]
    assert len(rules) == len(profile.rules())
    needy = sum("needs" in rule for rule in profile.rules())
    assert len(left_out.omitted) == needy + len(profile.head.missing)


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_value_has_its_source_beside_it(name: str) -> None:
    lines = (ROOT / "configs" / "recipes" / f"{name}.yaml").read_text("utf-8").splitlines()
    rules = [line for line in lines if re.match(r" +- \{signal:", line)]
    assert rules and all(" # " in line or "# any hit" in line for line in rules)


@pytest.mark.parametrize("name", OWN)
def test_each_rule_of_our_own_says_why(name: str) -> None:
    assert all(rule.get("reason") for rule in load_profile(find(name, Path())).rules())


@pytest.mark.parametrize("name", [*PUBLISHED, *OWN])
def test_the_page_says_how_complete_it_is(name: str) -> None:
    profile = load_profile(find(name, Path()))
    text = page(profile)
    assert text.startswith(f"# Profile {name}\n") and f"use: {name}" in text
    for need in profile.head.needs:
        assert f"- `{need}`" in text and f"  {need}: lists/" in text
    for missing in profile.head.missing:
        assert missing.what in text and missing.why in text
    assert summary(profile)["rules"] == len(profile.rules())
    assert len(re.findall(r"^\| `", text, re.M)) == len(profile.rules())
