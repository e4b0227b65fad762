"""Every notice of every shipped policy, in each language: what it warns of and what lies ahead is there to read."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from adapters.settings.policies import load_policy
from adapters.templates.locale import writing
from adapters.templates.renderer import renderer_from
from dunning.case.ledger import FEES
from dunning.case.orders import NoticeOrder
from dunning.case.results import Delivered
from dunning.money import Money
from dunning.records.accounts import Account
from dunning.rules.order_for import order_for
from dunning.rules.upcoming import nothing_waits, road_after
from tests.dunning.examples import approves, at, opened, pays
from tests.dunning.life import Life, live
from tests.dunning.world import World
from tests.notices.written import CASES, POLICIES, SETTINGS, rows

RENDERER = renderer_from(SETTINGS)
LANGUAGE = {"en_US": "", "de_DE": "de"}


@pytest.mark.promise(12)
@pytest.mark.parametrize(("policy", "locale"), CASES)
def test_each_step_ahead_stands_there_with_its_day_and_fee(policy: str, locale: str) -> None:
    seen = 0
    for row in rows(policy, locale):
        order, text = row.notice.order, _one_line(row.content.text)
        reader = writing(locale, order.zone, LANGUAGE[locale])
        for step in order.road if order.invoice else ():
            seen += 1
            assert reader.local_day(step.at) in text, (row.file, step)
            assert step.fee is None or reader.money(step.fee) in text, (row.file, step)
    assert seen > 20


@pytest.mark.req("S2-19")
@pytest.mark.promise(3)
@pytest.mark.parametrize(("policy", "locale"), CASES)
def test_what_a_notice_warns_of_it_says_in_a_sentence_of_its_own_above_the_table(policy: str, locale: str) -> None:
    warned: set[str] = set()
    for row in rows(policy, locale):
        order = row.notice.order
        if order.announced is None:
            continue
        table = {"en_US": "If nothing is paid", "de_DE": "Wenn nichts bezahlt wird"}[locale]
        above = _one_line(row.content.text.partition(f"\n{table}\n")[0])
        reader = writing(locale, order.zone, LANGUAGE[locale])
        for said in order.announced.steps:
            warned.add(said.step)
            assert reader.local_day(said.at) in above, (row.file, said)
            assert said.fee is None or reader.money(said.fee) in above, (row.file, said)
    needed = {name for rule in load_policy(policy, POLICIES).milestones for name in rule.warns_of}
    assert warned == needed


@pytest.mark.parametrize("locale", LANGUAGE)
def test_nobody_is_asked_to_pay_an_invoice_that_is_closed(locale: str) -> None:
    """The policy voids it on day 30; the deletion is still warned of, and warned of again when that did not arrive."""
    asks = {"en_US": ("please pay", "0.00"), "de_DE": ("bezahlen sie", "0,00")}[locale]
    closed = [row for row in rows("a-small-orange", locale) if row.notice.order.lapsed and not row.notice.order.deleted]
    assert {row.subject for row in closed} >= {"en_US": {"Invoice Overdue"}, "de_DE": {"Ihre Rechnung ist überfällig"}}[
        locale
    ]
    for row in closed:
        above = row.content.text.partition("INV-1042\n")[0].lower()
        assert not any(word in above for word in asks), row.file


@pytest.mark.promise(12)
@pytest.mark.parametrize("policy", ["a-small-orange", "courtesy-5-10-35"])
@pytest.mark.parametrize(("locale", "full"), [("en_US", "paid in full"), ("de_DE", "vollständig bezahlt")])
def test_a_receipt_names_the_rest_that_goes_to_the_next_invoice(policy: str, locale: str, full: str) -> None:
    """All but 39 cents was paid: too little to be asked for alone, and not forgiven."""
    start = opened(policy)
    life = live(
        start, at(start, -15), [(at(start, 2), pays("USD 19.60"))], World(charges=["declined"] * 5), at(start, 20)
    )
    did = next(did for did in life.did if did.step and did.step.name.startswith("confirm:"))
    assert did.step
    order = order_for(did.before, did.step, did.decided)
    assert isinstance(order, NoticeOrder)
    text = _one_line(RENDERER.render(order, Account(id="bakery", name="Example Bakery", locale=locale)).text)
    assert writing(locale, order.zone, LANGUAGE[locale]).money(Money.parse("USD 0.39")) in text
    assert full not in text


@pytest.mark.promise(12)
@pytest.mark.parametrize(
    ("locale", "first", "again"),
    [
        (
            "en_US",
            "If a payment method is on file, we will charge it on Tuesday, December 1, 2026.",
            "If that does not work, we will try once more on Sunday, December 6, 2026. Paying the balance in full",
        ),
        (
            "de_DE",
            "Wenn ein Zahlungsmittel hinterlegt ist, buchen wir den Betrag am Dienstag, 1. Dezember 2026 davon ab.",
            "Wenn das nicht gelingt, versuchen wir es am Sonntag, 6. Dezember 2026 noch einmal. Wenn Sie den offenen",
        ),
    ],
)
def test_an_invoice_that_goes_out_on_its_due_date_names_the_charge_of_that_day_first(
    locale: str, first: str, again: str
) -> None:
    start = opened("courtesy-5-10-35")
    life = live(start, at(start, 0), [], World(charges=["declined"] * 5), at(start, 1))
    did = next(did for did in life.did if did.step and did.step.name == "issue")
    assert did.step
    order = order_for(did.before, did.step, did.decided)
    assert isinstance(order, NoticeOrder)
    account = Account(id="bakery", name="Example Bakery", locale=locale)
    above, _, ahead = _one_line(RENDERER.render(order, account).text).partition(
        {"en_US": "What happens next", "de_DE": "Wie es weitergeht"}[locale]
    )
    assert ahead.startswith(f" {first} {again}")
    assert first in above, "its own words do not say that one may pay before that day, which it is"


def unpaid(policy: str) -> Life:
    start = opened(policy)
    agreed = [(at(start, 95), approves(name)) for name in ("delete", "terminate")]
    return live(start, at(start, -15), agreed, World(charges=["declined"] * 5), at(start, 130))


@pytest.mark.promise(12)
@pytest.mark.parametrize("policy", sorted(dict(CASES)))
def test_what_was_announced_is_what_happened_to_the_day_and_to_the_cent(policy: str) -> None:
    life = unpaid(policy)
    days = {did.step.name: _day(life, did.decided) for did in life.did if did.step}
    fees = {entry.id.partition(":")[0]: entry.amount for entry in life.case.entries if entry.kind in FEES}
    told = 0
    for did in life.did:
        if not did.step or not isinstance(did.result, Delivered):
            continue
        order = order_for(did.before, did.step, did.decided)
        assert isinstance(order, NoticeOrder)
        coming = list(road_after(did.before, did.step, did.decided, nothing_waits))
        assert [(each.step, each.at, each.fee) for each in order.road] == [(c.step.name, c.at, c.fee) for c in coming]
        for said in order.announced.steps if order.announced else ():
            told += 1
            assert said.fee == fees.get(said.step)
            if said.step not in ("delete", "terminate"):  # people agreed late
                assert _day(life, said.at) == days[said.step]
            assert _day(life, said.at) <= days[said.step]
    assert told >= 2


def _one_line(text: str) -> str:
    """The no-break space of an amount stays one."""
    return re.sub(r"[ \n]+", " ", text)


def _day(life: Life, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(life.case.plan.zone)).date()
