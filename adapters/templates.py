"""Notices from templates: one plain text a title, laid out as text and as HTML around the same paragraphs."""

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import parse_pattern
from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from adapters.links import Links
from dunning.levels import Level
from dunning.money import Money, digits
from dunning.orders import NoticeOrder
from dunning.records import Account, NoticeText
from dunning.wire import Instant

_COMMON = "common"
_ANY_TITLE = f"{_COMMON}/any_title.txt"
_HELP = "help"


def slug(title: str) -> str:
    """The file name of a title: `First Invoice Overdue Notice` is `first_invoice_overdue_notice`."""
    words = ("".join(filter(str.isalnum, word)) for word in title.lower().split())
    return "_".join(filter(None, words))


class TemplateRenderer:
    """Renders `<folder>/<policy>/<slug>.txt`, or else `<folder>/common/<slug>.txt`; fits `dunning.ports.Renderer`.

    `links` signs the pay links of our own portal. Without it `pay_url` and the invoice's number make a plain one, for
    somebody else's. `help_url` explains the payment page (S3-04); when it is not given, the portal's own page does, or
    `<pay_url>/help`.
    """

    def __init__(
        self, folder: Path, company: str, pay_url: str, help_url: str = "", links: Links | None = None
    ) -> None:
        self._folder = folder
        self._company = company
        self._pay_url = pay_url.rstrip("/")
        self._links = links
        self._help_url = help_url or (links.help if links else f"{self._pay_url}/{_HELP}")
        self._inliner = CSSInliner(load_remote_stylesheets=False)
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"]),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, order: NoticeOrder, account: Account) -> NoticeText:
        """Write the notice. Raises UndefinedError when a template names what the order has not."""
        name = self.find(order.title, order.policy)
        facts = self.facts(order, account)
        page = facts | {"paragraphs": _paragraphs(self._get(name).render(facts))}
        text = self._get(f"{_COMMON}/layout.txt").render(page)
        html = self._inliner.inline(self._get(f"{_COMMON}/layout.html").render(page))
        return NoticeText(subject=order.title, text=text, html=html, template=self._version(name))

    def find(self, title: str, policy: str) -> str:
        """The template of a title, as `<policy or common>/<slug>.txt`.

        A title that nobody wrote words for gets plain ones: a letter that waits for a file warns nobody.
        """
        names = [f"{folder}/{slug(title)}.txt" for folder in (policy, _COMMON)]
        return str(self._environment.select_template([*names, _ANY_TITLE]).name)

    def _get(self, name: str) -> Template:
        return self._environment.get_template(name)

    def _version(self, name: str) -> str:
        source = (self._folder / name).read_bytes()
        return f"{name.removesuffix('.txt')}@{hashlib.sha256(source).hexdigest()[:12]}"

    def facts(self, order: NoticeOrder, account: Account) -> dict[str, Any]:
        """What a template may name, as the customer reads it; the pay page says the same as the mail.

        `amount` and `happened_on` are there only when the order has them. `next_step` says what happens next, and when.
        """
        reader = _Reader(_locale(account.locale), ZoneInfo(order.zone))
        facts: dict[str, Any] = {
            "title": order.title,
            "name": _one_line(account.name),
            "company": self._company,
            "invoice": order.invoice,
            "balance": reader.money(order.balance),
            "due": reader.day(order.due),
            "settled": order.balance.minor <= 0,
            "restricted": order.level.rank > Level.WARNED.rank,
            "level": order.level.value,
            "next_action": order.next_action,
            "when": f" on {reader.local_day(order.next_at)}" if order.next_at else "",
            "detail": _one_line(order.detail),
            "pay_url": self._pay_link(order.invoice),
            "help_url": self._help_url,
        }
        if order.amount is not None:
            facts["amount"] = reader.money(order.amount)
        if order.happened_at is not None:
            facts["happened_on"] = reader.local_day(order.happened_at)
        return facts | {"next_step": _one_line(self._get(f"{_COMMON}/next_step.txt").render(facts))}

    def _pay_link(self, invoice: str) -> str:
        return self._links.pay(invoice) if self._links else f"{self._pay_url}/{quote(invoice, safe='')}"


class _Reader(NamedTuple):
    """How the customer writes amounts and dates."""

    locale: Locale
    zone: ZoneInfo

    def money(self, amount: Money) -> str:
        """Always with the minor unit's digits of ISO 4217 (S3-32): babel's own table drops those of some currencies."""
        places = digits(amount.currency)
        pattern = parse_pattern(self.locale.currency_formats["standard"].pattern)
        pattern.frac_prec = (places, places)
        return pattern.apply(amount.decimal(), self.locale, currency=amount.currency, currency_digits=False)

    def day(self, day: date) -> str:
        """A calendar date with its weekday."""
        return format_date(day, "full", self.locale)

    def local_day(self, instant: Instant) -> str:
        """The customer's date at that instant."""
        return self.day(instant.astimezone(self.zone).date())


def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_US")


def _paragraphs(text: str) -> list[str]:
    return [_one_line(paragraph) for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]


def _one_line(text: str) -> str:
    """Join the lines; a no-break space, as in `19,99 €`, stays one."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()
