"""Every kind of ticket has a department and words, and only one function opens it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from dunning.case.case import UndoneRun
from dunning.case.facts import GiveBack, Payment, Restored, Reversal, Undo, Void
from dunning.case.orders import ChargeOrder, DeleteOrder, LoosenOrder, NoticeOrder, Order, ReinstateOrder
from dunning.case.results import Refused
from dunning.case.update import changed
from dunning.fleet.audit_check import AuditReport, audit_ticket
from dunning.fleet.drift import drift_ticket
from dunning.fleet.drift_report import DriftReport
from dunning.fleet.sweep import sweep_ticket
from dunning.fleet.sweep_report import SweepReport
from dunning.holds import Hold, Rule
from dunning.level import Level
from dunning.line import Line
from dunning.money import Money
from dunning.policy.plan import Action
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import StepName, read, step
from dunning.records.accounts import Account, Contact, Service
from dunning.records.claims import Unhandled
from dunning.records.effects import Consequence, Effect, Ruling
from dunning.records.inbox import InboxEvent
from dunning.records.mail import InboundMail, NoticeCopy, NoticeText
from dunning.records.processor_subscriptions import CountedSale, ProcessorSubscription
from dunning.records.processor_subscriptions import Terms as TermsThere
from dunning.rules.hints import hinted
from dunning.rules.updates import unreadable, voided
from dunning.subscriptions.renewals import RenewalOrder
from dunning.subscriptions.subscription import Terms
from dunning.tickets import (
    case_tickets,
    commands,
    fleet,
    gateway,
    mail,
    money,
    outages,
    processors,
    services,
    subscriptions,
    undo,
    windows,
)
from dunning.tickets.case_tickets import case_ticket
from dunning.tickets.kind import DEPARTMENTS, Department, TicketKind
from dunning.tickets.ticket import TicketOrder
from dunning.windows.window import PutOff, Window
from tests.dunning.evenings import ASO, HOTDOODLE, moment
from tests.dunning.examples import gives_again, pays, takes_back
from tests.dunning.subscriptions.made import subscription

NOW = datetime(2026, 11, 25, 6, 17, tzinfo=UTC)
WINDOW = Window(id="w", since=NOW, until=NOW + timedelta(hours=2), zone="UTC")
_LATER = NOW + timedelta(hours=9)
WAITED = PutOff(
    window="w", invoice="INV-1", step="charge", account="bakery", action="charge", at=NOW, opening=_LATER, until=_LATER
)
TWENTY = Money.parse("USD 20.00")
ORDER = Order(invoice="INV-1", account="bakery", step="suspend", at=NOW)
HEAD = dict(ORDER)
REINSTATE = ReinstateOrder(**HEAD, today=NOW.date(), rule=Rule.THIS_INVOICE)
DELETE = DeleteOrder(**HEAD, today=NOW.date())
CHARGE = ChargeOrder(**HEAD, amount=TWENTY)
LOOSEN = LoosenOrder(**HEAD, level=Level.ACTIVE, held=Level.SUSPENDED)
NOTICE = NoticeOrder(**HEAD, title="Service Warning", policy="", zone="UTC", due=date(2026, 11, 1), balance=TWENTY)
GIVEN = GiveBack(id="t-1", payment="pi_1", amount=TWENTY, by="ana", reason="a bad week")
PAYMENT = Payment(id="pi_1", amount=TWENTY, at=NOW)
REVERSAL = Reversal(id="re_1", payment="pi_1", amount=TWENTY, at=NOW, reason="fraud")
RESTORED = Restored(id="won_1", reversal="re_1", amount=TWENTY, at=NOW)
SALE = CountedSale(id="1AB", subscription="I-1", account="bakery", amount=TWENTY, at=NOW)
BACK = Reversal(id="1AB:refunded", payment="1AB", amount=TWENTY, at=NOW, reason="refunded at paypal")
LINK = ProcessorSubscription(
    id="I-1", account="bakery", counts_from=NOW, terms=TermsThere(status="active", amount=TWENTY), looked_at=NOW
)
EVENT = InboxEvent(source="stripe", id="evt_1", body="{}", at=NOW)
WEB = Service(account="bakery", id="web-1", kind="hosting", panel="whm", user="bakery")
SEEN = Effect(
    account="bakery", service="web-1", wanted=Level.SUSPENDED, shown=Level.SUSPENDED, proof="HTTP 200", at=NOW
)
MAIL = InboundMail(id="<m@x>", sender="owner@bakery.example", recipient="billing@us.example", at=NOW, raw=b"")
COPY = NoticeCopy(
    id="INV-1:first-overdue:0",
    invoice="INV-1",
    account="bakery",
    recipient="owner@bakery.example",
    at=NOW,
    content=NoticeText(subject="First Notice", text="t", html="h", template="t"),
)
RENEWAL = RenewalOrder(
    subscription="web",
    account="bakery",
    number=3,
    terms=Terms(policy="aso", lines=(Line(text="Web", amount=TWENTY),)),
    starts=date(2026, 12, 1),
    ends=date(2027, 1, 1),
    at=NOW,
)
ACCOUNT = Account(id="bakery", name="Bakery", contacts=(Contact(account="bakery", email="owner@bakery.example"),))
UNDO = Undo(id="u-1", since=NOW, until=NOW)
HOLD = Hold(account="bakery", source="abuse", level=Level.SUSPENDED, since=NOW)
STOPPED = Consequence(
    key="INV-1:suspend", account="bakery", invoice="INV-1", action="suspend", at=NOW, status="deferred", incident="x"
)

CLOSING = services.ClosingAsked("bakery", "web-1", Level.LOCKED, ("INV-1",), ("web",), ("all",), "ana", "too dear")


def of_case() -> list[TicketOrder]:
    case, now = moment(ASO, 2)
    for fact in (pays("EUR 5.00"), takes_back("EUR 5.00"), gives_again("EUR 5.00")):
        case = fact(case, now)
    case = unreadable(case, "payment_received", "{}", now)
    case = hinted(case, "payment_received", PAYMENT, now)
    void = voided(case, Void(reason="billed twice"), now)
    gone, _ = moment(HOTDOODLE, 61)
    run = UndoneRun(
        undo=UNDO,
        at=NOW,
        level=Level.DELETED,
        back_to=Level.DELETED,
        deletions=("delete",),
        fees=TWENTY,
        owed_again=TWENTY,
    )
    return [
        case_ticket(case, "parked:p-1", ORDER),
        case_ticket(case, "taken-back:r-1", ORDER),
        case_ticket(case, "restored:r-1%3Awon", ORDER),
        case_ticket(case, "unreadable:0", ORDER),
        case_ticket(case, "unsigned:0", ORDER),
        case_ticket(case, "large-case", ORDER),
        case_ticket(case, "cancellation:1", ORDER),
        case_ticket(case, "first-overdue:undelivered", ORDER),
        case_ticket(void, "owed-again:r-1", ORDER),
        case_ticket(changed(case, lapsed=True), "owed-again:r-1", ORDER),
        case_ticket(gone, "owed-again:r-1", ORDER),
        case_ticket(gone, "paid-after-deletion", ORDER),
        case_ticket(gone, "too-much-taken-back:r-1", ORDER),
        case_ticket(changed(gone, given_back=(GIVEN,)), "not-given-back:t-1", ORDER),
        case_ticket(changed(gone, runs=(run,)), "undo-deleted:u-1", ORDER),
    ]


def opened() -> list[TicketOrder]:
    """One of each kind, made by the function that makes it."""
    return [
        *of_case(),
        money.late_payment("INV-1", "bakery", PAYMENT, "was closed as paid", credited_to="bakery"),
        money.late_reversal("INV-1", "bakery", REVERSAL, credited=True),
        money.late_restored("INV-1", "bakery", RESTORED),
        money.refused_payment("INV-1", "bakery", PAYMENT, "too large"),
        money.told_at_closing(ORDER, REVERSAL),
        money.news_unhandled(ORDER, Unhandled(source="stripe", id="evt_1")),
        commands.command_not_done(EVENT, (), NOW, ValueError("no")),
        money.webhook_failed(EVENT, "INV-1", "bakery", NOW, ValueError("no")),
        gateway.charge_refused(CHARGE, Refused(code="amount_too_small", reason="HTTP 400")),
        gateway.call_refused(ORDER, "HTTP 403", for_all=False),
        mail.nobody_reached(NOTICE, "550", NOW),
        mail.no_outside_address(ORDER, ACCOUNT, ACCOUNT.contacts),
        mail.address_bounced(MAIL, COPY, "5.1.1", "no such user"),
        mail.customer_mail(MAIL, COPY, "bakery", "Hello", "Where is it?"),
        mail.mail_unclear(MAIL, COPY, "it has a sender"),
        mail.mail_failed(MAIL, ValueError("no")),
        services.still_restricted(REINSTATE, timedelta(minutes=20), "no answer"),
        services.undo_still_restricted(LOOSEN, timedelta(minutes=20)),
        services.effect_not_seen(ORDER, [SEEN]),
        services.service_gone(ORDER, [SEEN]),
        services.close_site(CLOSING, NOW),
        services.locked_at_panel(WEB, NOW),
        services.domains_suspended(HOLD, "bakery", ["bakery.example"], NOW),
        services.domains_deleted(DELETE, ["bakery.example"]),
        services.domains_reinstated(REINSTATE, ["bakery.example"]),
        services.backups_by_hand(DELETE, [WEB]),
        services.deletion_shared(DELETE, [WEB]),
        outages.outage_goes_on(ORDER, "portal-1", "down", NOW),
        fleet.cases_died({"INV-1": "terminated"}, NOW),
        fleet.breaker_stopped(STOPPED, [STOPPED], 24.0, "most 200"),
        fleet.breaker_decided([STOPPED], Ruling("kept", "ana", "a test"), NOW),
        processors.refunded_credit(SALE, BACK),
        processors.processor_ended(LINK, "suspended", NOW),
        subscriptions.renewal_refused(RENEWAL, "bakery", "there is no policy 'x'"),
        subscriptions.renew_inactive(RENEWAL, "bakery", "INV-1"),
        windows.window_followed_up(WINDOW, [(WAITED, "declined"), (WAITED, "waits")], NOW),
        subscriptions.subscription_died(subscription(), NOW),
        drift_ticket(DriftReport(at=NOW)),
        sweep_ticket(SweepReport(since=NOW, until=NOW)),
        audit_ticket(AuditReport(wrong=1, mistakes=("entry 5: changed",)), NOW),
        undo.run_undone(UNDO, "hotdoodle", NOW, ["- INV-1"]),
        undo.run_not_undoable(UNDO, "INV-1", "bakery", NOW, ended="its case ended as paid", what="charge pi_1"),
    ]


def test_every_kind_is_opened_by_one_function() -> None:
    assert Counter(order.kind for order in opened()) == dict.fromkeys(TicketKind, 1)


def test_the_store_keeps_what_a_ticket_says() -> None:
    for order in opened():
        kept = order.ticket
        assert (kept.key, kept.kind, kept.department) == (order.key, order.kind, DEPARTMENTS[order.kind])
        assert (kept.subject, kept.body, kept.at, kept.notice) == (order.subject, order.body, order.at, order.notice)
        assert all((kept.subject, kept.body)), "a person has to read what to do"


def test_every_follow_up_that_asks_for_a_ticket_has_words() -> None:
    assert case_tickets.WORDS.keys() == {kind for kind in StepKind if kind.value.action is Action.TICKET}


def test_support_gets_what_is_to_be_done_at_panels_and_billing_the_rest() -> None:
    support = {kind for kind, department in DEPARTMENTS.items() if department is Department.SUPPORT}
    assert support == {
        TicketKind.EFFECT_NOT_SEEN,
        TicketKind.LOCKED_AT_PANEL,
        TicketKind.DOMAINS_SUSPENDED,
        TicketKind.DOMAINS_DELETED,
        TicketKind.DOMAINS_REINSTATED,
        TicketKind.BACKUPS_BY_HAND,
        TicketKind.DELETION_SHARED,
        TicketKind.DRIFT,
    }


@pytest.mark.parametrize(
    ("order", "key"),
    [
        (subscriptions.renewal_refused(RENEWAL, "bakery", "x"), ":renewal:web:3"),
        (subscriptions.renew_inactive(RENEWAL, "bakery", "INV-1"), ":renew-inactive:web:INV-1"),
        (subscriptions.subscription_died(subscription(), NOW), ":subscription-died:web:20261125T061700Z"),
        (money.late_restored("INV-1", "bakery", RESTORED), "INV-1:late:won_1"),
        (money.refused_payment("INV-1", "bakery", PAYMENT, "x"), "INV-1:refused:pi_1"),
        (mail.nobody_reached(NOTICE, "550", NOW), "INV-1:nobody-reached:suspend"),
        (mail.no_outside_address(ORDER, ACCOUNT, ()), "INV-1:suspend:reach"),
        (mail.address_bounced(MAIL, COPY, "5.1.1", ""), "INV-1:bounced:first-overdue:0"),
        (services.still_restricted(REINSTATE, timedelta(), ""), "INV-1:still-restricted:20261125T061700Z"),
        (services.undo_still_restricted(LOOSEN, timedelta()), "INV-1:still-restricted:suspend"),
        (services.effect_not_seen(ORDER, [SEEN]), "INV-1:suspend:proof"),
        (services.service_gone(ORDER, [SEEN]), "INV-1:gone-at-its-panel"),
        (services.close_site(CLOSING, NOW), ":close-site:web-1:locked"),
        (services.locked_at_panel(WEB, NOW), ":locked:2026-11-25:web-1"),
        (services.domains_suspended(HOLD, "bakery", [], NOW), ":domains-of-hold:2026-11-25:bakery:abuse"),
        (
            services.domains_suspended(HOLD.model_copy(update={"source": "INV-1"}), "bakery", [], NOW),
            "INV-1:domains:2026-11-25",
        ),
        (services.backups_by_hand(DELETE, [WEB]), "INV-1:suspend:back-ups"),
        (services.deletion_shared(DELETE, [WEB]), "INV-1:suspend:shared"),
        (undo.run_undone(UNDO, "", NOW, [], number=2), ":undo:u-1:2"),
    ],
)
def test_a_ticket_is_opened_once_by_its_key(order: TicketOrder, key: str) -> None:
    assert order.key == key


@pytest.mark.parametrize("kind", [kind for kind in StepKind if kind is not StepKind.MILESTONE])
def test_whatever_notice_reaches_nobody_has_a_ticket_of_its_own(kind: StepKind) -> None:
    """Also one whose name ends with its ids, as those of windows, cards and payment dates do."""
    name = step(kind, *("a:1" for _ in range(kind.value.ids)))
    told = mail.nobody_reached(NOTICE.model_copy(update={"step": name}), "550", NOW)
    assert read(told.step) == StepName(StepKind.NOBODY_REACHED, (name,))
