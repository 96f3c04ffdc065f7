"""A mail as its reader sees it: the sentences of its notices and what stands around them, as plain text and as HTML.

HTML in mails is what clients of many years render: tables, styles at each element, and one block of styles beside for
dark screens and small ones. It loads nothing and runs nothing; what people are called is text in it, never markup.
"""

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from msgspec import Struct

from chatserver.notices.mail_texts import MailTexts
from quotas.notices import Topic
from quotas.phrases import Language

_STYLE = files("chatserver.notices").joinpath("mail_page.css").read_text(encoding="utf-8")
_FONT = "-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif"
_UNIT = re.compile(r"(\bkl\.|(?<![:.\d])\b\d{1,3}\.?) (?=\d|[a-zæøå])")
_INK, _QUIET, _LINK = "#2b2230", "#5c5162", "#6b3a72"


class LetterLink(Struct, frozen=True):
    """A button: what stands on it, and where it leads."""

    text: str
    url: str


class LetterPart(Struct, frozen=True):
    """One notice in a letter."""

    title: str
    line: str
    why: str = ""
    """Why one gets it; '' for one of a kind that the person knows."""
    link: LetterLink | None = None


class LetterContent(Struct, frozen=True):
    """All that a mail says. More than one part is a summary."""

    language: Language
    parts: Sequence[LetterPart]
    zone: str
    """Whose times it says; '' where it says none."""
    summary: str = ""
    """The title of several; '' for that of whatever is put together."""
    calendar_hint: str = ""
    """What to do with the calendar's part; '' where there is none."""
    unsubscribe_url: str = ""
    topics: tuple[Topic, ...] = ()
    """What the link unsubscribes from."""


class LetterText(Struct, frozen=True):
    """The same in the three forms that a mail has it in."""

    subject: str
    plain: str
    html: str


def letter_text(content: LetterContent) -> LetterText:
    """Written out."""
    texts = MailTexts(content.language)
    several = content.summary or texts("summary", n=len(content.parts))
    title = content.parts[0].title if len(content.parts) == 1 else several
    return LetterText(title, _plain(content, texts), _html(content, texts, title))


def _footer(content: LetterContent, texts: MailTexts) -> list[str]:
    """What stands below, without the link that unsubscribes."""
    whys = dict.fromkeys(part.why for part in content.parts if part.why)
    zone = [texts("zone", zone=content.zone.replace("_", " "))] if content.zone else []
    return [*whys, " ".join([*zone, texts("no_answer")])]


def _shared_link(parts: Sequence[LetterPart]) -> LetterLink | None:
    """The link of all parts, where they have the same one: once is enough."""
    links = {part.link for part in parts}
    return links.pop() if len(links) == 1 else None


def _plain(content: LetterContent, texts: MailTexts) -> str:
    several, shared = len(content.parts) > 1, _shared_link(content.parts)
    lines: list[str] = []
    for part in content.parts:
        lines += [*([part.title] if several else []), part.line]
        lines += [f"{part.link.text}: {part.link.url}"] if part.link and not shared else []
        lines.append("")
    if shared:
        lines[-1:] = [*([""] if several else []), f"{shared.text}: {shared.url}", ""]
    if content.calendar_hint:
        lines += [content.calendar_hint, ""]
    lines += ["-- ", *_footer(content, texts)]
    if content.unsubscribe_url:
        lines.append(f"{texts('unsubscribe', topics=texts.topics(content.topics))}: {content.unsubscribe_url}")
    return "\n".join(lines) + "\n"


def _html(content: LetterContent, texts: MailTexts, title: str) -> str:
    several, shared = len(content.parts) > 1, _shared_link(content.parts)
    parts = [_part(part, several=several, with_link=shared is None) for part in content.parts]
    hint = _text(content.calendar_hint, 15, _QUIET, "quiet", top=20) if content.calendar_hint else ""
    below = [_text(line, 13, _QUIET, "quiet", top=8) for line in _footer(content, texts)]
    if content.unsubscribe_url:
        said = escape(texts("unsubscribe", topics=texts.topics(content.topics)))
        link = f'<a class="link" href="{escape(content.unsubscribe_url)}" style="color:{_LINK}">{said}</a>'
        below.append(_paragraph(link, 13, _QUIET, "quiet", top=8))
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{content.language}">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="supported-color-schemes" content="light dark">',
            '<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">',
            f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>",
            f'<body class="paper" style="margin:0;padding:0;background:#f3f0ef;font-family:{_FONT}">',
            f'{_table("paper", "background:#f3f0ef")}<tr><td class="outer" align="center" style="padding:32px 16px">',
            f'{_table("", "max-width:560px")}<tr><td class="card" style="padding:32px;background:#ffffff;'
            'border:1px solid #ddd5d8;border-radius:16px">',
            f'<h1 class="ink" style="margin:0;font-size:22px;line-height:1.3;font-weight:650;color:{_INK}">'
            f"{_glued(escape(title))}</h1>",
            *parts,
            _button(shared) if shared else "",
            hint,
            '</td></tr><tr><td style="padding:16px 8px 0">',
            *below,
            "</td></tr></table>\n</td></tr></table>\n</body>\n</html>\n",
        ]
    )


def _part(part: LetterPart, *, several: bool, with_link: bool) -> str:
    said = []
    if several:
        said.append(
            f'<h2 class="ink rule" style="margin:20px 0 0;padding:20px 0 0;border-top:1px solid #ddd5d8;'
            f'font-size:17px;line-height:1.35;font-weight:650;color:{_INK}">{_glued(escape(part.title))}</h2>'
        )
    said.append(_text(part.line, 17, _INK, "ink", top=4 if several else 12))
    if part.link and with_link:
        # Buttons one below the other would all say that they come first.
        link = f'<a class="link" href="{escape(part.link.url)}" style="color:{_LINK}">{escape(part.link.text)}</a>'
        said.append(_paragraph(link, 16, _QUIET, "quiet", top=4))
    return "\n".join(said)


def _button(link: LetterLink) -> str:
    return (
        f'<p style="margin:20px 0 0"><a class="button" href="{escape(link.url)}" style="display:inline-block;'
        f"padding:12px 20px;border-radius:10px;background:#6b3a72;color:#ffffff;font-size:16px;line-height:20px;"
        f'font-weight:500;text-decoration:none">{escape(link.text)}</a></p>'
    )


def _text(text: str, size: int, colour: str, kind: str, *, top: int) -> str:
    return _paragraph(_glued(escape(text)), size, colour, kind, top=top)


def _glued(html: str) -> str:
    """With numbers and their units on one line: kl. 11:00, 30 minutes."""
    return _UNIT.sub(r"\1&nbsp;", html)


def _paragraph(html: str, size: int, colour: str, kind: str, *, top: int) -> str:
    style = f"margin:{top}px 0 0;font-size:{size}px;line-height:1.5;color:{colour}"
    return f'<p class="{kind}" style="{style}">{html}</p>'


def _table(kind: str, style: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<table{named} role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="{style}">'
