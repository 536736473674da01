"""Gates: the first one decides, doubt makes stricter, missing columns are unknown, never none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.document import BASE
from corpuskit.errors import RecipeError
from corpuskit.provenance.conditions import FALSE, TRUE, UNKNOWN, Condition, judge
from corpuskit.provenance.gates import Gates, GatesParams
from corpuskit.provenance.rulesets import load
from corpuskit.registry import Registry
from corpuskit.stage import Result
from corpuskit.testing import check_stage

#: Columns that other stages write, all of them null.
COMPUTED: dict[str, pa.DataType] = {
    **dict.fromkeys(
        ("confidentiality", "mark_class", "export_control", "document_kind", "license_expression"),
        pa.string(),
    ),
    "optout_train": pa.string(),
    "jp304_proviso_risk": pa.string(),
    "pd_status": pa.string(),
    "special_care": pa.list_(pa.string()),
}


def batch(rows: list[dict[str, Any]], columns: dict[str, pa.DataType] = COMPUTED) -> pa.RecordBatch:
    """Documents with these values; everything else is null."""
    types = {f.name: f.type for f in BASE} | columns
    blank = {f.name: "" for f in BASE if not f.nullable}
    schema = pa.schema(list(types.items()))
    return pa.RecordBatch.from_pylist([{**blank, **row} for row in rows], schema=schema)


def judged(rows: list[dict[str, Any]], *profiles: str, **params: Any) -> Result:
    """What the stage makes of documents."""
    given = {"profiles": profiles or ("jp-30-4", "appi-2022"), "action": "flag", **params}
    stage = Gates(GatesParams.model_validate(given))
    stage.open()
    result = stage.process(batch(rows))
    assert isinstance(result, Result)
    return result


def decided(row: dict[str, Any], *profiles: str) -> tuple[str, str, str, str]:
    """Decision and code for training, then for redistribution."""
    out = judged([row], *profiles).batch.to_pylist()[0]
    names = ("gate_train", "gate_train_code", "gate_redistribute", "gate_redistribute_code")
    return tuple(out[name] for name in names)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"confidentiality": "national_security"}, ("deny", "NATSEC", "deny", "NATSEC")),
        ({"special_care": ["medical"]}, ("deny", "SPECIAL_CARE", "deny", "SPECIAL_CARE")),
        ({"confidentiality": "secret"}, ("deny", "CONF_HIGH", "deny", "CONF_HIGH")),
        ({"document_kind": "nda"}, ("deny", "CONTRACT", "deny", "CONTRACT")),
        ({"export_control": "listed"}, ("review", "EXPORT", "deny", "EXPORT")),
        ({"confidentiality": "internal"}, ("review", "CONF", "deny", "CONF")),
        ({"legal_basis": "30-4"}, ("allow", "JP304_ONLY", "deny", "JP304_ONLY")),
        (
            {"legal_basis": "30-4", "jp304_proviso_risk": "high"},
            ("deny", "JP304_HIGH", "deny", "JP304_HIGH"),
        ),
        ({"optout_train": "disallowed"}, ("review", "OPTOUT", "deny", "OPTOUT")),
        ({"license": "CC-BY-ND-4.0"}, ("review", "LIC_ND", "deny", "LIC_ND")),
        ({"license": "CC-BY-NC-SA-4.0"}, ("allow", "LIC_NC", "review", "LIC_NC")),
        ({"license": "CC-BY-SA-4.0"}, ("allow", "OBLIGE", "allow", "OBLIGE")),
        ({"license": "LicenseRef-PDL-1.0"}, ("allow", "OBLIGE", "allow", "OBLIGE")),
        ({"license": "CC0-1.0"}, ("allow", "FREE", "allow", "FREE")),
        ({"legal_basis": "public-domain"}, ("allow", "FREE", "allow", "FREE")),
        ({"pd_status": "expired"}, ("allow", "FREE", "allow", "FREE")),
        ({"legal_basis": "owned"}, ("allow", "OWNED", "review", "OWNED")),
        ({"license": "LicenseRef-Strange"}, ("review", "NO_BASIS", "review", "NO_BASIS")),
        ({}, ("review", "NO_BASIS", "review", "NO_BASIS")),
    ],
)
def test_each_gate(row: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert decided(row) == expected


def test_profiles_change_the_decision() -> None:
    internal = {"confidentiality": "internal"}
    assert decided(internal, "internal")[:2] == ("allow", "CONF_INTERNAL")
    assert decided({"optout_train": "disallowed"}, "eu-tdm")[:2] == ("deny", "OPTOUT")
    assert decided({"license": "CC-BY-NC-4.0"}, "commercial")[:2] == ("review", "LIC_NC")
    assert decided({"special_care": ["medical"]}, "appi-2026-draft")[0] == "review"
    assert decided({"special_care": ["medical"]}, "jp-30-4")[0] == "review"
    assert decided({"legal_basis": "30-4"}, "eu-tdm")[0] == "review"


def test_the_first_gate_decides_and_all_that_hold_are_named() -> None:
    row = {"confidentiality": "top_secret", "license": "CC0-1.0", "document_kind": "contract"}
    (out,) = judged([row]).batch.to_pylist()
    assert out["gate_train_code"] == "CONF_HIGH"
    assert out["gate_reasons"] == ["confidential_high", "contract", "free_licence"]
    assert out["gates_unknown"] == []


def test_a_detected_licence_goes_before_the_declared_one() -> None:
    row = {"license": "CC0-1.0", "license_expression": "CC-BY-ND-4.0"}
    assert decided(row)[1] == "LIC_ND"


def test_missing_columns_are_unknown_and_never_none() -> None:
    stage = Gates(GatesParams(action="flag"))
    stage.open()
    free = {"license": "CC0-1.0"}
    known = stage.process(batch([free])).batch.to_pylist()[0]
    blind = stage.process(batch([free], {})).batch.to_pylist()[0]
    assert known["gate_train"] == "allow"
    assert (blind["gate_train"], blind["gate_train_code"]) == ("review", "NATSEC")
    assert "confidential_high" in blind["gates_unknown"]
    assert known["gates_unknown"] == []


def test_doubt_never_softens_a_denial() -> None:
    stage = Gates(GatesParams(action="flag"))
    stage.open()
    columns = {"document_kind": pa.string()}
    out = stage.process(batch([{"document_kind": "contract"}], columns)).batch.to_pylist()[0]
    assert (out["gate_train"], out["gate_train_code"]) == ("deny", "CONTRACT")


def test_an_exception_must_be_proven() -> None:
    stage = Gates(GatesParams(action="flag"))
    stage.open()
    secret = {"confidentiality": "secret", "legal_basis": "owned"}
    columns = {**COMPUTED, "owner_approval": pa.string()}
    rows = [secret, {**secret, "owner_approval": "A-12"}]
    out = stage.process(batch(rows, columns)).batch.column("gate_train").to_pylist()
    assert out == ["deny", "allow"]
    assert judged([secret]).batch.column("gate_train").to_pylist() == ["deny"]


def test_denied_documents_leave_with_the_code_as_reason() -> None:
    rows = [{"license": "CC0-1.0"}, {"confidentiality": "secret"}, {"document_kind": "nda"}]
    result = judged(rows, action="reject")
    assert result.rejected is not None
    assert result.rejected.to_pydict() == {
        "row": [1, 2],
        "signal": ["CONF_HIGH", "CONTRACT"],
        "value": [None, None],
        "bound": ["gate_train is not deny"] * 2,
    }
    assert judged(rows).rejected is None
    passed_on = judged([{"legal_basis": "30-4"}], action="reject", purpose="redistribution")
    assert passed_on.rejected is not None and passed_on.rejected.num_rows == 1


@pytest.mark.parametrize("action", ["flag", "reject"])
def test_contract_of_a_stage(action: str) -> None:
    check_stage("gates", params={"action": action})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "gates:\n  - {id: a, code: A, source: ours, when: {confidentialty: secret}}",
            "own.yaml:4: no column is called 'confidentialty'; did you mean 'confidentiality'?",
        ),
        ("gates:\n  - {id: a, code: A, source: ours, wen: {x: 1}}", "own.yaml:4: 'wen'"),
        (
            "gates:\n\n  - {id: a, code: A, source: s, when: {uri: {matches: '('}}}",
            "own.yaml:5: 'when.uri.matches'",
        ),
        (
            "gates:\n  - {id: a, code: A, source: s, profiles: [eu-tmd], when: {uri: x}}",
            "own.yaml:4: no profile is called 'eu-tmd'; did you mean 'eu-tdm'?",
        ),
        ("otherwise: {training: alow}", "own.yaml:3: 'training'"),
    ],
)
def test_what_is_wrong_in_a_rule_file_is_said_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"rules: gates\nextends: default\n{text}\n", "utf-8")
    stage = Gates(GatesParams(rules=str(path)))
    with pytest.raises(RecipeError) as error:
        stage.inputs()
    assert said in str(error.value)


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(RecipeError, match="did you mean 'jp-30-4'"):
        Gates(GatesParams(profiles=("jp-304",))).inputs()


def test_a_companys_gates_go_first(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "rules: gates\nextends: default\nwithout: [special_care]\n"
        "columns: {plant: where it was written}\ngates:\n"
        "  - {id: ours, code: OURS, source: handbook, when: {source: manuals},\n"
        "     training: allow, redistribution: deny}\n"
        "  - {id: by_plant, code: PLANT, source: handbook, when: {plant: B}, training: deny,"
        " unknown: allow}\n",
        "utf-8",
    )
    row = {"source": "manuals", "confidentiality": "internal"}
    out = judged([row, {"special_care": ["medical"]}], rules=str(path)).batch.to_pylist()
    assert (out[0]["gate_train"], out[0]["gate_train_code"]) == ("allow", "OURS")
    assert out[1]["gate_train_code"] == "NO_BASIS"
    own = Gates(GatesParams(rules=str(path))).resources()[0]
    assert own.digest != Gates().resources()[0].digest and own.kind == "list"


def test_declared_columns_are_written_by_somebody() -> None:
    """A rule over a column that no stage writes would never be judged."""
    registry = Registry()
    written = set(BASE.names)
    for name in ("marks", "document_kind", "privacy", "licences", "optout", "evidence"):
        written |= {c.name for c in registry.stage(name)().columns_written()}
    written |= {c.name for c in registry.stage("public_domain").writes}
    for kind in ("gates", "evidence_score"):
        for column, about in load(kind).sections["columns"].items():
            assert column in written or "a column of your own" in about, column


def test_conditions() -> None:
    table = pa.RecordBatch.from_pylist(
        [
            {"n": 3, "s": "a", "l": [{"type": "x"}], "t": ["p"]},
            {"n": None, "s": None, "l": None, "t": []},
        ],
        schema=pa.schema(
            [
                ("n", pa.int64()),
                ("s", pa.string()),
                ("l", pa.list_(pa.struct([("type", pa.string())]))),
                ("t", pa.list_(pa.string())),
            ]
        ),
    )
    cases: list[tuple[str, Any, list[int]]] = [
        ("n", {"min": 3}, [TRUE, FALSE]),
        ("n", {"max": 2}, [FALSE, FALSE]),
        ("n", 3, [TRUE, FALSE]),
        ("s", "a", [TRUE, FALSE]),
        ("s", ["b", None], [FALSE, TRUE]),
        ("s", None, [FALSE, TRUE]),
        ("s", {"is": "known"}, [TRUE, FALSE]),
        ("s", {"is": "null"}, [FALSE, TRUE]),
        ("s", {"matches": "^A"}, [FALSE, FALSE]),
        ("l", {"contains": "x"}, [TRUE, FALSE]),
        ("t", {"contains": "q"}, [FALSE, FALSE]),
        ("none", "a", [UNKNOWN, UNKNOWN]),
        ("none|s", "a", [TRUE, FALSE]),
    ]
    for name, given, expected in cases:
        made = {name: Condition.model_validate(given)}
        assert judge(table, made).tolist() == expected, (name, given)
    both = {"none": Condition.model_validate("a"), "s": Condition.model_validate("a")}
    assert judge(table, both).tolist() == [UNKNOWN, FALSE]
    with pytest.raises(ValueError, match="needs a value"):
        Condition.model_validate({})
