"""What only WHM does: two shapes of answers, two ways to say that there is no such account, and its own refusals."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from adapters.panels.whm_answers import WhmAnswer
from dunning.level import Level
from dunning.records.accounts import Service
from tests.adapters.companies import PanelCompany, panel_of

ACCOUNT = {"user": "bakery", "suspended": 1, "suspendreason": "non-payment dun:INV-1", "is_locked": 0}


@pytest.fixture(scope="module")
async def company() -> AsyncGenerator[PanelCompany]:
    async with panel_of("whm") as company:
        yield company


def read(answer: Any) -> WhmAnswer | None:
    return WhmAnswer.read(json.dumps(answer).encode())


async def test_the_old_shape_is_understood(company: PanelCompany):
    service = Service(id="s", account="a", panel="whm", user="old")
    await company.control.script("old", "old", times=3)
    await company.control.script("old", "read:old", times=3)
    await company.panel.restrict(service, Level.SUSPENDED, "non-payment dun:INV-1")
    seen = await company.panel.state(service)
    assert (seen.level, seen.tag) == (Level.SUSPENDED, "non-payment dun:INV-1")
    await company.panel.loosen(service, "")
    assert (await company.panel.state(service)).level is Level.ACTIVE
    await company.panel.delete(service, backups=False)
    assert (await company.panel.state(service)).level is Level.DELETED


async def test_a_list_without_the_account_means_deleted(company: PanelCompany):
    service = Service(id="s", account="a", panel="whm", user="empty")
    await company.control.script("empty", "read:empty")
    assert (await company.panel.state(service)).level is Level.DELETED


async def test_it_is_never_asked_for_what_it_cannot_show(company: PanelCompany):
    service = Service(id="s", account="a", panel="whm", user="mild")
    with pytest.raises(ValueError, match="WHM cannot show locked"):
        await company.panel.restrict(service, Level.LOCKED, "")
    assert not [call for call in (await company.control.books()).calls if call.user == "mild"]


@pytest.mark.parametrize(
    "answer",
    [
        {"metadata": {"result": 1, "reason": "OK"}, "data": {"acct": [ACCOUNT]}},
        {"metadata": {"result": "1"}, "data": {"acct": [ACCOUNT | {"suspended": "1", "is_locked": "0"}]}},
        {"acct": [ACCOUNT], "status": 1, "statusmsg": "Ok"},
    ],
)
def test_an_account_is_read_from_either_shape(answer: Any):
    said = read(answer)
    assert said is not None
    assert said.ok
    assert said.accounts is not None
    (account,) = said.accounts
    assert (account.user, account.suspended, account.is_locked) == ("bakery", True, False)
    assert not said.knows_no("bakery")


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ({"metadata": {"result": 0, "reason": "No such user"}}, True),
        ({"metadata": {"result": 0, "reason": "Account does not exist."}}, True),
        ({"metadata": {"result": 0, "reason": "The user “bakery” doesn't exist"}}, True),
        ({"metadata": {"result": 1}, "data": {"acct": []}}, True),
        ({"acct": [], "status": 1}, True),
        ({"status": 0, "statusmsg": "No such user"}, True),
        ({"metadata": {"result": 0, "reason": "Permission denied: no such user in your list"}}, False),
        ({"metadata": {"result": 0, "reason": "Access denied"}}, False),
        ({"metadata": {"result": 0, "reason": "You do not have access to the account, or it does not exist"}}, False),
        ({"metadata": {"result": 0, "reason": "The token does not exist"}}, False),
        ({"metadata": {"result": 0, "reason": "Internal error"}}, False),
        ({"metadata": {"result": 0}}, False),
        ({"metadata": {"result": 1}}, False),
        ({"metadata": {"result": 1}, "data": {"acct": [ACCOUNT]}}, False),
        ({"status": 1}, False),
        ({"cpanelresult": {"error": "Access denied", "data": {"reason": "Access denied", "result": "0"}}}, False),
    ],
)
def test_only_a_clear_answer_means_that_there_is_no_such_account(answer: Any, gone: bool):
    said = read(answer)
    assert said is not None
    assert said.knows_no("bakery") is gone


def test_an_account_may_be_named_like_a_refusal():
    said = read({"metadata": {"result": 0, "reason": "User access does not exist"}})
    assert said is not None
    assert said.knows_no("access")
    assert not said.denies("access")


@pytest.mark.parametrize("answer", [{}, [], "", {"result": []}, {"metadata": {}}, {"acct": []}, None, {"data": {}}])
def test_anything_else_says_nothing(answer: Any):
    assert read(answer) is None


def test_no_json_says_nothing():
    assert WhmAnswer.read(b"<html>Login</html>") is None
    assert WhmAnswer.read(b"") is None


@pytest.mark.parametrize(
    ("words", "already"),
    [
        ("The account is already suspended", True),
        ("bakery is not suspended", True),
        ("Account already been unsuspended", True),
        ("The account could not be suspended", False),
        ("", False),
    ],
)
def test_what_was_so_before_is_no_refusal(words: str, already: bool):
    said = read({"metadata": {"result": 0, "reason": words}})
    assert said is not None
    assert said.already is already


def test_its_words_are_told_without_the_user_and_without_addresses():
    said = read({"metadata": {"result": 0, "reason": f"bakery <eva@bakery.example> is over quota {'x' * 300}"}})
    assert said is not None
    words = said.words_without("bakery")
    assert "bakery" not in words
    assert "@" not in words
    assert len(words) <= 200
    silent = read({"metadata": {"result": 0}})
    assert silent is not None
    assert silent.words_without("bakery") == "no reason given"


def test_words_without_an_end_are_gone_through_once():
    """A search for `\\S+@` from each of its letters would not end today."""
    said = read({"metadata": {"result": 0, "reason": "x" * 3_000_000}})
    assert said is not None
    assert said.words_without("bakery") == "x" * 200
