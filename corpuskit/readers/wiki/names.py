"""Names that templates of Wikipedia print for a code: languages and countries, in Japanese."""

from __future__ import annotations

#: Code, name, and the sign that a dictionary uses for it (``lang-en-short``).
_LANGUAGES = """
en 英語 英|de ドイツ語 独|fr フランス語 仏|es スペイン語 西|it イタリア語 伊|ru ロシア語 露
pt ポルトガル語 葡|nl オランダ語 蘭|la ラテン語 羅|el ギリシア語 希|grc 古代ギリシア語 古希
zh 中国語 中|ko 朝鮮語 朝|ja 日本語 日|ar アラビア語 亜|he ヘブライ語 ヘブライ語
hi ヒンディー語 印|pl ポーランド語 波|sv スウェーデン語 瑞|da デンマーク語 丁|no ノルウェー語 諾
nb ノルウェー語 諾|fi フィンランド語 芬|hu ハンガリー語 洪|cs チェコ語 捷|tr トルコ語 土
uk ウクライナ語 宇|vi ベトナム語 越|th タイ語 泰|id インドネシア語 尼|ms マレー語 馬
fa ペルシア語 波斯|sa サンスクリット 梵|mn モンゴル語 蒙|bo チベット語 蔵|eo エスペラント エス
ro ルーマニア語 羅馬尼亜|bg ブルガリア語 勃|sr セルビア語 塞|hr クロアチア語 克|sk スロバキア語 斯
sl スロベニア語 斯洛|et エストニア語 愛沙|lv ラトビア語 拉|lt リトアニア語 立
ka グルジア語 グルジア語|hy アルメニア語 アルメニア語|is アイスランド語 氷|ga アイルランド語 愛
gd スコットランド・ゲール語 蘇|cy ウェールズ語 威|eu バスク語 巴|ca カタルーニャ語 カタルーニャ語
gl ガリシア語 ガリシア語|be ベラルーシ語 白|kk カザフ語 哈|uz ウズベク語 烏|ky キルギス語 吉
tg タジク語 塔|tk トルクメン語 土庫|az アゼルバイジャン語 阿|ta タミル語 タミル語
bn ベンガル語 ベンガル語|ur ウルドゥー語 ウルドゥー語|ne ネパール語 ネパール語
si シンハラ語 シンハラ語|my ビルマ語 緬|km クメール語 柬|lo ラーオ語 老|tl タガログ語 タガログ語
sw スワヒリ語 スワヒリ語|af アフリカーンス語 アフリカーンス語|sq アルバニア語 アルバニア語
mk マケドニア語 マケドニア語|mt マルタ語 マルタ語|lb ルクセンブルク語 ルクセンブルク語
haw ハワイ語 ハワイ語|mi マオリ語 マオリ語|ain アイヌ語 アイヌ語|ryu 沖縄語 沖縄語
yi イディッシュ語 イディッシュ語|ang 古英語 古英|fro 古フランス語 古仏|goh 古高ドイツ語 古高独
non 古ノルド語 古ノルド語|ku クルド語 クルド語|ps パシュトー語 パシュトー語
ug ウイグル語 ウイグル語|yue 広東語 広東語|am アムハラ語 アムハラ語
mg マダガスカル語 マダガスカル語|bar バイエルン語 バイエルン語
"""

_COUNTRIES = """
JPN 日本|USA アメリカ合衆国|GBR イギリス|UK イギリス|FRA フランス|DEU ドイツ|GER ドイツ
ITA イタリア|ESP スペイン|PRT ポルトガル|POR ポルトガル|NLD オランダ|NED オランダ|BEL ベルギー
CHE スイス|SUI スイス|AUT オーストリア|SWE スウェーデン|NOR ノルウェー|DNK デンマーク
DEN デンマーク|FIN フィンランド|ISL アイスランド|IRL アイルランド|POL ポーランド|CZE チェコ
SVK スロバキア|HUN ハンガリー|ROU ルーマニア|ROM ルーマニア|BGR ブルガリア|BUL ブルガリア
GRC ギリシャ|GRE ギリシャ|TUR トルコ|RUS ロシア|UKR ウクライナ|BLR ベラルーシ|EST エストニア
LVA ラトビア|LAT ラトビア|LTU リトアニア|SRB セルビア|HRV クロアチア|CRO クロアチア|SVN スロベニア
SLO スロベニア|BIH ボスニア・ヘルツェゴビナ|MNE モンテネグロ|MKD 北マケドニア|ALB アルバニア
CHN 中国|TWN 台湾|TPE チャイニーズタイペイ|HKG 香港|MAC マカオ|KOR 韓国|PRK 北朝鮮|MNG モンゴル
MGL モンゴル|VNM ベトナム|VIE ベトナム|THA タイ|IDN インドネシア|INA インドネシア|MYS マレーシア
MAS マレーシア|SGP シンガポール|SIN シンガポール|PHL フィリピン|PHI フィリピン|MMR ミャンマー
KHM カンボジア|CAM カンボジア|LAO ラオス|BRN ブルネイ|TLS 東ティモール|IND インド|PAK パキスタン
BGD バングラデシュ|BAN バングラデシュ|LKA スリランカ|SRI スリランカ|NPL ネパール|NEP ネパール
BTN ブータン|MDV モルディブ|AFG アフガニスタン|IRN イラン|IRI イラン|IRQ イラク|SAU サウジアラビア
KSA サウジアラビア|ARE アラブ首長国連邦|UAE アラブ首長国連邦|QAT カタール|KWT クウェート
KUW クウェート|BHR バーレーン|OMN オマーン|OMA オマーン|YEM イエメン|JOR ヨルダン|LBN レバノン
LIB レバノン|SYR シリア|ISR イスラエル|PSE パレスチナ|CYP キプロス|GEO ジョージア|ARM アルメニア
AZE アゼルバイジャン|KAZ カザフスタン|UZB ウズベキスタン|KGZ キルギス|TJK タジキスタン
TKM トルクメニスタン|CAN カナダ|MEX メキシコ|GTM グアテマラ|BLZ ベリーズ|HND ホンジュラス
SLV エルサルバドル|NIC ニカラグア|CRI コスタリカ|CRC コスタリカ|PAN パナマ|CUB キューバ
JAM ジャマイカ|HTI ハイチ|HAI ハイチ|DOM ドミニカ共和国|PRI プエルトリコ|PUR プエルトリコ
BHS バハマ|BAH バハマ|BRB バルバドス|TTO トリニダード・トバゴ|COL コロンビア|VEN ベネズエラ
ECU エクアドル|PER ペルー|BOL ボリビア|BRA ブラジル|PRY パラグアイ|PAR パラグアイ|URY ウルグアイ
URU ウルグアイ|ARG アルゼンチン|CHL チリ|CHI チリ|GUY ガイアナ|SUR スリナム|AUS オーストラリア
NZL ニュージーランド|PNG パプアニューギニア|FJI フィジー|SLB ソロモン諸島|VUT バヌアツ|WSM サモア
TON トンガ|KIR キリバス|TUV ツバル|NRU ナウル|PLW パラオ|FSM ミクロネシア連邦|MHL マーシャル諸島
GUM グアム|EGY エジプト|LBY リビア|LBA リビア|TUN チュニジア|DZA アルジェリア|ALG アルジェリア
MAR モロッコ|SDN スーダン|SUD スーダン|SSD 南スーダン|ETH エチオピア|ERI エリトリア|SOM ソマリア
DJI ジブチ|KEN ケニア|UGA ウガンダ|TZA タンザニア|TAN タンザニア|RWA ルワンダ|BDI ブルンジ
COD コンゴ民主共和国|COG コンゴ共和国|CMR カメルーン|GAB ガボン|CAF 中央アフリカ|TCD チャド
NER ニジェール|NGA ナイジェリア|NGR ナイジェリア|BEN ベナン|TGO トーゴ|GHA ガーナ
CIV コートジボワール|LBR リベリア|SLE シエラレオネ|GIN ギニア|GNB ギニアビサウ|SEN セネガル
GMB ガンビア|MLI マリ|BFA ブルキナファソ|MRT モーリタニア|CPV カーボベルデ|AGO アンゴラ
ANG アンゴラ|ZMB ザンビア|ZAM ザンビア|ZWE ジンバブエ|ZIM ジンバブエ|MWI マラウイ|MOZ モザンビーク
BWA ボツワナ|BOT ボツワナ|NAM ナミビア|ZAF 南アフリカ共和国|RSA 南アフリカ共和国|LSO レソト
SWZ エスワティニ|MDG マダガスカル|MAD マダガスカル|MUS モーリシャス|SYC セーシェル|COM コモロ
LUX ルクセンブルク|LIE リヒテンシュタイン|MCO モナコ|MON モナコ|AND アンドラ|SMR サンマリノ
VAT バチカン|MLT マルタ|MDA モルドバ|ENG イングランド|SCO スコットランド|WAL ウェールズ
NIR 北アイルランド|EUR 欧州連合|URS ソビエト連邦|SSR ソビエト連邦|YUG ユーゴスラビア
TCH チェコスロバキア|GDR 東ドイツ|FRG 西ドイツ|GRL グリーンランド|PYF フランス領ポリネシア
NCL ニューカレドニア
PRC 中華人民共和国|ROC 中華民国|GNQ 赤道ギニア|STP サントメ・プリンシペ|GRD グレナダ
ATG アンティグア・バーブーダ|KNA セントクリストファー・ネイビス|LCA セントルシア
VCT セントビンセント・グレナディーン|DMA ドミニカ国
"""


def _pairs(table: str) -> list[list[str]]:
    return [entry.split() for line in table.split("\n") for entry in line.split("|") if entry]


#: Name of a language by its code.
LANGUAGES = {code: name for code, name, _ in _pairs(_LANGUAGES)}
#: The short sign for it.
SHORT_LANGUAGES = {code: short for code, _, short in _pairs(_LANGUAGES)}
#: Name of a country by the code that its flag template has.
COUNTRIES = {code: name for code, name in _pairs(_COUNTRIES)}
