"""How likely a text is as Japanese prose, code or tables: its length in bits under a small model.

The model knows kinds of characters (kana, kanji, ASCII letters, ...), how often one kind follows
another, and how common each character is within its kind. Of several readings of the same bytes,
the one with the fewest bits is the likeliest. Figures are rounded from counts over law, literature,
encyclopaedia and technical documents; half-width kana and broken characters, which are rare there,
are set so that a run of them costs less than its first one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

REPLACEMENT = "\ufffd"

KINDS = (
    OTHER, ALNUM, SIGN, HIRAGANA, KATAKANA, KANJI, MARK, HALF, BROKEN, PRIVATE, LATIN, WIDE
) = range(12)  # fmt: skip

#: Bits of a step from one kind (row) to another (column), in the order of `KINDS`.
_STEPS = np.array(
    [
        [1.2, 4.2, 1.3, 5.9, 6.4, 4.3, 4.9, 13, 11, 13, 11, 10],
        [12.8, 0.3, 2.4, 7.8, 9.2, 7.6, 8.8, 12, 11, 14, 9, 14],
        [9.7, 1.7, 0.8, 5.1, 5.5, 4.4, 6.2, 9, 10, 13, 11, 9.4],
        [13.2, 7.1, 5.2, 0.9, 4.6, 1.9, 3.3, 12, 10, 12, 16, 11.8],
        [13.5, 9.2, 5.2, 2.9, 0.3, 4.8, 6.5, 13, 10, 12, 13.8, 12],
        [13.5, 7.3, 4.5, 1.5, 6.2, 0.9, 4.9, 12, 10, 12, 14.8, 12.1],
        [10.5, 4.4, 1.9, 2.6, 3.8, 1.6, 3.2, 12, 10, 12, 13.7, 8.8],
        [12, 4.5, 2.6, 7, 8, 6, 7, 0.4, 10, 13, 13, 11],
        [8, 4, 4, 4, 5, 4, 5, 9, 3, 8, 9, 8],
        [8, 5, 3, 3, 5, 3, 4, 11, 8, 3, 11, 8],
        [6.5, 1, 2, 8.2, 8, 7, 7, 12, 10, 13, 3.6, 8],
        [9.9, 7.5, 2, 4.7, 5.5, 2.6, 2.8, 12, 10, 12, 12, 2],
    ],
    np.float64,
)

#: The thousand most frequent kanji: the first hundred, then to 250, to 500, to 1000.
_FREQUENT = (
    (
        "定数用合使場行文要関一値出字変第実成的作指例名法列表前以能方理設入示条返同力動括対下弧必内生"
        "更置参時本書上照取新型可分日加性項次化引付呼開記間子十中発自義素式二部最目年構追後処機外現除"
        "配存者大見人規号"
    ),
    (
        "全意事位利明保言通語期含持正在算体有始特終得削三選込換別読当結解果連業代応効続択等所単他組制"
        "適確提認度初点受検渡報計会説状国基詳複手注情供非常形接送月小準属信細四公学装際再切限無不態空"
        "地社様多先及各知録証画演件立省索容長直推決令番五向面何共又係高回異整境集類施問題環管順務物政"
        "版考権既主改起親価述来造"
    ),
    (
        "平種宣割六格略標図依完重移御囲了百張進概則該奨拡区扱金和経調約象求八味元与七支修任般戻域告比"
        "相登判覧側律範身備論築仕由操済段思失頭個許九気識今並市産家較降資安替止線挿少株民違世従査待活"
        "両県量視載導系右電予継投員心音額原章左過簡挙独強評役道敗色私角承納断致品互議影掲水仮山反白編"
        "想未真静領末術害試補援育教界話統都口策収護女布率析暗負称印余附響質遅消放訳昭命落減復便専験技"
        "交振転近著像優介運半総良料端費警満請治給答避英感府古固助然似防云町職担具東訴製押財残若功速足"
        "展野念楽土増飾階達流延海純裁税雑申円幅符"
    ),
    (
        "破働差企停探低障戦秒抽委節殊田療研離究釈島辺居住伝債片舞添課北浮尾繰須監況難歴帰序広刑習団医"
        "神工官措善訟科閉万為横屋測箇彼門刻士底走校西深密郎聞縮精討織描声普程川天労辞器積風営短村車座"
        "偽頼払採責観超好途毎石句跡乗翻派縦局因案協刷逆望南険木男州軽覚源棄背美易映臣層慮壊太診履被紹"
        "模族黙児死商帯絶守禁悪誰伴早着母競建旧去将埋圧混困葉紙景波氏拠矢票漢枠否併食夜朝戸庁維路欄却"
        "典売掛隔青抜京券乱柔史極執材農火副償曲丸廃弱眼誤借興紀歌井双留福顔献客突候飛鍵央遠慣周千益軟"
        "巻災契察根群携庫締桁養欠折署傍春透束脚貨欧寄諸衛講徴譲越馬光遷弁健倍厳院詩己苦我写盤久籍勧花"
        "兵熟免清隠王包急潔週罪閣審礎圏台旨促均争松染緒赤即抄洋軍託排郡林創夫衆損館植忘岡詰愛吉談貫撃"
        "歩厚勝首稿届船針米秘黒芸輸鉄疑漫休父園姿紐宅頃庭貢師故恐荷級縛打息滅老充球退遺草君皆散聴勢店"
        "粋那融病揃攻肢鳥購佐唯温永詞謝隣陸党室歳頒旅絵來頻循買薬裏茶岐革笑童脈星刊曜到娘雨窓抑幾哲筆"
        "其軸銀岩肥罰磁之衝帳蔵還款占匿控武沿顧藤駆恵殺幸踏寝汚徳志微至橋雲捕皇滑河油此貼床危犯触驚就"
        "雇城鳴駁核吸繁谷妙催藩罫遇郵江湯秋齢賞服貸寺偶練敷盛脆奇捨伊祖握垂銭願岸兄暮招摘"
    ),
)
_KANJI_BITS = (7.5, 9, 10.8, 12.8)
#: Bits of kanji of JIS level 1, level 2, of IBM, and beyond, that are not frequent.
_LEVEL_1, _LEVEL_2, _IBM, _BEYOND = 16.5, 19.5, 17, 24
#: Kanji that JIS X 0213 added and that are in use: 常用漢字 of 2010, print forms.
NEW_KANJI = "𠮟塡剝頰俱噓姸屛瘦繫麴蠟蟬醬摑搔瀆簞鷗顚攢潑瀨囊軀焰嚙鹼俠"
#: Signs and letters that JIS X 0213 added and that are the usual ones in Japanese text.
NEW_SIGNS = "\xa0•–©é♥✓üíäñöçßáèûêóâàúōūāēī♡☎»«®·è"
#: Stand for all code points of plane 1, planes 2 and 3, and above.
_EMOJI, _KANJI_BEYOND, _FAR = 0x10000, 0x10001, 0x10002


@dataclass(frozen=True, slots=True)
class Weight:
    """How likely a text is.

    Attributes:
        bits: the fewer, the likelier.
        counts: characters of each kind.
    """

    bits: float
    counts: npt.NDArray[np.int64]

    @property
    def bad(self) -> int:
        """Broken and private characters."""
        return int(self.counts[BROKEN] + self.counts[PRIVATE])

    @property
    def high(self) -> int:
        """Characters that are not ASCII."""
        return int(self.counts.sum() - self.counts[ALNUM] - self.counts[SIGN])

    def of(self, *kinds: int) -> int:
        """Characters of these kinds."""
        return int(self.counts[list(kinds)].sum())


#: Half-width sound marks, small kana and long vowels where none can be.
_STRAY_MARK = re.compile(
    "(?<![ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<![ﾊ-ﾎ])ﾟ|(?<![ｷｼﾁﾆﾋﾐﾘﾞﾟｭﾃﾌ])[ｬｭｮ]|(?<![ｦ-ﾟ])[ｧ-ｰ]|(?<![ｱ-ﾝﾞ])[ｧ-ｫ]"
)


def weigh(text: str) -> Weight:
    """Weigh a text."""
    points = _points(text)
    kinds_of, bits_of = _tables()
    if len(points) and points.max() > 0xFFFF:
        points = _folded(points)
    kinds = kinds_of[points].astype(np.intp)
    width = len(KINDS)
    steps = np.bincount(kinds[:-1] * width + kinds[1:], minlength=width * width)
    bits = float(steps @ _STEPS.ravel()) + float(bits_of[points].sum())
    counts = np.bincount(kinds, minlength=width)
    if len(kinds):
        bits += float(_STEPS[SIGN, kinds[0]])
    if counts[HALF]:
        again = int(steps[SIGN * width + HALF]) - 1
        bits += 8 * len(_STRAY_MARK.findall(text)) - 6.5 * max(0, again)
    return Weight(bits, counts)


def bits_each(text: str) -> npt.NDArray[np.float64]:
    """The bits of each character and of the step to it; `weigh` adds what runs of HALF save."""
    points = _points(text)
    kinds_of, bits_of = _tables()
    if len(points) and points.max() > 0xFFFF:
        points = _folded(points)
    kinds = kinds_of[points].astype(np.intp)
    bits = bits_of[points]
    bits[1:] += _STEPS[kinds[:-1], kinds[1:]]
    return bits


def count_of(text: str, wanted: str) -> int:
    """How many characters of a text are among the wanted ones, which are below U+10000."""
    return int(np.count_nonzero(_among(wanted)[np.minimum(_points(text), 0xFFFF)]))


@lru_cache(maxsize=8)
def _among(wanted: str) -> npt.NDArray[np.bool_]:
    table = np.zeros(0x10000, np.bool_)
    table[_points(wanted)] = True
    return table


def _folded(points: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Code points above U+FFFF as the one that stands for their plane in the tables."""
    planes = np.array([0, _EMOJI, _KANJI_BEYOND, _KANJI_BEYOND], np.uint32)
    plane = points >> 16
    far = np.where(plane < 4, planes[np.minimum(plane, 3)], np.uint32(_FAR))
    folded = np.where(plane > 0, far, points)
    folded[points == ord("𠮟")] = ord("塡")
    return folded.astype(np.uint32)


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _tables() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    """Kind and bits of each code point up to U+FFFF, and of what stands for those above."""
    kinds = np.full(_FAR + 1, OTHER, np.uint8)
    bits = np.full(_FAR + 1, 21.0)

    def fill(kind: int, cost: float, *ranges: tuple[int, int]) -> None:
        for low, high in ranges:
            kinds[low:high] = kind
            bits[low:high] = cost

    fill(OTHER, 12, (0xA0, 0xC0), (0x370, 0x460), (0x2010, 0x2060), (0x2070, 0x20A0))
    fill(
        OTHER,
        12,
        (0x20AC, 0x20AD),
        (0x2100, 0x2300),
        (0x2500, 0x25A0),
        (0x2605, 0x2607),
        (0x2700, 0x2800),
        (_EMOJI, _EMOJI + 1),
    )
    fill(OTHER, 17, (0xAC00, 0xD7A4), (_FAR, _FAR + 1))
    fill(SIGN, 6, (0x20, 0x7F))
    fill(SIGN, 3, (0x20, 0x21), (0x0A, 0x0B), (0x2C, 0x2F))
    fill(SIGN, 5, (0x09, 0x0A), (0x0D, 0x0E))
    fill(SIGN, 14, (0x0C, 0x0D), (0x1A, 0x1C))
    fill(ALNUM, 5, (0x61, 0x7B))
    fill(ALNUM, 6.3, (0x30, 0x3A), (0x41, 0x5B))
    fill(BROKEN, 12, (0, 9), (0x0B, 0x0C), (0x0E, 0x1A), (0x1C, 0x20), (0x7F, 0xA0))
    fill(LATIN, 6, (0xC0, 0x180))
    fill(
        MARK,
        9,
        (0x2010, 0x2027),
        (0x2190, 0x2194),
        (0x2160, 0x2180),
        (0x2460, 0x2474),
        (0x2500, 0x2580),
    )
    fill(
        MARK,
        9,
        (0x25A0, 0x25B4),
        (0x25BC, 0x25BE),
        (0x25C6, 0x25D0),
        (0x3006, 0x3021),
        (0x3220, 0x3400),
        (0xFF01, 0xFF5F),
    )
    fill(HIRAGANA, 5.3, (0x3041, 0x3094))
    fill(HIRAGANA, 12, (0x3094, 0x3095), (0x309D, 0x309F))
    fill(HIRAGANA, 20, (0x3095, 0x309D), (0x309F, 0x30A0))
    fill(KATAKANA, 5.5, (0x30A1, 0x30F5), (0x30FC, 0x30FD))
    fill(KATAKANA, 10, (0x30F5, 0x30F7), (0x30FD, 0x30FF))
    fill(KATAKANA, 20, (0x30F7, 0x30FB))
    fill(KANJI, _BEYOND, (0x3400, 0xA000), (0xF900, 0xFB00), (_KANJI_BEYOND, _FAR))
    fill(WIDE, 5.8, (0xFF10, 0xFF1A), (0xFF21, 0xFF3B), (0xFF41, 0xFF5B))
    fill(HALF, 6.3, (0xFF66, 0xFF9E))
    bits[_points("ｰﾝｽﾄﾙｲﾗﾘｸｼﾌﾀﾚｯﾃｱｺﾏﾛｶﾉﾆﾊｷ")] = 4.8
    fill(HALF, 3.5, (0xFF9E, 0xFF9F))
    fill(HALF, 7, (0xFF61, 0xFF66), (0xFF9F, 0xFFA0))
    fill(PRIVATE, 11, (0xE000, 0xF900))
    fill(BROKEN, 11, (0xFFFD, 0x10000))
    ibm = bytes(b for lead in (0xFA, 0xFB) for trail in range(0x40, 0xFD) for b in (lead, trail))
    kanji = [p for p in _points(ibm.decode("cp932", "ignore")) if kinds[p] == KANJI]
    bits[kanji] = _IBM
    for first, last, cost in ((16, 48, _LEVEL_1), (48, 85, _LEVEL_2)):
        cells = ((row, cell) for row in range(first, last) for cell in range(1, 95))
        raw = bytes(byte for row, cell in cells for byte in (row + 0xA0, cell + 0xA0))
        bits[_points(raw.decode("euc_jp", "ignore"))] = cost
    for text, cost in zip(_FREQUENT, _KANJI_BITS, strict=True):
        bits[_points(text)] = cost
    bits[_points(NEW_KANJI[1:])] = 13
    bits[_points("髙﨑")] = 12
    bits[_points("ⅳⅴⅵⅶⅷⅸⅹ")] = 12
    fill(KANJI, 9, (0x3005, 0x3006))
    fill(OTHER, 17, (0x2600, 0x2700), (0x3250, 0x3260), (0x32B1, 0x3300))
    bits[_points(NEW_SIGNS)] -= 2
    fill(MARK, 2.5, (0x3001, 0x3003), (0x30FB, 0x30FC))
    fill(MARK, 5, (0x3000, 0x3001), (0x300A, 0x300E), (0xFF08, 0xFF0A), (0xFF0C, 0xFF0D))
    return kinds, bits
