"""The gate before every command with a `--by`: a user of the store, enabled, of a fitting role, or nothing happens."""

import inspect
from datetime import UTC, datetime

import pytest

import starter
from adapters.store import SqlStore
from cli.shell.permissions import BY_LOGIN, NEEDS, NOT_PEOPLE
from dunning.person import person
from dunning.staff.role import Role
from dunning.staff.user import User
from dunning.tickets.kind import TicketKind
from dunning.tickets.ticket import TicketOrder
from tests.cli.command import Operate
from tests.cli.test_help import COMMANDS, leads_to_others
from tests.cli.test_statuses import NOWHERE, WORDS

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def with_by() -> set[str]:
    """Every command of the program whose function has a parameter `by`."""
    found = set[str]()
    for words in COMMANDS:
        app = starter.app
        for word in words:
            app = app[word]
        run = app.default_command
        if run and not leads_to_others(words) and "by" in inspect.signature(run).parameters:
            found.add(" ".join(words))
    return found


def test_every_command_that_somebody_signs_says_what_that_takes() -> None:
    assert set(NEEDS) | NOT_PEOPLE == with_by()
    assert not set(NEEDS) & NOT_PEOPLE
    assert set(NEEDS) > BY_LOGIN


async def closed(offline: Operate, store: SqlStore, by: str) -> str:
    """Who closed a ticket when that name is typed; empty: nobody."""
    order = TicketOrder(
        invoice="T", account="a", step=by.encode().hex(), kind=TicketKind.PAYMENT_PARKED, at=AT, subject="s", body="b"
    )
    await store.open_ticket(order)
    said = await offline("tickets", "close", order.key, "--by", by, "--reason", "done")
    ticket = await store.ticket(order.key)
    assert ticket
    assert (said.status == 0) is bool(ticket.closed_by), said
    assert said.status in (0, 2), said
    return ticket.closed_by


@pytest.mark.parametrize("typed", ["ann", "Ann", "ANN ", "a\u200bnn", "\uff21nn", "Ann\ufe0f", "ann\x00"])
async def test_however_a_name_is_typed_it_is_one_user_and_kept_as_that_is_shown(
    store: SqlStore, offline: Operate, typed: str
) -> None:
    assert await closed(offline, store, typed) == "Ann"


@pytest.mark.parametrize("typed", ["eve", "", " ", "\u200b", "\u3164", "\u0410nn", "Ann Ann", "'; drop table staff"])
async def test_who_is_no_user_does_nothing(store: SqlStore, offline: Operate, typed: str) -> None:
    assert await closed(offline, store, typed) == ""


async def test_a_letter_that_looks_like_another_makes_another_user_who_has_to_be_added(
    store: SqlStore, offline: Operate
) -> None:
    double = "\u0410nn"
    await store.put_user(User(key=person(double), name=double, role=Role.CLERK, added_at=AT))
    assert await closed(offline, store, double) == double
    assert await closed(offline, store, "ann") == "Ann"


@pytest.mark.parametrize("command", sorted({*NEEDS} - {"user add", "user disable"}))
async def test_no_command_runs_for_who_is_no_user(store: SqlStore, offline: Operate, command: str) -> None:
    words = tuple(command.split())
    typed = WORDS[words]
    if "--by" in typed:
        place = typed.index("--by")
        typed = (*typed[:place], *typed[place + 2 :])
    said = await offline(*words, *typed, "--by", "eve", stdin="")
    assert (said.status, said.out) == (2, ""), said
    assert said.err.startswith("starter: --by: 'eve' is no user here; `starter.py user list` shows them")


@pytest.mark.parametrize(
    ("by", "words", "takes"),
    [
        ("cleo", ("waive", "I-1", "late-fee"), "to decide about money has to be billing or admin"),
        ("sue", ("refund", "I-1", "--payment", "p", "--amount", "USD 1", "--id", "x", "--reason", "y"), "billing or"),
        ("bill", ("hold", "a", "--kind", "abuse", "--reason", "y"), "has to be support or admin"),
        ("cleo", ("approve", "I-1", "delete"), "to approve a deletion has to be billing or support or admin"),
        ("bill", ("undo", "--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z"), "has to be admin"),
        ("sue", ("breaker", "allow", "--reason", "y"), "to decide about many cases at once has to be admin"),
    ],
)
async def test_a_role_that_may_not_is_refused_with_who_may(
    offline: Operate, by: str, words: tuple[str, ...], takes: str
) -> None:
    said = await offline(*words, "--by", by)
    assert (said.status, said.out, takes in said.err) == (2, "", True), said


@pytest.mark.parametrize("command", sorted(BY_LOGIN))
async def test_without_a_name_the_login_is_the_user_and_has_to_be_one(
    store: SqlStore, offline: Operate, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    words = WORDS[(command,)]
    passed = "starter: no Temporal server answers"
    assert (await offline(command, *words)).err.startswith(passed), "the stage employs who plays it"
    for name, why in (
        ("eve", "'eve' is no user here"),
        ("cleo", "cleo has the role clerk"),
        ("", "it must not be empty"),
    ):
        monkeypatch.setattr("cli.shell.acting.login", lambda name=name: name)
        said = await offline(command, *words)
        if (command, name) == ("promise", "cleo"):
            assert said.err.startswith(passed)
            continue
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(f"starter: no --by, and your login here is {name!r}: {why}"), said.err
        assert said.err.endswith("; whoever is a user by another name gives --by NAME\n")
    assert await store.users()


async def test_while_the_store_is_away_nobody_decides_unchecked(
    offline: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_STORE_URL", NOWHERE)
    said = await offline("approve", "I-1", "delete", "--by", "ana")
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("starter: --by cannot be checked: the store")
    assert said.err.endswith("run the same command again: it is safe to repeat\n")


async def test_what_nobody_has_to_sign_runs_without_a_name(store: SqlStore, offline: Operate) -> None:
    times = ("--since", "2026-12-01T00:00:00Z", "--until", "2026-12-02T00:00:00Z")
    assert "--by" not in (await offline("undo", *times, "--dry-run")).err, "that Temporal is away is all that it says"
    assert "is no user here" in (await offline("undo", *times, "--dry-run", "--by", "eve")).err
    assert (await offline("forecast", "--by", "step")).status == 0
