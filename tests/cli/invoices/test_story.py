"""What `show` says is to come is what the case will do, not what the plan once said."""

from datetime import timedelta

from rich.console import Console

from cli.invoices.show import case_as_json
from cli.invoices.story import story
from dunning.case.facts import Promise
from dunning.rules.machine import decide
from dunning.rules.promises import promised
from dunning.rules.upcoming import nothing_waits
from tests.dunning.evenings import ASO, moment
from tests.dunning.examples import DUE, at, opened, pays


def test_show_gives_the_dates_that_a_promise_moves_everything_to() -> None:
    case, now = moment(ASO, 8)
    case = promised(case, Promise(until=DUE + timedelta(days=20)))
    found = case_as_json(case, now, decide(case, now), nothing_waits)
    assert [(each["step"], each["at"], each["approvals_missing"]) for each in found["upcoming"]][:7] == [
        ("second-overdue", at(opened(ASO), 21).isoformat(), 0),
        ("suspend", at(opened(ASO), 22).isoformat(), 0),
        ("suspend:told", at(opened(ASO), 22).isoformat(), 0),
        ("deactivate", at(opened(ASO), 42).isoformat(), 0),
        ("deactivate:told", at(opened(ASO), 42).isoformat(), 0),
        ("last-warning", at(opened(ASO), 95).isoformat(), 0),
        ("delete", at(opened(ASO), 102).isoformat(), 1),
    ]
    console = Console(width=140, record=True)
    console.print(*story(case, now, nothing_waits))
    text = console.export_text()
    assert "What is to come if nothing is paid" in text
    assert "Wed 23 Dec 2026 09:00 EST" in text
    assert "1 approval(s)" in text


def test_show_announces_nothing_to_who_has_paid() -> None:
    case, now = moment(ASO, 12)
    paid = pays()(case, now)
    assert case_as_json(paid, now, decide(paid, now), nothing_waits)["upcoming"] == []
