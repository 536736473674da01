"""Measures against numbers counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from corpuskit.quality.evaluate import (
    auc,
    average_precision,
    by_source,
    calibration,
    calibration_error,
    evaluate,
)

SCORES = np.array([0.9, 0.8, 0.8, 0.3, 0.1])
GOOD = np.array([True, True, False, False, True])


def test_ranking_by_hand() -> None:
    # pairs good > bad: 0.9 wins 2, 0.8 wins 1 and ties 1, 0.1 wins none: 3.5 of 6
    assert auc(SCORES, GOOD) == pytest.approx(3.5 / 6)
    # at 0.9: 1/1; at 0.8: 2 of 3; at 0.1: 3 of 5
    assert average_precision(SCORES, GOOD) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert math.isnan(auc(SCORES, GOOD | True)) and math.isnan(auc(SCORES, GOOD & False))
    assert math.isnan(average_precision(SCORES, GOOD & False))


def test_decisions_at_the_bound() -> None:
    found = {m.name: m for m in evaluate(SCORES, GOOD, np.arange(5), bound=0.8)}
    assert found["precision"].value == pytest.approx(2 / 3)
    assert found["recall"].value == pytest.approx(2 / 3)
    assert found["balanced accuracy"].value == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found["Brier"].value == pytest.approx((0.01 + 0.04 + 0.64 + 0.09 + 0.81) / 5)
    raw = {m.name for m in evaluate(-SCORES, GOOD, np.arange(5))}
    assert "Brier" not in raw and "auc" in raw


def test_calibration_by_hand() -> None:
    rows = calibration(SCORES, GOOD)
    assert [(round(m, 3), s, n) for m, s, n in rows] == [
        (0.1, 1.0, 1), (0.3, 0.0, 1), (0.8, 0.5, 2), (0.9, 1.0, 1)
    ]  # fmt: skip
    assert calibration_error(SCORES, GOOD) == pytest.approx((0.9 + 0.3 + 2 * 0.3 + 0.1) / 5)
    assert calibration(np.array([1.0]), np.array([True]))[0][2] == 1


def test_intervals_hold_the_value_and_repeat() -> None:
    rng = np.random.default_rng(3)
    good = rng.random(300) < 0.5
    scores = np.clip(good * 0.3 + rng.random(300) * 0.7, 0, 1)
    groups = np.arange(300) // 2
    first, again = evaluate(scores, good, groups), evaluate(scores, good, groups)
    assert first == again
    for measure in first:
        if measure.name != "calibration error":  # a sample is less calibrated than what it is of
            assert measure.low < measure.value < measure.high
    alone = {m.name: m.high - m.low for m in evaluate(scores, good, groups * 0 + np.arange(300))}
    together = {m.name: m.high - m.low for m in evaluate(scores, good, np.arange(300) // 30)}
    assert alone["auc"] != together["auc"]


def test_sources() -> None:
    rows = by_source(SCORES, GOOD, ("a", "b", "a", "b", "a"))
    assert [(name, n) for name, n, _, _ in rows] == [("a", 3), ("b", 2)]
    assert rows[1][2:] == (0.5, 1.0)
