"""The kinds of tickets, and the department that has to act on each. Pure names: the command line offers them."""

from enum import StrEnum


class Department(StrEnum):
    """Who has to act."""

    BILLING = "Billing"
    SUPPORT = "Support"
    MANAGEMENT = "Management"


class TicketKind(StrEnum):
    """Every kind of work for people. The words of each are in the module of its topic, in this folder."""

    # money
    LATE_PAYMENT = "late-payment"
    LATE_REVERSAL = "late-reversal"
    LATE_RESTORED = "late-restored"
    PAYMENT_REFUSED = "payment-refused"
    PAYMENT_PARKED = "payment-parked"
    CREDIT_REVERSED = "credit-reversed"
    CREDIT_RESTORED = "credit-restored"
    PROCESSOR_REFUNDED = "processor-refunded"
    PROCESSOR_ENDED = "processor-ended"
    NOT_GIVEN_BACK = "not-given-back"
    REVERSED_TOO_MUCH = "reversed-too-much"
    REVERSED_WHEN_VOID = "reversed-when-void"
    REVERSED_WHEN_LAPSED = "reversed-when-lapsed"
    REVERSED_WHEN_DELETED = "reversed-when-deleted"
    PAID_AFTER_DELETION = "paid-after-deletion"
    MESSAGE_UNREADABLE = "message-unreadable"
    MONEY_UNSIGNED = "money-unsigned"
    LARGE_CASE = "large-case"
    CANCELLATION_ASKED = "cancellation-asked"
    CASES_DIED = "cases-died"
    COUNTED_TWICE = "counted-twice"
    WEBHOOK_FAILED = "webhook-failed"
    NEWS_UNHANDLED = "news-unhandled"
    COMMAND_NOT_DONE = "command-not-done"
    SWEEP = "sweep"
    CHARGE_REFUSED = "charge-refused"
    GATEWAY_REFUSES = "gateway-refuses"
    # notices and mail
    NOTICE_UNDELIVERED = "notice-undelivered"
    NOBODY_REACHED = "nobody-reached"
    NO_OUTSIDE_ADDRESS = "no-outside-address"
    ADDRESS_BOUNCED = "address-bounced"
    CUSTOMER_MAIL = "customer-mail"
    MAIL_UNCLEAR = "mail-unclear"
    MAIL_FAILED = "mail-failed"
    # services
    STILL_RESTRICTED = "still-restricted"
    UNDO_STILL_RESTRICTED = "undo-still-restricted"
    EFFECT_NOT_SEEN = "effect-not-seen"
    SERVICE_GONE = "service-gone"
    LOCKED_AT_PANEL = "locked-at-panel"
    DOMAINS_SUSPENDED = "domains-suspended"
    DOMAINS_DELETED = "domains-deleted"
    DOMAINS_REINSTATED = "domains-reinstated"
    BACKUPS_BY_HAND = "backups-by-hand"
    DELETION_SHARED = "deletion-shared"
    DRIFT = "drift"
    CLOSE_SITE = "close-site"
    # subscriptions
    RENEWAL_REFUSED = "renewal-refused"
    RENEW_INACTIVE = "renew-inactive"
    SUBSCRIPTION_DIED = "subscription-died"
    # maintenance windows
    WINDOW_FOLLOWED_UP = "window-followed-up"
    # the breaker, outages, and runs that were wrong
    BREAKER_STOPPED = "breaker-stopped"
    BREAKER_DECIDED = "breaker-decided"
    OUTAGE_GOES_ON = "outage-goes-on"
    AUDIT_BROKEN = "audit-broken"
    RUN_UNDONE = "run-undone"
    RUN_NOT_UNDOABLE = "run-not-undoable"
    DELETED_BY_MISTAKE = "deleted-by-mistake"


_BILLING, _SUPPORT = Department.BILLING, Department.SUPPORT
DEPARTMENTS: dict[TicketKind, Department] = {
    TicketKind.LATE_PAYMENT: _BILLING,
    TicketKind.LATE_REVERSAL: _BILLING,
    TicketKind.LATE_RESTORED: _BILLING,
    TicketKind.PAYMENT_REFUSED: _BILLING,
    TicketKind.PAYMENT_PARKED: _BILLING,
    TicketKind.CREDIT_REVERSED: _BILLING,
    TicketKind.CREDIT_RESTORED: _BILLING,
    TicketKind.PROCESSOR_REFUNDED: _BILLING,
    TicketKind.PROCESSOR_ENDED: _BILLING,
    TicketKind.NOT_GIVEN_BACK: _BILLING,
    TicketKind.REVERSED_TOO_MUCH: _BILLING,
    TicketKind.REVERSED_WHEN_VOID: _BILLING,
    TicketKind.REVERSED_WHEN_LAPSED: _BILLING,
    TicketKind.REVERSED_WHEN_DELETED: _BILLING,
    TicketKind.PAID_AFTER_DELETION: _BILLING,
    TicketKind.MESSAGE_UNREADABLE: _BILLING,
    TicketKind.MONEY_UNSIGNED: _BILLING,
    TicketKind.LARGE_CASE: _BILLING,
    TicketKind.CANCELLATION_ASKED: _BILLING,
    TicketKind.CASES_DIED: _BILLING,
    TicketKind.COUNTED_TWICE: _BILLING,
    TicketKind.WEBHOOK_FAILED: _BILLING,
    TicketKind.NEWS_UNHANDLED: _BILLING,
    TicketKind.COMMAND_NOT_DONE: _BILLING,
    TicketKind.SWEEP: _BILLING,
    TicketKind.CHARGE_REFUSED: _BILLING,
    TicketKind.GATEWAY_REFUSES: _BILLING,
    TicketKind.NOTICE_UNDELIVERED: _BILLING,
    TicketKind.NOBODY_REACHED: _BILLING,
    TicketKind.NO_OUTSIDE_ADDRESS: _BILLING,
    TicketKind.ADDRESS_BOUNCED: _BILLING,
    TicketKind.CUSTOMER_MAIL: _BILLING,
    TicketKind.MAIL_UNCLEAR: _BILLING,
    TicketKind.MAIL_FAILED: _BILLING,
    TicketKind.STILL_RESTRICTED: _BILLING,
    TicketKind.UNDO_STILL_RESTRICTED: _BILLING,
    TicketKind.EFFECT_NOT_SEEN: _SUPPORT,
    TicketKind.SERVICE_GONE: _BILLING,
    TicketKind.LOCKED_AT_PANEL: _SUPPORT,
    TicketKind.DOMAINS_SUSPENDED: _SUPPORT,
    TicketKind.DOMAINS_DELETED: _SUPPORT,
    TicketKind.DOMAINS_REINSTATED: _SUPPORT,
    TicketKind.BACKUPS_BY_HAND: _SUPPORT,
    TicketKind.DELETION_SHARED: _SUPPORT,
    TicketKind.DRIFT: _SUPPORT,
    TicketKind.RENEWAL_REFUSED: _BILLING,
    TicketKind.RENEW_INACTIVE: _BILLING,
    TicketKind.CLOSE_SITE: _BILLING,
    TicketKind.SUBSCRIPTION_DIED: _BILLING,
    TicketKind.WINDOW_FOLLOWED_UP: Department.MANAGEMENT,
    TicketKind.BREAKER_STOPPED: _BILLING,
    TicketKind.BREAKER_DECIDED: _BILLING,
    TicketKind.OUTAGE_GOES_ON: _BILLING,
    TicketKind.AUDIT_BROKEN: Department.MANAGEMENT,
    TicketKind.RUN_UNDONE: _BILLING,
    TicketKind.RUN_NOT_UNDOABLE: _BILLING,
    TicketKind.DELETED_BY_MISTAKE: _BILLING,
}
