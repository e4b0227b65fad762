"""Exempting an account or a service from consequences until a day: written with it, and told to its open cases."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from dunning.calendar import local_date
from dunning.case.case import Case
from dunning.case.facts import Exemption
from dunning.level import Level
from dunning.ports.accounts import Accounts
from dunning.ports.inbox import Inbox
from dunning.ports.invoices import Invoices
from dunning.ports.open_cases import OpenCases
from dunning.records.accounts import Account, Service
from operations.accounts.last_word import last_word
from operations.accounts.tell import Decide, TellCases, with_cases
from operations.accounts.write import Deed, change_account, known
from operations.cases.last_seen import last_seen
from operations.errors import RefusedError

FARTHEST = timedelta(days=3653)
"""An exemption for more than ten years is a slip."""
_ENDED = "no longer exempt from consequences"


class ExemptionRecords(Accounts, Invoices, Inbox, OpenCases, Protocol):
    """Who is exempt, and whose invoices are open."""


class Exempted(NamedTuple):
    """What changed, a line each; the invoices whose cases know it, and those that hear of it from the inbox later.

    `notes` is what does not change with it.
    """

    account: Account
    what: tuple[str, ...]
    told: tuple[str, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]


class Exemptions:
    """`clock` is the wall's."""

    def __init__(self, store: ExemptionRecords, decide: Decide, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._tell = TellCases(store, decide, clock)
        self._clock = clock

    async def exempt(self, account: str, service: str, until: date | None, by: str, reason: str) -> Exempted:
        """Exempt the account, or one service of it, until the end of that day; None ends it now.

        Safe to repeat: the cases are told again, and each counts the last word, whenever it hears of it. Raises
        NoSuchAccountError, RefusedError and StoreOutageError.
        """
        before = await known(self._store, account)
        if until and (wrong := self._odd(until, before)):
            raise RefusedError(wrong, field="until")
        what = _words(before, service, until)
        if _exempt(before, service, until, by, reason) != before:

            def exempted(now: Account) -> tuple[Account, tuple[str, ...]]:
                return _exempt(now, service, until, by, reason), (_words(now, service, until),)

            await change_account(self._store, account, exempted, Deed(by, reason, self._clock()))
        elif until is None and not await self._was_ended(account):
            raise RefusedError("it is not exempt", about=service or account)
        return await self._told(account, service, (what,))

    async def tell_again(self, account: str) -> Exempted:
        """Tell the open cases how long they are exempt: other invoices have become the account's."""
        return await self._told(account, "", (), only_exempt=True)

    def _odd(self, until: date, account: Account) -> str:
        today = local_date(self._clock(), account.zone or "UTC")
        if until < today:
            return f"{until} is already past; --end ends an exemption"
        return f"{until} is more than ten years ahead" if until > today + FARTHEST else ""

    async def _was_ended(self, account: str) -> bool:
        """Whether somebody ended an exemption of it before: perhaps not every case heard of that."""
        changes = await self._store.account_changes(account)
        return any(_ENDED in line for each in changes for line in each.what)

    async def _told(self, account: str, service: str, what: tuple[str, ...], *, only_exempt: bool = False) -> Exempted:
        facts = await self._facts(account, service)
        facts = {number: fact for number, fact in facts.items() if fact.until or not only_exempt}
        told = await self._tell.tell(
            facts, {number: f"exempt:{account}:{fact.number}" for number, fact in facts.items()}
        )
        held = [f"{number} is {level.value} already, and stays so" for number, level in await self._held(facts)]
        its = await known(self._store, account)
        return Exempted(its, what, told.told, told.kept, (*told.refused, *held))

    async def _facts(self, account: str, service: str) -> dict[str, Exemption]:
        """What each open case that is about it has to hear. Of which nobody knows what it pays for is about all."""
        facts = dict[str, Exemption]()
        for invoice in await with_cases(self._store, account):
            case = await self._seen(invoice.number)
            paid_for = (case.invoice.pays_for if case else ()) or invoice.pays_for
            fact = await last_word(self._store, account, paid_for)
            if fact and (not service or not paid_for or service in paid_for):
                facts[invoice.number] = fact
        return facts

    async def _held(self, numbers: Iterable[str]) -> list[tuple[str, Level]]:
        seen = [(number, await self._seen(number)) for number in numbers]
        return [(number, case.level) for number, case in seen if case and case.level.rank > Level.WARNED.rank]

    async def _seen(self, number: str) -> Case | None:
        return last_seen(await self._store.open_case(number))


def _named(account: Account, service: str) -> Account | Service:
    found = next((each for each in account.services if each.id == service), None) if service else account
    if found is None:
        has = ", ".join(each.id for each in account.services) or "none"
        raise RefusedError(f"account {account.id!r} has no service {service!r}; it has {has}", field="service")
    return found


def _exempt(account: Account, service: str, until: date | None, by: str, reason: str) -> Account:
    who = (by, reason) if until else ("", "")
    values = {"exempt_until": until, "exempt_by": who[0], "exempt_reason": who[1]}
    after = _named(account, service).model_copy(update=values)
    if isinstance(after, Account):
        return after
    services = tuple(after if each.id == service else each for each in account.services)
    return account.model_copy(update={"services": services})


def _words(account: Account, service: str, until: date | None) -> str:
    about = f"service {service}: " if service else ""
    if until:
        return f"{about}exempt from consequences until {until}"
    was = _named(account, service).exempt_until
    return about + _ENDED + (f"; it was until {was}" if was else "; it was not")
