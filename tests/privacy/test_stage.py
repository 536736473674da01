"""The stage `privacy`: what it rewrites, counts and rejects; places in the text as read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.document import BASE, append_columns
from corpuskit.errors import InputError
from corpuskit.ja.normalizestage import Normalize
from corpuskit.privacy.stage import Privacy
from corpuskit.stage import Result, apply
from corpuskit.testing import check_stage

PHONE, EMAIL, MY_NUMBER = "090-1234-5678", "taro@mail.test.jp", "621498320257"


def batch_of(*texts: str, **columns: list[str | None]) -> pa.RecordBatch:
    n = len(texts)
    fixed = {"id": [f"{i:032x}" for i in range(n)], "text": list(texts)}
    fixed |= {name: ["s"] * n for name in ("source", "uri", "locator")}
    values: dict[str, Any] = {**fixed, **columns}
    arrays = [pa.array(values.get(f.name, [None] * n), f.type) for f in BASE]
    return pa.RecordBatch.from_arrays(arrays, schema=BASE)


def run(batch: pa.RecordBatch, root: Path = Path(), **params: Any) -> Result:
    stage = Privacy(Privacy.Params.model_validate(params))
    stage.root = root
    stage.open()
    return apply(stage, batch)


def texts_of(*texts: str, **params: Any) -> list[str]:
    return run(batch_of(*texts), **params).batch.column("text").to_pylist()


@pytest.fixture
def key(tmp_path: Path) -> str:
    (tmp_path / "key").write_bytes(bytes(range(32)))
    return str(tmp_path / "key")


def test_contract() -> None:
    check_stage(Privacy)
    assert Privacy.protects  # what left before it passes it when tables are written


def test_contract_of_every_action(key: str) -> None:
    check_stage(Privacy, params={"default": "pseudonymise", "key_file": key, "names": "all"})
    check_stage(Privacy, params={"default": "drop"})


def test_every_kind_gets_its_tag() -> None:
    (text,) = texts_of(
        f"氏名：山田 太郎\n電話：{PHONE}\n〒100-0001 東京都港区青葉台1-2-3 港ビル5階\n{EMAIL}"
    )
    assert text == ("氏名：<NAME>\n電話：<PHONE>\n〒<POSTCODE> 東京都港区<ADDRESS>\n<EMAIL>")


def test_nothing_else_changes() -> None:
    """Kana, numbers, tables, and the kinds of text that break careless code."""
    clean = [
        "", "が\u3099ハ\u309a ﾊﾟｲﾌﾟ ㈱ ① ㎡ m² 10⁵ ½ 々 ゝ",
        "図番 12-34-56｜部品 90311-0101｜単価 1,234円",
        "前\0後", "😀👨‍👩‍👧 𠮷野家", "|a|b|\n|--|--|\n|1|2.5|", "仕様は同様、神様とお客様。",
        "あ" * 50_000,
    ]  # fmt: skip
    result = run(batch_of(*clean))
    assert result.batch.column("text").to_pylist() == clean
    assert result.batch.column("privacy_hits").to_pylist() == [0] * len(clean)
    for name in ("privacy_counts", "privacy_spans", "special_care"):
        assert result.batch.column(name).null_count == len(clean)


def test_counts_name_rules_and_versions() -> None:
    (counts,) = (
        run(batch_of(f"{PHONE} と {PHONE}、佐藤様")).batch.column("privacy_counts").to_pylist()
    )
    assert [(row["type"], row["count"]) for row in counts] == [("phone", 2), ("name", 1)]
    assert counts[1]["rule"] == "name.honorific" and counts[1]["version"] >= 1


def test_other_columns() -> None:
    meta = {
        "氏名": "鈴木一郎",
        "tel": PHONE, "マイナンバー": int(MY_NUMBER), EMAIL: [1.50, None, True, "山"],
        "深": {"担当": ["佐藤", "青"]}, "数": 12, "空": "",
    }  # fmt: skip
    batch = batch_of(
        "清い文。",
        title=[f"{PHONE}の件"],
        author=[f"夏目漱石 <{EMAIL}>"],
        url=[f"https://a.jp/?q=1&m={EMAIL.replace('@', '%40')}"],
        headers=[json.dumps({"from": EMAIL})],
        source_id=[EMAIL],
        meta=[json.dumps(meta, ensure_ascii=True)],
    )
    result = run(batch).batch
    row = {name: result.column(name)[0].as_py() for name in result.schema.names}
    assert row["title"] == "<PHONE>の件" and row["author"] == "夏目漱石 <<EMAIL>>"
    assert row["url"] == "https://a.jp/?q=1&m=<EMAIL>" and row["source_id"] == "<EMAIL>"
    assert json.loads(row["headers"]) == {"from": "<EMAIL>"}
    assert json.loads(row["meta"]) == {
        "氏名": "<NAME>", "tel": "<PHONE>", "マイナンバー": "<MYNUMBER>",
        "<EMAIL>": [1.5, None, True, "山"],
        "深": {"担当": ["<NAME>", "青"]}, "数": 12, "空": "",
    }  # fmt: skip
    assert row["privacy_hits"] == 10 and row["privacy_spans"] is None
    assert row["text"] == "清い文。"


def test_an_email_in_a_url_of_the_text() -> None:
    url = f"https://a.jp/?m={EMAIL.replace('@', '%40')}&n=1"
    assert texts_of(f"見よ {url} を") == ["見よ https://a.jp/?m=<EMAIL>&n=1 を"]
    assert texts_of(url, actions={"email": "keep"}) == [url]


def test_text_hidden_in_invisible_characters() -> None:
    tags = "".join(chr(0xE0000 + ord(c)) for c in f"tel {PHONE}")
    selectors = "".join(chr(0xE0100 + b - 16) for b in EMAIL.encode())
    text = f"山{tags}川{selectors}海" + "".join(chr(0xE0000 + ord(c)) for c in "harmless")
    before = Normalize().process(batch_of(text, "清い")).batch
    assert [m["head"] is None for m in before.column("embedded_marks")[0].as_py()] == [False] * 3
    after = run(before).batch.column("embedded_marks")
    assert [m["head"] for m in after[0].as_py()] == [None, None, "harmless"]
    assert after.type == before.column("embedded_marks").type


def test_columns_without_hits_stay_as_they_were() -> None:
    raw = '{"a": 1.50, "b":"\\u5c71", "a":2}'
    url = "https://a.jp/%e5%b1%b1?x=%2F"
    result = run(batch_of("文", meta=[raw], url=[url], headers=["{broken"])).batch
    assert result.column("meta").to_pylist() == [raw]
    assert result.column("url").to_pylist() == [url]
    assert result.column("headers").to_pylist() == ["{broken"]
    deep = "[" * 100_000
    assert (
        run(batch_of("文", meta=[deep + PHONE])).batch.column("meta")[0].as_py() == deep + "<PHONE>"
    )


def test_actions(key: str) -> None:
    text = f"田中様 {EMAIL} {PHONE}"
    assert texts_of(text, actions={"phone": "keep", "email": "flag"}) == [
        f"<NAME>様 {EMAIL} {PHONE}"
    ]
    flagged = run(batch_of(text), actions={"phone": "keep", "email": "flag", "name": "flag"}).batch
    (counts,) = flagged.column("privacy_counts").to_pylist()
    assert {row["type"] for row in counts} == {"email", "name"}
    dropped = run(batch_of("山", text, "川"), actions={"phone": "drop", "name": "drop"})
    assert dropped.batch.column("text")[1].as_py() == "<NAME>様 <EMAIL> <PHONE>"
    assert dropped.rejected is not None
    assert dropped.rejected.to_pylist() == [
        {"row": 1, "signal": "privacy.phone", "value": 1.0, "bound": "<= 0"}
    ]


def test_pseudonyms_are_the_same_for_the_same_value(key: str, tmp_path: Path) -> None:
    texts = [
        f"電話 {PHONE}",
        "電話 ０９０－１２３４－５６７８",
        "電話 090-1234-5679",
        f"{EMAIL} 田中様",
        EMAIL,
    ]
    given = {"default": "pseudonymise", "key_file": key}
    first, wide, other, both, mail = texts_of(*texts, **given)
    assert first == wide != other and first.startswith("電話 <PHONE:") and "1234" not in first
    assert mail in both and mail.endswith("@example.com") and "<NAME:" in both
    (tmp_path / "other").write_bytes(b"k" * 40)
    assert texts_of(texts[0], default="pseudonymise", key_file=str(tmp_path / "other")) != [first]
    assert texts_of(f"個人番号 {MY_NUMBER}", **given) == ["個人番号 <MYNUMBER>"]


def test_what_a_recipe_may_not_ask(tmp_path: Path) -> None:
    for params, message in (
        ({"actions": {"phon": "mask"}}, "phone"),
        ({"actions": {"my_number": "pseudonymise"}, "key_file": "k"}, "never"),
        ({"actions": {"name": "pseudonymise"}}, "key_file"),
        ({"actions": {"name": "shout"}}, "mask"),
    ):
        with pytest.raises(ValidationError, match=message):
            Privacy.Params.model_validate(params)
    (tmp_path / "short").write_bytes(b"1234")
    for name, message in (("short", "has 4 bytes"), ("none", "can't read the key none")):
        stage = Privacy(Privacy.Params(default="pseudonymise", key_file=name))
        stage.root = tmp_path
        with pytest.raises(InputError, match=message):
            stage.inputs()


def test_places_are_those_of_the_text_as_read() -> None:
    read = f"㌔\r\n①\u200b\r\nＴＥＬ：{PHONE} が\u3099、田中様"
    normalize = Normalize(Normalize.Params(map=True))
    result = run(normalize.process(batch_of("山", read)).batch).batch
    spans = result.column("privacy_spans").to_pylist()
    assert spans[0] is None
    assert [(s["type"], read[s["start"] : s["stop"]]) for s in spans[1]] == [
        ("phone", PHONE), ("name", "田中"),
    ]  # fmt: skip


def test_places_go_back_through_cuts() -> None:
    read = f"消す山{PHONE}消す川、田中様"
    cuts = [{"stage": "a@1", "start": 0, "stop": 2}, {"stage": "b@1", "start": 14, "stop": 16}]
    batch = batch_of(f"山{PHONE}川、田中様")
    kind = pa.list_(
        pa.struct([("stage", pa.string()), ("start", pa.int64()), ("stop", pa.int64())])
    )
    batch = append_columns(batch, {"cuts": pa.array([cuts], kind)})
    (spans,) = run(batch).batch.column("privacy_spans").to_pylist()
    assert [read[s["start"] : s["stop"]] for s in spans] == [PHONE, "田中"]


def test_special_care_near_a_name() -> None:
    texts = [
        "山田太郎さんは糖尿病で通院している。",
        "糖尿病の治療",
        "佐藤様\n糖尿病とは",
        "田中容疑者を逮捕した。",
    ]
    care = run(batch_of(*texts)).batch.column("special_care").to_pylist()
    assert care == [["medical_history", "treatment"], None, None, ["criminal_procedure"]]


def test_an_error_says_nothing_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"could not take {PHONE}")

    monkeypatch.setattr("corpuskit.privacy.stage.find_addresses", broken)
    result = run(batch_of(PHONE))
    assert result.failed is not None and PHONE not in repr(result.failed.to_pylist())
