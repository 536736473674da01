"""The baseline score: its parts, its range, and that it tells prose from junk."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from corpuskit.ja.morphologystage import Morphology
from corpuskit.quality.baseline import PARTS, Baseline, membership
from corpuskit.signals.lines import Lines
from corpuskit.signals.scripts import Scripts

PROSE = "朝の市場には、近くの港から新しい魚が届く。\n店の人は、客と話しながら魚を選んでいる。"
MENU = "ホーム | 会社概要 | 採用\nHOME\nHOME\n2022年11月\n2022年10月\nlogin\nlogin"


def score(*texts: str) -> list[float]:
    batch = pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})
    for stage in (Scripts(), Lines(), Morphology(), Baseline()):
        batch = stage.process(batch)
    scores: list[float] = batch.column("quality").to_pylist()
    return scores


def test_prose_is_better_than_a_menu() -> None:
    prose, menu, empty = score(PROSE, MENU, "")
    assert prose > 0.9 > menu
    assert 0.0 <= empty <= 1.0


def test_weights_sum_to_one() -> None:
    assert round(sum(part[-1] for part in PARTS.values()), 9) == 1.0


def test_membership_is_piecewise_linear() -> None:
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0])
    assert membership(x, 0, 1, 2, 4).tolist() == [0, 0, 0.5, 1, 1, 0.5, 0, 0]
