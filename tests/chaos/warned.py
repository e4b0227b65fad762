"""Nobody suffers what no mail announced: the panel's journal and our own books against the mails that arrived."""

from adapters.templates.locale import writing
from dunning.case.case import Case, Done
from dunning.case.ledger import FEES
from dunning.level import Level, at_panel
from dunning.money import Money
from dunning.policy.plan import CONSEQUENCES, LEVEL_OF, Action, Milestone, Plan
from sandbox.mail.books import Message
from sandbox.panel.books import Change
from tests.chaos.seen import Seen

UNWELCOME = ("locked", "suspended", "inactive", "deleted")
TAKES = ("restricted", "deleted", "noted")
"""How a step ends that took something from the customer."""
SAYS = {
    Action.LATE_FEE: "will be added to your balance",
    Action.LOCK: "will be locked",
    Action.SUSPEND: "will be suspended",
    Action.DEACTIVATE: "will be marked inactive",
    Action.DELETE: "are due to be deleted",
    Action.DELETE_BACKUPS: "are due to be deleted",
}
"""How a warning says it, in English; the day follows."""


def unwarned(seen: Seen) -> list[str]:
    """No lock, suspension or deletion without a mail before it that arrived and announces that very thing.

    A dispute may suspend at once, and people's holds warn nobody. A service that is loosened is not taken away.
    """
    found: list[str] = []
    for change in seen.panel.journal:
        if change.user not in seen.life.users or change.after not in UNWELCOME or "hold:" in change.tag:
            continue
        if Level(change.before).rank > Level(change.after).rank:
            continue
        assert change.at
        said = any(mail.at and mail.at < change.at and _warns(seen, mail, change) for mail in seen.mails)
        if not said and not seen.life.told.disputed and not seen.life.told.ever_held:
            found.append(f"{change.user} became {change.after} without a warning of it")
    return found


def _warns(seen: Seen, mail: Message, change: Change) -> bool:
    """Whether it announces a step that brings a panel there, of the invoice that the panel names, if it names one."""
    named = [number for number in seen.life.numbers if f"dun:{number}" in change.tag.split()]
    return any(
        number in mail.text and _shown(seen, step) == change.after and _is_warning_of(plan, step, mail)
        for number, plan in seen.life.plans.items()
        if number in (named or seen.life.numbers)
        for step in plan.milestones
    )


def _shown(seen: Seen, step: Milestone) -> str:
    """What a panel shows once the step is done; empty when it shows nothing of it."""
    level = LEVEL_OF.get(step.action)
    return at_panel(level, seen.expresses).value if level else ""


def _is_warning_of(plan: Plan, step: Milestone, mail: Message) -> bool:
    """Whether the mail's title is that of a warning of the step, or of one that is written again, and it says so."""
    warnings = [each for each in plan.milestones if step.name in each.warns_of]
    titles = [title for each in warnings for title in (each.notice, each.notice_failed, each.notice_no_method)]
    return mail.subject in (*titles, plan.repeated_warning) and SAYS[step.action] in _unwrapped(mail)


def unannounced(seen: Seen) -> list[str]:
    """No step that takes something away comes before the day that a mail named, or with a fee that it did not.

    What a late fee may come to says `tests.chaos.fees`.
    """
    return [
        f"{number}: {done.step} came on {done.at:%F}, and no mail named that day or one before it, with its fee"
        for number, case in seen.cases.items()
        for done in case.done
        if done.kind in TAKES and done.action in CONSEQUENCES and case.plan.milestone(done.step)
        if _fee_of(case, done) is not None or done.action is not Action.LATE_FEE
        if not any(_names(mail, case, done) for mail in seen.mails)
    ]


def _names(mail: Message, case: Case, done: Done) -> bool:
    """Whether it says the step, on a day that had come when it was done, and the fee that came with it."""
    announced = [each.announced.of(done.step) for each in case.done if each.announced and each.at < done.at]
    reader, text = writing("en_US", case.plan.zone, ""), _unwrapped(mail)
    fee = None if done.action is Action.LATE_FEE else _fee_of(case, done)
    days = [reader.local_day(said.at) for said in announced if said and said.at <= done.at]
    named = any(f"{SAYS[done.action]} on {day}" in text for day in days)
    return named and case.invoice.number in text and (fee is None or reader.money(fee) in text)


def _fee_of(case: Case, done: Done) -> Money | None:
    """The fee that came with the step, in the same instant."""
    return next((each.amount for each in case.entries if each.kind in FEES and each.at == done.at), None)


def _unwrapped(mail: Message) -> str:
    return " ".join(mail.text.split())
