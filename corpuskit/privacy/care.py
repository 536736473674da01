"""Special-care personal information (要配慮個人情報) near a name of a person.

The categories are those of Article 2(3) of the Act on the Protection of Personal Information and of
Article 2 of its enforcement order. A word of a category within 80 characters of a name, in the same
paragraph, is a hint for a reader, not a finding: the words are a list, and what they say of whom is
not known.
"""

from __future__ import annotations

import re

from corpuskit.privacy.joined import Joined, Positions

CARE_VERSION = 1
"""Changes whenever a word or the distance does."""

_NEAR = 80

CATEGORIES: dict[str, str] = {
    "race": "人種|民族的|出自|アイヌ民族|在日韓国人|在日朝鮮人|日系[一二三]世|混血",
    "creed": "信条|信仰|信者|入信|改宗|洗礼を受|創価学会|キリスト教徒|イスラム教徒|ムスリム|"
    "仏教徒|思想信条|支持政党|党員",
    "social_status": "社会的身分|被差別部落|部落出身|同和地区|非嫡出子|嫡出でない子|門地",
    "medical_history": (
        "病歴|既往歴|既往症|持病|と診断され|を発症|罹患|癌|がん(?:を|で|に|の)|白血病|糖尿病|"
        "高血圧症|うつ病|鬱病|統合失調症|"
        "双極性障害|てんかん|認知症|肺炎|結核|エイズ|HIV|ＨＩＶ|肝炎|脳梗塞|心筋梗塞|陽性(?:と|"
        "が|者)|感染が確認"
    ),
    "criminal_record": "前科|犯罪歴|犯歴|有罪判決|懲役|禁錮|拘禁刑|執行猶予|罰金刑|服役|受刑",
    "crime_victim": "犯罪被害|被害に遭|被害者(?:の|は|である)|暴行を受|性被害|ストーカー被害|"
    "詐欺に遭",
    "disability": "障害者手帳|身体障害|知的障害|精神障害|発達障害|療育手帳|視覚障害|聴覚障害|"
    "障害等級|要介護[1-5１-５一二三四五]|障がい",
    "health_check": "健康診断|健診結果|人間ドック|検診の?結果|血液検査|血圧(?:は|が|値)|"
    "ストレスチェック|遺伝子検査|検査結果|要再検査",
    "treatment": "通院|入院|手術を|投薬|処方|服薬|治療(?:を|中|歴)|診療録|カルテ|調剤|保健指導|"
    "リハビリ|主治医|人工透析",
    "criminal_procedure": "逮捕|勾留|起訴|書類送検|送検|容疑者|被疑者|被告人|家宅捜索|公判",
    "juvenile_procedure": "少年審判|保護処分|少年院|少年鑑別所|非行|保護観察|家庭裁判所送致",
}  # fmt: skip
"""Words of each category, as a regular expression."""

_WORDS = re.compile("|".join(f"(?P<{name}>{words})" for name, words in CATEGORIES.items()))


def categories_near(joined: Joined, starts: Positions, stops: Positions) -> dict[int, set[str]]:
    """Categories that words near names speak of, by row; rows without any are left out.

    Args:
        joined: the texts.
        starts: where each name starts, in bytes of the joined texts, ascending, `int64[m]`.
        stops: where it stops, `int64[m]`.
    """
    found: dict[int, set[str]] = {}
    rows = joined.rows_of(starts).tolist()
    begins, ends = joined.characters_of(starts).tolist(), joined.characters_of(stops).tolist()
    firsts = joined.characters_of(joined.firsts)
    for row, begin, end in zip(rows, begins, ends, strict=True):
        start = max(begin - _NEAR, int(firsts[row]))
        stop = min(end + _NEAR, int(firsts[row + 1]) - 1)
        start = max(start, joined.text.rfind("\n", start, begin) + 1)
        line_end = joined.text.find("\n", end, stop)
        stop = line_end if line_end >= 0 else stop
        for match in _WORDS.finditer(joined.text, start, stop):
            found.setdefault(row, set()).add(str(match.lastgroup))
    return found
