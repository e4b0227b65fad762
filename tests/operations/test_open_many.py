"""Opening many invoices: patient with a busy server, never two of one account together."""

import asyncio

import pytest

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.policy.file import Policy
from dunning.ports.cases import ServerRefusedError
from dunning.ports.outages import OutageError
from operations import open_many
from operations.errors import RefusedError
from operations.new_invoice import NewInvoice
from operations.open_invoice import Opening
from operations.open_many import Checked, Failed, OpenedMany
from tests.operations.opening import ASO, new

POLICY = load_policy(ASO, ROOT / "policies")


def checked(*several: NewInvoice) -> list[Checked]:
    return [Checked(place, each, POLICY) for place, each in enumerate(several, 1)]


def busy() -> OutageError:
    return OutageError("Temporal answered RESOURCE_EXHAUSTED: namespace rate limit exceeded")


async def opened(opener: open_many.Open, several: list[Checked]) -> OpenedMany:
    report = OpenedMany()
    await open_many.open_many(several, opener, report, lambda: None)
    return report


async def test_a_busy_server_is_asked_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(open_many, "PAUSES", (0.0, 0.0))
    tries = list[str]()

    async def opener(invoice: NewInvoice, policy: Policy) -> Opening:
        assert policy is POLICY
        tries.append(invoice.invoice)
        if len(tries) < 3:
            raise busy()
        return Opening("started")

    report = await opened(opener, checked(new("BUSY-1")))
    assert (report.opened["started"], report.failed, len(tries)) == (["BUSY-1"], [], 3)


async def test_once_the_server_is_gone_for_good_the_rest_is_not_tried(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(open_many, "PAUSES", (0.0,))
    monkeypatch.setattr(open_many, "AT_ONCE", 1)
    tries = list[str]()

    async def opener(invoice: NewInvoice, policy: Policy) -> Opening:
        assert policy is POLICY
        tries.append(invoice.invoice)
        raise busy()

    report = await opened(opener, checked(new("GONE-1"), new("GONE-2")))
    assert tries == ["GONE-1", "GONE-1"]
    assert report.failed == [
        Failed(1, "GONE-1", "Temporal answered RESOURCE_EXHAUSTED: namespace rate limit exceeded"),
        Failed(2, "GONE-2", "not tried any more"),
    ]


async def test_one_that_cannot_be_opened_stops_none_of_the_others():
    async def opener(invoice: NewInvoice, policy: Policy) -> Opening:
        assert policy is POLICY
        if invoice.invoice == "ODD-2":
            raise RefusedError("it cannot be started: it is odd", about="ODD-2")
        return Opening("started")

    report = await opened(opener, checked(new("ODD-1"), new("ODD-2"), new("ODD-3")))
    assert sorted(report.opened["started"]) == ["ODD-1", "ODD-3"]
    assert (report.refused, report.failed) == ([Failed(2, "ODD-2", "it cannot be started: it is odd")], [])


async def test_invoices_of_one_account_never_run_together():
    running, most = set[str](), 0

    async def opener(invoice: NewInvoice, policy: Policy) -> Opening:
        assert policy is POLICY
        nonlocal most
        assert invoice.account not in running
        running.add(invoice.account)
        most = max(most, len(running))
        await asyncio.sleep(0)
        running.remove(invoice.account)
        return Opening("started")

    report = await opened(opener, checked(*(new(f"MANY-{n}", account=f"account-{n % 30}") for n in range(90))))
    assert (len(report.opened["started"]), most) == (90, open_many.AT_ONCE)


async def test_a_server_that_does_not_let_us_in_is_asked_once() -> None:
    tries = list[str]()

    async def opener(invoice: NewInvoice, policy: Policy) -> Opening:
        tries.append(f"{invoice.invoice} {policy.name}")
        raise ServerRefusedError("Temporal answered PERMISSION_DENIED: who are you?")

    report = await opened(opener, checked(new("OP-OUT-1")))
    assert (len(tries), report.failed) == (
        1,
        [Failed(1, "OP-OUT-1", "Temporal answered PERMISSION_DENIED: who are you?")],
    )


async def test_of_several_looks_at_an_account_the_last_counts() -> None:
    looks = {"OP-REACH-1": "inside", "OP-REACH-2": "outside", "OP-REACH-3": "inside"}

    async def opener(invoice: NewInvoice, policy: Policy) -> Opening:
        assert policy is POLICY
        return Opening("started", "inside" if looks[invoice.invoice] == "inside" else "outside")

    several = (new("OP-REACH-1", account="a"), new("OP-REACH-2", account="a"), new("OP-REACH-3", account="b"))
    assert (await opened(opener, checked(*several))).inside == {"b"}
