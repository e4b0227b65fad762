"""Notices from templates: one plain text a title, laid out as text and as HTML around the same paragraphs."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from adapters import signed_links
from adapters.settings.brands import Brand, Brands
from adapters.settings.panels import by_user
from adapters.settings.settings import Settings
from adapters.signed_links import Links
from adapters.templates.digest import parts
from adapters.templates.files import COMMON, TemplateFiles, language_of
from adapters.templates.languages import Languages
from adapters.templates.locale import LocaleFormat, direction, tag, writing
from adapters.templates.names import FRAME, NAMES
from adapters.templates.road import Road
from dunning.case.closure import Closure
from dunning.case.habit import Habit
from dunning.case.orders import HeldFor, NoticeOrder
from dunning.coverage import DOMAIN
from dunning.level import Level
from dunning.notices.reply_to import Replies, is_read
from dunning.payments.attempts import NONE_ON_FILE
from dunning.records.accounts import Account, Service, domains, name_of
from dunning.records.mail import NoticeCopy, NoticeText
from dunning.services.hold_reasons import Contacts, Remaining, remaining
from dunning.services.shared_users import ByUser, with_same_user

_DIGEST = ("digest.txt", "digest.html")
_HELP = "help"
_SUBJECT = re.compile(r"\s*Subject:[ \t]*(?P<subject>[^\n]+)\n")


class TemplateRenderer:
    """Renders the files of `adapters.templates.files`; fits `dunning.ports.companies.Renderer`.

    `links` signs the pay links of our own portal. Without it `pay_url` and the invoice's number make a plain one, for
    somebody else's. `help_url` explains the payment page (S3-04); when it is not given, the portal's own page does, or
    `<pay_url>/help`. `contacts` says where to write about a hold, `contact` about one that it does not name, and about
    everything else. `replies` says which notices may be answered (S1-19). `domain_help_url` tells about domain names,
    which nobody switches (S3-31). `by_user` says which services go down together with others of their panel user.
    `brands` are the other names under which we write; `company` and `contact` are the house's own.
    """

    def __init__(
        self,
        folder: Path,
        company: str,
        pay_url: str,
        help_url: str = "",
        links: Links | None = None,
        *,
        contacts: Contacts | None = None,
        contact: str = "",
        replies: Replies | None = None,
        domain_help_url: str = "",
        by_user: ByUser = lambda _: False,
        brands: Brands | None = None,
    ) -> None:
        self._brands = brands or Brands(Brand(company=company, contact=contact))
        self._pay_url = pay_url.rstrip("/")
        self._links = links
        self._help_url = help_url
        self._contacts = contacts or {}
        self._domain_help_url, self._by_user = domain_help_url, by_user
        self._replies = replies or Replies()
        self.languages = Languages(folder / COMMON)
        self._files = TemplateFiles(folder)

    def render(self, order: NoticeOrder, account: Account, notice: str = "") -> NoticeText:
        """Write the notice; `notice` is its id in the archive, which the browser link leads to.

        Raises UndefinedError when a template names what the order has not.
        """
        name = self.template(order, account)
        language, links = language_of(name), self._links_of(account)
        facts = self.facts(order, account, language)
        subject, paragraphs = _parts(self._files.render(name, facts), order.title)
        if order.expected_at and order.balance.minor > 0:
            day = writing(account.locale, order.zone, language).local_day(order.expected_at)
            paragraphs.append(facts["words"]["expected"].format(day=day))
        if order.lines:
            paragraphs.append(facts["words"]["billed"].format(lines=facts["lines"]))
        page = facts | {"paragraphs": paragraphs, "browser_url": links.notice(notice, order.at) if links else ""}
        answers = self._replies.address(order.title, account.brand)
        text, html = self._files.laid_out("layout", page | self._frame(account, language, subject, answers))
        return NoticeText(subject=subject, text=text, html=html, template=self._files.version(name))

    def own_words(self, order: NoticeOrder, account: Account) -> str:
        """What the notice's own template says, subject first, without all that stands around it."""
        name = self.template(order, account)
        facts = self.facts(order, account, language_of(name))
        subject, paragraphs = _parts(self._files.render(name, facts), order.title)
        return "\n".join([subject, *paragraphs])

    def wrong(self, file: str) -> str:
        """Why a notice's file cannot be written, whatever it is about; empty when it can."""
        return self._files.wrong(file, NAMES)

    def wrong_around(self, language: str) -> Sequence[str]:
        """What is wrong with the files that stand around every notice in that language, each with its name."""
        files = {
            **{self._files.near(language, name): NAMES for name in ("next_step.txt", "any_title.txt")},
            **{f"{COMMON}/{name}": NAMES | FRAME for name in ("layout.txt", "layout.html", *_DIGEST)},
        }
        reasons = {name: self._files.wrong(name, known) for name, known in files.items()}
        return [f"{name} cannot be written: {reason}" for name, reason in reasons.items() if reason]

    def template(self, order: NoticeOrder, account: Account) -> str:
        """The file whose words these are, below the notices' folder."""
        return self._files.find(order.title, order.policy, self.languages.of(account.locale))

    @property
    def complete(self) -> tuple[str, ...]:
        """Every language that anybody is written to in; the first, empty one is English."""
        return tuple(each for each in self._files.languages() if not each or not self.languages.lacks(each))

    def must_say(self, language: str, action: str) -> Sequence[str]:
        """The words one of which a notice has to say that warns of such a step."""
        return self.languages.words(language)["must_say"][action]

    def digest(self, copies: Sequence[NoticeCopy], account: Account) -> NoticeText:
        """One mail with all these notices, each whole as it is in the archive."""
        language = self.languages.of(account.locale)
        words = self.languages.words(language)
        return self._around(copies, account, words["many"].format(count=len(copies)), words["together"])

    def copy_of(self, copy: NoticeCopy, account: Account) -> NoticeText:
        """A mail that shows a notice as it is in the archive, and says of which day it is."""
        language = self.languages.of(account.locale)
        words, day = self.languages.words(language), writing(account.locale, account.zone or "UTC", language)
        subject = words["copy"].format(subject=copy.content.subject)
        return self._around((copy,), account, subject, words["copied"].format(day=day.local_day(copy.at)))

    def _around(self, copies: Sequence[NoticeCopy], account: Account, subject: str, intro: str) -> NoticeText:
        """Notices as they are in the archive, in a mail of their own."""
        answers = self._replies.shared(tuple(each.reply_to for each in copies), account.brand)
        page = self._frame(account, self.languages.of(account.locale), subject, answers)
        text, html = self._files.laid_out("digest", page | {"parts": parts(copies), "intro": intro})
        return NoticeText(subject=subject, text=text, html=html, template=self._files.version(f"{COMMON}/digest.txt"))

    def facts(self, order: NoticeOrder, account: Account, language: str = "") -> dict[str, Any]:
        """What a template may name, as the customer reads it; the pay page says the same as the mail.

        `amount` and `happened_on` are there only when the order has them. `payments` are those of one about several.
        `next_step` says what happens next, and when; `warning` announces what the notice warns of, and `road` is all
        that is to come (`adapters.templates.road`). `named` goes behind "Your services": which they are, where not all
        of the account's are meant; else it is empty. `down` names those as well that are suspended together with them.
        """
        meant = order.covers.of(account.services) if order.covers.services else ()
        hosted = [each for each in meant if each.kind != DOMAIN]
        services = _named(meant)
        down = _named(with_same_user(hosted, account.services, self._by_user)) or services
        reader, words = writing(account.locale, order.zone, language), self.languages.words(language)
        facts: dict[str, Any] = {
            "title": order.title,
            "name": _one_line(account.name),
            "company": self._brands.of(account.brand).company,
            "invoice": order.invoice,
            "balance": reader.money(order.balance),
            "due": reader.day(order.due),
            "settled": order.balance.minor <= 0 and not order.lapsed,
            "lapsed": order.lapsed,
            "carried": reader.money(order.carried) if order.carried else "",
            "overdue": order.at.astimezone(reader.zone).date() > order.due,
            "moved_days": order.moved_days,
            "missed_on": reader.local_day(order.missed_at) if order.missed_at else "",
            "contact": self._brands.of(account.brand).contact,
            "restricted": order.level.rank > Level.WARNED.rank,
            "level": words["levels"][order.level.value],
            "next_action": order.next_action,
            "detail": _one_line(_detail(order, words, language)),
            "no_method": order.detail == NONE_ON_FILE,
            "untried": order.untried,
            "before_deletion": order.before_deletion,
            "deleted": order.deleted,
            "backups": order.backups,
            "backup_fee": reader.money(order.backup_fee) if order.backup_fee else "",
            "archive_fee": reader.money(order.archive_fee) if order.archive_fee else "",
            "remaining": self.remaining(order.remaining, account, language),
            "held_for": [self._held_for(each, account) for each in order.held_for],
            "pay_url": self._pay_link(order.invoice, account, order.at),
            "page": order.invoice or order.page,
            "page_url": self._pay_link(order.invoice or order.page, account, order.at),
            "card_last4": order.card.last4 if order.card else "",
            "card_ends": reader.day(order.card.ends) if order.card and order.card.ends else "",
            "card_over": order.over,
            "help_url": self._help(account, language),
            "domains": ", ".join(_one_line(name) for name in domains(order.covers.of(account.services))),
            "services": services,
            "named": f" ({services})" if services else "",
            "down": f" ({down})" if down else "",
            "domain_help_url": self._domain_help_url,
            "words": words,
            "habit": self._habit(order.habit, account, reader, order.at) if order.habit else "",
            "no_paying": _no_paying(order, reader, words),
            "lines": ", ".join(f"{_one_line(each.text)} ({reader.money(each.amount)})" for each in order.lines),
            "closures": [_closure(each, reader, order.zone, words) for each in order.closures],
        }
        facts |= Road(reader, words, named=facts["named"], down=facts["down"]).facts(order)
        facts["payments"] = [
            {"id": _one_line(each.id), "amount": reader.money(each.amount), "on": reader.local_day(each.at)}
            for each in order.payments
        ]
        if order.amount is not None:
            facts["amount"] = reader.money(order.amount)
        if order.happened_at is not None:
            facts["happened_on"] = reader.local_day(order.happened_at)
        return facts | {"next_step": _one_line(self._files.render(self._files.near(language, "next_step.txt"), facts))}

    def _habit(self, habit: Habit, account: Account, reader: LocaleFormat, at: datetime) -> dict[str, object]:
        """As the customer reads it, with a link for each cure."""
        links = self._links_of(account)
        dates, amounts = ("due", "reminded", "pays", "next_due", "better", "began"), ("owed", "amount", "short")
        return {
            "subscription": _one_line(habit.subscription),
            "late": habit.late,
            "waited": habit.waited,
            "moves": habit.moves,
            **{name: reader.day(day) if (day := getattr(habit, name)) else "" for name in dates},
            **{name: reader.money(amount) if (amount := getattr(habit, name)) else "" for name in amounts},
            "ahead_url": links.ahead(habit.subscription, at) if links else self._pay_url,
            "date_url": links.date(habit.subscription, at) if links else self._pay_url,
        }

    @staticmethod
    def _held_for(other: HeldFor, account: Account) -> dict[str, object]:
        services = _named(each for each in account.services if each.id in other.services)
        named = f" ({services})" if services else ""
        return {"invoice": _one_line(other.invoice), "named": named, "payable": other.payable}

    def remaining(self, sources: Iterable[str], account: Account, language: str = "") -> list[dict[str, Any]]:
        """The reasons among these holds that no payment lifts, with where to write: page and mail say the same."""
        contact, words = self._brands.of(account.brand).contact, self.languages.words(language)
        return [_in(words, each) for each in remaining(sources, self._contacts, contact)]

    def _frame(self, account: Account, language: str, subject: str, answers: str) -> dict[str, Any]:
        """Head and foot of a mail. The foot says why it came, and where answers go."""
        words, brand = self.languages.words(language), self._brands.of(account.brand)
        said = words["read"].format(reply_to=answers) if is_read(answers) else _unread(words, brand)
        return {
            "subject": subject,
            "company": brand.company,
            "brand": brand,
            "lang": tag(language),
            "dir": direction(language),
            "hello": words["hello"].format(name=_one_line(account.name)),
            "words": words,
            "foot": [words["why"].format(company=brand.company), said],
        }

    def _links_of(self, account: Account) -> Links | None:
        return self._links and self._links.at(self._brands.of(account.brand).url)

    def _pay_link(self, invoice: str, account: Account, at: datetime) -> str:
        links = self._links_of(account)
        return links.pay(invoice, at) if links else f"{self._pay_url}/{quote(invoice, safe='')}"

    def _help(self, account: Account, language: str) -> str:
        links = self._links_of(account)
        if self._help_url or links is None:
            return self._help_url or f"{self._pay_url}/{_HELP}"
        return links.help_in(tag(language) if language else "", account.brand)


def renderer_from(settings: Settings) -> TemplateRenderer:
    """The renderer that the settings ask for: worker, portal and command line write the same words."""
    return TemplateRenderer(
        settings.notices,
        settings.company,
        settings.pay_url,
        links=signed_links.links_from(settings),
        contacts=settings.hold_contacts,
        contact=settings.mail_from,
        replies=replies(settings),
        domain_help_url=settings.domain_help_url,
        by_user=by_user(settings.panels),
        brands=settings.all_brands(),
    )


def replies(settings: Settings) -> Replies:
    """Where answers go."""
    own = {name: brand.mail_reply_to for name, brand in settings.brands.items() if brand.mail_reply_to}
    return Replies(default=settings.mail_reply_to, by_title=settings.reply_to, by_brand=own)


def _named(services: Iterable[Service]) -> str:
    return ", ".join(dict.fromkeys(_one_line(name_of(each)) for each in services))


def _no_paying(order: NoticeOrder, reader: LocaleFormat, words: dict[str, Any]) -> str:
    """When the customer, who owes something, cannot pay soon, on the customer's clock."""
    said = words["no_paying"]
    owed = [each for each in order.closures if order.invoice and not each.pay_by]
    return " ".join(said.format(since=reader.moment(each.since), until=reader.moment(each.until)) for each in owed)


def _closure(closure: Closure, reader: LocaleFormat, zone: str, words: dict[str, Any]) -> dict[str, Any]:
    """What a template may say of a window: its hours in each zone, with that zone's own date (S0-01)."""
    zones = dict.fromkeys((closure.zone, zone, *closure.also, "UTC"))
    clocks = [reader._replace(zone=ZoneInfo(each)) for each in zones]
    home = reader._replace(zone=ZoneInfo(closure.zone))

    def hours(clock: LocaleFormat) -> str:
        return words["hours"].format(since=clock.moment(closure.since), until=clock.moment(closure.until))

    return {
        "day": home.local_day(closure.since),
        "hours": [hours(clock) for clock in clocks],
        "own_hours": hours(reader),
        "reason": _one_line(closure.reason),
        "write_to": words["or"].join(_one_line(each) for each in closure.write_to),
        "pay_by": reader.day(closure.pay_by) if closure.pay_by else "",
    }


def _in(words: dict[str, Any], reason: Remaining) -> dict[str, Any]:
    said = {"because": words["because"][reason.category], "name": words["reasons"][reason.category]}
    return reason.model_dump() | said


def _detail(order: NoticeOrder, words: dict[str, Any], language: str) -> str:
    """A payment's number, or why a charge failed: companies say that in English, so it needs words of ours."""
    is_reason = order.detail and order.amount is None
    other = "" if order.untried else words["declined"]  # what nobody tried was not declined
    return words["details"].get(order.detail, other if is_reason and language else order.detail)


def _unread(words: dict[str, Any], brand: Brand) -> str:
    return words["unread"] + (words["instead"].format(contact=brand.contact) if brand.contact else "")


def _parts(text: str, title: str) -> tuple[str, list[str]]:
    """Subject and paragraphs. A template may begin with `Subject: ...`; otherwise the title is the subject."""
    found = _SUBJECT.match(text)
    subject = _one_line(found["subject"]) if found else title
    return subject, _paragraphs(text[found.end() :] if found else text)


def _paragraphs(text: str) -> list[str]:
    return [_one_line(paragraph) for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip()]


def _one_line(text: str) -> str:
    """Join the lines; a no-break space, as in `19,99 €`, stays one."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()
