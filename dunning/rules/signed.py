"""Who decided what: beside what a person's decision changes in a case, the case keeps that person's name and reason.

An undo keeps its own (`dunning.case.case.UndoneRun`), which says more.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dunning.case.case import Case, Decided
from dunning.case.exempt import exemption_words
from dunning.case.facts import (
    AccountMerged,
    Approval,
    DueDateChange,
    Exemption,
    GiveBack,
    Promise,
    Reconsider,
    RefusedCharge,
    Replan,
    UseCredit,
    Void,
    Waiver,
)
from dunning.case.update import changed
from dunning.wire import Wire

_BACK = ", the service given back until then"

DECISIONS: Mapping[type[Wire], Callable[[Any], str]] = {
    Promise: lambda fact: f"promise to pay until {fact.until} taken{_BACK if fact.reinstate else ''}",
    Waiver: lambda fact: f"{f'{fact.amount} of ' if fact.amount else ''}{fact.entry} waived",
    Approval: lambda fact: f"{fact.milestone} approved",
    RefusedCharge: lambda fact: f"refused charge {'left out' if fact.leave_out else 'tried again'}",
    Void: lambda _fact: "declared a mistake",
    DueDateChange: lambda fact: f"due date moved to {fact.due}",
    Exemption: exemption_words,
    Replan: lambda fact: f"moved to the policy {fact.plan.policy}",
    AccountMerged: lambda fact: f"account {fact.one} merged into {fact.into}",
    UseCredit: lambda fact: f"{f'up to {fact.most} of ' if fact.most else ''}the account's credit used ({fact.id})",
    GiveBack: lambda fact: f"{fact.amount} of {fact.payment} given back ({fact.id})",
    Reconsider: lambda fact: f"{fact.step}, which had been put off, allowed",
}
"""What was decided, in words, by the fact that says so."""


def signed(before: Case, after: Case, fact: Wire, now: datetime) -> Case:
    """The case `after` a fact, with the name of whoever decided it; as it is when the fact changed or decides nothing.

    Both are one fact: the revision stays.
    """
    words = DECISIONS.get(type(fact))
    if words is None or after is before or after.revision == before.revision:
        return after
    said: dict[str, str] = fact.model_dump(include={"by", "reason"})
    decided = Decided(at=now, what=words(fact), by=said.get("by", ""), reason=said.get("reason", ""))
    return changed(after, decided=(*after.decided, decided), revision=after.revision)
