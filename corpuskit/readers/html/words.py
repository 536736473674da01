"""Words by which the furniture of a page is known: names of classes, and what buttons say."""

from __future__ import annotations

import re
from functools import lru_cache

from corpuskit.readers.html.inline import words


class Named:
    """What the names of an element (`class` or `id`) say of it; a number holds several."""

    NOTHING = 0
    FURNITURE = 1
    LINKS = 2  # furniture where much of its text is links
    NOTE = 4  # an aside that belongs to the text
    FOLDED = 8  # hidden until a reader opens it
    CONTENT = 16  # the main text
    MARK = 32  # a mark beside a heading
    TOC = 64  # a table of the page's own contents


_FURNITURE = words(
    "nav navi gnav lnav fnav snav navbar navigation globalnav localnav breadcrumb breadcrumbs"
    " crumbs pankuzu topicpath topicspath sidebar sidenav sidemenu footer colophon sns share social"
    " sharing advert advertisement ads adsense banner pager pagination paging cookie cookies"
    " consent gdpr modal popup skip skiplink copyright pagetop totop gotop langnav toolbar login"
    " dropdown hamburger drawer bookmark postnavigation backtotop scrolltop navbox catlinks"
    " printfooter jumptonav siteSub bibliographical_information notation_notes"
)
_LINKS = words(
    "menu menubar header side related relation kanren recommend recommended recommendation ranking"
    " rank popular archive archives category categories tags tagcloud tag widget search utility toc"
    " index list links link subnav lang language languages pickup newentry latest recent sitemap"
    " prev next other others author profile similar more you also"
)
_NOTES = words("note notes tip warning caution admonition info important memo point hint column")
_FOLDED = words(
    "accordion collapse collapsible collapsed panel tab tabs tabpanel answer faq toggle spoiler"
    " details readmore qa"
)
_CONTENT = words(
    "content contents main maincontent maincontents contentmain contentsmain mainbody honbun"
    " articlebody articlecontent articletext entrycontent entrybody entrytext postcontent postbody"
    " bodycontent mwcontenttext newsbody maincol maincolumn maintext textbody documentbody pagebody"
)
_MARKS = words("mw-editsection headerlink permalink anchorjs-link hash-link anchor-link")
_TOC = words("toc tocbox ez-toc-container tableofcontents table-of-contents mokuji")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_LONGEST = 500  # characters of names that are looked at


@lru_cache(maxsize=8192)
def named(names: str) -> int:
    """What the names in a `class` or `id` say."""
    names = names[:_LONGEST]
    own = names.split()
    lower = [name.lower() for name in own]
    tokens = {token.lower() for token in _TOKEN.findall(names)} | set(lower)
    found = Named.NOTHING
    for flag, known in (
        (Named.FURNITURE, _FURNITURE),
        (Named.LINKS, _LINKS),
        (Named.NOTE, _NOTES),
        (Named.FOLDED, _FOLDED),
        (Named.MARK, _MARKS),
        (Named.TOC, _TOC),
    ):
        if not known.isdisjoint(tokens):
            found |= flag
    if not _CONTENT.isdisjoint(name.replace("-", "").replace("_", "") for name in lower):
        found |= Named.CONTENT
    return found


_HOME = r"(?:サイト)?(?:ホーム|HOME|Home|トップ(?:ページ)?|TOP|Top|top|home)"
_BACK = r"(?:へ|に)?(?:戻る|もどる|移動(?:する)?|ジャンプ)"
#: Blocks that are furniture wherever they stand. White space is taken out before.
LABELS = re.compile(
    rf"""[▲△↑⇧∧^►▶«≪＜<]*(?:
    (?:この)?ページの?(?:先頭|トップ|上部|最上部|上|TOP|top)(?:(?:へ|に)(?:戻る|もどる|移動)?)?
    |(?:{_HOME}|先頭|目次|一覧|前の?ページ|元の?ページ|上)(?:へ|に)(?:戻る|もどる)
    |ページトップ{_BACK}|Pagetop|PAGETOP|BacktoTop|BACKTOTOP
    |(?:スポンサー(?:ド|ード)?リンク|[\[［【(（]?(?:PR|広告|AD)[\]］】)）]?|Advertisement|Sponsored(?:Links?)?)
    |(?:本文|メインコンテンツ|コンテンツ|メニュー|ナビゲーション)(?:へ|に|を)(?:スキップ|移動|ジャンプ|飛ばす|とばす)(?:します|する)?
    |(?:ここから|ここまで)(?:が)?(?:本文|ナビゲーション|フッター|サイト内共通メニュー)(?:です)?。?
    |この(?:記事|ページ|投稿|商品)を(?:シェア|共有|ツイート|ブックマーク|印刷|送る|保存|友だちに教える)(?:する|しよう|!|！)*
    |(?:シェア|共有|ツイート|ポスト|Share|Tweet)(?:する|しよう|!|！)*(?:[:：]|\d+)?
    |(?:Facebook|X|Twitter|LINE|はてなブックマーク|はてな|Pocket|メール|Instagram)で(?:シェア|共有|送る|ポスト|ツイート|フォロー)(?:する)?
    |(?:文字|フォント)(?:の)?サイズ(?:[:：])?(?:を)?(?:変更)?(?:小|中|大|標準|拡大|縮小|[・/／|｜])*
    )[▲△↑⇧∧^]*""",
    re.X,
)
#: Blocks that are furniture where all of their text is a link.
LINK_LABELS = re.compile(
    r"""[▲△↑«»≪≫＜＞<>←→‹›【\[]*(?:
    (?:前|次|つぎ|まえ|古い|新しい)(?:の)?(?:記事|ページ|投稿|へ|号|章|のページ|の記事)?(?:へ|を読む|を見る)?
    |(?:続き|つづき|もっと|すべて|全て|詳細|詳しく|一覧)(?:を)?(?:読む|見る|みる|表示)?(?:する)?
    |(?:記事)?一覧(?:へ|を見る|に戻る)|トップ(?:ページ)?|ホーム|HOME|Home|TOP|目次|戻る|もどる|サイトマップ
    |(?:ログイン|ログアウト|新規(?:会員)?登録|会員登録|無料(?:会員)?登録|マイページ|買い物かご|カート)(?:はこちら|する|を見る)?
    |(?:カート|かご|お気に入り|ブックマーク|ほしい物リスト)に(?:入れる|追加|登録)(?:する)?
    |(?:コメント|返信|通報|報告|引用|回答|印刷|編集|違反報告|いいね!?|共感した|参考になった|質問)(?:する|を(?:書く|投稿(?:する)?))?(?:[(（]?\d+[)）]?)?
    |(?:お問い?合わ?せ|プライバシーポリシー|個人情報(?:保護(?:方針)?|の取(?:り)?扱い)|利用規約|会社概要|運営会社|特定商取引法に基づく表記|免責事項)(?:はこちら)?
    |English|中文|한국어|日本語|Español|Português
    )[»≫＞>→›】\]]*""",
    re.X,
)
#: What stands over a list of links to other pages.
RELATED = re.compile(
    r"""[■□●○◆◇▼▽★☆▶►【［\[〈《＜<]*(?:
    (?:関連|おすすめ|お薦め|オススメ|人気|最新|新着|注目|最近|話題|過去)(?:の)?(?:記事|投稿|エントリー?|ページ|商品|ニュース|情報|コンテンツ|キーワード|リンク|サイト|コメント|質問|レシピ|動画|カテゴリー?|トピックス?|タグ)(?:一覧|ランキング)?
    |(?:アクセス|閲覧|人気|売れ筋)?(?:記事|商品|レシピ)?ランキング|(?:この|こちら)(?:の|も)?(?:記事|商品|ページ)?(?:を|も)?(?:読|見|買|チェックし)(?:んだ|た|った|まれて|られて|ている).*
    |あわせて(?:読|よ)みたい.*|(?:よく|いま|今)(?:読|見)(?:まれて|られて)いる.*|(?:月別)?アーカイブ|カテゴリー?(?:一覧)?|タグ(?:クラウド|一覧)?|(?:サイト)?メニュー|リンク集?|ブログロール
    |Related.{0,20}|Recent.{0,20}|Popular.{0,20}|Archives?|Categor(?:y|ies)
    )[】］\]〉》＞>:：]*""",
    re.X,
)
#: Where a page stands in its site.
PATH = re.compile(
    rf"""(?:(?:あなたの)?現在(?:の)?(?:位置|地|のページ|いる場所)(?:は)?[:：]?)?{_HOME}
    [>＞›»→/／|｜≫▶].*""",
    re.S | re.X,
)
HOME = re.compile(_HOME)
#: What LABELS and RELATED may begin with: most texts are told by it.
BEGINNINGS = frozenset(
    "▲△↑⇧∧^►▶«≪＜<[［【(（〈《■□●○◆◇▼▽★☆このページサイホーPHTtthB先目一前元上広ASス本メコナシ共ツポFXLIは文フ"
    "関おオ人最新注話過ア閲売記商レラあよい今月カタリブRC"
)
#: Words without which a page says none of what follows.
HINTS = re.compile(
    "copyright|©|[(（]c[)）]|Ⓒ|reserved|無断|cookie|クッキー|Adobe|アドビ|JavaScript|ブラウザ|お使いの環境",
    re.I,
)
#: What stands at the end of pages.
LAST_LINES = re.compile(
    r"""(?!.*。\Z).{0,40}(?:copyright|©|\(c\)|（c）|Ⓒ).{0,100}
    |.{0,100}(?:all ?rights ?reserved|無断(?:転載|複製|引用).{0,15}(?:禁|お断り)).{0,40}""",
    re.I | re.S | re.X,
)
#: What pages say of themselves in a sentence.
NOTICES = re.compile(
    r"(?:Adobe|アドビ).{0,20}(?:Reader|リーダー).{0,60}(?:必要|お持ちでない|ダウンロード)"
    r"|JavaScript.{0,15}(?:を)?有効に|(?:ブラウザ|お使いの環境).{0,30}対応していません",
    re.S,
)
COOKIES = re.compile(r"(?:cookie|クッキー).*(?:同意|許可|承諾|受け入れ|拒否)", re.I | re.S)
SEPARATORS = re.compile(r"[|｜>＞›»≫/／・→［\]］\[]+")
