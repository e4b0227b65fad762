"""`POST /webhooks/payments`: how any payment processor, or a script of yours, tells of money.

A request is signed as Standard Webhooks say (standardwebhooks.com; there are libraries for most languages), by one of
the secrets in REPRIEVE_PAYMENT_WEBHOOK_SECRETS, with the headers `webhook-id`, `webhook-timestamp` and
`webhook-signature`. The id is the event's: the same one again changes nothing and has the same outcome.

    {"type": "payment.received", "timestamp": "2026-12-01T14:00:00Z",
     "data": {"invoice": "INV-1042", "id": "bank-7781", "amount": "19.99", "currency": "USD", "method": "transfer"}}

type                 data
===================  ===================================================================================================
`payment.received`   `id` (the payment's own, counted once), an amount, `method` (optional, in words)
`payment.reversed`   `id` (the reversal's own), `payment` (the id of the money), an amount, `reason` (optional),
                     `chargeback` (optional: true when the customer's bank took it in a dispute)
`payment.restored`   `id`, `reversal` (the id of what took the money), an amount: a dispute was won
`method.changed`     `note` (optional): a new payment method is on file
===================  ===================================================================================================

Whose it is: `invoice`; or `account`, ours; or `payer`, the processor's own id of the customer. One of them is needed.
An amount is `currency` with `amount`, text such as "19.99" (a number would lose cents on its way), or with
`amount_minor`, a whole number of cents. `at` says when it happened, with its offset; default: `timestamp`.
An unknown key in `data` is refused, because it may be a misspelt one. Other types are accepted and ignored.

status   body
======   ==============================================================================================================
200      `{"outcome": "applied", "invoice": "INV-1042", "state": "paid",
         "balance": {"amount": "0.00", "amount_minor": 0, "currency": "USD"}}`. Outcomes: applied, already counted,
         credited, refunded, parked, refused, reopened, noted, ignored, or "failed: see ticket". Invoice, state and
         balance are there when they are known.
202      `{"outcome": "accepted"}`: it is kept and will be delivered; send the same again to hear the outcome.
400      it is not signed, or not well-formed: `{"error": "...", "errors": [{"key": "data.amount", "why": "..."}]}`
408 413  the body was too slow or too large
503      it could not be kept: send it again after `Retry-After` seconds
======   ==============================================================================================================
"""

from pydantic import ValidationError

from dunning.records.inbox import News
from portal.inbox.messages import MESSAGES, Head


def news_in(body: str | bytes) -> News | None:
    """What a message says; None for a type that is not ours. Raises ValidationError; see `problems`."""
    message = MESSAGES.get(Head.model_validate_json(body).type)
    if message is None:
        return None
    read_message = message.model_validate_json(body)
    return read_message.data.fact(read_message.data.at or read_message.timestamp)


async def read_message(body: str) -> tuple[News, ...]:
    """The same for a body that was kept. Raises ValueError."""
    news = news_in(body)
    return (news,) if news else ()


def invoice_in(body: str) -> str:
    """The invoice that a kept message names; empty when it names none, or cannot be read any more."""
    try:
        news = news_in(body)
    except ValidationError:
        return ""
    return news.invoice if news else ""


def problems(error: ValidationError) -> tuple[dict[str, str], ...]:
    """Each key that is wrong, and why, for the programmer of the other side."""
    return tuple(
        {"key": ".".join(map(str, each["loc"])) or "(body)", "why": each["msg"].removeprefix("Value error, ")}
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    )
