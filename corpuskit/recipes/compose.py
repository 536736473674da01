"""Profiles put into a recipe's stages: `use: NAME`, and `profiles` for those that sources name.

What comes out is plain data: stages with all their parameters, rules with the sources they are
for. Signals that several profiles need are computed once. Lists and models are given by the recipe;
what hangs on one that isn't is an error, or left out and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.errors import RecipeError
from corpuskit.recipeerrors import Loc, Position, place
from corpuskit.recipes.profile import Profile, find, load_profile
from corpuskit.registry import nearest

_GIVEN = re.compile(r"\$\{([^{}]+)\}")
#: Stages that only add columns: after them a signal computed before is still that of the text.
_ADDS = ("signals.", "rules", "morphology", "language", "quality", "score", "perplexity",
         "count_tokens", "provenance", "inspect")  # fmt: skip


@dataclass(frozen=True)
class Omitted:
    """Something of a profile that doesn't run, and why."""

    profile: str
    what: str
    why: str


@dataclass(frozen=True)
class Used:
    """A profile as a recipe uses it.

    Attributes:
        profile: its name.
        sources: sources it is for; all where there are none.
        rules: how many of its rules run.
        of: how many rules it has.
    """

    profile: str
    sources: tuple[str, ...]
    rules: int
    of: int


@dataclass
class _Item:
    """An entry of the stage list, and where it stands."""

    raw: Any
    at: Loc
    positions: Mapping[Loc, Position]
    moved: dict[int, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        name = next(iter(self.raw), "") if isinstance(self.raw, dict) else self.raw
        return str(name).partition("@")[0]

    @property
    def params(self) -> Any:
        return (next(iter(self.raw.values()), None) or {}) if isinstance(self.raw, dict) else {}


@dataclass(frozen=True)
class Composed:
    """A recipe's stages with its profiles put in."""

    stages: list[Any]
    positions: dict[Loc, Position]
    used: tuple[Used, ...] = ()
    omitted: tuple[Omitted, ...] = ()


def compose(
    data: Mapping[str, Any], stages: Sequence[Any], path: Path, positions: dict[Loc, Position]
) -> Composed:
    """The stages of a recipe, as YAML gives them, with profiles in place of their names.

    Args:
        data: the recipe: `sources`, `given` and `when_missing` are looked at.
        stages: its stage list.
        path: its file.
        positions: places in it.

    Raises:
        RecipeError: no such profile, two that contradict each other, a list that isn't given.
    """
    return _Composer(data, stages, path, positions).composed()


class _Composer:
    def __init__(
        self,
        data: Mapping[str, Any],
        stages: Sequence[Any],
        path: Path,
        positions: dict[Loc, Position],
    ) -> None:
        self._stages, self._path, self._positions = stages, path, positions
        self._by_source = _named(data.get("sources"))
        given = data.get("given")
        self._given: dict[str, Any] = dict(given) if isinstance(given, dict) else {}
        self._omit = data.get("when_missing") == "omit"
        self._items: list[_Item] = []
        self._used: list[Used] = []
        self._omitted: list[Omitted] = []
        self._needs: set[str] = set()

    def composed(self) -> Composed:
        """Go through the list once."""
        found = False
        for i, entry in enumerate(self._stages):
            loc: Loc = ("stages", i)
            item = _Item(entry, loc, self._positions)
            if item.name == "use":
                self._add(self._profile(item.params, loc), (), (*loc, "use"))
            elif item.name == "profiles":
                found = True
                self._add_named(loc)
            else:
                self._items.append(item)
        if self._by_source and not found:
            raise self._error(
                ("sources",), "sources have a profile, but no stage applies it",
                "add '- profiles' to the stages, where its rules belong",
            )  # fmt: skip
        self._check_given()
        return Composed(
            [item.raw for item in self._items],
            self._moved(),
            tuple(self._used),
            tuple(self._omitted),
        )

    def _error(self, loc: Loc, message: str, remedy: str = "") -> RecipeError:
        return RecipeError(f"{place(self._path, self._positions, loc)}: {message}", remedy)

    def _profile(self, name: Any, loc: Loc) -> Profile:
        if not isinstance(name, str):
            raise self._error(loc, "'use' takes the name of a profile", "write '- use: swallow-v1'")
        try:
            return load_profile(find(name, self._path.parent))
        except RecipeError as error:
            if error.message.startswith(("unknown profile", "profile not found")):
                raise self._error(loc, error.message, error.remedy) from None
            raise

    def _add_named(self, loc: Loc) -> None:
        """The profiles that sources name, each for its sources."""
        if not self._by_source:
            raise self._error(
                loc, "no source has a profile", "write 'profile: law' at the sources it is for"
            )
        for name, sources in self._by_source.items():
            at: Loc = ("sources", sources[0][0], "profile")
            self._add(self._profile(name, at), tuple(s for _, s in sources), at)

    # --- one profile ------------------------------------------------------------------------------

    def _add(self, profile: Profile, sources: tuple[str, ...], at: Loc) -> None:
        self._needs |= set(profile.head.needs)
        missing = {need for need in profile.head.needs if need not in self._given}
        if missing and not self._omit:
            raise self._not_given(profile, missing, at)
        dropped = 0
        for i, (name, params) in enumerate(profile.entries):
            item = _Item({name: params}, ("stages", i), profile.positions)
            if name.partition("@")[0] == "rules":
                dropped += self._add_rules(item, profile, sources, missing)
                continue
            filled = self._filled(params, missing)
            if filled is not None:
                item.raw = {name: filled}
                self._add_signals(item, profile, at)
        total = len(profile.rules())
        self._used.append(Used(profile.name, sources, total - dropped, total))
        self._omitted += [Omitted(profile.name, m.what, m.why) for m in profile.head.missing]

    def _add_rules(
        self, item: _Item, profile: Profile, sources: tuple[str, ...], missing: set[str]
    ) -> int:
        """Rules with the profile's name and their sources; returns how many are left out."""
        kept: list[dict[str, Any]] = []
        rules = item.params["rules"]
        for i, rule in enumerate(rules):
            need = rule.get("needs")
            if need in missing:
                kind = profile.head.needs[need].kind
                why = f"the {kind} '{need}' is not given"
                self._omitted.append(Omitted(profile.name, rule_text(rule), why))
                continue
            item.moved[i] = len(kept)
            kept.append({k: v for k, v in rule.items() if k != "needs"})
        if kept:
            params = {**item.params, "profile": profile.name, "rules": kept}
            if sources:
                params["sources"] = list(sources)
            item.raw = {next(iter(item.raw)): params}
            self._items.append(item)
        return len(rules) - len(kept)

    def _add_signals(self, item: _Item, profile: Profile, at: Loc) -> None:
        """A stage, once: an equal one before it that still holds is taken, and widened."""
        for earlier in reversed(self._items):
            if earlier.name == item.name:
                try:
                    merged = _merged(earlier.params, item.params)
                except ValueError as conflict:
                    raise self._error(
                        at,
                        f"profile '{profile.name}' needs '{item.name}' with {conflict}, which "
                        "another stage or profile sets otherwise",
                        "use them in recipes of their own",
                    ) from None
                earlier.raw = {next(iter(_dict(earlier.raw))): merged} if merged else earlier.raw
                return
            if not earlier.name.startswith(_ADDS):
                break
        self._items.append(item)

    def _filled(self, params: Mapping[str, Any], missing: set[str]) -> dict[str, Any] | None:
        """Parameters with what is given in place of ``${need}``; None where the stage must go."""
        out: dict[str, Any] = {}
        for key, value in params.items():
            if isinstance(value, dict):
                inner = {k: self._value(v) for k, v in value.items() if not _lacks(v, missing)}
                if value and not inner:
                    return None
                out[key] = inner
            elif _lacks(value, missing):
                return None
            else:
                out[key] = self._value(value)
        return out

    def _value(self, value: Any) -> Any:
        found = _GIVEN.fullmatch(value) if isinstance(value, str) else None
        return self._given[found[1]] if found else value

    # --- what is said -----------------------------------------------------------------------------

    def _not_given(self, profile: Profile, missing: set[str], at: Loc) -> RecipeError:
        needs = [n for n in profile.head.needs if n in missing]
        told = "; ".join(f"{n} ({profile.head.needs[n].about})" for n in needs)
        rules = [rule_text(r) for r in profile.rules() if r.get("needs") in missing]
        return self._error(
            at,
            f"profile '{profile.name}' needs what isn't given: {told}. Without it, these rules "
            f"can't be applied: {', '.join(rules)}",
            f"give its path in the recipe (given: {{{needs[0]}: PATH}}), or say "
            "'when_missing: omit' to go on without these rules",
        )

    def _check_given(self) -> None:
        for name in self._given:
            if name not in self._needs:
                raise self._error(
                    ("given", name),
                    f"no profile in use needs '{name}'{nearest(name, self._needs)}",
                    f"they need {', '.join(sorted(self._needs)) or 'nothing'}",
                )

    def _moved(self) -> dict[Loc, Position]:
        """Places by location in the list that comes out."""
        out = {loc: at for loc, at in self._positions.items() if loc[:1] != ("stages",)}
        out.update({loc: at for loc, at in self._positions.items() if loc == ("stages",)})
        for i, item in enumerate(self._items):
            for loc, at in item.positions.items():
                if loc[:2] == item.at:
                    out[("stages", i, *_shifted(loc[2:], item.moved))] = at
        return out


def _shifted(rest: Loc, moved: Mapping[int, int]) -> Loc:
    """A place among rules of which some were left out."""
    if moved and len(rest) > 2 and rest[1] == "rules" and isinstance(rest[2], int):
        return (*rest[:2], moved.get(rest[2], -1), *rest[3:])
    return rest


def _named(sources: Any) -> dict[str, list[tuple[int, str]]]:
    """Sources (number and name) by the profile they name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for i, source in enumerate(sources if isinstance(sources, list) else ()):
        profile = source.get("profile") if isinstance(source, dict) else None
        if isinstance(profile, str):
            found.setdefault(profile, []).append((i, str(source.get("name"))))
    return found


def _lacks(value: Any, missing: set[str]) -> bool:
    found = _GIVEN.fullmatch(value) if isinstance(value, str) else None
    return found is not None and found[1] in missing


def _dict(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {raw: {}}


def _merged(first: Any, second: Any) -> Any:
    """Parameters that do for both: mappings and lists are joined, switches put on.

    Raises:
        ValueError: they contradict each other; names the parameter.
    """
    out = dict(first)
    for key, value in second.items():
        if key not in out:
            if not isinstance(value, dict | list) and value is not True:
                raise ValueError(f"{key} {value!r}")
            out[key] = value
        elif isinstance(value, dict) and isinstance(out[key], dict):
            clash = [k for k in value if k in out[key] and out[key][k] != value[k]]
            if clash:
                raise ValueError(f"{key}.{clash[0]} {value[clash[0]]!r}")
            out[key] = {**out[key], **value}
        elif isinstance(value, list) and isinstance(out[key], list):
            out[key] = [*out[key], *(v for v in value if v not in out[key])]
        elif out[key] != value:
            raise ValueError(f"{key} {value!r}")
    return out


def rule_text(rule: Mapping[str, Any]) -> str:
    """A rule on one line: signal and bounds."""
    return f"{rule.get('signal')} {', '.join(_bounds(rule))}"


def _bounds(rule: Mapping[str, Any]) -> Iterator[str]:
    for key, sign in (("min", ">="), ("more_than", ">"), ("max", "<="), ("less_than", "<"),
                      ("equals", "=")):  # fmt: skip
        if rule.get(key) is not None:
            yield f"{sign} {rule[key]}"
