"""Money that nobody signed for: the gateway is asked, a person hears of it, and it stops nobody for long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dunning import names
from dunning.case.case import Case, open_case
from dunning.case.decisions import Perform, Wait
from dunning.case.facts import (
    Bounced,
    CreditAvailable,
    GiveBack,
    MethodChanged,
    Payment,
    PaymentNews,
    Reconsider,
    Restored,
    Reversal,
)
from dunning.case.results import Found, Noted
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.rules.asked import At, asked
from dunning.rules.hints import MOST, PAUSE, hinted, paused_until
from dunning.rules.machine import decide
from dunning.rules.record import recorded
from dunning.rules.signals import Sender, taken
from dunning.rules.updates import HEARD, UNREADABLE, unreadable
from dunning.signatures import Trust
from dunning.tickets.case_tickets import words_for_staff
from dunning.wire import Wire
from tests.dunning.evenings import ASO, moment
from tests.dunning.examples import before_issue, opened

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PRICE = Money.parse("USD 19.99")
STRANGER, OURS = Sender("unsigned", text="{}"), Sender("signed", "s-1")


def begun() -> tuple[Case, datetime]:
    new = opened(ASO)
    return open_case(new, before_issue(new)), before_issue(new)


def money(payment: str, now: datetime) -> Payment:
    return Payment(id=payment, amount=PRICE, at=now)


def performed(case: Case, now: datetime, found: Found | None = None) -> tuple[list[str], Case]:
    """What it does until it waits; the first question to the gateway is answered with what it `found`."""
    done: list[str] = []
    while isinstance(step := decide(case, now), Perform) and len(done) < 30:
        done.append(step.milestone.name)
        asks = step.milestone.action is Action.ASK
        case, found = recorded(case, step.milestone, found if asks and found else Noted(), now), None if asks else found
    return done, case


def test_it_moves_no_ledger_and_the_gateway_is_asked_before_a_person_is() -> None:
    case, now = begun()
    after = taken(case, names.PAYMENT_RECEIVED, money("m-1", now), STRANGER, now)
    assert (after.entries, after.balance, after.revision) == (case.entries, case.balance, case.revision + 1)
    done, told = performed(after, now)
    assert done == ["hint:0", "unsigned:0"]
    words = words_for_staff(told, "unsigned:0")
    assert "m-1 of USD 19.99" in words.body
    assert "The gateway does not know it" in words.body


def test_what_the_gateway_has_counts_and_nobody_is_troubled() -> None:
    case, now = begun()
    after = hinted(case, names.PAYMENT_RECEIVED, money("m-1", now), now)
    done, counted = performed(after, now, Found(payments=(money("m-1", now),)))
    assert done[0] == "hint:0"
    assert "unsigned:0" not in done
    assert (counted.paid_up, paused_until(counted)) == (True, None)


def test_once_all_is_paid_nobody_waits_for_the_gateway() -> None:
    case, now = begun()
    paid, _ = asked(case, names.PAY, money("m-1", now), At(now, "m-1"))
    done, _ = performed(hinted(paid, names.PAYMENT_RECEIVED, money("m-2", now), now), now)
    assert "hint:0" not in done
    assert "unsigned:0" in done


def test_consequences_wait_for_a_day_and_no_other_hint_makes_it_longer() -> None:
    case, now = moment(ASO, 9)
    first = hinted(case, names.PAYMENT_RECEIVED, money("m-1", now), now)
    _, told = performed(first, now)
    step = decide(told, now)
    assert isinstance(step, Wait)
    assert (step.until, step.coming) == (now + PAUSE, "the plan goes on")
    later = now + timedelta(hours=23)
    _, again = performed(hinted(told, names.PAYMENT_RECEIVED, money("m-2", later), later), later)
    assert paused_until(again) == now + PAUSE


def test_one_that_is_known_says_nothing_and_many_are_no_more_than_ten() -> None:
    case, now = begun()
    once = hinted(case, names.PAYMENT_RECEIVED, money("m-1", now), now)
    assert hinted(once, names.PAYMENT_RECEIVED, money("m-1", now), now + PAUSE) is once
    paid, _ = asked(case, names.PAY, money("m-1", now), At(now, "m-1"))
    assert hinted(paid, names.PAYMENT_RECEIVED, money("m-1", now), now) is paid
    for place in range(3 * MOST):
        once = hinted(once, names.PAYMENT_RECEIVED, money(f"n-{place}", now), now)
    assert len(once.hints) == MOST


@pytest.mark.parametrize(
    ("name", "fact", "asks"),
    [
        (names.PAYMENT_NEWS, {"payment": "m-1", "started": True}, True),
        (names.PAYMENT_REVERSED, {"id": "r-1", "payment": "m-1", "amount": PRICE}, False),
        (names.PAYMENT_RESTORED, {"id": "w-1", "reversal": "r-1", "amount": PRICE}, False),
    ],
)
def test_other_news_of_money_is_a_hint_too(name: str, fact: dict[str, Any], asks: bool) -> None:
    case, now = begun()
    model = {names.PAYMENT_NEWS: PaymentNews, names.PAYMENT_REVERSED: Reversal, names.PAYMENT_RESTORED: Restored}[name]
    after = taken(case, name, model.model_validate({**fact, "at": now}), STRANGER, now)
    assert (after.entries, after.attempts) == (case.entries, case.attempts)
    done, told = performed(after, now)
    assert done == (["hint:0"] if asks else []) + ["unsigned:0"]
    assert (paused_until(told) is not None) is asks


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        (names.METHOD_CHANGED, MethodChanged(at=NOW)),
        (names.GIVE_BACK, GiveBack(id="g", payment="m-1", amount=PRICE, by="eve", reason="-")),
        (names.RECONSIDER, Reconsider(step="suspend", by="eve")),
        (names.CREDIT_AVAILABLE, CreditAvailable(lines=3)),
        (names.NOTICE_BOUNCED, Bounced(notice="n", at=NOW)),
    ],
)
def test_anything_else_is_refused_and_told(name: str, fact: Wire) -> None:
    case, now = begun()
    after = taken(case, name, fact, STRANGER, now)
    assert after == case.model_copy(update={"unreadable": after.unreadable, "revision": case.revision + 1})
    assert "no signature of ours" in after.unreadable[0].text


def test_a_signed_signal_says_nothing_the_second_time() -> None:
    case, now = begun()
    first = taken(case, names.METHOD_CHANGED, MethodChanged(at=now), OURS, now)
    later = MethodChanged(at=now + timedelta(days=1))
    assert taken(first, names.METHOD_CHANGED, later, OURS, now) is first
    assert (first.heard, first.revision) == (("s-1",), case.revision + 1)
    other = taken(first, names.METHOD_CHANGED, later, OURS._replace(id="s-2"), now)
    assert (other.method_changes, other.heard) == (2, ("s-1", "s-2"))
    nothing_new = taken(other, names.METHOD_CHANGED, later, OURS._replace(id="s-3"), now)
    assert (nothing_new.heard[-1], nothing_new.revision) == ("s-3", other.revision)


@pytest.mark.parametrize("trust", ["open", "signed"])
def test_who_is_believed_pays(trust: Trust) -> None:
    case, now = begun()
    assert taken(case, names.PAYMENT_RECEIVED, money("m-1", now), Sender(trust), now).paid_up


def test_what_is_kept_of_many_messages_is_bounded() -> None:
    case, now = begun()
    for place in range(HEARD + 5):
        by = Sender("signed", f"s-{place}")
        case = taken(case, names.PAYMENT_NEWS, PaymentNews(payment=f"p{place}", at=now), by, now)
    assert (len(case.heard), case.heard[-1]) == (HEARD, f"s-{HEARD + 4}")
    for _ in range(UNREADABLE + 5):
        case = unreadable(case, "x", "y", now)
    assert len(case.unreadable) == UNREADABLE
