"""Addresses down to the block: by hand, and on the labelled sentences."""

from __future__ import annotations

import pyarrow as pa
import pytest

from corpuskit.privacy.addresses import PREFECTURES, find_addresses
from corpuskit.privacy.joined import Joined
from tests.privacy import generator_names
from tests.privacy.generator_names import marked
from tests.privacy.measuring import measured, places

HELD, TUNING = 7, 3


def found(text: str, part: str = "town") -> list[str]:
    joined = Joined(pa.array([text], pa.string()))
    (row,) = places(joined, find_addresses(joined, part))  # type: ignore[arg-type]
    return [text[a:b] for a, b in sorted(row)]


@pytest.mark.parametrize(("seed", "held", "least"), [(HELD, True, 0.90), (TUNING, False, 0.98)])
def test_labelled_sentences(seed: int, held: bool, least: float) -> None:
    """Rules were tuned on one half only; an address counts if both its ends are right."""
    sentences = list(generator_names.addresses(seed, 1200, held=held))
    joined = Joined(pa.array([s.text for s in sentences]))
    precision, recall = measured(sentences, places(joined, find_addresses(joined)))
    assert precision >= least and recall >= least


@pytest.mark.parametrize(
    "text",
    [
        "東京都港区⟦青葉台1-2-3⟧",
        "東京都港区⟦青葉台１－２－３⟧",
        "東京都港区⟦青葉台一丁目二番三号⟧にある。",
        "北海道札幌市中央区⟦北5条西6丁目2-1⟧",
        "京都府京都市中京区⟦烏丸通御池上る二条殿町538⟧",
        "千葉県市川市⟦一番町5⟧",
        "三重県四日市市⟦本町1番地の2 港ビル3階⟧、電話",
        "長野県北佐久郡軽井沢町⟦大字東123番地⟧",
        "住所：⟦千草町1-2⟧",
        "〒100-0001　港区⟦千草1-2⟧",
        "横浜市西区⟦みなと野2-3-1⟧です。",
        "大阪市北区⟦元町2丁目5番7号 メゾン青葉101⟧に住む。",
        "市川市⟦本町1-2-3⟧と町田市⟦本町4-5-6⟧",
        "東京都の人口は1300万人。横浜市は3-1で勝った。",
        "千代田区議会は1-2-3号議案を、市役所は2-3-4を示した。",
        "青葉町内会1-2-3の会議、青葉市議会1-2-3",
        "図番 12-34-56、区分 1-2-3、地区1-2-3、市場1-2-3",
        "",
    ],
)
def test_by_hand(text: str) -> None:
    sentence = marked(text)
    assert found(sentence.text) == [sentence.text[a:b] for a, b in sentence.gold]


def test_every_prefecture() -> None:
    assert len(PREFECTURES) == 47
    for prefecture in PREFECTURES:
        assert found(f"{prefecture}青海市青葉台2丁目3番") == ["青葉台2丁目3番"], prefecture


def test_where_a_span_starts() -> None:
    text = "神奈川県横浜市西区青葉台1-2-3"
    assert found(text, "prefecture") == [text]
    assert found(text, "number") == ["1-2-3"]
    assert found("横浜市西区青葉台1-2-3", "prefecture") == ["横浜市西区青葉台1-2-3"]


def test_texts_are_looked_at_apart() -> None:
    joined = Joined(pa.array(["東京都港区青葉台", "1-2-3", "\0", "港区千草1-2-3"]))
    assert places(joined, find_addresses(joined)) == [set(), set(), set(), {(2, 9)}]


def test_long_lines_take_no_longer_than_they_are() -> None:
    assert found("市" * 20_000) == []
    assert found("東京都" * 5_000 + "1") == []
    assert found("一" * 20_000 + "丁目") == []
