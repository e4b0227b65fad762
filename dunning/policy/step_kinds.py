"""The kinds of steps beside a plan's own, and what is made for a step. A new one is one line here.

How they become names is in `dunning.policy.step_names`.
"""

from enum import Enum, StrEnum
from typing import NamedTuple

from dunning.policy.plan import Action


class Form(NamedTuple):
    """How a kind is written, and what its steps do. `ids`: so many follow the word. `ends`: nothing follows them."""

    word: str
    ids: int = 1
    action: Action | None = None
    ends: bool = False


class StepKind(Enum):
    """What a name is about: a milestone of the plan, or what follows from facts. A follow-up is one line here."""

    MILESTONE = Form("")

    # Follow-ups of a case, by the id of the payment, reversal, ledger line or undo that asks for them.
    CONFIRM = Form("confirm", 1, Action.NOTIFY)
    REVERSAL = Form("reversal", 1, Action.NOTIFY)
    UNDO = Form("undo", 1, Action.NOTIFY)
    REPLAN = Form("replan", 1, Action.NOTIFY)  # by how often it was moved to another plan
    OUTSIDE_CONTACT = Form("outside-contact", 0, Action.NOTIFY)
    DELETION = Form("deletion", 0)  # `deletion:told`: all is deleted that the plan deletes
    MORE_TIME = Form("more-time", 1, Action.NOTIFY)  # by an outage: which of the times that a step was put off
    PAY_PAGE = Form("pay-page", 0, Action.NOTIFY)
    CARD = Form("card", 2, Action.CARD)  # by "look" and change of method, or by the card's end and days before it
    NEW_METHOD = Form("new-method", 1, Action.CHARGE)
    UNDERWAY = Form("underway", 1, Action.CHARGE)  # a payment that the customer began without us
    REFUND = Form("refund", 1, Action.REFUND)
    GIVE_BACK = Form("give-back", 1, Action.REFUND)  # what a person gives back of a payment
    CREDIT = Form("credit", 1, Action.CREDIT)
    CARRY = Form("carry", 1, Action.CARRY)  # a rest that is too small to be asked for
    USE_CREDIT = Form("use-credit", 1, Action.USE_CREDIT)
    USE_CREDIT_AFTER_UNDO = Form("use-credit-after-undo", 1, Action.USE_CREDIT)
    USE_OPEN_CREDIT = Form("use-open-credit", 1, Action.USE_CREDIT)  # by the lines that the account's credit had
    USE_CREDIT_ASKED = Form("use-credit-asked", 1, Action.USE_CREDIT)
    REOPEN = Form("reopen", 1, Action.REOPEN)
    CHARGEBACK = Form("chargeback", 1)  # restricts to the level that the plan says
    LOOSEN = Form("loosen", 1, Action.LOOSEN)
    LOOSEN_PROMISED = Form("loosen-promised", 1, Action.LOOSEN)  # by the day until which payment is promised
    REINSTATE = Form("reinstate", 1, Action.REINSTATE)
    DUE_DATE = Form("due-date", 1, Action.MOVE_DUE)
    CLOSE = Form("close", 1, Action.CLOSE)
    PARKED = Form("parked", 1, Action.TICKET)
    TAKEN_BACK = Form("taken-back", 1, Action.TICKET)
    RESTORED = Form("restored", 1, Action.TICKET)
    NOT_GIVEN_BACK = Form("not-given-back", 1, Action.TICKET)
    TOO_MUCH_BACK = Form("too-much-taken-back", 1, Action.TICKET)
    OWED_AGAIN = Form("owed-again", 1, Action.TICKET)
    UNREADABLE = Form("unreadable", 1, Action.TICKET)
    HINT = Form("hint", 1, Action.ASK)  # money that was told of without a signature, by its place
    UNSIGNED = Form("unsigned", 1, Action.TICKET)  # such money that the gateway does not know
    UNDO_DELETED = Form("undo-deleted", 1, Action.TICKET)
    PAID_AFTER_DELETION = Form("paid-after-deletion", 0, Action.TICKET)
    LARGE_CASE = Form("large-case", 0, Action.TICKET)
    CANCELLATION = Form("cancellation", 1, Action.TICKET)  # that somebody asked the server for

    # Notices outside of any case: of a hold, by account, service (may be empty), source, level and time.
    HOLD = Form("hold", 5, Action.NOTIFY)
    CARD_ENDS = Form("card-ends", 4, Action.NOTIFY, ends=True)  # by account, card, its end, days before it

    PAYMENT_DATE = Form("payment-date", 2, Action.NOTIFY, ends=True)  # by a processor's subscription, and what is wrong
    # Of a maintenance window, by its id, its hours, and the account or the invoice.
    ANNOUNCE = Form("announce", 3, Action.NOTIFY, ends=True)
    PAY_BY = Form("pay-by", 3, Action.NOTIFY, ends=True)

    NEW_LINK = Form("new-link", 3, Action.NOTIFY, ends=True)  # to an invoice, by its number, day and part of the day
    RESENT = Form("resent", 1, ends=True)  # a copy that a person had sent, by the notice's id

    # The answer to a mail from a person, by day and sender; a customer at the gateway, by account and the one before.
    MAIL_ANSWER = Form("answer", 2, ends=True)
    NEW_CUSTOMER = Form("customer", 2, ends=True)

    # Tickets that no step of a case asks for.
    LATE = Form("late", 1, ends=True)  # money without a running case
    REFUSED = Form("refused", 1, ends=True)  # a payment that its case refused
    PROCESSOR_REFUNDED = Form("processor-refunded", 1, ends=True)  # by what took credit back
    PROCESSOR_ENDED = Form("processor-ended", 3, ends=True)  # by subscription, status, and the last look before
    COUNTED_TWICE = Form("counted-twice", 1, ends=True)  # by the line that is struck out
    WEBHOOK = Form("webhook", 2, ends=True)
    GATEWAY_REFUSES = Form("gateway-refuses", 2, ends=True)  # by step and code; for every call: "all" and day
    UNHANDLED = Form("unhandled", 2, ends=True)  # by source and id
    COMMAND = Form("command", 1, ends=True)  # what a person gave, by its id in the inbox
    MAIL = Form("mail", 1, ends=True)
    NOTICE_BOUNCED = Form("bounced", 1, ends=True)
    NOBODY_REACHED = Form("nobody-reached", 1, ends=True)  # by the step of the notice that no address took
    STILL_RESTRICTED = Form("still-restricted", 1, ends=True)
    GONE_AT_PANEL = Form("gone-at-its-panel", 0, ends=True)
    LOCKED_AT_PANEL = Form("locked", 2, ends=True)  # by day and service
    DOMAINS = Form("domains", 1, ends=True)
    DOMAINS_OF_HOLD = Form("domains-of-hold", 3, ends=True)  # by day, account and source
    DOMAINS_BACK = Form("domains-back", 1, ends=True)
    BREAKER = Form("breaker", 1, ends=True)
    BREAKER_ALLOWED = Form("breaker-allowed", 1, ends=True)
    DEAD_CASES = Form("dead-cases", 1, ends=True)  # by the time of the check that found them
    OUTAGE_GOES_ON = Form("outage-goes-on", 1, ends=True)  # by the outage
    BREAKER_KEPT = Form("breaker-kept", 1, ends=True)
    RENEWAL = Form("renewal", 2, ends=True)  # that is refused, by subscription and its number
    WINDOW_FOLLOWED_UP = Form("window-followed-up", 1, ends=True)
    SUBSCRIPTION_DIED = Form("subscription-died", 2, ends=True)  # by subscription, and time of the check
    CLOSE_SITE = Form("close-site", 2, ends=True)  # that a customer asked for, by service and its level then
    RENEW_INACTIVE = Form("renew-inactive", 2, ends=True)  # by subscription and what lapsed

    # Of an account's credit: the line by which an invoice used it.
    CREDIT_USED = Form("credit-used", 0, ends=True)
    # Of what was carried: the line by which an invoice took it, and that by which it came back.
    CARRIED_TAKEN = Form("carried-taken", 0, ends=True)
    CARRIED_BACK = Form("carried-back", 0, ends=True)
    # What a person entered, by account and its id.
    CREDIT_ADDED = Form("credit-added", 2, ends=True)
    CREDIT_PAID_OUT = Form("credit-paid-out", 2, ends=True)

    # Lines in the ledger, by the line that they strike out.
    WAIVE = Form("waive", 1, ends=True)
    UNVOID = Form("unvoid", 1, ends=True)


class About(StrEnum):
    """What is made for a step beside it: tickets, and lines in the ledger."""

    UNDELIVERED = "undelivered"
    REACH = "reach"
    PROOF = "proof"
    BACKUPS = "back-ups"
    SHARED = "shared"
    REACTIVATION_FEE = "reactivation-fee"
    VOID = "void"


WHEN_PAID = (StepKind.CONFIRM, StepKind.UNDO)
"""Notices that still matter to who owes nothing any more."""
