from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest

from corpuskit.readers.government.minutes import Minutes, MinutesParams

from .reading import Rows, about, in_memory, read

SPEECHES: list[dict[str, Any]] = [
    {
        "speechID": "199905254X00320990101_000",
        "speechOrder": 0,
        "speaker": "会議録情報",
        "speakerYomi": None,
        "speakerGroup": None,
        "speakerPosition": None,
        "speakerRole": None,
        "speech": "令和八十一年一月一日（木曜日）\r\n　　　―――――――――――――\r\n　出席委員",
        "startPage": 0,
        "speechURL": "https://kokkai.ndl.go.jp/txt/199905254X00320990101/0",
    },
    {
        "speechID": "199905254X00320990101_001",
        "speechOrder": 1,
        "speaker": "架空髙﨑",
        "speakerYomi": "かくうたかさき",
        "speakerGroup": "架空の会・無所属",
        "speakerPosition": "議長",
        "speakerRole": None,
        "speech": "○議長（架空髙﨑君）　これより会議を開きます。\r\n　日程第一、𠮷野川㈱①の件。",
        "startPage": 1,
        "speechURL": "https://kokkai.ndl.go.jp/txt/199905254X00320990101/1",
    },
    {
        "speechID": "199905254X00320990101_002",
        "speechOrder": 2,
        "speaker": "架空花子",
        "speakerYomi": "かくうはなこ",
        "speakerGroup": "",
        "speakerPosition": None,
        "speakerRole": "参考人",
        "speech": "○参考人（架空花子君）　人々の㎡とm²、10⁵、ｶﾅ、か\u3099︒",
        "startPage": 1,
        "speechURL": "https://kokkai.ndl.go.jp/txt/199905254X00320990101/2",
    },
]
MEETING: dict[str, Any] = {
    "issueID": "199905254X00320990101",
    "imageKind": "会議録",
    "searchObject": 0,
    "session": 199,
    "nameOfHouse": "衆議院",
    "nameOfMeeting": "本会議",
    "issue": "第3号",
    "date": "2099-01-01",
    "closing": None,
    "meetingURL": "https://kokkai.ndl.go.jp/txt/199905254X00320990101",
    "pdfURL": "https://kokkai.ndl.go.jp/img/199905254X00320990101",
}
HEAD = {"numberOfRecords": 1, "numberOfReturn": 1, "startRecord": 1, "nextRecordPosition": None}
BY_MEETING = {**HEAD, "meetingRecord": [{**MEETING, "speechRecord": SPEECHES}]}
BY_SPEECH = {**HEAD, "speechRecord": [{**MEETING, **speech} for speech in SPEECHES[1:]]}


def xml() -> bytes:
    def fields(record: dict[str, Any]) -> str:
        return "".join(f"<{k}>{escape(str(v or ''))}</{k}>" for k, v in record.items())

    speeches = "".join(f"<speechRecord>{fields(each)}</speechRecord>" for each in SPEECHES)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><data><numberOfRecords>1</numberOfRecords><records>'
        f"<record><recordData><meetingRecord>{fields(MEETING)}{speeches}</meetingRecord>"
        "</recordData></record></records></data>"
    ).encode()


def found(answer: Any, name: str = "a.json", **options: Any) -> Rows:
    data = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
    return read(Minutes(MinutesParams(**options)), in_memory(data, name))


@pytest.mark.parametrize("answer", [BY_MEETING, BY_SPEECH, xml()])
def test_a_document_is_a_speech(answer: Any) -> None:
    rows = found(answer)
    assert rows.errors == []
    assert rows.texts == [
        "○議長（架空髙﨑君）　これより会議を開きます。\n　日程第一、𠮷野川㈱①の件。",
        "○参考人（架空花子君）　人々の㎡とm²、10⁵、ｶﾅ、か\u3099︒",
    ]
    assert [row["locator"] for row in rows.records] == [
        "speech 199905254X00320990101_001",
        "speech 199905254X00320990101_002",
    ]
    assert rows.records[0]["title"] == "衆議院 本会議 第3号"


def test_what_a_record_says_of_a_speech() -> None:
    assert about(found(BY_MEETING).records[0]) == {
        "author": "架空髙﨑",
        "published": "2099-01-01",
        "url": "https://kokkai.ndl.go.jp/txt/199905254X00320990101/1",
        "language": "ja",
        "speechID": "199905254X00320990101_001",
        "speechOrder": 1,
        "speaker": "架空髙﨑",
        "speakerYomi": "かくうたかさき",
        "speakerGroup": "架空の会・無所属",
        "speakerPosition": "議長",
        "startPage": 1,
        "issueID": "199905254X00320990101",
        "imageKind": "会議録",
        "session": 199,
        "nameOfHouse": "衆議院",
        "nameOfMeeting": "本会議",
        "issue": "第3号",
        "date": "2099-01-01",
        "meetingURL": "https://kokkai.ndl.go.jp/txt/199905254X00320990101",
        "pdfURL": "https://kokkai.ndl.go.jp/img/199905254X00320990101",
        "encoding": "utf-8",
        "encoding_confidence": 1.0,
        "replaced": 0,
    }


@pytest.mark.parametrize("answer", [BY_MEETING, BY_SPEECH])
def test_a_document_is_a_meeting(answer: Any) -> None:
    rows = found(answer, per="meeting")
    assert rows.texts == ["\n\n".join(found(BY_MEETING).texts)]
    assert rows.records[0]["locator"] == "meeting 199905254X00320990101"
    known = about(rows.records[0])
    assert known["url"] == MEETING["meetingURL"]
    assert known["speeches"] == 2
    assert "author" not in known


def test_who_was_there_is_left_out_and_counted() -> None:
    assert found(BY_MEETING).skipped == {"attendance": 1}
    rows = found(BY_MEETING, attendance=True)
    assert rows.texts[0].endswith("\n　出席委員")
    assert rows.records[0]["author"] is None


def test_the_mark_of_a_speaker_by_option() -> None:
    rows = found(BY_SPEECH, speaker_marks=False)
    assert rows.texts[0].startswith("これより")
    assert rows.texts[1].startswith("人々の")
    plain = {**MEETING, "speechID": "x_9", "speaker": "甲", "speech": "○甲君　はい。○乙君　いえ。"}
    assert found({"speechRecord": [plain]}, speaker_marks=False).texts == ["はい。○乙君　いえ。"]


def test_a_list_of_meetings_has_no_speeches() -> None:
    listed = {k: v for k, v in SPEECHES[1].items() if k != "speech"}
    rows = found({**HEAD, "meetingRecord": [{**MEETING, "speechRecord": [listed]}]})
    assert rows.errors == [("speech 199905254X00320990101_001", "missing_text")]
    assert found({**HEAD, "meetingRecord": []}).errors == [("file", "no_minutes")]
    assert found({"message": "条件が誤っています"}).errors == [("file", "no_minutes")]


def test_numbers_that_repeat_get_a_rank() -> None:
    rows = found({"speechRecord": [BY_SPEECH["speechRecord"][0]] * 2 + [{"speech": "三"}]})
    assert [row["locator"] for row in rows.records] == [
        "speech 199905254X00320990101_001",
        "speech #2",
        "speech #3",
    ]
    assert len({row["id"] for row in rows.records}) == 3


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "invalid_json"),
        (json.dumps(BY_SPEECH).encode()[:-4], "invalid_json"),
        (xml()[:-30], "broken_xml"),
        (b"[" * 5000, "invalid_json"),
        (bytes(range(256)) * 4, "undecodable"),
    ],
)
def test_what_can_not_be_read_is_a_problem(data: bytes, error: str) -> None:
    assert found(data).errors == [("file", error)]


def test_values_of_other_types_do_no_harm() -> None:
    odd = {"speechRecord": [3, {"speechID": 4, "speech": "はい。", "speaker": 5, "date": 6}]}
    rows = found(odd)
    assert rows.texts == ["はい。"]
    assert rows.records[0]["published"] is None


def test_it_is_recognised_by_its_records() -> None:
    for answer in (BY_MEETING, BY_SPEECH):
        assert Minutes.recognises(json.dumps(answer).encode()[:4096], "a.json") == 2
    assert Minutes.recognises(xml()[:4096], "a.xml") == 2
    assert Minutes.recognises(b'{"a": 1}', "a.json") == 0
    assert Minutes.recognises(b"<data><a/></data>", "a.xml") == 0
