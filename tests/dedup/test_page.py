"""docs/deduplication.md says what the code does: each row of its tables is run."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any, cast, get_args

import pyarrow as pa
import pytest

from corpuskit.dedup import bands, policy
from corpuskit.dedup.addresses import ADDRESS_VERSION, compared_url
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.numbers import Profile, guard_tokens
from corpuskit.dedup.sameness import Ignore, folded_text
from corpuskit.dedup.shingling import sets
from corpuskit.dedup.units import GUARD_VERSION
from corpuskit.document import DUPLICATE
from corpuskit.kernels import shingles
from corpuskit.kernels.foldings import FOLDING_VERSION
from corpuskit.kernels.tokens import TOKENS_VERSION

PAGE = Path(__file__).parents[2] / "docs" / "deduplication.md"
TEXT = PAGE.read_text(encoding="utf-8")
VERSIONS = {
    "VIEW_VERSION": shingles.VIEW_VERSION,
    "FOLDING_VERSION": FOLDING_VERSION,
    "ADDRESS_VERSION": ADDRESS_VERSION,
    "TOKENS_VERSION": TOKENS_VERSION,
    "GUARD_VERSION": GUARD_VERSION,
}
ESCAPE = re.compile(r"\\(u[0-9a-f]{4}|n|0)")


def tables(first: str) -> list[dict[str, str]]:
    """Rows of all tables whose first heading is this, by heading."""
    found, headings = [], None
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else []
        if not cells:
            headings = None
        elif headings is None:
            headings = cells
        elif headings[0] == first and not cells[0].startswith("---"):
            assert len(cells) == len(headings), line
            found.append(dict(zip(headings, cells, strict=True)))
    return found


def shown(cell: str) -> str:
    """The text in a cell, between backticks and with its escapes read."""
    assert cell[0] == cell[-1] == "`", cell
    named = {"n": "\n", "0": "\0"}
    return ESCAPE.sub(lambda m: named.get(m[1]) or chr(int(m[1][1:], 16)), cell[1:-1])


def outcome(by: str, left: str, right: str) -> str:
    """Same, different or template."""
    kind, *options = by.split()
    if kind == "url":
        one, two = (compared_url(u, http_as_https=bool(options)) for u in (left, right))
        return "same" if one == two != "" else "different"
    if kind == "numbers":
        profile = cast(Profile, options[0])
        assert profile in get_args(Profile)
        values, bounds = guard_tokens(pa.array([left, right]), profile)
        one, two = (values[bounds[i] : bounds[i + 1]].tolist() for i in (0, 1))
        return "same" if one == two else "template"
    ignore = [cast(Ignore, word) for word in by.split() if word != "nothing"]
    assert set(ignore) <= set(get_args(Ignore))
    same = folded_text(left, ignore) == folded_text(right, ignore)
    if ignore == ["space"]:
        assert same == (shingles.view_text(left) == shingles.view_text(right))
    return "same" if same else "different"


ROWS = tables("compared by")


def label(row: Any) -> str | None:
    return f"{row['compared by']}: {row['left']} {row['right']}" if isinstance(row, dict) else None


@pytest.mark.parametrize("row", [r for r in ROWS if "result" in r], ids=label)
def test_what_is_the_same(row: dict[str, str]) -> None:
    left, right = shown(row["left"]), shown(row["right"])
    assert left != right or row["result"] == "same" or row["compared by"] == "url"
    assert outcome(row["compared by"], left, right) == row["result"]
    assert outcome(row["compared by"], right, left) == row["result"]


@pytest.mark.parametrize("row", [r for r in ROWS if "Jaccard" in r], ids=label)
def test_similarities(row: dict[str, str]) -> None:
    ngram, unit = row["compared by"].split()
    params = MinHashParams.model_validate({"unit": unit, "ngram": int(ngram)})
    values, bounds = sets(
        *shingles.view(pa.array([shown(row["left"]), shown(row["right"])])), params
    )
    one, two = (set(values[bounds[i] : bounds[i + 1]].tolist()) for i in (0, 1))
    assert f"{len(one & two)}/{len(one | two)}" == row["Jaccard"]
    assert Fraction(row["Jaccard"]) <= 1


def test_every_table_was_found() -> None:
    kinds = {row["compared by"].split()[0] for row in ROWS}
    assert kinds == {"space", "nothing", "width", "punctuation", "url", "numbers", "5", "2"}
    assert len(ROWS) > 90
    lines = [line for line in TEXT.splitlines() if line.endswith((" same |", " different |"))]
    assert len(lines) < len(ROWS)


def test_what_is_never_folded_is_shown() -> None:
    """What a page on this must not leave out."""
    never = {shown(r["left"]) + shown(r["right"]) for r in ROWS if r.get("result") == "different"}
    for pair in (
        "バスハス",
        "バスパス",
        "100V200V",
        "10⁵105",
        "m²m2",
        "①1",
        "㈱(株)",
        "ー−",
        "〜～",
    ):
        assert pair in never
    for row in tables("compared by"):
        if row.get("what"):
            assert row["compared by"] == "space width punctuation" and row["result"] == "different"


def test_versions() -> None:
    assert {r["version"].strip("`"): int(r["value"]) for r in tables("version")} == VERSIONS


def test_choices_of_bands() -> None:
    for row in tables("threshold"):
        threshold = float(row["threshold"])
        params = MinHashParams.model_validate(
            {"threshold": threshold, "optimiser": row["optimiser"]}
        )
        assert (params.bands, params.rows) == (int(row["bands"]), int(row["rows"]))
        chance = bands.probability(threshold, params.bands, params.rows)
        assert row["chance at the threshold"] == f"{chance:.4f}"
    assert len(tables("threshold")) >= 3


def test_policy_and_evidence() -> None:
    order = {row["column"].strip("`"): row.get("order", "") for row in tables("column")}
    assert order["legal_basis"].split(", ")[:-1] == list(policy.LEGAL_BASES)
    assert set(policy.DEFAULT) < set(order)
    told = {name for cell in order for name in re.findall(r"\w+", cell)}
    assert set(DUPLICATE.names) <= told
    assert f"`[{', '.join(policy.DEFAULT)}]`" in TEXT
    assert f"0x{int(shingles.BASE):X}" in TEXT
