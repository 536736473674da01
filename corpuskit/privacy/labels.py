"""Words before a number that say what it is, or that it is nobody's: the nearest one decides.

Words are looked for in NFKC and lower case, so that half-width kana, ℡ and decomposed dakuten are
found. A guard (品番, 特許, ISBN, 受付番号 ...) right before a number protects it from every rule
that would take it by its form alone.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_WORDS: dict[str, str] = {
    "guard": (
        r"適用事業所番号|カードの?製造番号|教員免許(?:状)?(?:番号)?|免許状番号|事業所番号|会社法人等番号"
        r"|(?:お)?問い?合わ?せ番号|電話機|口座数|パスポートサイズ|連絡先コード|免許年月日|普通(?:車|列車|郵便物)"
        r"|クレジット数|アカウント数|(?<![a-z])tel[a-z]|電話番号帯"
    ),
    "my_number": r"マイナンバー|個人番号|共通番号|個人識別番号|my ?number",
    "corporate_number": r"法人番号|適格請求書|登録番号|インボイス|corporate number",
    "drivers_licence": r"運転免許|運免番号|免許証|免許番号|免許no|免許|driver'?s? ?licen[cs]e",
    "passport": r"旅券|パスポート|passport",
    "residence_card": r"在留カード|在留c|特別永住者証明書|residence ?card",
    "basic_pension": r"基礎年金番号|年金番号|年金手帳|年金証書|pension number",
    "employment_insurance": r"雇用保険|雇保番号|被保険者番号",
    "resident_code": r"住民票コード|住基コード",
    "health_insurance": r"(?<!被)保険者番号|公費負担者番号|市町村番号",
    "yucho_account": r"ゆうちょ|記号番号|記号・番号|記号-番号|郵便貯金|通常貯金|郵便振替|振替口座",
    "bank_account": r"口座番号|口座no|口座|普通預金|普通|当座預金|当座|貯蓄預金|貯蓄"
    r"|bank account|account[ _-]?(?:number|no)",
    "card": r"クレジット|カード番号|カードno|visa|jcb|master ?card|マスターカード|amex|アメックス"
    r"|アメリカン・エキスプレス|ダイナース|diners|credit|card (?:number|no)|デビット",
    "phone": (
        r"電話番号|電話|でんわ|デンワ|(?<![a-z])tel(?![a-z])|☎|📞|📱|☏|携帯|ケータイ|スマホ|(?<![a-z])fax(?![a-z])|ファックス"
        r"|ファクシミリ|ファクス|連絡先|緊急連絡|phone|mobile|フリーダイヤル|フリーコール|ナビダイヤル|問い?合わ?せ"
        r"|直通|代表番号|代表|内線|自宅|勤務先|(?<![a-z])call(?![a-z])|ダイヤル"
    ),
    "postal_code": r"〒|郵便番号|postal ?code|zip ?code",
    "ip_address": r"(?<![a-z])ip(?:v4|v6)?(?:アドレス)?(?![a-z])|アドレス|ゲートウェイ|address"
    r"|gateway|(?<![a-z])(?:ping|dns)(?![a-z])|送信元|接続元",
}
_KNOWN = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _WORDS.items()))
# What those words start with: only there is the pattern tried.
_HEADS = re.compile(
    "[abcdfghijmprstvz☎☏📞📱〒おでゆアイカクケゲサスダデナパフホマ事代会住保個免公共内勤口問"
    "在基宛市年当振接携教旅普法特登直緊自被記貯送通連運適郵雇電]"
)
_GUARD = re.compile(
    r"[一-龥々ァ-ヶー]{1,8}(?:番号|コード|ナンバー|記号|no\.?|id)|特願|特許第?|特開|特公|特表|実願|実開|実公|意願|意匠|商願"
    r"|(?<![a-z])(?:jan|ean|gtin|upc|isbn|issn|jis|iso|iec|doi|ver|version|lot|sku|model|part|rev|id|s/n|p/n)(?![a-z])"
    r"|serial|図番|図面|品番|型番|型式|形式|形番|部番|品名|品目|ロット|シリアル|製番|機番|号機|部品|伝票|注文|受注|発注|見積|請求"
    r"|検収|バージョン|版|緯度|経度|座標|価格|金額|単価|定価|合計|税込|数量|在庫|規格|追跡|型|質量|寸法|計器|管理|工番|仕掛"
    r"|(?:法律|政令|省令|告示|条例)第|[¥$€£#]"
)
_NEAR = 12
_WIDE = {"my_number"}
_UNITS = re.compile(
    r" ?(?:円|個|本|枚|台|件|人|名|点|回|kg|mm|cm|km|ml|㎜|hz|kb|mb|gb|バイト|ビット|行|頁"
    r"|ページ|万|億|年|歳|%|ドル|時間|秒)(?![一-龥々])"
)


class Label(NamedTuple):
    """A word before a number: what it says, and how many characters lie between."""

    kind: str
    gap: int
    between: str


@functools.lru_cache(maxsize=256)
def plain(text: str) -> str:
    """The text as labels are looked for in it."""
    return unicodedata.normalize("NFKC", text).lower()


def _known(text: str) -> Iterator[re.Match[str]]:
    """Words that are known, left to right; only heads of words are tried, which is fast."""
    done = 0
    for head in _HEADS.finditer(text):
        if head.start() >= done and (m := _KNOWN.match(text, head.start())):
            done = m.end()
            yield m


def labels_before(text: str) -> list[Label]:
    """Words in the text before a number, the nearest first; guards count only right before it."""
    text = plain(text)
    found = [(m.end(), str(m.lastgroup), m.start()) for m in _known(text)]
    spans = [(start, stop) for stop, _, start in found]
    tail = text[-(_NEAR + 24) :]
    shift = len(text) - len(tail)
    for m in _GUARD.finditer(tail):
        start, stop = m.start() + shift, m.end() + shift
        if not any(a < stop and start < b for a, b in spans):
            found.append((stop, "guard", start))
    labels = []
    for stop, kind, _ in sorted(found, reverse=True):
        between = text[stop:]
        if kind == "guard" and (len(between) > _NEAR or re.search(r"[。\n、，]", between)):
            continue
        labels.append(Label(kind, len(between), between))
    return labels


def is_guarded(labels: list[Label], after: str) -> bool:
    """Say whether the nearest word is a guard, or a unit of quantity follows the number."""
    guarded = bool(labels) and labels[0].kind == "guard"
    return guarded or _UNITS.match(plain(after)) is not None


def confidence(labels: list[Label], kind: str, far: int) -> int:
    """How sure the words make it that a number is of a kind: 85 near, 75 far, 0 not at all.

    A guard that is nearer than the word wins. Up to `far` characters may lie between, without a
    full stop unless the kind is looked for in the whole window.
    """
    for label in labels:
        if label.kind == "guard":
            return 0
        if label.kind != kind:
            continue
        if label.gap > far or ("。" in label.between and kind not in _WIDE):
            return 0
        return 85 if label.gap <= _NEAR else 75
    return 0
