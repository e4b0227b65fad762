"""Money for an invoice that has no open case any more: it becomes credit and a Billing ticket, once (promise 9)."""

from cli.errors import BadInputError
from dunning.facts import Payment
from dunning.ledger import MONEY_IN, find
from dunning.orders import TicketOrder
from dunning.ports import Store
from dunning.records import Credit


def unknown(invoice: str) -> BadInputError:
    """The words for an invoice that nobody here has ever heard of."""
    return BadInputError(
        f"{invoice}: there is no such invoice, so nothing was recorded; is the number right?\n"
        "If the money did arrive, find its invoice and enter it there under the same --id."
    )


async def keep(store: Store, invoice: str, payment: Payment) -> str:
    """What became of the money: already counted, already credited, or credited. Safe to repeat.

    Raises BadInputError when nobody here has ever heard of the invoice.
    """
    known = await store.invoice(invoice)
    if known is None:
        raise unknown(invoice)
    closed = await store.ledger(invoice)
    if closed and find(closed.order.entries, payment.id, MONEY_IN):
        return "already counted"
    why = f"was closed as {closed.outcome}" if closed else "has no running case"
    reason = f"payment for {invoice}, which {why}"
    credit = Credit(
        id=f"{invoice}:{payment.id}", account=known.account, amount=payment.amount, at=payment.at, reason=reason
    )
    fresh = await store.add_credit(credit)
    await store.open_ticket(_ticket(invoice, known.account, payment, why))
    return "credited" if fresh else "already credited"


def _ticket(invoice: str, account: str, payment: Payment, why: str) -> TicketOrder:
    return TicketOrder(
        invoice=invoice,
        account=account,
        step=f"late:{payment.id}",
        at=payment.at,
        subject=f"Late payment for {invoice} kept as credit",
        body=f"{payment.amount} arrived for {invoice}, which {why}. It is credit of the account {account} now: "
        "use it for another invoice or give it back.",
    )
