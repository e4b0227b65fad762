"""Every command that writes: what has to be there before, and its words. Each run is for an invoice of its own."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

from sandbox.stage.stage import Stage
from tests.cli.command import in_days, lines
from tests.server.outages import preparing
from tests.server.outages.preparing import (
    CARD_PAYMENTS,
    DELETES,
    NOTIFIES,
    NOW,
    Prepare,
    account,
    dead,
    drifted,
    email,
    held,
    its_row,
    nothing,
    notified,
    only,
    opened,
    paid_by_card,
    paid_in_part,
    service,
    stopped,
    taken_back,
    user,
    with_credit,
    with_ticket,
)

WHO = ("--by", "ana", "--reason", "ticket 4711")

More = Callable[[Stage, str], Awaitable[Any]]


class Writing(NamedTuple):
    """`words` of an invoice's number, and what is typed as standard input."""

    words: Callable[[str], tuple[str, ...]]
    prepare: Prepare
    stdin: Callable[[str], str] = lambda _: ""
    without: frozenset[str] = frozenset()
    """What may be without it: the store was away, and the case itself has taken it; or the case finds out later."""
    varies: frozenset[str] = frozenset()
    """What tells of each try."""
    more: More | None = None
    """What else came of it, beside what store and case say."""


async def given_back(stage: Stage, number: str) -> list[int]:
    journal = (await stage.companies.payments.books()).journal
    return [line.amount for line in journal if line.account == account(number)]


async def shown(stage: Stage, number: str) -> list[str]:
    return [change.after for change in (await stage.companies.panel.books()).changes(user(number))]


async def subjects(stage: Stage, number: str) -> list[str]:
    """A mail program shows one message of an id once, and a copy that is asked for twice may come twice."""
    return sorted({each.subject for each in (await stage.companies.mail.books()).to(email(number))})


async def erased(stage: Stage, number: str) -> list[str]:
    account = await stage.store.account(f"{number}-gone")
    return [account.name, account.erased_by, *(each.email for each in account.contacts)]


async def old_ticket(stage: Stage, number: str) -> bool:
    return await stage.store.ticket(f":{number}") is not None


async def in_the_table(stage: Stage, number: str) -> bool:
    return await stage.store.open_case(number) is not None


async def paid_by(stage: Stage, number: str) -> list[str]:
    return [each.terms.status for each in await stage.store.processor_subscriptions(account(number))]


async def window(stage: Stage, number: str) -> list[str]:
    found = [each for each in await stage.store.windows(NOW) if each.reason == number]
    return [f"{each.until - each.since}, {each.by}, {each.cancelled}" for each in found]


def _window_add(number: str) -> tuple[str, ...]:
    day = preparing.night(number)
    hours = ("--from", f"{day} 21:00", "--until", f"{day} 23:00", "--zone", "UTC")
    return ("window", "add", *hours, "--reason", number, "--by", "ana")


async def outage(stage: Stage, number: str) -> list[str]:
    found = [each for each in await stage.store.outages(NOW - timedelta(days=2000)) if each.reason == number]
    return [f"{(each.until or each.since) - each.since}, {each.by}, {each.struck_by}" for each in found]


def _outage_add(number: str) -> tuple[str, ...]:
    day = preparing.night(number) - timedelta(days=1000)
    hours = ("--from", f"{day} 21:00", "--until", f"{day} 23:00", "--zone", "UTC")
    return ("outage", "add", *hours, "--by", "ana", "--reason", number)


def _of_window(command: str, *more: str) -> Callable[[str], tuple[str, ...]]:
    def words(number: str) -> tuple[str, ...]:
        day = preparing.night(number)
        return ("window", command, f"{day}-2100", *(word.format(day) for word in more), "--by", "ana")

    return words


def _undo(number: str) -> tuple[str, ...]:
    times = ("--since", (NOW - timedelta(days=1)).isoformat(), "--until", (NOW + timedelta(days=1)).isoformat())
    return ("undo", *times, "--policy", only(NOTIFIES, number).name, "--id", f"undo-{number}", "--yes", *WHO)


def _refund(number: str) -> tuple[str, ...]:
    return ("refund", number, "--payment", CARD_PAYMENTS[number], "--amount", "USD 5", "--id", f"{number}-g", *WHO)


def _moved(number: str) -> str:
    return lines(its_row(number, customer="Other", due=str(in_days(75))))


def _moved_in(number: str) -> str:
    return lines(its_row(number, due=str(in_days(-20))))


def _service(command: str, *more: str) -> Callable[[str], tuple[str, ...]]:
    return lambda number: ("service", command, account(number), service(number), *more, *WHO)


def _of(command: str, *more: str) -> Callable[[str], tuple[str, ...]]:
    """The words of a command about an invoice; {} is its number."""
    return lambda number: (*command.split(), *(word.format(number) for word in more))


def _as_a_file(number: str) -> str:
    return lines(its_row(number))


SUBSCRIPTION = (
    "{}", "--account", "{}-account", "--period", "monthly", "--renews-on", str(in_days(60)), "--line", "Web=USD 5",
    "--policy", "a-small-orange",
)  # fmt: skip
WRITING: dict[str, Writing] = {
    "start": Writing(_of("start", "-"), nothing, _as_a_file),
    "pay": Writing(
        _of("pay", "{}", "--amount", "USD 5", "--id", "{}-p", "--at", "2026-11-02T00:00:00Z"),
        opened,
        without=frozenset({"inbox", "counted"}),
    ),
    "reverse": Writing(_of("reverse", "{}", "--payment", "{}-1", "--amount", "USD 4", "--id", "{}-r"), paid_in_part),
    "restore": Writing(_of("restore", "{}", "--reversal", "{}-back", "--amount", "USD 10", "--id", "{}-x"), taken_back),
    "credits add": Writing(_of("credits add", "{}-account", "--amount", "USD 3", "--id", "{}-a", *WHO), opened),
    "credits use": Writing(_of("credits use", "{}", "--id", "{}-u", *WHO), with_credit),
    "credits pay-out": Writing(
        _of("credits pay-out", "{}-account", "--amount", "USD 3", "--id", "{}-o", *WHO), with_credit
    ),
    "tickets close": Writing(_of("tickets close", "{}:t", *WHO), with_ticket),
    "promise": Writing(_of("promise", "{}", "--until", str(in_days(70)), "--by", "ana"), opened),
    "waive": Writing(_of("waive", "{}", "invoice", "--amount", "USD 5", *WHO), opened),
    "due": Writing(_of("due", "{}", str(in_days(90)), "--by", "ana"), opened),
    "replan": Writing(
        _of("replan", "a-small-orange", "whmcs-default", "--rule", "new", "--invoice", "{}", "--yes", *WHO),
        opened,
        more=subjects,
    ),
    "void": Writing(_of("void", "{}", *WHO), opened),
    "recover": Writing(_of("recover", "{}", *WHO), dead),
    "breaker allow": Writing(_of("breaker allow", "{}", "--yes", *WHO), stopped, without=frozenset({"case.decided"})),
    "breaker keep": Writing(_of("breaker keep", "{}", *WHO), stopped),
    "hold": Writing(_of("hold", "{}-account", "--kind", "abuse", "--yes", *WHO), opened),
    "lift": Writing(_of("lift", "{}-account", "--kind", "abuse", *WHO), held),
    "account set": Writing(_of("account set", "{}-account", "--name", "Other", *WHO), opened),
    "service add": Writing(_of("service add", "{}-account", "--panel", "sandbox", "--user", "{}-two", *WHO), opened),
    "service move": Writing(_service("move", "--user", "elsewhere"), opened),
    "service close": Writing(_service("close"), opened),
    "service remove": Writing(_service("remove"), opened),
    # Told once more it is kept once more, under the same update id.
    "account exempt": Writing(
        _of("account exempt", "{}-account", "--until", str(in_days(50)), *WHO), opened, varies=frozenset({"inbox"})
    ),
    "account merge": Writing(
        _of("account merge", "{}-account", "{}-other", *WHO, "--yes"),
        preparing.with_another_account,
        varies=frozenset({"inbox"}),
    ),
    "link --revoke": Writing(_of("link", "{}", "--revoke", *WHO), opened),
    "account erase": Writing(_of("account erase", "{}-gone", *WHO, "--yes"), preparing.gone, more=erased),
    "approve": Writing(_of("approve", "{}", DELETES, "--by", "ana"), preparing.waits_for_approval),
    "charge": Writing(_of("charge", "{}", "--leave-out", *WHO), preparing.with_refused_charge),
    "refund": Writing(_refund, paid_by_card, more=given_back),
    "undo": Writing(_undo, notified, varies=frozenset({"tickets"}), more=subjects),
    "start --update": Writing(_of("start", "--update", "-", *WHO), opened, _moved),
    "start --moved-in": Writing(_of("start", "-", "--moved-in", str(in_days(-3))), nothing, _moved_in),
    "notices resend": Writing(_of("notices resend", "{}:issue:0"), preparing.with_notice, more=subjects),
    "cases rebuild": Writing(_of("cases rebuild"), preparing.not_in_the_table, more=in_the_table),
    "subscribe": Writing(_of("subscribe", *SUBSCRIPTION), nothing),
    "change": Writing(_of("change", "{}", "--period", "yearly", "--yes", *WHO), preparing.subscribed),
    "pause": Writing(_of("pause", "{}", "--until", str(in_days(200)), *WHO), preparing.subscribed),
    "cancel": Writing(_of("cancel", "{}", *WHO), preparing.subscribed),
    "processor-subscription add": Writing(
        _of("processor-subscription add", "I-{}", "--account", "{}-account", "--by", "ana"),
        preparing.at_paypal,
        varies=frozenset({"processor_subscriptions"}),
        more=paid_by,
    ),
    "processor-subscription remove": Writing(
        _of("processor-subscription remove", "I-{}"), preparing.linked_to_paypal, more=paid_by
    ),
    "sweep": Writing(_of("sweep"), preparing.unheard),
    "window add": Writing(_window_add, nothing, varies=frozenset({"windows"}), more=window),
    "window move": Writing(
        _of_window("move", "--until", "{} 22:30"), preparing.with_window, varies=frozenset({"windows"}), more=window
    ),
    "window extend": Writing(
        _of_window("extend", "--until", "{} 23:30"), preparing.with_window, varies=frozenset({"windows"}), more=window
    ),
    "window cancel": Writing(_of_window("cancel"), preparing.with_window, varies=frozenset({"windows"}), more=window),
    "outage add": Writing(_outage_add, nothing, varies=frozenset({"outages"}), more=outage),
    "outage strike": Writing(_of("outage strike", "portal-{}", *WHO), preparing.with_outage),
    "user add": Writing(_of("user add", "{}", "--role", "clerk", "--by", "ana"), nothing),
    "user disable": Writing(_of("user disable", "{}", "--by", "ana"), preparing.with_user),
    "drift": Writing(_of("drift"), drifted, more=shown),
    "store purge": Writing(_of("store purge"), preparing.with_old_ticket, more=old_ticket),
}
