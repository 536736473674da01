"""Logistic regression by L-BFGS: what the fits of `corpuskit.quality` have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Long = npt.NDArray[np.int64]


def sigmoid(x: Doubles) -> Doubles:
    """1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


def logistic(
    rows: Any, good: npt.NDArray[np.bool_], strength: float, weights: Doubles | None = None
) -> tuple[Doubles, float]:
    """Fit weights and intercept: least sum of C log loss + |w|^2 / 2, the intercept left free.

    Args:
        rows: n rows of m numbers, dense or sparse.
        good: labels, n.
        strength: C, the inverse of the penalty.
        weights: of the rows, n; 1 without them.

    Returns:
        The m weights, and the intercept.
    """
    from scipy.optimize import minimize

    sign = np.where(good, 1.0, -1.0)
    share = np.ones(len(good)) if weights is None else weights
    width = rows.shape[1]

    def loss(x: Doubles) -> tuple[float, Doubles]:
        margin = sign * (rows @ x[:width] + x[width])
        value = strength * float(share @ np.logaddexp(0.0, -margin)) + 0.5 * float(
            x[:width] @ x[:width]
        )
        slope = -strength * share * sign * sigmoid(-margin)
        return value, np.concatenate([rows.T @ slope + x[:width], [slope.sum()]])

    found = minimize(loss, np.zeros(width + 1), jac=True, method="L-BFGS-B",
                     options={"maxiter": 500, "ftol": 1e-8, "gtol": 1e-4})  # fmt: skip
    return found.x[:width], float(found.x[width])


def folds(groups: Long, count: int) -> Long:
    """A fold for each row so that a group's rows share one: the largest group to the emptiest.

    The same as scikit-learn's GroupKFold without shuffling, up to ties.
    """
    unique, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(-sizes, kind="stable")
    load = np.zeros(count, np.int64)
    fold = np.empty(len(unique), np.int64)
    for group in order:
        fold[group] = int(np.argmin(load))
        load[fold[group]] += sizes[group]
    return fold[inverse.reshape(-1)]
