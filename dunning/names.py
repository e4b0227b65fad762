"""The names under which an invoice's case is reached from outside: its workflow, signals, updates, search attributes.

Whoever speaks to a case without knowing its code (the portal, a script, another language) uses these.
"""

from datetime import datetime
from typing import Literal, NamedTuple

WORKFLOW = "InvoiceDunning"
PAYMENT_RECEIVED = "payment_received"
PAYMENT_REVERSED = "payment_reversed"
PAYMENT_RESTORED = "payment_restored"
PAYMENT_NEWS = "payment_news"
METHOD_CHANGED = "method_changed"
GIVE_BACK = "give_back"
CREDIT_AVAILABLE = "credit_available"
RECONSIDER = "reconsider"
NOTICE_BOUNCED = "notice_bounced"
NOTICE = "Notice"
PAY = "pay"
PROMISE = "promise_to_pay"
WAIVE = "waive"
APPROVE = "approve"
VOID = "void"
CHANGE_DUE_DATE = "change_due_date"
UNDO = "undo"
USE_CREDIT = "use_credit"
EXEMPT = "exempt"
MOVE_ACCOUNT = "move_account"
REPLAN = "replan"
DECIDE_CHARGE = "decide_charge"
STILL_WANTED = "still_wanted"
CASE = "case"
SUBSCRIPTION_WORKFLOW = "SubscriptionRenewal"
SUBSCRIPTION = "subscription"
CHANGE = "change"
PAUSE = "pause"
CANCEL = "cancel"


class Attribute(NamedTuple):
    """A search attribute, by which operators filter cases. No personal data: it lies in clear."""

    name: str
    kind: Literal["keyword", "int", "datetime"]


ACCOUNT = Attribute("Account", "keyword")
POLICY = Attribute("Policy", "keyword")
STATE = Attribute("State", "keyword")
# Not "Level": that is a keyword in the queries of Temporal's visibility store, so nobody could filter by it.
LEVEL = Attribute("ServiceLevel", "keyword")
DUE_DATE = Attribute("DueDate", "datetime")
NEXT_MILESTONE = Attribute("NextMilestone", "keyword")
BALANCE_MINOR = Attribute("BalanceMinor", "int")
# By which the table of open cases finds out what it has not heard of.
REVISION = Attribute("Revision", "int")
ATTRIBUTES = (ACCOUNT, POLICY, STATE, LEVEL, DUE_DATE, NEXT_MILESTONE, BALANCE_MINOR, REVISION)
"""All of a case: only facts and steps change them, so they stay right while it sleeps.

Their values are made by `dunning.explain.temporal_ui`.
"""

Values = tuple[tuple[Attribute, str | int | datetime], ...]
"""A case's search attributes with their values."""


def workflow_id(invoice: str) -> str:
    """`invoice-<number>`."""
    return f"invoice-{invoice}"


def subscription_workflow_id(subscription: str) -> str:
    """`subscription-<id>`."""
    return f"subscription-{subscription}"


def notice_workflow_id(step: str) -> str:
    """The id of a notice outside of any case, by the order's step: `notice-hold:bakery:abuse:suspended:...`."""
    return f"notice-{step}"
