"""A mentor's statement for people: one page of HTML that needs nothing else, and prints.

It holds no script and asks for nothing over the network. Names are text in it, never markup.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files

from chatserver.api.statement_texts import TEXTS
from chatserver.protocol.statements import StatementLineView, StatementView
from quotas.currencies import MINOR_DIGITS, written
from quotas.phrases import Language
from quotas.zones import zone_to_show

_STYLE = "\n" + files("chatserver.api").joinpath("statement.css").read_text(encoding="utf-8")
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
PAGE_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is loaded, nothing runs; the one style is named by its hash."""


def statement_page(view: StatementView, names: Mapping[str, str], language: Language) -> str:
    """The whole page; `names` are those of people by id, where they have one."""
    return _Page(view, names, language).html()


class _Page:
    def __init__(self, view: StatementView, names: Mapping[str, str], language: Language) -> None:
        self._view = view
        self._names = names
        self._language = language
        self._texts = TEXTS[language]
        self._zone = zone_to_show(view.zone)

    def html(self) -> str:
        view, texts = self._view, self._texts
        title = escape(texts["title"].format(month=view.month, name=self._name(view.mentor)))
        issued = f"{escape(texts['issued'])} {self._time(view.issued_at)}" if view.issued_at else escape(texts["draft"])
        return "\n".join(
            [
                f'<!doctype html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>",
                f'<p class="quiet">{issued} · {escape(view.zone)}</p>',
                self._sums(),
                self._section("lines", view.lines),
                *([self._section("corrections", view.corrections)] if view.corrections else []),
                "</main>\n</body>\n</html>\n",
            ]
        )

    def _sums(self) -> str:
        names = ("price", "mentor", "platform")
        rows = [
            [escape(each.currency), *(self._amount(getattr(each, name), each.currency) for name in names)]
            for each in self._view.sums
        ]
        without = self._view.without_amount
        note = f'<p class="quiet">{escape(self._texts["without_amount"])}: {without}</p>' if without else ""
        return self._table("sums", ("currency", *names), rows) + note

    def _section(self, heading: str, lines: Sequence[StatementLineView]) -> str:
        names = ("starts_at", "member", "service", "kind", "state", "units", "price", "mentor", "platform")
        columns = (*names, "corrects") if heading == "corrections" else names
        return self._table(heading, columns, (self._cells(each)[: len(columns)] for each in lines))

    def _cells(self, line: StatementLineView) -> list[str]:
        texts = self._texts
        return [
            self._time(line.starts_at),
            f"<bdi>{escape(self._name(line.member))}</bdi>",
            escape(f"{texts[line.service]}, {line.minutes} min"),
            escape(texts[line.kind]),
            escape(texts[line.state]),
            f"{line.units}",
            *(self._amount(amount, line.currency) for amount in (line.price, line.mentor, line.platform)),
            escape(line.corrects or ""),
        ]

    def _table(self, heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        texts = self._texts
        head = "".join(f'<th scope="col">{escape(texts[column])}</th>' for column in columns)
        body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        if not body:
            body = f'<tr><td colspan="{len(columns)}">{escape(texts["nothing"])}</td></tr>'
        return (
            f'<h2 id="{heading}">{escape(texts[heading])}</h2>\n<div class="wide" tabindex="0" role="region" '
            f'aria-labelledby="{heading}"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
        )

    def _amount(self, amount: int | None, currency: str | None) -> str:
        if amount is None or currency not in MINOR_DIGITS:
            return "–"
        text = written(amount, currency)
        return escape(f"{text if self._language == 'en' else text.replace('.', ',')} {currency}")

    def _time(self, instant: str) -> str:
        local = datetime.fromisoformat(instant).astimezone(UTC).astimezone(self._zone)
        return f'<time datetime="{escape(instant)}">{local:%Y-%m-%d %H:%M}</time>'

    def _name(self, id: str) -> str:
        return self._names.get(id, id)
