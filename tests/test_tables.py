"""Whoever adds a member to an enum, or a word, has to decide about it in each of these tables.

A table is named with the members that it leaves out on purpose; here a forgotten one fails, and not inside of a case.
"""

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

from adapters.panels import KINDS as PANELS
from adapters.settings.panels import Kind as PanelKind
from adapters.store.tables import metadata
from adapters.temporal.attributes import KEYS
from cli.invoices.forecast_svg import COLOURS as AHEAD
from cli.policies.diff import DEEDS as DIFFERENCES
from cli.policies.timeline_svg import COLOURS
from cli.shell.permissions import NEEDS
from dunning import names
from dunning.case import results
from dunning.case.ledger import CHARGES, MONEY_IN, SIGN, TAKEN_BACK, Kind
from dunning.case.outcomes import AttemptWord, Ended, Ending
from dunning.case.results import Result
from dunning.explain.receipt import SOURCES
from dunning.explain.words import DEEDS
from dunning.fleet.drift_report import TITLES, Finding
from dunning.fleet.reconcile import LINES, Moved
from dunning.forecast.difference import COUNTED
from dunning.forecast.expected import DEED_OF, Deed
from dunning.keeping import kinds as keeping
from dunning.level import Level
from dunning.notices.hold_notice import TITLES as TITLES_OF_HOLDS
from dunning.policy.plan import LEVEL_OF, MILESTONE_ACTIONS, TRAITS, Action
from dunning.policy.step_kinds import StepKind
from dunning.ports.cases import SIGNALS, UPDATES, Signal, Update
from dunning.ports.subscriptions import ASKED
from dunning.records.effects import Counted, Decision
from dunning.rules.assumed import ASSUMED
from dunning.rules.order_for import BUILDERS
from dunning.rules.record import RECORDERS
from dunning.rules.signals import READERS
from dunning.services.hold_reasons import BECAUSE, NAMES, Category
from dunning.services.site_state import MEANS
from dunning.staff.role import MAY, Permission, Role
from dunning.states import State, StateAt
from dunning.subscriptions.subscription import Asked
from dunning.tickets.case_tickets import WORDS as TICKETS
from dunning.tickets.fleet import DECIDED, NOUNS
from dunning.tickets.kind import DEPARTMENTS, TicketKind
from operations.cases.list_cases import OF_TIME
from portal.pages.invoice_view import PAYABLE
from tests.portal.pages.test_pay import STATES
from workflows.calls import CALLS

NOTICES = Path(__file__).parent.parent / "notices" / "common"


def kinds(*models: type[Any]) -> set[str]:
    """The words by which results tell themselves apart."""
    return {model.model_fields["kind"].default for model in models}


def words(union: Any) -> set[str]:
    """All words of a union of Literals."""
    return {word for each in get_args(union) for word in get_args(each)}


OURS = (Kind.INVOICE, Kind.LATE_FEE, Kind.REACTIVATION_FEE, Kind.REFUND, Kind.CREDIT, Kind.CARRIED)
"""Ledger lines that a step of ours wrote: the step says why."""
TABLES: dict[str, tuple[Collection[object], Iterable[object], Iterable[object]]] = {
    "traits of an action": (TRAITS, Action, ()),
    "the activity of an action": (CALLS, Action, ()),
    "the order of an action": (BUILDERS, (action for action, call in CALLS.items() if call), ()),
    "what an action comes to if nothing is paid": (ASSUMED, Action, ()),
    "what an action is called": ({action for action, _ in DEEDS}, Action, ()),
    "the colour of a milestone": (COLOURS, MILESTONE_ACTIONS, ()),
    "what a step is counted as in a look ahead": (DEED_OF, Action, ()),
    "the colour of what is looked ahead to": (AHEAD, Deed, ()),
    "what a policy would do, in a sentence": (DIFFERENCES, (each.value for each in COUNTED), ()),
    "the level of an action": (LEVEL_OF.values(), Level, (Level.ACTIVE,)),
    "how a result is recorded": (RECORDERS, get_args(Result), (results.Reinstated,)),
    "how a signal is read": (READERS, SIGNALS.values(), ()),
    "the sign of a ledger line": (SIGN, Kind, ()),
    "where a ledger line comes from": (SOURCES, Kind, OURS),
    "the reason of a hold, for people": (NAMES, Category, ()),
    "the reason of a hold, in a sentence": (BECAUSE, Category, ()),
    "what a drifted service is told as": (TITLES, get_args(Finding), ()),
    "what the breaker counts": (NOUNS, get_args(Counted), ()),
    "what a person decides in the breaker": (DECIDED, get_args(Decision), ()),
    "the department of a ticket": (DEPARTMENTS, TicketKind, ()),
    "the ticket of a follow-up": (TICKETS, (kind for kind in StepKind if kind.value.action is Action.TICKET), ()),
    "what a level means for a site": (MEANS, Level, (Level.ACTIVE,)),
    "what the notice of a hold is called": (TITLES_OF_HOLDS, Level, (Level.ACTIVE,)),
    "what is listed for a state that time makes": (OF_TIME, words(StateAt) - set(get_args(State)), ()),
    "the kinds of panels": (PANELS, get_args(PanelKind), ()),
    "money that moved, in the ledger": (LINES, get_args(Moved), ()),
    "the name of an update": (UPDATES, get_args(Update), ()),
    "the name of what is asked of a subscription": (ASKED, get_args(Asked), ()),
    "the name of a signal": (SIGNALS, get_args(Signal), ()),
    "what a role may do": (MAY, Role, ()),
    "what a command takes": (set(NEEDS.values()), Permission, ()),
    "the search attributes": (KEYS, names.ATTRIBUTES, ()),
    "how long a table's rows are kept (and docs/retention.md)": (keeping.TABLES, metadata.tables, ()),
    "the days that a kind of records is kept": (keeping.LIVES, keeping.Kind, ()),
    "a state on the pay page": (
        {*PAYABLE, *(state.replace(" ", "-") for state in STATES)},
        words(StateAt),
        (),
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_member_is_decided_about(name: str) -> None:
    table, members, left_out = TABLES[name]
    assert set(table) == set(members) - set(left_out)


@pytest.mark.parametrize("file", sorted(NOTICES.glob("**/words.toml")), ids=lambda file: file.parent.name)
def test_every_level_has_a_word_in_every_language(file: Path) -> None:
    assert set(tomllib.loads(file.read_text())["levels"]) == {level.value for level in Level}


def test_every_result_ends_a_step_or_leaves_it_open() -> None:
    """A new result is one or the other; `bounced` is what a delivered notice becomes later, `elsewhere` no result."""
    leave_it_open = (
        results.Pending, results.Unknown, results.Found, results.Deferred, results.Remembered, results.Abandoned,
        results.StillHeld, results.Overtaken, results.Refused,
    )  # fmt: skip
    assert set(get_args(Ended)) - {"bounced", "elsewhere"} == kinds(*get_args(Result)) - kinds(*leave_it_open)
    charged = (results.Charged, results.Pending, results.Declined, results.Unknown, results.NoMethod)
    assert set(get_args(AttemptWord)) == kinds(*charged)


def test_a_case_ends_in_a_state_that_has_a_name() -> None:
    assert set(get_args(Ending)) - {""} <= set(get_args(State))


def test_every_ledger_line_is_asked_for_came_in_or_puts_something_right() -> None:
    puts_right = (Kind.RESTORED, Kind.WAIVER, Kind.VOID, Kind.UNVOIDED, Kind.REFUND, Kind.CREDIT, Kind.CARRIED)
    assert sorted((*CHARGES, *MONEY_IN, *TAKEN_BACK, *puts_right)) == sorted(Kind)
