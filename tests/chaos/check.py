"""What has to hold of a life that is quiet: the companies' own books against ours. Each function says what is wrong."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from dunning.case.case import Case
from dunning.case.ledger import CHARGES, SIGN, Entry, Kind
from dunning.holds import OTHER_SOURCES, Rule, touching
from dunning.level import at_panel, strictest
from dunning.records.credit import UNMATCHED
from sandbox.panel.books import PanelCall
from tests.chaos.approvals import counted_twice, deleted_by_two, unapproved
from tests.chaos.came_back import believed
from tests.chaos.cards import cards
from tests.chaos.closed import acted_in_a_window
from tests.chaos.exempt import BEFORE_ALL, restricted_while_exempt
from tests.chaos.fees import fees
from tests.chaos.given import held_by_outages_alone, outages
from tests.chaos.life import Life
from tests.chaos.lines import lines
from tests.chaos.merged import restricted_for_another
from tests.chaos.out_of_hours import acted_out_of_hours, put_off_by_hours
from tests.chaos.parked import parked
from tests.chaos.renews import renewals
from tests.chaos.sales import by_processor, net
from tests.chaos.seen import Seen
from tests.chaos.warned import unannounced, unwarned
from workflows.invoice import InvoiceDunning
from workflows.subscription import SubscriptionRenewal

NO_REPLAY = "does not replay"
UNREPLAYED = "TMPRL1100"
"""What the server says of a case that no worker can replay."""


async def wrongs(life: Life) -> list[str]:
    """Everything that is wrong with it, in words."""
    seen = await _seen(life)
    life.told.came = seen.came_about()
    life.told.came["steps put off by closed hours"] = put_off_by_hours(seen)
    life.told.came["steps held by nothing but outages"] = held_by_outages_alone(seen)
    life.told.came["deletions that took two people"] = deleted_by_two(seen)
    found = [
        *life.told.wrong,
        *_charged_twice(seen),
        *_too_many_attempts(seen),
        *_money(seen),
        *_carried(seen),
        *_written_twice(seen),
        *fees(seen),
        *cards(seen),
        *parked(seen),
        *unwarned(seen),
        *unannounced(seen),
        *restricted_while_exempt(seen),
        *restricted_for_another(seen),
        *acted_in_a_window(seen),
        *acted_out_of_hours(seen),
        *outages(seen),
        *renewals(seen),
        *by_processor(seen),
        *lines(seen),
        *unapproved(seen),
        *counted_twice(seen),
        *_after_nothing_was_owed(seen),
        *_holds_left(seen),
        *_still_restricted(seen),
        *_letters(seen),
        *believed(seen),
        *_told_of_our_mistakes(seen),
    ]
    return [*found, *await _replayed(life)]


async def _seen(life: Life) -> Seen:
    stage, store = life.world.stage, life.world.stage.store
    cases: dict[str, Case] = {}
    for number in life.numbers:
        closed = await store.ledger(number)
        cases[number] = await life.case(number) if closed is None or await life.is_open(number) else closed.order.case
    ours = (*life.numbers, *(f"{UNMATCHED}:{sale.id}" for sale in life.told.sales))
    unmatched = [line for line in await store.credits(UNMATCHED) if line.id.startswith(ours)]
    return Seen(
        life=life,
        payments=await stage.companies.payments.books(),
        panel=await stage.companies.panel.books(),
        mails=await stage.companies.mail.to(life.email),
        cases=cases,
        open=frozenset([number for number in life.numbers if await life.is_open(number)]),
        holds=await store.holds(life.account),
        credits=(*await store.credits(life.account), *unmatched),
        carried=await store.carried(life.account),
        notices=await store.account_notices(life.account),
        tickets=await store.tickets(life.account),
        of_outages=await store.tickets(""),
        outages=await store.outages(BEFORE_ALL),
        windows=await store.windows(BEFORE_ALL),
        contacts=(await store.account(life.owner)).contacts,
        of_account=await store.all_invoices(life.account),
        **await _subscribed(life),
    )


async def _subscribed(life: Life) -> dict[str, Any]:
    for handle in life.its_subscription:
        return {
            "renewals": await life.world.stage.store.renewals(life.subscription or ""),
            "subscription": await handle.query(SubscriptionRenewal.subscription),
            "subscription_at": await life.skipper.get_current_time(handle),
        }
    return {}


def _charged_twice(seen: Seen) -> list[str]:
    ours = [c for c in seen.payments.paid(*seen.life.names) if c.key]
    steps = Counter((charge.invoice, charge.step) for charge in ours)
    keys = [key for key in seen.payments.moved_twice() if any(key.startswith(n) for n in seen.life.numbers)]
    return [f"charged twice: {what}" for what, times in steps.items() if times > 1] + [
        f"moved twice: {k}" for k in keys
    ]


def _too_many_attempts(seen: Seen) -> list[str]:
    tried = Counter(c.invoice for c in seen.payments.of(*seen.life.names) if c.key)
    found: list[str] = []
    for number, times in tried.items():
        most = seen.life.plans[number].most_attempts
        moved = seen.cases[number].replans  # what each of its policies allows is not added up
        if most is not None and times > most and not moved:
            found.append(f"{number} was tried {times} times; its policy allows {most}")
    return found


def _money(seen: Seen) -> list[str]:
    """What came in, less what went back, is in ledgers and credits: exactly once, currency by currency."""
    moved: Counter[str] = Counter()
    for line in seen.payments.journal:
        if line.account in seen.life.names:
            moved[line.currency.upper()] += line.amount
    for payment in seen.life.told.bank:
        moved[payment.currency] += payment.net
    moved["USD"] += sum(seen.life.told.credit.values()) + net(seen)
    ours: Counter[str] = Counter()
    for case in seen.cases.values():
        asked = sum(SIGN[entry.kind] * entry.amount.minor for entry in _asked(case))
        ours[case.invoice.amount.currency] += asked - case.balance.minor
    for credit in seen.credits:
        ours[credit.amount.currency] += credit.amount.minor
    return [
        f"{currency}: {moved[currency]} moved, {ours[currency]} in ledgers and credits"
        for currency in sorted({*moved, *ours})
        if moved[currency] != ours[currency]
    ]


def _asked(case: Case) -> tuple[Entry, ...]:
    """What was asked of the customer, and is no more: all that is no money."""
    kinds = (*CHARGES, Kind.WAIVER, Kind.VOID, Kind.UNVOIDED, Kind.CARRIED)
    return tuple(entry for entry in case.entries if entry.kind in kinds)


def _carried(seen: Seen) -> list[str]:
    """What invoices left and others took is what waits: no rest is lost, and none is asked for twice."""
    lines = [entry for case in seen.cases.values() for entry in case.entries]
    left = sum(e.amount.minor for e in lines if e.kind is Kind.CARRIED)
    taken = sum(e.amount.minor for e in lines if e.kind is Kind.BROUGHT)
    waits = sum(line.amount.minor for line in seen.carried)
    return [] if waits == left - taken else [f"{left} left by invoices, {taken} taken, and {waits} waits"]


def _written_twice(seen: Seen) -> list[str]:
    found: list[str] = []
    for number, case in seen.cases.items():
        ids = Counter((entry.kind, entry.id) for entry in case.entries)
        found += [f"{number} has {line} {times} times" for line, times in ids.items() if times > 1]
    return found


def _consequences(seen: Seen) -> list[PanelCall]:
    """Calls by which we asked a panel to take something away from the customer."""
    return [
        call
        for call in seen.panel.calls
        if call.user in seen.life.users and call.verb in ("restrict", "delete") and call.by != "a person"
    ]


def _after_nothing_was_owed(seen: Seen) -> list[str]:
    """Nothing is taken away once nothing was owed: what was on its way then has to be given back."""
    known, found = seen.life.told.nothing_owed, list[str]()
    for call in _consequences(seen):
        assert call.at
        paid = [number for number in seen.life.numbers if number in known and known[number] < call.at]
        if call.verb == "delete" and len(paid) == len(seen.life.numbers):
            found.append(f"{call.user} was deleted after nothing was owed any more")
        later = [c for c in seen.panel.journal if c.user == call.user and c.at and c.at > call.at]
        by_paid = any(f"dun:{number}" in call.tag.split() for number in paid)
        if call.verb == "restrict" and by_paid and later and later[-1].after != "active" and not seen.holds:
            found.append(f"{call.user} was restricted ({call.tag}) after that was paid, and not given back")
    return found


def _holds_left(seen: Seen) -> list[str]:
    found = [
        f"a hold of {hold.source} is left, and that is settled"
        for hold in seen.holds
        if hold.source in seen.cases and seen.is_settled(hold.source)
    ]
    people = {(hold.source, hold.service) for hold in seen.holds if hold.source in OTHER_SOURCES}
    if people != seen.life.told.held:
        found.append(f"people hold {sorted(seen.life.told.held)}, and the store has {sorted(people)}")
    return found


def _still_restricted(seen: Seen) -> list[str]:
    """The panel shows what the holds ask for; where nothing is owed and nobody holds it, it is active."""
    found: list[str] = []
    for user in seen.life.users:
        shown = seen.panel.level(user) if any(s.user == user for s in seen.panel.services) else "active"
        service = seen.life.service(user)
        wanted = at_panel(strictest(hold.level for hold in touching(service, seen.holds)), seen.expresses)
        if shown == "deleted":
            continue
        if _nothing_owed_for(seen, service) and not seen.life.told.held and shown != "active":
            found.append(f"nothing is owed for {user}, and it is {shown}")
        elif shown != wanted.value:
            found.append(f"{user} is {shown}, and its holds ask for {wanted.value}")
    return found


def _nothing_owed_for(seen: Seen, service: str) -> bool:
    """All invoices of the account are settled, or all that pay for it, and their policies ask for no others."""
    paying = [n for n in seen.cases if not (named := seen.life.pays_for(seen.drawn(n))) or service in named]
    strict = any(seen.cases[number].plan.rule is Rule.ALL_PAST_DUE for number in paying)
    asked = seen.cases if strict or not paying else paying
    return all(seen.is_settled(number) for number in asked)


def _letters(seen: Seen) -> list[str]:
    """What was caught is what was archived: one mail for each notice and recipient."""
    archived = Counter(copy.message_id for copy in seen.notices if copy.message_id and not copy.digest)
    found = [f"{mail.subject} ({mail.message_id}) was sent, and no copy knows of it" for mail in seen.mails
             if mail.message_id not in archived and "digest" not in mail.message_id]  # fmt: skip
    twice = Counter((copy.id, copy.recipient) for copy in seen.notices)
    caught = Counter(mail.message_id for mail in seen.mails)
    found += [f"notice {what} is in the archive {times} times" for what, times in twice.items() if times > 1]
    return found + [f"{mail} was caught {times} times" for mail, times in caught.items() if times > 1]


def _told_of_our_mistakes(seen: Seen) -> list[str]:
    """Nobody reads of a charge that the gateway called malformed, unless it was asked for in the end."""
    found: list[str] = []
    for number, case in seen.cases.items():
        for refusal in case.refusals:
            done = case.steps_done.get(refusal.step)
            told = any(copy.id.startswith(f"{number}:{refusal.step}:told") for copy in seen.notices)
            if told and (done is None or done.kind == "skipped"):
                found.append(f"{number}: the customer was told of {refusal.step}, which the gateway refused to ask for")
    return found


async def _replayed(life: Life) -> list[str]:
    replayer = Replayer(
        workflows=[InvoiceDunning, SubscriptionRenewal],
        workflow_runner=UnsandboxedWorkflowRunner(),
        data_converter=pydantic_data_converter,
    )
    found: list[str] = []
    async for _, history in histories(life):
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure:
            found.append(f"{history.workflow_id} {NO_REPLAY}: {str(result.replay_failure)[:300]}")
    return found


async def histories(life: Life) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    """Of each run of each of its cases and of its subscription, with a name for a file."""
    client = life.skipper.client
    for handle in (*life.handles.values(), *life.its_subscription):
        async for run in client.list_workflows(f"WorkflowId = '{handle.id}'"):
            found = await client.get_workflow_handle(handle.id, run_id=run.run_id).fetch_history()
            yield f"{handle.id}.{run.run_id}.json", found
