"""Rules for dates of birth, number plates and the machine line of a passport."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpuskit.privacy.numbers import Match
from corpuskit.privacy.windows import Window

_N = r"(?:\d{1,2}|[一二三四五六七八九十〇]{1,3})"
_ERA = r"(?:明治|大正|昭和|平成|令和|㍾|㍽|㍼|㍻|㋿)"
_WESTERN = r"(?:西暦 ?)?(?:1[89]|20)\d{2}"
_KANJI_YEAR = r"[一二][〇一二三四五六七八九]{3}|[一二]?千[一二三四五六七八九百十]{1,7}"
_OTHER = rf" ?\((?:{_ERA} ?(?:元|{_N})|{_WESTERN}) ?年?\)"  # 1983年（昭和58年）
_YEAR = rf"(?:{_WESTERN}|{_KANJI_YEAR}|{_ERA} ?(?:元|{_N}))"
_MONTH_DAY = rf"{_N} ?月 ?{_N} ?日"
_WORDED = rf"{_YEAR}(?:{_OTHER} ?年?| ?年(?:{_OTHER})?) ?{_MONTH_DAY}"
_M, _D = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])(?!\d)"
_MM_DD = r"(?:1[0-2]|0[1-9])(?:3[01]|[12]\d|0[1-9])(?!\d)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = (
    rf"(?:(?:1[89]|20)\d{{2}}(?:[-/|]|\. ?){_M}(?:[-/|]|\. ?){_D}"
    rf"|(?:[MTSHR]|{_ERA}) ?\.?(?:元|\d{{1,2}})[-/.]{_M}[-/.]{_D}"
    rf"|(?:(?:19|20)\d{{2}}|[MTSHR]\d{{2}}){_MM_DD}"
    rf"|(?:{_MONTHS}) \d{{1,2}},? (?:19|20)\d{{2}}"
    rf"|\d{{1,2}}[-/]{_M}[-/](?:19|20)\d{{2}})"
)
_DATE = rf"(?<![0-9A-Za-z])(?P<date>{_WORDED}|{_SHORT})"
_LABELLED = re.compile(
    r"(?:生年月日|誕生日|生年|DOB|D\.O\.B\.?|[Bb]irth[ _-]?[Dd]ate|[Dd]ate of [Bb]irth|[Bb]irthday"
    r"|DATE OF BIRTH|BIRTH ?DATE|[Bb]orn(?: on)?)"
    r"(?:と(?:死没)?年齢)?(?: ?\([^()\n]{1,8}\))?(?:の?欄)?(?:[^\w。]|</?\w+>|[はがを]){0,12}"
    rf"(?:{_DATE}|(?:[明大昭平令][・,/ ]{{0,2}}){{2,5}} ?(?P<ringed>{_N} ?年 ?{_MONTH_DAY}))"
)
# 生 alone, but no 生産, 生徒, 生命, 生活 ...
_ONLY_BORN = "生(?![ま産徒物命活体成存育鮮業地理涯長一コビ])"
_BORN = re.compile(
    _DATE + rf"(?= ?に?(?:生まれ(?!変|かわ)|生れ(?!変)|うまれ|誕生|出生|{_ONLY_BORN}))"
)


def find_births(window: Window) -> Iterator[Match]:
    """Dates after 生年月日 or before 生まれ around the candidate."""
    start = max(0, window.first - 40)
    for m in _LABELLED.finditer(window.folded, max(0, window.first - 14)):
        if m.start() > window.last + 2:
            break
        part = "date" if m["date"] else "ringed"
        yield "birth_date.label", m.start(part), m.end(part), 90
    for m in _BORN.finditer(window.folded, start):
        if m.start() > window.first:
            return
        if m.end() >= window.first - 3:
            yield "birth_date.born", m.start("date"), m.end("date"), 85


_NAMES = """
札幌 函館 旭川 室蘭 苫小牧 釧路 知床 帯広 北見 青森 八戸 弘前 岩手 盛岡
平泉 宮城 仙台 秋田 山形 庄内 福島 会津 郡山 白河 いわき 水戸 土浦
つくば 宇都宮 那須 とちぎ 日光 群馬 前橋 高崎 大宮 川口 所沢 川越 熊谷
春日部 越谷 千葉 成田 習志野 市川 船橋 袖ヶ浦 市原 野田 柏 松戸 品川
世田谷 練馬 杉並 板橋 足立 江東 葛飾 八王子 多摩 横浜 川崎 湘南 相模
山梨 富士山 新潟 長岡 上越 長野 松本 諏訪 富山 石川 金沢 福井 岐阜 飛騨
静岡 浜松 沼津 伊豆 名古屋 豊橋 三河 岡崎 豊田 尾張小牧 一宮 春日井 三重
鈴鹿 四日市 伊勢志摩 滋賀 京都 なにわ 大阪 和泉 堺 奈良 飛鳥 和歌山 神戸
姫路 鳥取 島根 出雲 岡山 倉敷 広島 福山 下関 山口 徳島 香川 高松 愛媛
高知 福岡 北九州 久留米 筑豊 佐賀 長崎 佐世保 熊本 大分 宮崎 鹿児島 奄美
沖縄
"""
_OFFICES = _NAMES.split()
_PLATE = re.compile(
    "(?:" + "|".join(sorted(_OFFICES, key=len, reverse=True)) + ")"
    r"[ -]?(?:\d{2,3}|\d{2}[A-Z]|\d[A-Z]{2}|\d[A-Z]\d)[ -]?"
    r"(?:[あ-えか-けこさ-すせそた-とな-のはひふほま-もやゆよら-ろわを]|[ABEHKMTY])[ -]?"
    r"(?:\d{2}[-・]?\d{2}|[・.]{1,3} ?\d{1,3}|[・.]\d-?\d{2}|\d{1,4})(?!\d|[-.]\d)"
)


def find_plates(window: Window) -> Iterator[Match]:
    """A plate around the hiragana between its numbers."""
    for m in _PLATE.finditer(window.folded, max(0, window.first - 12)):
        if m.start() > window.first:
            return
        if m.end() > window.first:
            yield "vehicle_plate.format", m.start(), m.end(), 85


_MACHINE_LINE = re.compile(r"P[<A-Z]JPN[A-Z<]{39}(?:\s?[A-Z0-9<]{44})?")


def find_machine_line(window: Window) -> Iterator[Match]:
    """The first line of a passport's machine-readable zone, with the second if it follows."""
    m = _MACHINE_LINE.match(window.folded, window.first)
    if m is not None:
        yield "passport.mrz", m.start(), m.end(), 95
