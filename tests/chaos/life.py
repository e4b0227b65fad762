"""A life as it runs: its cases on virtual time, and what the harness did to them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

import httpx2
from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from dunning.case.case import Case
from dunning.names import workflow_id
from dunning.policy.plan import Plan
from dunning.policy.timeline import plan_for
from dunning.ports.outages import OutageError
from operations.errors import KeptError, RefusedError
from operations.invoices.new_invoice import NewInvoice
from operations.subscriptions.new_subscription import NewSubscription
from sandbox.story.play import at_rest
from tests.chaos.by_two import by_two
from tests.chaos.drawn import DrawnInvoice, DrawnLife, DrawnRenewals
from tests.chaos.offices import in_hours
from tests.chaos.on_file import FAR, month_end
from tests.chaos.told import Told
from tests.chaos.with_fees import with_fees
from tests.chaos.world import World
from workflows.invoice import InvoiceDunning
from workflows.subscription import SubscriptionRenewal

PATIENCE = 240.0
"""Real seconds that some days may take: a frozen worker holds a step for half a minute, and faults come together."""
FIRST_DUE = timedelta(days=11)
EVENING = time(20, tzinfo=UTC)
"""After the steps of the day, whichever of the policies' zones they are in."""
KIND = "website"
Handle = WorkflowHandle[InvoiceDunning, str]
AnyHandle = Handle | WorkflowHandle[SubscriptionRenewal, str]
ALL_SERVICES = 99
"""No account has so many."""
T = TypeVar("T")


class StuckError(RuntimeError):
    """Something did not get on though nothing was broken for a long time."""


class Life:
    """One account and the world around it. `name` keeps lives of one seed on one stage apart."""

    def __init__(self, world: World, skipper: TimeSkipper, drawn: DrawnLife, name: str) -> None:
        self.world = world
        self.skipper = skipper
        self.drawn = drawn
        self.told = Told()
        self.account = f"{name}-{drawn.seed}"
        """At the companies, and in the store until it is merged into another one."""
        self.owner = self.account
        """Its id in the store now."""
        self.email = f"owner@{self.account}.example"
        self.users = [f"{self.account}-{number}".replace("-", "") for number in range(drawn.services)]
        self.numbers = [f"{self.account}-{number}".upper() for number in range(len(drawn.invoices))]
        self.invoices = list(drawn.invoices)
        """Of all `numbers`, those of renewals behind the drawn ones."""
        self.first_due = (_now() + FIRST_DUE).date()
        self.made = world.stage.made(skipper.client)
        self.handles: dict[str, Handle] = {number: self._handle(number) for number in self.numbers}
        self.plans: dict[str, Plan] = {}
        self.payer = ""
        self._over = set[str]()
        """The workflows that had ended when they were last looked at."""
        self._stays_over = not (
            drawn.acts or drawn.faults or drawn.invoices or drawn.processor or (drawn.renews and drawn.renews.charges)
        )
        """Nothing comes back, and nobody takes anything back: what has ended need not be looked at again and again."""
        self.subscription = f"{self.account}-sub" if drawn.renews else None

    def _handle(self, number: str) -> Handle:
        return self.skipper.client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(number))

    @property
    def its_subscription(self) -> list[WorkflowHandle[SubscriptionRenewal, str]]:
        """The workflow of its subscription, if it has one."""
        client, name = self.skipper.client, self.subscription
        return [client.get_workflow_handle_for(SubscriptionRenewal.run, f"subscription-{name}")] if name else []

    @property
    def renewed(self) -> list[str]:
        """The numbers of its renewals' invoices."""
        return self.numbers[len(self.drawn.invoices) :]

    @property
    def names(self) -> tuple[str, ...]:
        """Under which the company that takes payments knows it."""
        return tuple(dict.fromkeys((self.account, self.owner)))

    async def open(self) -> None:
        """The customer at the gateway, what the gateway will answer, and the invoices."""
        payments, mail = self.world.stage.companies.payments, self.world.stage.companies.mail
        self.payer = await payments.customer(self.account, "")
        await self._put_card_on_file()
        if self.drawn.mail:
            word = "refuse:550" if self.drawn.mail == "refused" else "defer:451"
            await mail.script(self.email, word, times=None if self.drawn.mail == "refused" else 2)
        for drawn, number in zip(self.drawn.invoices, self.numbers, strict=True):
            for answer in drawn.charges:
                await payments.script(self.account, answer)
            row = self._row(number, drawn)
            policy = in_hours(with_fees(load_policy(drawn.policy, ROOT / "policies"), drawn.fees), drawn.in_hours)
            policy = by_two(policy, wanted=drawn.by_two)
            self.plans[number] = plan_for(policy, row.invoice_facts(), "")
            with self.skipper.with_time_skipping_disabled():
                await self.persist(lambda row=row, policy=policy: self.made.open_invoice.open(row, policy))
        if self.drawn.renews:
            await self._subscribe(self.drawn.renews)

    async def _subscribe(self, drawn: DrawnRenewals) -> None:
        for answer in drawn.charges:
            await self.world.stage.companies.payments.script(self.account, answer)
        wanted = NewSubscription.model_validate(
            {
                **self._customer(),
                "subscription": self.subscription,
                "lines": [{"text": "Web hosting", "amount": _written(drawn.minor)}],
                "period": drawn.period,
                "renews_on": self.first_due + timedelta(days=drawn.first),
                "policy": drawn.policy,
            }
        )
        policy = load_policy(drawn.policy, ROOT / "policies")
        with self.skipper.with_time_skipping_disabled():
            await self.persist(lambda: self.made.subscribe.subscribe(wanted, policy))

    async def _put_card_on_file(self) -> None:
        drawn = self.drawn
        if drawn.card:
            ends = FAR if drawn.card_ends is None else month_end(self.first_due, drawn.card_ends)
            await self.world.stage.companies.payments.use_method(self.account, drawn.card, expires=f"{ends:%Y-%m}")
            self.told.cards.put(ends, {}, _now())

    def _customer(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "customer": "Drawn Bakery",
            "emails": [self.email],
            "zone": self.drawn.zone or None,
            "payer": self.payer,
            "services": [{"kind": KIND, "user": user, "panel": self.drawn.panel} for user in self.users],
        }

    def _row(self, number: str, drawn: DrawnInvoice) -> NewInvoice:
        return NewInvoice.model_validate(
            {
                **self._customer(),
                "invoice": number,
                "amount": _written(drawn.minor),
                "due": self.first_due + timedelta(days=drawn.due),
                "policy": drawn.policy,
                "pays_for": self.pays_for(drawn),
                "lines": [{"text": text, "amount": _written(minor)} for text, minor in lines_of(drawn)],
                "moved_in": _now().date() if drawn.moved_in else None,
            }
        )

    def pays_for(self, drawn: DrawnInvoice) -> list[str]:
        """The ids of the services that it names; none when it pays for all."""
        return [self.service(user) for user in self.users[drawn.service : drawn.service + 1]]

    def service(self, user: str) -> str:
        """The id of the user's service."""
        return f"{self.drawn.panel}:{user}:{KIND}"

    def moment(self, day: int) -> datetime:
        """The evening of that day from the first due date."""
        return datetime.combine(self.first_due + timedelta(days=day), EVENING)

    async def to_day(self, day: int) -> None:
        """Let time pass up to that evening in every case, with all that happens until then. Raises StuckError.

        A renewal's case begins on the real clock, and goes through the days before it.
        """
        every = [*self.handles.values(), *self.its_subscription]
        if self._stays_over:
            every = [each for each in every if each.id not in self._over]
        await asyncio.gather(*(self._forward(handle, self.moment(day)) for handle in every))
        fresh = await self._renewals()
        await asyncio.gather(*(self._forward(self.handles[number], self.moment(day)) for number in fresh))

    async def _renewals(self) -> list[str]:
        """The numbers of renewals that were opened since, from now on the life's like any other."""
        drawn, store = self.drawn.renews, self.world.stage.store
        if drawn is None:
            return []
        billed = await store.renewals(self.subscription or "")
        fresh = [each.invoice for each in billed if each.invoice not in self.numbers]
        for number in fresh:
            self.invoices.append(DrawnInvoice(drawn.policy, drawn.minor, drawn.first, (), ALL_SERVICES))
            self.numbers.append(number)
            self.handles[number] = self._handle(number)
            self.plans[number] = (await self.case(number)).plan
        return fresh

    async def _forward(self, handle: AnyHandle, until: datetime) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                seen = await handle.describe()
                if seen.status is not WorkflowExecutionStatus.RUNNING:
                    self._over.add(handle.id)
                    return
                missing = until - _time_in(seen)
                if missing > timedelta(0):
                    await self.skipper.fast_forward(handle, missing)
                await at_rest(handle)
        except TimeoutError:
            raise StuckError(await self._why_stuck(handle)) from None
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:  # it has ended
                raise

    async def _why_stuck(self, handle: AnyHandle) -> str:
        pending = (await handle.describe()).raw_description.pending_activities
        tries = [f"{p.activity_type.name}, try {p.attempt}: {p.last_failure.message}" for p in pending]
        return f"{handle.id} did not get on for {PATIENCE:.0f} s ({'; '.join(tries) or 'no activity is pending'})"

    async def rests(self) -> bool:
        """Whether nothing is being done in any of its cases."""
        for handle in (*self.handles.values(), *self.its_subscription):
            seen = (await handle.describe()).raw_description
            if seen.pending_activities or seen.HasField("pending_workflow_task"):
                return False
        return True

    async def is_open(self, number: str) -> bool:
        return (await self.handles[number].describe()).status is WorkflowExecutionStatus.RUNNING

    async def working_on(self, *activities: str) -> list[int]:
        """The processes that work on one of these activities for it."""
        found: list[int] = []
        for handle in (*self.handles.values(), *self.its_subscription):
            pending = (await handle.describe()).raw_description.pending_activities
            found += [int(p.last_worker_identity.partition("@")[0] or 0) for p in pending
                      if p.activity_type.name in activities]  # fmt: skip
        return found

    async def now(self, number: str) -> datetime:
        """The time in that case."""
        return await self.skipper.get_current_time(self.handles[number])

    async def case(self, number: str) -> Case:
        case = await self.persist(lambda: self.made.look.case(number))
        assert case
        return case

    async def persist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """As people do: what does not work because something is away is tried again, in the same words.

        Raises RefusedError, and StuckError when it was away for too long.
        """
        last: Exception | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while True:
                    try:
                        return await ask()
                    except (OutageError, httpx2.TransportError, RPCError) as error:
                        last = error
                    await asyncio.sleep(0.3)
        raise StuckError(f"a person gave up: {last!r}")

    async def attempt(self, what: str, ask: Callable[[], Awaitable[object]]) -> None:
        """Let somebody do it, and note what became of it. Who hears that it is kept does not do it again."""
        kept = ""

        async def once() -> None:
            nonlocal kept
            try:
                await ask()
            except KeptError as error:
                kept = f" ({error})"

        try:
            await self.persist(once)
        except RefusedError as error:
            self.told.done.append(f"{what}: refused, {error.reason}")
        except httpx2.HTTPStatusError as error:
            self.told.done.append(f"{what}: HTTP {error.response.status_code}")
        else:
            self.told.done.append(f"{what}{kept}")


def _now() -> datetime:
    return datetime.now(UTC)


def _time_in(seen: WorkflowExecutionDescription) -> datetime:
    """The virtual time that it showed; the real one, if none was ever skipped there."""
    more = seen.raw_description.workflow_extended_info
    return more.time_skipping_info.current_time.ToDatetime(UTC) if more.HasField("time_skipping_info") else _now()


def lines_of(drawn: DrawnInvoice) -> list[tuple[str, int]]:
    """What the invoice is for, and in minor units how much of it; the last line of three is a discount."""
    parts = {0: (), 1: (drawn.minor,), 2: (drawn.minor - 300, 300), 3: (drawn.minor + 50, 300, -350)}[drawn.lines]
    return list(zip(("Web hosting", "bakery.example", "Discount"), parts, strict=False))


def _written(minor: int) -> str:
    return f"USD {'-' * (minor < 0)}{abs(minor) // 100}.{abs(minor) % 100:02}"
