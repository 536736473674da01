"""A profile's page, made from its file: what it does, how complete it is, what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from corpuskit.recipes.compose import rule_text
from corpuskit.recipes.profile import Profile


def summary(profile: Profile) -> dict[str, Any]:
    """A profile as data."""
    head, rules = profile.head, profile.rules()
    return {
        "profile": profile.name,
        "describes": head.describes,
        "source": head.source,
        "license": head.license,
        "rules": len(rules),
        "rules_with_needs": sum("needs" in rule for rule in rules),
        "needs": {name: need.model_dump() for name, need in head.needs.items()},
        "missing": [missing.model_dump() for missing in head.missing],
        "stages": [{name: params} for name, params in profile.entries],
    }


def page(profile: Profile) -> str:
    """The page in Markdown, generated from the file alone."""
    return "\n".join(_lines(profile)) + "\n"


def _lines(profile: Profile) -> Iterator[str]:
    head = profile.head
    yield f"# Profile {profile.name}"
    yield ""
    yield head.describes
    yield ""
    yield f"Values from: {head.source}"
    if head.license:
        yield f"\nLicence there: {head.license}"
    yield from _completeness(profile)
    yield from _needs(profile)
    yield "\n## Signals\n"
    for name, params in profile.entries:
        if name != "rules":
            yield f"- `{name}`" + (f": {', '.join(params)}" if params else "")
    yield "\n## Rules\n"
    yield "| rule | reason | needs |"
    yield "| --- | --- | --- |"
    for rule in profile.rules():
        reason = str(rule.get("reason", "")).replace("|", "\\|")
        yield f"| `{rule_text(rule)}` | {reason} | {rule.get('needs', '')} |"
    yield "\n## Use\n"
    yield "```yaml"
    yield from _use(profile)
    yield "```"


def _completeness(profile: Profile) -> Iterator[str]:
    rules = profile.rules()
    needy = sum("needs" in rule for rule in rules)
    yield "\n## How complete it is\n"
    yield (
        f"{len(rules)} rules; {len(rules) - needy} run as they are, {needy} need a list or model "
        "that corpuskit does not ship."
        if needy
        else f"{len(rules)} rules; all run as they are."
    )
    if profile.head.missing:
        yield "\nLeft out of what was published:\n"
        for missing in profile.head.missing:
            yield f"- {missing.what}: {missing.why}"


def _needs(profile: Profile) -> Iterator[str]:
    if not profile.head.needs:
        return
    yield "\n## What to supply\n"
    yield "Give paths, relative to the recipe, under `given`. With `when_missing: omit` a recipe"
    yield "goes on without these rules; plan, manifest and comparison say so.\n"
    for name, need in profile.head.needs.items():
        rules = [f"`{rule_text(r)}`" for r in profile.rules() if r.get("needs") == name]
        where = f" Published: {need.published}." if need.published else ""
        yield f"- `{name}` ({need.kind}): {need.about}.{where} For {', '.join(rules)}."


def _use(profile: Profile) -> Iterator[str]:
    if profile.head.needs:
        yield "given:"
        for name in profile.head.needs:
            yield f"  {name}: lists/{name}.txt"
    yield "stages:"
    yield "  - normalize"
    yield f"  - use: {profile.name}"
