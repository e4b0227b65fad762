"""Activities that do nothing: under the names of the real ones with the answers that those give, and a bare one."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from temporalio import activity
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter

from bench.race.bare import EMPTY
from dunning.case.results import Charged, Deleted, Delivered, Noted, Refunded, Reinstated, Restricted
from dunning.level import Level
from dunning.money import Money
from workflows import calls

AMOUNT = Money.parse("USD 19.99")

Activities = dict[str, Sequence[Callable[..., Any]]]


def answering(name: str, result: BaseModel) -> Callable[..., Any]:
    """An activity that reads nothing and always answers the same; the answer is encoded beforehand."""
    (payload,) = pydantic_data_converter.payload_converter.to_payloads([result])

    @activity.defn(name=name)
    async def answer(order: RawValue) -> RawValue:
        del order
        return RawValue(payload)

    return answer


@activity.defn(name=EMPTY)
async def empty() -> None:
    """Nothing."""


def real_ones() -> Activities:
    """What InvoiceDunning calls, by queue."""
    charged = Charged(payment="ch_1", amount=AMOUNT, at=datetime(2026, 12, 1, tzinfo=UTC))
    return {
        calls.CHARGING: [answering("charge", charged), answering("refund", Refunded(refund="re_1", amount=AMOUNT))],
        calls.MAIL: [answering("send_notice", Delivered(notice="n_1"))],
        calls.PANEL: [
            answering("restrict", Restricted(level=Level.SUSPENDED)),
            answering("reinstate", Reinstated(level=Level.ACTIVE)),
            answering("deactivate", Restricted(level=Level.INACTIVE)),
            answering("delete_service", Deleted(services=("s",))),
        ],
        calls.BOOKS: [answering("close_books", Noted()), answering("open_ticket", Noted())],
    }


def bare_ones() -> Activities:
    """The empty one on every queue."""
    return {suffix: [empty] for suffix in (calls.CHARGING, calls.MAIL, calls.PANEL, calls.BOOKS)}
