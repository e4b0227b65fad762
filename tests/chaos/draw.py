"""A life as it is drawn from its seed: one account, its invoices, what people do, what breaks. No more is random."""

from dataclasses import replace
from random import Random
from typing import get_args

from tests.chaos.drawn import (
    LONGEST,
    Act,
    ActKind,
    Department,
    DrawnFee,
    DrawnInvoice,
    DrawnLife,
    DrawnProcessor,
    DrawnRenewals,
    Fault,
    FaultKind,
    Link,
)

POLICIES = ("a-small-orange", "courtesy-5-10-35", "hotdoodle", "whmcs-default")

_WEIGHTS: dict[ActKind, int] = {
    "pays by bank": 30, "pays on the page": 8, "pays directly": 9, "tells again": 8, "refund": 7,
    "part of it refunded": 4, "dispute": 8, "dispute won": 5, "dispute lost": 3, "bank takes back": 5,
    "bank takes back before it was told": 3, "bank gives back": 3, "debit ends well": 5, "debit comes back": 4,
    "promise": 6, "waiver": 3, "late fee waived": 3, "due date": 4, "hold": 4, "hold lifted": 4, "undo": 4,
    "approval": 7, "second approval": 3, "new card": 5, "card that declines": 3, "no card": 2, "void": 2,
    "events swapped": 5, "events late": 4, "events doubled": 4, "events lost": 2, "credit added": 4, "credit used": 3,
    "credit paid out": 2, "goodwill": 4,
    "refused charge again": 3, "refused charge left out": 3, "card that ends": 5,
    "pays in another currency by command": 4, "takes back by command what nobody knows": 4,
    "what was waited for comes": 4, "cancellation asked": 2, "terminated and recovered": 4, "exempted": 4,
    # Drawn apart, so that older seeds stay the lives that they were.
    "accounts merged": 0, "window set": 0, "window cancelled": 0, "renewal paid": 0, "renewals changed": 0,
    "renewals paused": 0, "renewals cancelled": 0, "replanned": 0, "outage written down": 0, "outage seen": 0,
    "outage struck out": 0, "processor pays": 0, "processor tells again": 0, "processor payment fails": 0,
    "processor refunds": 0, "processor stops": 0, "bounce forged": 0, "notice comes back": 0,
    "stranger answers a notice": 0, "approves in another spelling": 0, "approves and may not": 0,
    "stranger tells of money": 0, "stranger decides": 0,
}  # fmt: skip
_BEFORE = (6, 7, 8, 9, 9, 9, 10, 13, 18, 20, 29, 33, 34, 59, 88)
"""Days after a due date on which an outage is over."""
_PAYS: tuple[ActKind, ...] = ("pays by bank", "pays on the page", "pays directly", "bank takes back before it was told")
_PAID = 0.25
"""The share of lives with outages in which people pay when they like all the same."""
_MOVED = 0.12
"""The share of invoices that move in."""
_MERGED = 0.15
"""The share of accounts that are merged into another one."""
_CLOSED = 0.3
"""The share of lives in which the operator sets maintenance windows."""
_AWAY = 0.4
"""The share of lives in which the way to pay is away at times."""
_IN_HOURS = 0.35
"""The share of invoices whose policy restricts only in the open hours of a department."""
_REPLANNED = 0.15
"""The share of accounts of which an invoice is moved to another policy."""
_RENEWS = 0.3
"""The share of accounts that have a subscription beside their invoices."""
_PROCESSOR = 0.3
"""The share of accounts for which a company's own subscription pays."""
_BY_TWO = 0.4
"""The share of invoices whose deletion takes two people."""
_WAITS: dict[str, tuple[int, int]] = {
    "whmcs-default": (6, 45),
    "courtesy-5-10-35": (11, 50),
    "a-small-orange": (31, 100),
}
"""Days after a due date on which a deletion may be agreed to, or waits for that."""
_FORGED = 0.5
"""The share of customers who say that notices came back that did not."""
_CAME_BACK = 0.12
"""The share of lives in which one really did."""
_STRANGER = 0.35
"""The share of lives in which somebody who reaches Temporal says what nobody signed."""
_LINES = 0.4
"""The share of invoices that say what they are for."""
_FAULT_WEIGHTS: dict[FaultKind, int] = {
    "worker killed": 7, "worker frozen": 4, "worker frozen for long": 2, "frozen in a call": 4,
    "frozen before a call": 6, "portal killed": 5, "store locked": 6, "panel down": 5, "panel lies": 4,
    "gateway down": 5, "gateway answers late": 4, "mail down": 4, "mail answer lost": 4, "connections cut": 6,
    "nobody let in": 4, "answers lost": 6, "network slow": 3,
}  # fmt: skip


def draw(seed: int) -> DrawnLife:
    """The life of that seed."""
    chance = Random(seed)
    invoices = tuple(_invoice(chance, number) for number in range(chance.choice((1, 1, 2, 2, 3))))
    invoices = tuple(_moved(Random(f"{seed} {number} moves in"), each) for number, each in enumerate(invoices))
    invoices = tuple(_in_hours(Random(f"{seed} {number} hours"), each) for number, each in enumerate(invoices))
    invoices = tuple(_with_lines(Random(f"{seed} {number} lines"), each) for number, each in enumerate(invoices))
    invoices = tuple(
        replace(each, by_two=each.policy in _WAITS and Random(f"{seed} {number} by two").random() < _BY_TWO)
        for number, each in enumerate(invoices)
    )
    acts = [*_acts(chance, invoices), *_merges(Random(f"{seed} merges"), invoices)]
    acts += _windows(Random(f"{seed} windows"), invoices)
    if away := _outages(Random(f"{seed} outages"), invoices):
        invoices, acts = _unpaid(Random(f"{seed} unpaid"), invoices, acts, away)
    if agreeing := _agree(Random(f"{seed} agree"), invoices):
        invoices, acts = _unpaid(Random(f"{seed} not deleted"), invoices, acts, agreeing)
    renews, its = _renews(Random(f"{seed} renews"), invoices)
    acts += [*its, *_replans(Random(f"{seed} replans"), invoices)]
    processor, its = _processor(Random(f"{seed} processor"), invoices)
    acts += [*its, *_forges(Random(f"{seed} forges"), invoices)]
    acts += _strangers(Random(f"{seed} strangers"), invoices)
    acts = tuple(sorted(acts, key=lambda act: act.day))
    return DrawnLife(
        seed=seed,
        panel=chance.choice(("sandbox", "sandbox", "whm", "hestia")),
        services=chance.choice((1, 1, 2)),
        card=chance.choice(("pm_card_visa", "pm_card_visa", "pm_card_visa", "")),
        card_ends=chance.choice((None, None, -1, 0, 0, 1, 2)),
        mail=chance.choice(("", "", "", "", "", "", "refused", "greylisted")),
        invoices=invoices,
        acts=acts,
        faults=tuple(_faults(chance, acts)),
        renews=renews,
        processor=processor,
    )


def _invoice(chance: Random, number: int) -> DrawnInvoice:
    answers = (
        "decline:card_declined", "decline:insufficient_funds", "pending", "timeout_after", "timeout_before", "500",
        "500:stored", "ok", "decline:stolen_card", "refuse:parameter_invalid",
    )  # fmt: skip
    weights = (8, 5, 4, 2, 2, 2, 1, 3, 1, 3)
    return DrawnInvoice(
        policy=chance.choice(POLICIES),
        minor=chance.choice((1999, 500, 4500, 12345)),
        due=0 if number == 0 else chance.choice((0, 1, 4, 12, 30, 30, 45)),
        charges=tuple(chance.choices(answers, weights, k=chance.choice((1, 2, 2, 3)))),
        service=chance.randrange(4),
        fees=tuple(_fee(chance, after) for after in chance.choice(((), (), (4,), (2, 6), (4, 9), (2, 20)))),
    )


def _moved(chance: Random, invoice: DrawnInvoice) -> DrawnInvoice:
    """Some come from another system, and most of those are past due there."""
    if chance.random() >= _MOVED:
        return invoice
    return replace(invoice, moved_in=True, due=chance.choice((-16, -21, -41, 0)))


def _in_hours(chance: Random, invoice: DrawnInvoice) -> DrawnInvoice:
    """Some policies restrict nobody while Billing, or Support, is closed."""
    department: Department = chance.choice(("billing", "billing", "support"))
    return replace(invoice, in_hours=department) if chance.random() < _IN_HOURS else invoice


def _with_lines(chance: Random, invoice: DrawnInvoice) -> DrawnInvoice:
    """Some say what they are for."""
    return replace(invoice, lines=chance.choice((1, 2, 3))) if chance.random() < _LINES else invoice


def _fee(chance: Random, after: int) -> DrawnFee:
    if chance.random() < 0.2:
        return DrawnFee(after, fixed=chance.choice((100, 3500)))
    minimum = chance.choice((0, 0, 100, 500))
    return DrawnFee(
        after,
        percent=chance.choice(("0.5", "1.5", "10", "33.33", "100")),
        minimum=minimum,
        maximum=chance.choice((0, 0, minimum or 250, 2000)),
    )


def _acts(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    kinds, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    acts = [_act(chance, invoices, kind) for kind in chance.choices(kinds, weights, k=chance.randint(2, 9))]
    paying = [number for number in range(len(invoices)) if chance.random() < 0.6]  # most people do sooner or later
    acts += [_act(chance, invoices, "pays by bank", number) for number in paying]
    return acts


def _merges(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """Some signed up twice."""
    return [_act(chance, invoices, "accounts merged")] if chance.random() < _MERGED else []


def _windows(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """Some of the operator's nights fall into it, and not all of them come."""
    if chance.random() >= _CLOSED:
        return []
    kinds: list[ActKind] = ["window set", *chance.choice(((), ("window cancelled",), ("window set",)))]
    return [_act(chance, invoices, kind) for kind in kinds]


def _outages(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """Before days on which policies restrict, most of them; a check may have been wrong."""
    if chance.random() >= _AWAY:
        return []
    kinds: list[ActKind] = [chance.choice(("outage written down", "outage seen")) for _ in range(chance.randint(1, 3))]
    acts = [_act(chance, invoices, kind) for kind in kinds]
    acts = [replace(act, day=invoices[act.invoice].due + chance.choice(_BEFORE)) for act in acts]
    last = max(act.day for act in acts)
    struck = [_act(chance, invoices, "outage struck out")] if chance.random() < 0.35 else []
    return [*acts, *(replace(act, day=last + chance.choice((0, 0, 1, 2))) for act in struck)]


def _unpaid(
    chance: Random, invoices: tuple[DrawnInvoice, ...], acts: list[Act], away: list[Act]
) -> tuple[tuple[DrawnInvoice, ...], list[Act]]:
    """With the outages. Most customers could not pay because of them, and do so later: else they move nothing."""
    if chance.random() < _PAID:
        return invoices, [*acts, *away]
    later = max(act.day for act in away) + 5
    acts = [replace(act, day=min(LONGEST, later)) if act.kind in _PAYS and act.day < later else act for act in acts]
    return tuple(replace(each, charges=("decline:card_declined",) * 6) for each in invoices), [*acts, *away]


def _replans(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """The operator changes the terms."""
    return [_act(chance, invoices, "replanned")] if chance.random() < _REPLANNED else []


def _strangers(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """Somebody who reaches Temporal tries it, once or a few times."""
    kinds: tuple[ActKind, ...] = ("stranger tells of money", "stranger tells of money", "stranger decides")
    times = chance.choice((1, 2, 4)) if chance.random() < _STRANGER else 0
    return [_act(chance, invoices, chance.choice(kinds)) for _ in range(times)]


def _renews(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> tuple[DrawnRenewals | None, list[Act]]:
    """Two or three renewals fall into a life; most are paid by hand or by card, and some are changed meanwhile."""
    if chance.random() >= _RENEWS:
        return None, []
    answers = ("ok", "ok", "decline:card_declined", "pending", "timeout_after", "500")
    renews = DrawnRenewals(
        policy=chance.choice(POLICIES),
        minor=chance.choice((1999, 2500)),
        first=chance.choice((5, 14, 21, 40)),
        period=chance.choice(("40 days", "monthly", "7 weeks")),
        charges=tuple(chance.choices(answers, k=2)),
    )
    kinds: list[ActKind] = ["renewal paid"] * chance.choice((0, 1, 2, 3))
    changes: tuple[ActKind, ...] = ("renewals changed", "renewals paused", "renewals cancelled")
    kinds += chance.sample(changes, k=chance.choice((0, 0, 1, 1, 2)))
    return renews, [_act(chance, invoices, kind) for kind in kinds]


def _processor(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> tuple[DrawnProcessor | None, list[Act]]:
    """It pays one to three times; at times one fails, goes back, is told again, or all of it stops."""
    if chance.random() >= _PROCESSOR:
        return None, []
    first, every = chance.choice((1, 2, 6, 7, 12)), chance.choice((14, 31, 40))
    days = tuple(first + n * every for n in range(chance.choice((1, 2, 2, 3))))
    drawn = DrawnProcessor(
        company=chance.choice(("stripe", "paypal")),
        minor=chance.choice((invoices[0].minor, invoices[0].minor, 1000)),
        days=days,
        every=every,
    )
    acts = [replace(_act(chance, invoices, "processor pays", 0), day=day) for day in days]
    others: tuple[ActKind, ...] = (
        "processor tells again", "processor tells again", "processor payment fails", "processor refunds",
        "processor stops",
    )  # fmt: skip
    kinds = chance.sample(others, k=chance.choice((0, 1, 1, 2)))
    return drawn, [*acts, *(_act(chance, invoices, kind) for kind in kinds)]


def _agree(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """One person in several spellings, others who may not, and often a second one after all."""
    acts = list[Act]()
    for number, (first, last) in ((n, _WAITS[each.policy]) for n, each in enumerate(invoices) if each.by_two):
        another: ActKind = chance.choice(("approves in another spelling", "approves and may not"))
        kinds: list[ActKind] = ["approval", "approves in another spelling", another]
        if chance.random() < 0.6:
            kinds.append("second approval")
        drawn = [_act(chance, invoices, kind, number) for kind in kinds]
        due = invoices[number].due
        acts += [replace(act, day=min(LONGEST, max(1, due) + chance.randint(first, last))) for act in drawn]
    return acts


def _forges(chance: Random, invoices: tuple[DrawnInvoice, ...]) -> list[Act]:
    """Customers' own reports, and true ones. What is true comes when all of the day's steps are over."""
    mails: tuple[ActKind, ...] = ("bounce forged", "bounce forged", "bounce forged", "stranger answers a notice")
    kinds = chance.choices(mails, k=chance.randint(1, 4)) if chance.random() < _FORGED else []
    true = [_act(chance, invoices, "notice comes back")] if chance.random() < _CAME_BACK else []
    return [*(_act(chance, invoices, kind) for kind in kinds), *(replace(act, meanwhile=None) for act in true)]


def _act(chance: Random, invoices: tuple[DrawnInvoice, ...], kind: ActKind, number: int | None = None) -> Act:
    number = chance.randrange(len(invoices)) if number is None else number
    day = chance.choice((-5, 0, 1, 3, 5, 6, 9, 10, 11, 14, 20, 21, 30, 31, 35, 36, 45, 60, 61, 75, 90, 91, 100))
    return Act(
        day=min(LONGEST, day + invoices[number].due),
        kind=kind,
        invoice=number,
        meanwhile=chance.choice((None, None, 0.0, 0.1, 0.3, 0.8)),
        pick=chance.random(),
        share=chance.choices(
            ("right", "part", "too much", "wrong currency", "whole", "all but some cents"), (10, 3, 2, 1, 3, 3)
        )[0],
        days=chance.choice((1, 3, 5, 10, 20)),
        twice=chance.random() < 0.25,
    )


def _faults(chance: Random, acts: tuple[Act, ...]) -> list[Fault]:
    kinds, weights = list(_FAULT_WEIGHTS), list(_FAULT_WEIGHTS.values())
    days = [act.day for act in acts] * 2 + [0, 5, 5, 10, 10, 20, 30, 30, 60, 90]
    return [
        _fault(chance, kind, chance.choice(days)) for kind in chance.choices(kinds, weights, k=chance.randint(0, 4))
    ]


def _fault(chance: Random, kind: FaultKind, day: int) -> Fault:
    hows = {
        "frozen in a call": ("hold", "ok:hold", "read:hold", "read:hold"),
        "panel down": ("500", "read:500", "garbage", "slow:2", "read:slow:2"),
        "gateway down": ("500", "429", "timeout_before", "timeout_after"),
        "mail down": ("defer:451", "reject:451"),
    }
    return Fault(
        day=day,
        kind=kind,
        after=round(chance.choice((0.0, chance.uniform(0, 0.4), chance.uniform(0, 1.5))), 2),
        seconds=round(chance.uniform(0.3, 4.0), 1),
        which=chance.randrange(2),
        link=chance.choices(get_args(Link), (3, 4, 2, 2, 2))[0],
        how=chance.choice(hows.get(kind, ("",))),
    )
