"""The case's revision: every function that the workflow records with raises it by exactly one, whatever it writes."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

import dunning
import workflows
from dunning.case import case as cases
from dunning.case.case import Case, open_case
from dunning.case.ledger import Entry, Kind
from dunning.case.update import changed, one_fact, with_entry
from dunning.money import Money
from dunning.rules import asked, signals
from tests.dunning.examples import before_issue, opened

BEGUN = opened("whmcs-default")
CASE = open_case(BEGUN, before_issue(BEGUN))
PARTS = {
    "dunning.rules.replan.moved",
    "dunning.case.catch_up.with_done",
    "dunning.case.update.changed",
    "dunning.case.update.with_entry",
    "dunning.payments.attempts.charged",
    "dunning.payments.attempts.declined",
    "dunning.payments.attempts.no_method",
    "dunning.payments.attempts.pending",
    "dunning.payments.attempts.unknown",
    "dunning.payments.cards.looked",
    "dunning.payments.cards.seen",
    "dunning.payments.refusals.refused",
    "dunning.rules.deferrals.deferred",
    "dunning.rules.money_in.with_grace",
    "dunning.rules.promises.given_back",
    "dunning.undo.undo.late",
}
"""Functions that write a part of a fact. Only those that record a whole one call them, and no workflow does."""
LOOKING = {"dunning.explain.open_cases.after"}
"""Foresees what is recorded, and records nothing."""


SIGNING = {"dunning.rules.signed.signed"}
"""Adds the name of whoever decided to a fact that is recorded already; the revision stays as that fact left it."""


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def name_of(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def makers() -> dict[str, Callable[..., Any]]:
    """Every public function of `dunning` that makes a case from a case."""
    found: dict[str, Callable[..., Any]] = {}
    for module in modules_of(dunning):
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                signature = inspect.signature(function)
                first = next(iter(signature.parameters.values()), None)
                if first and first.annotation is Case and signature.return_annotation is Case:
                    found[name_of(function)] = function
    return {name: function for name, function in found.items() if not function.__name__.startswith("_")}


def is_one_fact(function: Callable[..., Any]) -> bool:
    return hasattr(function, "__wrapped__")


def named_in(module: ModuleType) -> Iterator[Callable[..., Any]]:
    """The functions that a module's code names, by themselves or as part of another module."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Name):
            found = getattr(module, node.id, None)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found = getattr(getattr(module, node.value.id, None), node.attr, None)
        else:
            continue
        if inspect.isfunction(found):
            yield found


def test_every_function_that_makes_a_case_from_a_case_counts_as_one_fact_or_is_known_as_a_part_of_one() -> None:
    assert {name for name, function in makers().items() if not is_one_fact(function)} == PARTS | LOOKING | SIGNING


def test_the_workflow_records_only_with_what_counts_as_one_fact() -> None:
    recorders = [each for module in (*modules_of(workflows), signals, asked) for each in named_in(module)]
    made = [each for each in recorders if inspect.signature(each).return_annotation is Case]
    assert {name_of(each) for each in made if not is_one_fact(each)} == {
        name_of(cases.open_case),
        "workflows.inbox.received",
        *SIGNING,
    }
    assert len({name_of(each) for each in made if is_one_fact(each)}) > 10


LINE = Entry(id="p-1", kind=Kind.PAYMENT, amount=Money.parse("USD 1.00"), at=before_issue(BEGUN))


WAYS: list[tuple[Callable[[Case], Case], int]] = [
    (lambda case: case, 0),
    (changed, 0),
    (lambda case: changed(changed(case, lifted=True), lifted=False), 0),
    (lambda case: changed(case, lifted=True), 1),
    (lambda case: with_entry(changed(case, lifted=True), LINE), 1),
    (lambda case: case.model_copy(update={"lifted": True}), 1),
    (lambda case: changed(case, lifted=True, revision=0), 1),
]
"""How a function may write, and by how much the revision is to grow."""


@pytest.mark.parametrize(("record", "grown"), WAYS)
def test_one_fact_raises_the_revision_by_one_when_anything_changed(record: Callable[[Case], Case], grown: int) -> None:
    before = changed(CASE, revision=7)
    assert one_fact(record)(before).revision == 7 + grown
