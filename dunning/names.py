"""The names under which an invoice's case is reached from outside: its workflow, its signals, its updates.

Whoever speaks to a case without knowing its code (the portal, a script, another language) uses these.
"""

WORKFLOW = "InvoiceDunning"
PAYMENT_RECEIVED = "payment_received"
PAYMENT_REVERSED = "payment_reversed"
PAYMENT_RESTORED = "payment_restored"
PAYMENT_NEWS = "payment_news"
METHOD_CHANGED = "method_changed"
RECONSIDER = "reconsider"
NOTICE_BOUNCED = "notice_bounced"
NOTICE = "Notice"
PAY = "pay"
CASE = "case"


def workflow_id(invoice: str) -> str:
    """`invoice-<number>`."""
    return f"invoice-{invoice}"


def notice_id(step: str) -> str:
    """The id of a notice outside of any case, by the order's step: `notice-hold:bakery:abuse:suspended:...`."""
    return f"notice-{step}"
