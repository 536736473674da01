"""The stage `gates`: may a document be trained on, may it be passed on, and which rule says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from corpuskit.document import append_columns
from corpuskit.errors import RecipeError
from corpuskit.paths import resolve_path
from corpuskit.provenance.conditions import TRUE, UNKNOWN, Condition, Outcome, columns_of, judge
from corpuskit.provenance.rulesets import RuleModel, RuleSet, files, load
from corpuskit.registry import nearest
from corpuskit.stage import VERDICTS, Column, Params, Resource, Result, Stage

Decision = Literal["allow", "review", "deny"]
Purpose = Literal["training", "redistribution"]

#: From the mildest to the strictest.
DECISIONS: tuple[Decision, ...] = ("allow", "review", "deny")
#: Columns of the decision, by purpose.
PURPOSES: dict[Purpose, str] = {
    "training": "gate_train",
    "redistribution": "gate_redistribute",
}

_S, _L = pa.string(), pa.list_(pa.string())


class Gate(RuleModel):
    """One gate of a rule file.

    Attributes:
        id: unique name.
        code: short reason, stored with the decision.
        source: the law, guideline or rule it follows.
        about: in words, for people.
        profiles: it acts only if one of them is chosen; always where there are none.
        when: conditions by column; all must hold.
        unless: conditions that take it back; a missing column never does.
        training: its decision for training; null where it has none.
        redistribution: its decision for passing the document on.
        unknown: the decision where a column of `when` was not computed.
    """

    id: str
    code: str
    source: str
    about: str = ""
    profiles: tuple[str, ...] = ()
    when: dict[str, Condition] = Field(min_length=1)
    unless: dict[str, Condition] = Field(default_factory=dict)
    training: Decision | None = None
    redistribution: Decision | None = None
    unknown: Decision = "review"


class Otherwise(RuleModel):
    """What holds where no gate decides."""

    training: Decision = "review"
    redistribution: Decision = "review"
    code: str = "NO_BASIS"


class Profile(RuleModel):
    """A named choice of gates."""

    id: str
    about: str = ""
    source: str = ""


class GatesParams(Params):
    """Which gates, and what becomes of denied documents."""

    profiles: tuple[str, ...] = Field(
        ("jp-30-4", "appi-2022"), description="Profiles whose gates act beside those of all."
    )
    action: Literal["reject", "flag"] = Field(
        "reject",
        description="reject: documents denied for the purpose leave with the gate's code; flag: "
        "the columns are all.",
    )
    purpose: Purpose = Field("training", description="What documents are kept for.")
    rules: str | None = Field(
        None,
        description="Path of a rule file that replaces the built-in one, or extends it "
        "(extends: default).",
    )


class Gates(Stage):
    """Decides by an ordered list of gates: allow, review or deny, with the code of the gate.

    For training and for redistribution apart, the first gate whose conditions hold decides. A gate
    before it that could not be judged, since nobody computed a column it needs, can make the
    decision stricter (its `unknown`), never milder: "not looked for" is not "none". The evidence
    score never plays a part. Rules follow sources that they name; they are not legal advice.
    """

    name: ClassVar[str] = "gates"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = GatesParams
    example: ClassVar[str] = "- gates: {profiles: [jp-30-4, appi-2022], action: flag}"
    reads: ClassVar[tuple[str, ...]] = ("legal_basis", "license")
    writes: ClassVar[tuple[Column, ...]] = (
        Column("gate_train", _S, "allow, review or deny: whether it may be trained on"),
        Column("gate_train_code", _S, "code of the gate that decided"),
        Column("gate_redistribute", _S, "allow, review or deny: whether it may be passed on"),
        Column("gate_redistribute_code", _S, "code of the gate that decided"),
        Column("gate_reasons", _L, "ids of the gates whose conditions hold, in order"),
        Column(
            "gates_unknown",
            _L,
            "ids of the gates that could not be judged: a column they need was not computed",
        ),
    )

    def _path(self) -> Path | None:
        own = self.params.rules
        return None if own is None else Path(resolve_path(own, self.root))

    def inputs(self) -> tuple[Path, ...]:
        """The rule files; what is wrong in them is said before anything runs."""
        self.open()
        return files("gates", self._path())

    def resources(self) -> tuple[Resource, ...]:
        """The rules."""
        return (load("gates", self._path()).resource(),)

    def open(self) -> None:
        """Read and check the rules."""
        rules = load("gates", self._path())
        self._gates = gates_of(rules, self.params.profiles)
        self._otherwise = rules.checked("otherwise", rules.sections.get("otherwise", {}), Otherwise)

    def process(self, batch: pa.RecordBatch) -> Result:
        """Judge every gate over the whole batch."""
        if not hasattr(self, "_gates"):
            self.open()
        n = batch.num_rows
        outcomes = [outcome_of(gate, batch) for gate in self._gates]
        columns: dict[str, pa.Array] = {}
        for purpose, name in PURPOSES.items():
            decisions, codes = self._decided(purpose, outcomes, n)
            columns[name] = pa.array(np.array(DECISIONS)[decisions], _S)
            columns[f"{name}_code"] = codes
        names = [gate.id for gate in self._gates]
        columns["gate_reasons"] = listed(names, [o == TRUE for o in outcomes], n)
        columns["gates_unknown"] = listed(names, [o == UNKNOWN for o in outcomes], n)
        after = append_columns(batch, columns)
        if self.params.action == "flag":
            return Result(after)
        return Result(after, _denied(after, PURPOSES[self.params.purpose]))

    def _decided(
        self, purpose: Purpose, outcomes: Sequence[Outcome], n: int
    ) -> tuple[npt.NDArray[np.int64], pa.Array]:
        """Places in `DECISIONS`, `int64[n]`, and the codes of the deciding gates."""
        open_rows = np.ones(n, bool)
        decision = np.zeros(n, np.int64)
        deciding = np.full(n, len(self._gates), np.int64)
        for number, (gate, outcome) in enumerate(zip(self._gates, outcomes, strict=True)):
            own: Decision | None = getattr(gate, purpose)
            if own is None:
                continue
            doubt = open_rows & (outcome == UNKNOWN)
            stricter = doubt & (DECISIONS.index(gate.unknown) > decision)
            decision[stricter], deciding[stricter] = DECISIONS.index(gate.unknown), number
            held = open_rows & (outcome == TRUE)
            _tighten(decision, deciding, held, DECISIONS.index(own), number)
            open_rows &= ~held
        last = DECISIONS.index(getattr(self._otherwise, purpose))
        _tighten(decision, deciding, open_rows, last, len(self._gates))
        codes = [*(gate.code for gate in self._gates), self._otherwise.code]
        return decision, pa.array(codes, _S).take(pa.array(deciding))


def _tighten(
    decision: npt.NDArray[np.int64],
    deciding: npt.NDArray[np.int64],
    rows: npt.NDArray[np.bool_],
    own: int,
    number: int,
) -> None:
    """Give rows a gate's decision, unless doubt before it was stricter."""
    rows = rows & (own >= decision)
    decision[rows], deciding[rows] = own, number


def outcome_of(gate: Gate, batch: pa.RecordBatch) -> Outcome:
    """A gate over a batch: true, false or unknown for each row, `int8[n]`."""
    outcome = judge(batch, gate.when)
    if gate.unless:
        outcome[judge(batch, gate.unless) == TRUE] = 0
    return outcome


def gates_of(rules: RuleSet, profiles: Sequence[str]) -> tuple[Gate, ...]:
    """The gates of the chosen profiles, in order.

    Raises:
        RecipeError: a profile or column is unknown, or a gate is wrong; with ``file:line``.
    """
    known = {profile.id for profile in rules.entries("profiles", Profile)}
    for profile in profiles:
        if profile not in known:
            raise RecipeError(
                f"gates: no profile is called '{profile}'{nearest(profile, known)}",
                f"known: {', '.join(sorted(known))}",
            )
    gates = rules.entries("gates", Gate)
    for gate in gates:
        check_columns(rules, f"gates/{gate.id}", [*gate.when, *gate.unless])
        for profile in gate.profiles:
            if profile not in known:
                message = f"no profile is called '{profile}'{nearest(profile, known)}"
                raise rules.error(f"gates/{gate.id}", message, "add it under 'profiles'")
    return tuple(g for g in gates if not g.profiles or set(g.profiles) & set(profiles))


def check_columns(rules: RuleSet, place: str, names: Sequence[str]) -> None:
    """Hold the columns that an entry names against those that the file declares.

    Raises:
        RecipeError: one is not declared; with ``file:line`` and the nearest one.
    """
    known = rules.sections.get("columns", {})
    for column in (part for name in names for part in columns_of(name)):
        if column not in known:
            message = f"no column is called '{column}'{nearest(column, known)}"
            raise rules.error(place, message, "a column of your own is added under 'columns'")


def listed(names: Sequence[str], masks: Sequence[npt.NDArray[np.bool_]], n: int) -> pa.Array:
    """For each row the names whose mask holds, as a list column."""
    if not names or not n:
        return pa.array([[]] * n, _L)
    table = np.array(masks).T
    kinds, which = np.unique(table, axis=0, return_inverse=True)
    lists = [[name for name, held in zip(names, kind, strict=True) if held] for kind in kinds]
    return pa.array(lists, _L).take(pa.array(which.reshape(-1)))


def _denied(batch: pa.RecordBatch, name: str) -> pa.RecordBatch | None:
    """Verdicts for denied rows: the gate's code is the reason."""
    values: Any = batch.column(name).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(values == "deny")
    if not len(rows):
        return None
    codes = batch.column(f"{name}_code").take(pa.array(rows))
    nulls = pa.nulls(len(rows), pa.float64())
    bound = pa.repeat(f"{name} is not deny", len(rows))
    arrays = [pa.array(rows, pa.int64()), codes, nulls, bound]
    return pa.RecordBatch.from_arrays(arrays, schema=VERDICTS)
