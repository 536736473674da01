from __future__ import annotations

import math

import datasketch
import pytest
from pydantic import ValidationError

from corpuskit.dedup import bands
from corpuskit.dedup.minhash import MinHash, MinHashParams


def chance(j: float, b: int, r: int) -> float:
    return 1 - (1 - j**r) ** b


def test_probability_against_the_binomial() -> None:
    j, b, r = 0.7, 9, 4
    misses = sum(math.comb(b, k) * (j**r) ** k * (1 - j**r) ** (b - k) for k in range(1, b + 1))
    assert bands.probability(j, b, r) == pytest.approx(misses)
    assert bands.probability(1.0, b, r) == 1.0
    assert bands.probability(0.0, b, r) == 0.0


def test_default_finds_pairs_at_the_bound() -> None:
    facts = MinHash().explain()
    assert facts["bands"] == 18 and facts["rows"] == 6 and facts["num_perm"] == 108
    assert facts["ngram"] == 5 and facts["bound"] == 0.8
    curve = facts["probability"]
    assert list(curve) == [f"{j / 100:.2f}" for j in range(50, 100, 5)]
    assert curve["0.80"] == round(chance(0.8, 18, 6), 6) == 0.995798
    assert curve["0.50"] == round(chance(0.5, 18, 6), 6)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95])
def test_choice_is_the_best_there_is(threshold: float) -> None:
    b, r = bands.choose(threshold)
    assert b * r <= bands.BUDGET
    assert chance(threshold, b, r) >= 0.99

    def false(b: int, r: int) -> float:
        return sum(chance(threshold * (i + 0.5) / 400, b, r) for i in range(400)) / 400

    # For a number of rows the fewest bands that find enough are best.
    others = []
    for rows in range(1, 257):
        enough = [n for n in range(1, 256 // rows + 1) if chance(threshold, n, rows) >= 0.99]
        others += [false(enough[0], rows)] if enough else []
    assert false(b, r) == pytest.approx(min(others), rel=1e-3)


def test_threshold_fills_the_parameters() -> None:
    params = MinHashParams(threshold=0.7)
    assert (params.bands, params.rows) == bands.choose(0.7)
    assert params.num_perm == params.bands * params.rows
    assert params.bound == 0.7
    assert MinHashParams(threshold=0.7, bound=0.9).bound == 0.9
    small = MinHashParams(threshold=0.7, num_perm=100)
    assert small.bands * small.rows <= 100
    assert chance(0.7, small.bands, small.rows) >= 0.99


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.6, 0.75, 0.8, 0.85, 0.9, 0.95])
@pytest.mark.parametrize("num_perm", [100, 128])
def test_datasketch_s_optimiser(threshold: float, num_perm: int) -> None:
    def error(b: int, r: int) -> float:
        middles = [(i + 0.5) / 2000 for i in range(2000)]
        wrong = [chance(j, b, r) if j < threshold else 1 - chance(j, b, r) for j in middles]
        return sum(wrong) / 2000

    lsh = datasketch.MinHashLSH(threshold=threshold, num_perm=num_perm)
    assert bands.choose_as_datasketch(threshold, num_perm) == (lsh.b, lsh.r)
    assert lsh.b * lsh.r <= num_perm
    others = [(b, r) for b in range(1, num_perm + 1, 3) for r in range(1, num_perm // b + 1, 2)]
    assert error(lsh.b, lsh.r) <= min(error(b, r) for b, r in others) + 1e-3


def test_datasketch_s_optimiser_fills_the_parameters() -> None:
    params = MinHashParams(threshold=0.8, optimiser="datasketch")
    assert (params.bands, params.rows) == bands.choose_as_datasketch(0.8) == (9, 13)
    assert params.num_perm == 117 and params.bound == 0.8
    assert bands.probability(0.8, 9, 13) < bands.RECALL <= chance(0.8, *bands.choose(0.8))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"threshold": 0.7},
        {"threshold": 0.7, "num_perm": 100},
        {"threshold": 0.7, "optimiser": "datasketch"},
        {"threshold": 0.55, "optimiser": "datasketch", "num_perm": 200},
        {"unit": "morphemes", "ngram": 3},
    ],
)
def test_parameters_survive_a_round_trip(given: dict[str, object]) -> None:
    params = MinHashParams.model_validate(given)
    again = MinHashParams.model_validate_json(params.model_dump_json())
    assert again == params


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"bands": 20}, r"20 x 6 = 120, more than num_perm = 108"),
        ({"threshold": 0.7, "bands": 10}, "threshold 0.7 picks bands and rows itself"),
        ({"threshold": 0.7, "rows": 10}, "leave out 'rows'"),
        ({"threshold": 0.5, "num_perm": 3}, "more than 3 permutations"),
        ({"threshold": 1.0}, "less than 1"),
        ({"optimiser": "datasketch"}, "optimiser needs a threshold"),
        ({"threshold": 0.9, "num_perm": 1, "optimiser": "datasketch"}, "Too few permutation"),
        ({"threshold": 0.05, "num_perm": 600, "optimiser": "datasketch"}, "lower num_perm"),
        ({"threshold": 0.5, "optimiser": "best"}, "'recall' or 'datasketch'"),
        ({"unit": "words"}, "'characters' or 'morphemes'"),
        ({"threshold": "high"}, "valid number"),
        ({"bound": 0}, "greater than 0"),
        ({"bound": 1.1}, "less than or equal to 1"),
        ({"ngram": 0}, "greater than or equal to 1"),
        ({"numbers": "weg"}, "'web', 'law', 'industry' or 'off'"),
        ({"perms": 3}, "Extra inputs"),
    ],
)
def test_wrong_parameters(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MinHashParams.model_validate(given)
