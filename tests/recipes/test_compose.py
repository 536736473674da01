"""Profiles in recipes: what they become, what is said of what is missing, and every error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import RecipeError
from corpuskit.pipeline import build
from corpuskit.recipe import LoadedRecipe, load
from corpuskit.registry import Registry

ROOT = Path(__file__).parents[2]
OWN = """\
profile: own
describes: A profile for tests.
source: nobody
needs:
  bad_words: {about: bad words}
stages:
  - signals.scripts
  - signals.words: {lists: {bad: "${bad_words}"}}
  - signals.repetition: {ngram: 5}
  - rules:
      - {signal: bad_words, max: 3, needs: bad_words}
      - {signal: characters, min: 10}
"""
RECIPE = """\
name: test
{more}
sources:
  - {{name: laws, path: laws, profile: {first}}}
  - {{name: pages, path: pages, profile: {second}}}
  - {{name: rest, path: rest}}
stages:
  - normalize
{stages}
output: {{path: out}}
"""


def recipe(
    tmp_path: Path, stages: str, more: str = "", first: str = "law", second: str = "web"
) -> Path:
    path = tmp_path / "r.yaml"
    text = RECIPE.format(stages=stages, more=more, first=first, second=second)
    path.write_text(text, encoding="utf-8")
    return path


def plain(tmp_path: Path, stages: str, more: str = "") -> Path:
    path = recipe(tmp_path, stages, more)
    text = path.read_text("utf-8").replace(", profile: law", "").replace(", profile: web", "")
    path.write_text(text, encoding="utf-8")
    return path


def own(tmp_path: Path, text: str = OWN) -> None:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")


def stages_of(loaded: LoadedRecipe) -> list[tuple[str, dict[str, Any]]]:
    return [(use.name, use.params) for use in loaded.recipe.stages]


def test_profiles_of_sources_share_signals_and_have_rules_of_their_own(tmp_path: Path) -> None:
    loaded = load(recipe(tmp_path, "  - profiles"))
    build(loaded, Registry())
    names = [name for name, _ in stages_of(loaded)]
    signals = [name for name in names if name.startswith("signals.")]
    assert len(signals) == len(set(signals)) > 5
    rules = [params for name, params in stages_of(loaded) if name == "rules"]
    assert [(r["profile"], r["sources"]) for r in rules] == [("law", ["laws"]), ("web", ["pages"])]
    content = loaded.content()
    assert content["stages"][0]["name"] == "normalize"
    assert content["profiles"][0] == {"profile": "law", "sources": ("laws",), "rules": 12, "of": 12}
    assert content["sources"][0]["profile"] == "law" and "profile" not in content["sources"][2]


def test_use_is_for_all_sources(tmp_path: Path) -> None:
    loaded = load(plain(tmp_path, "  - use: law"))
    (rules,) = [params for name, params in stages_of(loaded) if name == "rules"]
    assert rules["profile"] == "law" and "sources" not in rules


def test_what_hangs_on_a_list_that_is_not_given_is_an_error(tmp_path: Path) -> None:
    own(tmp_path)
    path = plain(tmp_path, "  - use: own.yaml")
    with pytest.raises(RecipeError) as caught:
        load(path)
    message = str(caught.value)
    assert f"{path}:9:5: profile 'own' needs what isn't given: bad_words (bad words)" in message
    assert "bad_words <= 3" in message and "given: {bad_words: PATH}" in message
    assert "when_missing: omit" in message


def test_omitted_rules_are_listed_and_their_signals_gone(tmp_path: Path) -> None:
    own(tmp_path)
    loaded = load(plain(tmp_path, "  - use: own.yaml", "when_missing: omit"))
    names = [name for name, _ in stages_of(loaded)]
    assert names == ["normalize", "signals.scripts", "signals.repetition", "rules"]
    assert [r["signal"] for r in loaded.recipe.stages[-1].params["rules"]] == ["characters"]
    (omitted,) = loaded.omitted
    assert omitted.what == "bad_words <= 3" and "'bad_words' is not given" in omitted.why
    assert loaded.content()["omitted"] == [
        {"profile": "own", "what": omitted.what, "why": omitted.why}
    ]
    assert (loaded.profiles[0].rules, loaded.profiles[0].of) == (1, 2)


def test_a_list_that_is_given_is_used(tmp_path: Path) -> None:
    own(tmp_path)
    (tmp_path / "bad.txt").write_text("悪\n", encoding="utf-8")
    loaded = load(plain(tmp_path, "  - use: own.yaml", "given: {bad_words: bad.txt}"))
    build(loaded, Registry())
    assert loaded.recipe.stages[2].params == {"lists": {"bad": "bad.txt"}}
    rules = loaded.recipe.stages[-1].params["rules"]
    assert rules[0] == {"signal": "bad_words", "max": 3} and not loaded.omitted


def test_signals_after_a_stage_that_may_edit_are_computed_again(tmp_path: Path) -> None:
    own(tmp_path)
    before = plain(tmp_path, "  - signals.scripts\n  - use: own.yaml", "when_missing: omit")
    assert [n for n, _ in stages_of(load(before))].count("signals.scripts") == 1
    between = plain(
        tmp_path, "  - signals.scripts\n  - dedup.lines\n  - use: own.yaml", "when_missing: omit"
    )
    assert [n for n, _ in stages_of(load(between))].count("signals.scripts") == 2


def test_switches_are_put_on_and_contradictions_refused(tmp_path: Path) -> None:
    loaded = load(plain(tmp_path, "  - morphology\n  - use: fineweb2-jpn"))
    assert ("morphology", {"segmented": True}) in stages_of(loaded)
    own(tmp_path)
    stages = "  - signals.repetition: {ngram: 9}\n  - use: own.yaml"
    with pytest.raises(RecipeError, match=r"needs .signals.repetition. with ngram 5"):
        load(plain(tmp_path, stages, "when_missing: omit"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  - profiles", "", "lw", "web"), r"unknown profile 'lw'; did you mean 'law'\?"),
        (("  - use: 3", "", "law", "web"), "'use' takes the name of a profile"),
        (("  - use: no.yaml", "", "law", "web"), "profile not found"),
        (("", "", "law", "web"), "sources have a profile, but no stage applies it"),
        (("  - profiles", "given: {x: y}", "law", "web"), "no profile in use needs 'x'"),
        (
            ("  - profiles\n  - rules: {sources: [law], rules: [{signal: lines, min: 1}]}",
             "", "law", "web"),
            r":10:13: there is no source 'law'; did you mean 'laws'\?",
        ),
    ],
)  # fmt: skip
def test_errors_name_place_and_nearest(
    tmp_path: Path, change: tuple[str, str, str, str], message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        load(recipe(tmp_path, *change))


def test_profiles_without_any_source_that_names_one(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no source has a profile"):
        load(plain(tmp_path, "  - profiles"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("needs: bad_words}", "needs: bd_words}", r"own.yaml:11:9: .* no need 'bd_words'; did you"),
        ("profile: own", "profile: other", "own.yaml:1:1: .* called 'other'"),
        ("describes:", "describe:", "unknown key 'describe'; did you mean 'describes'"),
        ("max: 3, ", "mx: 3, ", "own.yaml:11:29: unknown key 'mx'"),
        ("signals.scripts", "signals.script", "own.yaml:7:5: unknown stage 'signals.script'"),
    ],
)
def test_a_profiles_own_errors_point_into_its_file(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    own(tmp_path, OWN.replace(old, new))
    (tmp_path / "bad.txt").write_text("悪\n", encoding="utf-8")
    with pytest.raises(RecipeError, match=message):
        build(load(plain(tmp_path, "  - use: own.yaml", "given: {bad_words: bad.txt}")), Registry())


def test_a_profiles_value_can_be_overridden(tmp_path: Path) -> None:
    path = plain(tmp_path, "  - use: law")
    loaded = load(path, ["stages.rules.0.min=77"])
    assert loaded.recipe.stages[-1].params["rules"][0]["min"] == 77
    own(tmp_path)
    loaded = load(plain(tmp_path, "  - use: own.yaml"), ["when_missing=omit"])
    assert loaded.omitted


def test_places_of_rules_stay_right_when_one_is_left_out(tmp_path: Path) -> None:
    own(tmp_path, OWN.replace("min: 10}", "min: ten}"))
    with pytest.raises(RecipeError, match=r"own.yaml:12:30: 'min'"):
        build(load(plain(tmp_path, "  - use: own.yaml", "when_missing: omit")), Registry())
