"""Names of persons: MeCab's proper nouns where a title, an honorific or a label says it is one.

MeCab sees only sentences with a trigger: さん, 様, 氏, 部長… after a name, 社長の… before it, 氏名：
or 担当： before it. What stands there has to be a proper noun of a person (人名-姓, 人名-名), a place
that is a surname too (千葉さん), or an unknown word beside one. 仕様, 同様, たくさん are words of
their own to MeCab, so their ends trigger nothing; 神様, お客様, 患者さん hold no name. After 氏名： and
its kin the shape of a name is enough. A name of three or more characters found once is found
wherever it stands in the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from corpuskit.ja.lexicon import NAMES
from corpuskit.ja.morphemes import Around, Tagger, parse_around
from corpuskit.privacy.joined import Joined, Spans

Which = Literal["context", "all"]

NAMES_VERSION = 1
"""Changes whenever a rule does."""

_PERSON = frozenset(NAMES.index(name) for name in ("person", "surname", "given name"))
_SURNAME, _GIVEN, _PLACE = (NAMES.index(name) for name in ("surname", "given name", "place"))

_POLITE = "様 さま さん サン 氏 殿 君 くん ちゃん 先生"
_TITLES = (
    "部長 課長 係長 社長 会長 次長 室長 班長 主任 主査 主事 専務 常務 取締役 監査役 執行役員 理事長 理事 教授 准教授 助教 "
    "講師 博士 医師 看護師 弁護士 税理士 司法書士 行政書士 公認会計士 技師 技術士 所長 工場長 支店長 店長 院長 校長 園長 "
    "教諭 議員 委員長 委員 議長 知事 市長 町長 村長 区長 大臣 首相 総理 選手 監督 容疑者 被告人 被告 受刑者 "
    "記者 住職 氏ら さんら"
)
#: Titles of places as well as of persons: 大阪支店長 is not Mr Osaka.
_OF_PLACES = frozenset(
    "所長 工場長 支店長 店長 知事 市長 町長 村長 区長 議員 理事 院長 校長 園長 記者".split()
)
_STRONG = (
    "氏名 御氏名 お名前 ご氏名 名前 姓名 フリガナ ふりがな 患者名 被保険者名 契約者名 申請者名 受診者名 従業員名 社員名 担当者名 "
    "作成者名 保護者名 世帯主名 会員名 受取人名 差出人名 名義人 口座名義"
)
_WEAK = (
    "担当者 担当 作成者 作成 承認者 承認 検図者 検図 設計者 設計 製図 照査 審査 記入者 申請者 報告者 代表者 責任者 発表者 "
    "署名 連絡先 連絡窓口 窓口 宛名 宛先 差出人 受取人 発注者 受注者 契約者 被保険者 患者 文責 執筆者 執筆 編集者 編集 監修 "
    "発行人 発行者 訪問者 出席者 参加者 受付者 受付 検査者 検査員 検査 作業者 起案者 起案 決裁者 回答者 講師 司会 保護者 世帯主 "
    "相続人 被相続人 届出人 申立人 代理人 保証人"
)


def _any_of(words: str) -> str:
    return "|".join(sorted(words.split(), key=lambda word: (-len(word), word)))


_AFTER = re.compile(f"(?<=[^\\s。、，．！？])[ 　]?({_any_of(_POLITE + ' ' + _TITLES)})")
_BEFORE = re.compile(f"({_any_of(_TITLES)}|担当|主治医)(の(?=[^\\s])|[ 　]{{1,2}}(?=[^\\s]))")
_LABEL = re.compile(
    f"(?P<strong>{_any_of(_STRONG)})(?:[ 　]?[（(][^）)\\n]{{1,8}}[）)])?(?:[ 　]*[：:│|][ 　]*|[ 　\\t]{{1,4}})"
    f"|(?:{_any_of(_WEAK)})[ 　]*[：:│|][ 　]*"
    "|(?P<latin>(?:Full |Your )?Name|NAME)[ 　]*[：:][ 　]*"
)
_FIELD = re.compile("[^\\n\\t、，,。;；/／│|（(「<：:]{1,24}")
_NAME_CHAR = "一-鿿㐀-䶿豈-﫿々〆ヶ𠀀-𯿿"
_SHAPE = re.compile(
    f"(?:[{_NAME_CHAR}]{{1,5}}[ 　][{_NAME_CHAR}ぁ-んァ-ヶー]{{1,5}}|[{_NAME_CHAR}]{{2,7}}"
    f"|[ァ-ヶー]{{2,8}}[ 　・][ァ-ヶー]{{2,8}}|[ぁ-ん]{{2,6}}[ 　][ぁ-ん]{{2,6}})"
    "(?=[ 　]*(?:様|さま|殿|氏|さん|印|$))"
)
_GIVEN_LEFT = re.compile(
    f"[ 　](?:[{_NAME_CHAR}]{{1,3}}|[ぁ-ん]{{2,4}})(?=[ 　]*(?:様|さま|殿|氏|さん|印|$))"
)
_LATIN = re.compile("[A-Z][A-Za-zÀ-ɏ'’.-]+(?:[ 　][A-Z][A-Za-zÀ-ɏ'’.-]*){1,3}")
#: Ends of what stands in a field for a name and is none.
_NO_NAME = re.compile(
    "(?:部|課|係|社|所|室|局|店|会|署|様式|欄|番号|年齢|性別|生年月日|住所|電話|未定|不明|未記入|無し|該当|同上|別紙|記入|省略|匿名|"
    "必須|任意|変更|入力|確認|完了|不要|否|済|参照|一覧|各位|名称|名簿|本人|代理|共通|全員|部門長|漢字|全角|半角|文字|変数|形式)"
)
_STOP = frozenset(
    "神 王 客 皆 お客 奥 主人 主 仏 殿 姫 若 嬢 俺 貴 何 此方 どちら こちら そちら 世間 患者 医者 父 母 兄 姉 弟 妹 叔父 叔母 "
    "祖父 祖母 屋 本屋 店員 職人 社員 源 平".split()
)
#: Makers whose names MeCab also knows as surnames or places.
_MAKERS = frozenset(
    "日立 東芝 三菱 三井 住友 トヨタ ホンダ スズキ マツダ ヤマハ カワサキ ソニー パナソニック キヤノン クボタ ダイキン オムロン "
    "ファナック 村田 京セラ 島津 富士 日産 本田技研 松下電器 東レ 旭 資生堂 花王 味の素 任天堂".split()
)


#: Surnames that are common words to MeCab; they count where a trigger stands by.
_ALSO = frozenset(
    "四方 六車 七海 東 谷 南 北 関 辻 堀 岡 島 浜 泉 城 乾 巽 畑 畠 星 堺 境 岸 滝 奥 沖 牧 溝口 出口 入口 大関 日向 "
    "高 柳 桜 松 竹 杉 桂 楠 榊 芝 砂 磯 波 湊 港 橋 塚 塙 角 門 鍵 鈴 鏡 鎌 笠 傘 弓 的 矢 槍 盾 旗 錦 綿 糸 "
    "右近 左近 服部 物部 春日 立花 花房 葉山 青葉 若林 小笠 小路 大路 中道 大道 大門 大石 小石 白石 黒石 青石 "
    "目黒 品川 上野 神田 日比谷 渋谷 大津 金沢 和歌山 松山 高松 徳島 鳥取".split()
)
#: Variants of kanji that MeCab's dictionaries lack in names; each is as long as what it stands for.
_VARIANTS = str.maketrans(
    "髙﨑濵邉邊齊齋眞澤濱櫻嶋廣國惠壽榮曾瀨德", "高崎浜辺辺斉斎真沢浜桜島広国恵寿栄曽瀬徳"
)


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    stop: int
    surface: str
    kind: int
    known: bool
    noun: bool

    @property
    def person(self) -> bool:
        return self.kind in _PERSON or self.surface in _ALSO

    @property
    def may_be(self) -> bool:
        """An unknown word, or a short one that may be half of a name."""
        return self.noun and (not self.known or len(self.surface) <= 2) and _is_name_like(self)


def _is_name_like(word: _Word) -> bool:
    return re.fullmatch(f"[{_NAME_CHAR}]{{1,4}}|[ァ-ヶー]{{2,}}", word.surface) is not None


def find_names(joined: Joined, tagger: Tagger, which: Which = "context") -> Spans:
    """Find names of persons.

    Args:
        joined: the texts.
        tagger: MeCab or another one.
        which: ``context`` is names that a title, honorific or label stands by; ``all`` also every
            surname with a given name after it, in any sentence.
    """
    text = joined.text
    triggers = list(_triggers(text))
    if which == "all" and text.strip():
        triggers.append(("all", 0, len(text)))
    if not triggers:
        return joined.spans([])
    words = _Words(joined, tagger, triggers)
    found: list[tuple[int, int, str]] = []
    for number, (rule, start, stop) in enumerate(triggers):
        found += _found(text, words, number, rule, start, stop)
    return joined.spans(_longest([*found, *_again(joined, found)]))


def _triggers(text: str) -> Iterator[tuple[str, int, int]]:
    """Rule and place of whatever says that a name may stand by; the place is not empty."""
    for match in _AFTER.finditer(text):
        yield "honorific", match.start(1), match.end(1)
    for match in _BEFORE.finditer(text):
        yield "title", match.start(), match.end() + 1
    for match in _LABEL.finditer(text):
        field = _FIELD.match(text, match.end())
        if field:
            kind = "strong" if match["strong"] else "latin" if match["latin"] else "weak"
            yield kind, field.start(), field.end()


def _found(
    text: str, words: _Words, number: int, rule: str, start: int, stop: int
) -> list[tuple[int, int, str]]:
    if rule == "all":
        return words.pairs(number)
    if rule == "honorific":
        place = words.left_of(number, start)
        title = text[start:stop]
        polite = title in _POLITE.split()
        near = polite and title not in ("様", "さま", "殿", "氏")
        if place and words.is_name(place, places=title not in _OF_PLACES, short=near):
            return [(place[0].start, place[-1].stop, f"name.{'honorific' if polite else 'title'}")]
        return []
    if rule == "title":
        place = words.right_of(number, stop - 1)
        if place and words.is_name(place, places=False) and words.ends(place[-1], number):
            return [(place[0].start, place[-1].stop, "name.title")]
        return []
    return _in_field(text, words, number, rule, start, stop)


def _in_field(
    text: str, words: _Words, number: int, rule: str, start: int, stop: int
) -> list[tuple[int, int, str]]:
    """The name that fills a field, or begins it."""
    field = text[start:stop]
    latin = _LATIN.match(field)
    if latin and rule != "weak":
        return [(start, start + latin.end(), "name.label")]
    shape = _SHAPE.match(field) if rule == "strong" else None
    if shape and not _NO_NAME.search(shape[0]):
        return [(start, start + shape.end(), "name.label")]
    place = words.right_of(number, start)
    if place and words.is_name(place, places=True) and not _NO_NAME.match(text, place[-1].stop):
        return [(place[0].start, _with_given(field, place, start), "name.label")]
    return []


def _with_given(field: str, place: list[_Word], start: int) -> int:
    """Where a name ends in its field; what fills the rest after a surname is the given name."""
    stop = place[-1].stop
    rest = _GIVEN_LEFT.match(field, stop - start) if len(place) == 1 else None
    return start + rest.end() if rest and not _NO_NAME.search(rest[0]) else stop


class _Words:
    """The morphemes of the sentences that triggers touch."""

    def __init__(
        self, joined: Joined, tagger: Tagger, triggers: list[tuple[str, int, int]]
    ) -> None:
        places = np.array([place[1:] for place in triggers], np.int64)
        starts, stops = (joined.bytes_of(places[:, i]) for i in range(2))
        # A lone surrogate has the three bytes of U+FFFD.
        plain = re.sub("[\ud800-\udfff]", "\ufffd", joined.text.translate(_VARIANTS))
        self._around: Around = parse_around(tagger, pa.array([plain], pa.string()), starts, stops)
        self._text = joined.text
        self._begins = joined.characters_of(self._around.begins)
        self._ends = joined.characters_of(self._around.ends)
        tags = self._around.dictionary.tags
        self._nouns = [tag[:1] in (("名詞",), ("接尾辞",)) for tag in tags]

    def _word(self, at: int) -> _Word:
        context = int(self._around.contexts[at])
        start, stop = int(self._begins[at]), int(self._ends[at])
        return _Word(
            start, stop, self._text[start:stop], int(self._around.names[at]),
            context < self._around.dictionary.known, self._nouns[context],
        )  # fmt: skip

    def left_of(self, number: int, start: int) -> list[_Word]:
        """The words of a name that ends at a place where a word starts."""
        first, _ = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, start))
        if at >= len(self._begins) or self._begins[at] != start:
            return []
        found: list[_Word] = []
        at -= 1
        while at >= first and len(found) < 6:
            word = self._word(at)
            if not _joins(word, found, self._text, before=start):
                break
            found.insert(0, word)
            at -= 1
        return _trimmed(found)

    def right_of(self, number: int, start: int) -> list[_Word]:
        """The words of a name that starts at a place."""
        _, last = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, start))
        found: list[_Word] = []
        while at < last and len(found) < 6:
            word = self._word(at)
            if found and not self._continues(found, word):
                break
            if not (word.person or word.kind == _PLACE or word.may_be or _is_gap(word)):
                break
            if not _is_gap(word) and word.surface in _STOP:
                break
            found.append(word)
            at += 1
        return _trimmed(found)

    def _continues(self, found: list[_Word], word: _Word) -> bool:
        """Whether a word goes on with the name that others began; a blank splits it once."""
        between = self._text[found[-1].stop : word.start]
        if between not in ("", " "):
            return False
        gap = bool(between) or _is_gap(found[-1])
        foreign = any(each.surface == "・" for each in found)
        if not foreign and _GIVEN in [each.kind for each in found]:
            return word.surface == "・" or (not gap and word.kind == _GIVEN)
        return not gap or word.person or not word.known or word.kind == _PLACE

    def is_name(self, words: list[_Word], *, places: bool, short: bool = False) -> bool:
        """Whether words stand for a person: a place may be one, or a given name of one kanji."""
        solid = [word for word in words if not _is_gap(word)]
        surface = "".join(word.surface for word in solid)
        if not solid or surface in _MAKERS or surface in _STOP or len(surface) > 14:
            return False
        if any(word.person for word in solid):
            return short or len(surface) > 1 or solid[0].kind == _SURNAME or surface in _ALSO
        single = len(solid) == 1
        return places and single and solid[0].kind == _PLACE and 2 <= len(surface) <= 3

    def ends(self, word: _Word, number: int) -> bool:
        """Whether no noun follows that a name would be part of."""
        _, last = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, word.stop))
        if at >= last or self._begins[at] != word.stop:
            return True
        following = self._word(at)
        return not following.noun or following.surface in _POLITE.split()

    def pairs(self, number: int) -> list[tuple[int, int, str]]:
        """Every surname with a given name after it."""
        kinds = self._around.names
        first = np.flatnonzero((kinds[:-1] == _SURNAME) & (kinds[1:] == _GIVEN))
        near = self._begins[first + 1] - self._ends[first] <= 1
        return [
            (int(self._begins[at]), int(self._ends[at + 1]), "name.pair")
            for at in first[near].tolist()
        ]


def _joins(word: _Word, found: list[_Word], text: str, *, before: int) -> bool:
    """Whether a word to the left belongs to the name whose later words are `found`."""
    start = found[0].start if found else before
    if text[word.stop : start] not in ("", " ", "　"):
        return False
    if _is_gap(word):
        return bool(found)
    if word.surface in _STOP:
        return False
    kinds = [each.kind for each in found if not _is_gap(each)]
    if word.person or (word.kind == _PLACE and kinds[-1:] != [_PLACE]):
        # A surname is the first word of a Japanese name.
        return _SURNAME not in kinds or (
            word.kind != _SURNAME and "・" in text[word.start : before]
        )
    gap = found and (_is_gap(found[0]) or word.stop < found[0].start)
    return word.may_be and not gap and kinds in ([], [_GIVEN]) and len(word.surface) <= 3


def _is_gap(word: _Word) -> bool:
    return word.surface in (" ", "　", "・", "=", "＝")


def _trimmed(words: list[_Word]) -> list[_Word]:
    while words and _is_gap(words[0]):
        words = words[1:]
    while words and _is_gap(words[-1]):
        words = words[:-1]
    return words


def _again(joined: Joined, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Other places, in the same texts, of names of three or more characters."""
    text = joined.text
    by_row: dict[int, set[str]] = {}
    starts = joined.bytes_of(np.array([place[0] for place in found], np.int64))
    for row, (start, stop, _) in zip(joined.rows_of(starts).tolist(), found, strict=True):
        if stop - start >= 3:
            by_row.setdefault(row, set()).add(text[start:stop])
    firsts = joined.characters_of(joined.firsts)
    more = []
    for row, names in by_row.items():
        pattern = re.compile("|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n)))))
        for match in pattern.finditer(text, int(firsts[row]), int(firsts[row + 1]) - 1):
            more.append((match.start(), match.end(), "name.again"))
    return more


def _longest(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """One span for a place: the first, then the longest; rules other than `again` come first."""
    kept: list[tuple[int, int, str]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1], s[2] == "name.again", s[2])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
