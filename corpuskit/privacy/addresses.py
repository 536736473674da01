"""Japanese addresses down to the block, the house number, the building and the room.

An address is a municipality (市 区 町 村, with or without 都道府県 and 郡), or a label such as
住所：, followed by a town and by numbers that can only be those of a block: 丁目, 番地, 番…号,
1-2-3. Digits are of any width or kanji. A municipality that no number follows is a place, not an
address.

The forms follow 住居表示に関する法律 (block and house, 番 and 号) and the lot numbers of 不動産登記
(番地); 京都 (上る, 下る, 西入), 札幌 (北5条西6丁目) and 大字, 字 have rules of their own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Literal

from corpuskit.privacy.joined import Joined, Spans
from corpuskit.privacy.namewords import words

Part = Literal["prefecture", "town", "number"]

ADDRESSES_VERSION = 1
"""Changes whenever a rule does."""

PREFECTURES = words(
    "北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 "
    "神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 "
    "大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 "
    "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県"
)
"""All 47 (地方自治法)."""


# Municipalities with 市, 町, 村, 区 or 郡 inside their names, where the first doesn't end them.
_DOUBLE = "|".join(
    words(
        "四日市市 廿日市市 野々市市 八日市市 市川三郷町 市川市 市原市 市貝町 余市町 町田市 大町市 "
        "十日町市 "
        "大町町 村上市 武蔵村山市 東村山市 村山市 羽村市 田村市 大村市 玉村町 大和郡山市 郡山市 "
        "郡上市 "
        "蒲郡市 小郡市 下市町 上市町 四街道市 北村山郡 西村山郡 東村山郡 田村郡 余市郡 "
        "名古屋市中村区"
    )
)
_KANJI = "一-鿿㐀-䶿豈-﫿々〆𠀀-𯿿"
_DIGIT = "0-9０-９〇一二三四五六七八九十百"
_N = f"[{_DIGIT}]{{1,5}}"
_DASH = "[-‐‑‒–—―−－ｰー〜~のノ]"
_GAP = "[ 　]?"
_PREFECTURE = "|".join(PREFECTURES)

# What follows 市 or 区 in words that are no address: 市議会, 市役所, 市営, 市内, 市長, 区分…
_NO_TOWN = (
    "議|役所|役場|営|内(?![幸山田本丸野])|長(?![町田崎野沢浜岡堀尾岩])|民(?!田)|"
    "立(?![川野町石花])|政|税|場|街地|販|価|史|外|中心部|全域|域|制|会|産|分|画|間"
)
#: A character of a town's name; small words hold it together only before another such character.
_LETTER = (
    f"(?:[{_KANJI}ァ-ヶー]|[がけのつ](?=[{_KANJI}])|[ぁ-ん]{{2,7}}(?=[{_KANJI}{_DIGIT} 　])"
    f"|[上下][るルがガ]{{1,2}}|[東西]入[るル]?|[0-9０-９]{{1,2}}条)"
)
_BODY = f"(?:{_LETTER}|[ 　](?={_LETTER})){{0,40}}?"

_HOUSE = f"{_N}(?:{_DASH}{_N}){{0,3}}"
_BANCHI = f"{_N}{_GAP}番地(?:{_GAP}{_DASH}?{_GAP}{_HOUSE}(?:{_GAP}号)?)?"
_BAN = f"{_N}{_GAP}番{_GAP}の?{_GAP}{_N}(?:{_GAP}号)?(?:{_DASH}{_N})?"
#: A block that says by itself what it is, and one that only looks like one.
_SURE = (
    f"(?:{_N}{_GAP}丁目(?:{_GAP}(?:{_BANCHI}|{_BAN}|{_HOUSE}(?:{_GAP}[号番])?))?"
    f"|{_BANCHI}|{_N}{_GAP}番{_GAP}の?{_GAP}{_N}{_GAP}号|{_N}(?:{_DASH}{_N}){{2,4}})"
    f"(?!{_DASH}?[{_DIGIT}])"
)
_LOOSE = (
    f"(?:[甲乙丙丁イロハ])?{_N}(?:{_DASH}{_N})?"
    f"(?![{_DIGIT}{_KANJI}%％,，.．:：㎞㎡℃A-Za-z]|{_DASH}[{_DIGIT}]|[カヶか]月|パーセント)"
)

_KIND = (
    "ビルディング|ビル|マンション|ハイツ|アパート|コーポ|メゾン|レジデンス|タワー|ハウス|コート|"
    "プラザ|"
    "パレス|ハイム|荘|寮|団地|会館|号館|号棟|ヒルズ|テラス|ガーデン|館|棟"
)
_INSIDE = f"[{_KANJI}ぁ-んァ-ヶーA-Za-zＡ-Ｚａ-ｚ・'’]"
_ROOM = f"(?:[A-ZＡ-Ｚ]{_DASH}?)?{_N}{_GAP}(?:号室|号|階|[FＦ]|室)(?:{_GAP}{_N}号室)?"
_NAME = (
    f"(?:第?{_N})?{_INSIDE}{{0,12}}?(?:{_KIND})"
    f"(?:[{_KANJI}ァ-ヶー]{{1,8}}(?=[ 　{_DIGIT}A-ZＡ-Ｚ]))?"
)
_BUILDING = (
    f"(?:[ 　]{{0,2}}{_NAME}(?:[ 　]{{0,2}}(?:{_ROOM}|{_HOUSE}(?![{_DIGIT}{_KANJI}])))?"
    f"|[ 　]{{0,2}}{_INSIDE}{{0,16}}?[ 　]?{_ROOM})"
)
_LABELS = (
    "現住所|住所地|住所|所在地|本籍地|本籍|居所|送付先|届け先|届先|宛先|"
    "連絡先|勤務先|帰省先|自宅|住居"
)
_LABEL = (
    f"(?:{_LABELS})[ 　]*[：:|│\\t 　][ 　]*|〒[ 　]?[0-9０-９]{{3}}[-‐−－ー]?[0-9０-９]{{4}}[ 　]*"
)
#: With a prefecture or a label before it, whatever looks like a block is one.
_STATED = re.compile(
    f"(?P<label>{_LABEL})?(?P<head>(?P<prefecture>{_PREFECTURE})?{_GAP}{_BODY})"
    f"{_GAP}(?P<number>{_SURE}|{_LOOSE})(?:{_BUILDING})?"
)
# One flat list of words is searched fast.
_OPENING = re.compile(f"{_LABELS}|〒|{_PREFECTURE}")
_PLAIN = re.compile(f"[市区町村](?P<head>{_BODY}){_GAP}(?P<number>{_SURE})(?:{_BUILDING})?")

_PART = f"(?:(?![市区町村郡])[{_KANJI}ぁ-んァ-ヶー]){{1,6}}?"
#: The administrative part of an address, which is kept.
_MUNICIPALITY = re.compile(
    f"(?:{_PREFECTURE})?{_GAP}(?:(?:(?:{_DOUBLE})(?<=区)|{_PART}区)"
    f"|(?:(?:{_DOUBLE})(?<=市)|{_PART}市){_GAP}(?:{_PART}区)?"
    f"|(?:(?:{_DOUBLE})(?<=郡)|{_PART}郡){_GAP}(?:(?:{_DOUBLE})(?<=[町村])|{_PART}[町村])"
    f"|(?:{_DOUBLE})(?<=[町村])|{_PART}村)"
)
_TOWN_HALL = re.compile(f"(?:{_PREFECTURE}){_GAP}{_PART}[町村]")
_NOT_ONE = re.compile("(?:地|工|学|街|管|鉱|選挙|行政)区$|(?:(?<!京)都|同|当|本|各)市$|[農漁]村$")
_BEFORE = re.compile(
    f"(?:[{_KANJI}ァ-ヶー]|[ぁ-ん]{{2}}(?=[市区町村郡])|[のヶケがつ](?=[{_KANJI}]))+$"
)


def find_addresses(joined: Joined, part: Part = "town") -> Spans:
    """Find addresses.

    Args:
        joined: the texts.
        part: where a span starts: at the prefecture or municipality, the town, or the number.
    """
    text = joined.text
    found: list[tuple[int, int, str]] = []
    done = 0
    for opening in _OPENING.finditer(text):
        match = _STATED.match(text, opening.start()) if opening.start() >= done else None
        if match and (place := _stated(match, part)) is not None:
            found.append((place, match.end(), "address.block"))
            done = match.end()
    taken = [(start, stop) for start, stop, _ in found]
    at = 0
    while (match := _PLAIN.search(text, at)) is not None:
        place = _plain(text, match, part)
        if place is not None and not _is_taken(taken, match.end()):
            found.append((place, match.end(), "address.town"))
        at = match.start() + 1 if place is None else match.end()
    return joined.spans(found)


def _is_taken(taken: list[tuple[int, int]], stop: int) -> bool:
    at = bisect_left(taken, (stop, 0)) - 1
    return at >= 0 and stop <= taken[at][1]


def _stated(match: re.Match[str], part: Part) -> int | None:
    """Where the span of an address with a prefecture or a label starts."""
    head = match["head"]
    if not head.strip():
        return None
    found = _MUNICIPALITY.match(head) or _TOWN_HALL.match(head)
    town = head[found.end() :] if found else head
    if re.match(_NO_TOWN, town) or (match["prefecture"] and not found):
        return None
    return _from(match.start("head"), found.end() if found else 0, match, part)


def _plain(text: str, match: re.Match[str], part: Part) -> int | None:
    """Where the span of an address that starts with its municipality, or town, starts."""
    if re.match(_NO_TOWN, match["head"]):
        return None
    line = text[max(match.start() - 16, 0) : match.start() + 1].rpartition("\n")[2]
    before = _BEFORE.search(line)
    if before is None or len(before[0]) < 2 or _NOT_ONE.search(before[0]):
        return None
    begin = match.start() + 1 - len(before[0])
    head = text[begin : match.start("number")]
    found = _MUNICIPALITY.search(head)
    if found is None:
        return _from(begin, 0, match, part) if "町" in head else None
    if re.match(_NO_TOWN, head[found.end() :]):
        return None
    return _from(begin + found.start(), found.end() - found.start(), match, part)


def _from(begin: int, kept: int, match: re.Match[str], part: Part) -> int:
    if part == "prefecture":
        return begin
    town = begin + kept
    while match.string[town] in " 　":
        town += 1
    return match.start("number") if part == "number" else town
