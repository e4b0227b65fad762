"""The mail with a new link to an invoice's page, for a customer whose link is over or was ended."""

from datetime import datetime

from dunning.case.orders import NoticeOrder
from dunning.money import Money
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step
from dunning.records.accounts import Account
from dunning.records.books import KnownInvoice

TITLE = "Your Link to an Invoice"
_HOURS = 5
"""One mail in each five hours of a day (UTC): five a day at the most, whoever asks how often."""


def new_link_notice(invoice: KnownInvoice, account: Account, now: datetime, given: datetime) -> NoticeOrder:
    """The order for it: its step makes it one for the invoice in these hours. The link is given out at `given`.

    It concerns no invoice, as the archive counts: it says nothing of what is owed, so it warns of nothing.
    """
    return NoticeOrder(
        invoice="",
        account=account.id,
        step=step(StepKind.NEW_LINK, invoice.number, f"{now:%Y%m%d}", f"{now.hour // _HOURS}"),
        at=max(now, given),
        title=TITLE,
        policy="",
        zone=account.zone or "UTC",
        due=invoice.due,
        balance=Money.zero("USD"),
        page=invoice.number,
    )
