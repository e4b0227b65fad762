"""`subscribe`: one subscription typed, or those of a file, checked first."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.temporal.subscriptions import TemporalSubscriptions
from dunning.ports.outages import OutageError
from dunning.subscriptions.subscription import Subscription
from tests.cli.command import Operate, in_days, lines

HEAD = "subscription,account,email,line,amount,period,renews_on,policy,user,kind"


def row(name: str, **more: Any) -> dict[str, Any]:
    values = {
        "subscription": name,
        "account": f"{name}-account",
        "period": "monthly",
        "renews_on": str(in_days(60)),
        "policy": "a-small-orange",
        "line": "Web hosting",
        "amount": "USD 19.99",
    }
    return {**values, **more}


def typed(name: str, *more: str) -> tuple[str, ...]:
    """What is typed; `more` takes the place of what is usual, and adds lines."""
    its = {"--account": f"{name}-account", "--period": "monthly", "--renews-on": str(in_days(60))}
    usual = [pair for pair in (*its.items(), ("--policy", "a-small-orange")) if pair[0] not in more]
    return ("subscribe", name, *(word for pair in usual for word in pair), "--line", "Web hosting=USD 19.99", *more)


async def test_one_is_typed_shown_and_there_is_no_second_of_it(operate: Operate) -> None:
    said = await operate(*typed("TYPED-1", "--line", "Domain = USD 1.01", "--email", "a@bakery.example"))
    assert (said.status, said.err) == (0, ""), said
    assert "TYPED-1 (TYPED-1-account): started, USD 21.00 monthly" in said.out
    again = await operate(*typed("TYPED-1", "--period", "yearly"))
    assert (again.status, "already there" in again.out, "differs: lines, period" in again.out) == (0, True, True)
    shown = await operate("subscriptions", "TYPED-1")
    assert all(each in shown.out for each in ("Web hosting: USD 19.99", "Domain: USD 1.01", "renews on", "nothing yet"))
    listed = await operate("subscriptions", "--account", "TYPED-1-account", "--json")
    (only,) = listed.json
    assert (only["subscription"], only["state"], only["amount"]) == ("TYPED-1", "active", "USD 21.00")
    assert only["renews_on"] == only["paid_through"] == str(in_days(60))
    assert (await operate("account", "show", "TYPED-1-account", "--json")).json["subscriptions"] == ["TYPED-1"]


async def test_it_is_changed_after_a_quote_paused_and_cancelled(operate: Operate) -> None:
    await operate(*typed("TYPED-2"))
    who = ("--by", "ana", "--reason", "she asked")
    wanted = ("change", "TYPED-2", "--line", "Large=USD 50", "--period", "yearly", *who)
    quote = await operate(*wanted)
    assert f"from {in_days(60)} on USD 50.00 yearly instead of USD 19.99 monthly" in quote.out
    assert "Nothing was changed; say --yes to agree." in quote.out
    assert (await operate(*wanted, "--yes")).out.endswith("TYPED-2: it is agreed\n")
    assert (await operate(*wanted, "--yes", "--json")).json["changed"] is False
    paused = await operate("pause", "TYPED-2", "--until", str(in_days(90)), *who)
    assert paused.out == f"TYPED-2: paused from {in_days(60)}; the next period begins on {in_days(90)}\n"
    ends = await operate("cancel", "TYPED-2", *who, "--json")
    assert (ends.json["ends"], ends.json["changed"]) == (str(in_days(60)), True)
    assert "it was so already" in (await operate("cancel", "TYPED-2", *who)).out
    assert f"USD 19.99 monthly, ends on {in_days(60)}" in (await operate(*typed("TYPED-2"))).out
    assert "USD 50.00" not in (await operate("subscriptions", "TYPED-2")).out.partition("Story")[0]
    assert "USD 50.00" not in (await operate("subscriptions", "--account", "TYPED-2-account")).out
    assert (await operate("cancel", "TYPED-2", "--keep", *who)).out == f"TYPED-2: renews on {in_days(90)}\n"
    assert (await operate("cancel", "TYPED-2", "--now", *who)).out == "TYPED-2: cancelled\n"
    assert "over (cancelled)" in (await operate(*typed("TYPED-2"))).out
    refused = await operate("pause", "TYPED-2", "--until", str(in_days(99)), *who)
    assert (refused.status, "it is over (cancelled)" in refused.err) == (2, True)


async def test_a_file_is_given_again_when_its_first_renewals_are_long_past(operate: Operate) -> None:
    assert (await operate("subscribe", "--file", "-", stdin=lines(row("TYPED-6")))).status == 0
    past = str(in_days(-100))
    known, unknown = row("TYPED-6", renews_on=past), row("TYPED-7", renews_on=past)
    for more in ((), ("--dry-run",)):
        said = await operate("subscribe", "--file", "-", *more, stdin=lines(known, unknown))
        assert (said.status, "1 already there, 1 bad" in said.out) == (2, True), said
        assert "2: TYPED-7: renews_on: the renewals of" in said.err
    dearer = lines({**known, "amount": "USD 25"})
    said = await operate("subscribe", "--file", "-", "--update", "--by", "ana", "--reason", "dearer", stdin=dearer)
    assert (said.status, "changed lines from" in said.out) == (0, True), said
    assert "there is no such subscription" in (await operate("subscriptions", "TYPED-7")).err


UNBILLABLE = [
    (("--line", "Web\x1b]0;owned=USD 5"), "has a control character (U+001B)"),
    (("--line", f"{'x' * 100_000}=USD 5"), "the invoice is too large"),
    (tuple(word for each in range(51) for word in ("--line", f"Line {each}=USD 1")), "write 1 to 50 of them"),
    (("--line", "Web=USD 5", "--line", "Discount=USD -5"), "must be positive"),
    (("--line", "Web=USD 5", "--line", "Other=EUR 5"), "in one currency"),
]


@pytest.mark.parametrize(("words", "why"), UNBILLABLE, ids=[why for _, why in UNBILLABLE])
async def test_lines_that_no_invoice_could_have_are_neither_begun_nor_agreed(
    operate: Operate, words: tuple[str, ...], why: str
) -> None:
    """Else its next renewal could not be opened."""
    begun = await operate("subscribe", "TYPED-5", *typed("TYPED-5")[2:-2], *words)
    assert (begun.status, begun.out, why in begun.err) == (2, "", True), begun
    assert (await operate(*typed("TYPED-4"))).status == 0
    said = await operate("change", "TYPED-4", *words, "--yes", "--by", "ana", "--reason", "she asked")
    assert (said.status, said.out, why in said.err) == (2, "", True), said
    shown = await operate("subscriptions", "TYPED-4")
    assert "Web hosting: USD 19.99" in shown.out


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--period", "fortnightly"), "'fortnightly' is not a period"),
        (("--renews-on", "31.12.2026"), "renews_on: must be a date"),
        (("--renews-on", str(in_days(-80))), "would be opened at once"),
        (("--renews-on", "2099-01-01"), "is it a slip?"),
        (("--anchor", str(in_days(61))), "has to be before"),
        (("--anchor", str(in_days(57))), "is no renewal date of monthly"),
        (("--policy", "no-such"), "there is no policy 'no-such'"),
        (("--line", "Web hosting"), "write it like"),
        (("--line", "Other=EUR 5"), "in one currency"),
        (("--pays-for", "sandbox:nobody:website"), "has no service 'sandbox:nobody:website'"),
        (("--file", "x.csv"), "name one subscription, or a file"),
        (("--account", "a b"), "account:"),
    ],
    ids=lambda words: words if isinstance(words, str) else " ".join(words),
)
async def test_what_makes_no_sense_is_refused_and_nothing_begins(
    operate: Operate, more: tuple[str, ...], why: str
) -> None:
    said = await operate(*typed("TYPED-3", *more))
    assert (said.status, said.out, why in said.err) == (2, "", True), said
    unknown = await operate("subscriptions", "TYPED-3")
    assert (unknown.status, "there is no such subscription" in unknown.err) == (2, True)


async def test_a_table_has_a_line_a_row_and_bad_rows_are_told_with_their_line(operate: Operate, tmp_path: Path) -> None:
    day, file = in_days(60), tmp_path / "subscriptions.csv"
    good = [
        f"FILE-1,file-acct,a@bakery.example,Web hosting,USD 19.99,monthly,{day},a-small-orange,filed1,website",
        f"FILE-1,file-acct,,Mail,USD 5.00,monthly,{day},a-small-orange,filed1,email",
        f"FILE-2,file-acct,b@bakery.example,Domain,USD 12.00,yearly,{day},a-small-orange,,",
    ]
    bad = [
        f"FILE-3,file-acct,,Web,USD 5,monthly,{day},a-small-orange,,",
        f"FILE-3,file-acct,,Mail,USD 5,yearly,{day},a-small-orange,,",
        "FILE-4,file-acct,,Web,USD 5,monthly,soon,a-small-orange,,",
        f"FILE-5,file-acct,,,USD 5,monthly,{day},a-small-orange,,",
        f"FILE-6,file-acct,,Web,USD 5,monthly,{day},a-small-orange,,",
        f"FILE-6,file-acct,,Web,USD 5,monthly,{day},a-small-orange,,",
    ]
    file.write_text("\n".join([HEAD, *good, *bad]))
    dry = await operate("subscribe", "--file", str(file), "--dry-run")
    assert (dry.status, "FILE-1 (file-acct): would start, USD 24.99 monthly" in dry.out) == (2, True), dry
    assert "Nothing was written: 2 would start, 0 already there, 6 bad" in dry.out
    strict = await operate("subscribe", "--file", str(file), "--strict")
    assert (strict.status, "2 good row(s) were not begun" in strict.err) == (2, True)
    assert (await operate("subscriptions", "--account", "file-acct")).out == "none\n"
    said = await operate("subscribe", "--file", str(file))
    assert (said.status, "2 started, 0 already there, 6 bad" in said.out) == (2, True), said
    for line, why in (
        ("5: FILE-3", "differ in period"),
        ("6: FILE-3", "differ in period"),
        ("7: FILE-4", "renews_on: must be a date"),
        ("8: FILE-5", "line: is missing"),
        ("9: FILE-6", "billed twice"),
    ):
        assert any(each.startswith(f"{file}:{line}: ") and why in each for each in said.err.splitlines()), (line, said)
    seen = (await operate("subscriptions", "FILE-1", "--json")).json
    assert [line["amount"] for line in seen["lines"]] == ["USD 19.99", "USD 5.00"]
    assert seen["pays_for"] == ["sandbox:filed1:website", "sandbox:filed1:email"]


async def test_a_file_of_json_has_all_of_a_subscription_in_one_object(operate: Operate) -> None:
    several = [{"text": "Web", "amount": "USD 5.00"}, {"text": "Mail", "amount": "USD 2.00"}]
    whole = {key: value for key, value in row("JSON-1").items() if key not in ("line", "amount")} | {"lines": several}
    text = lines(whole, row("JSON-2"), row("JSON-3", lines=several), row("JSON-4", colour="red"))
    said = await operate("subscribe", "--file", "-", "--json", stdin=text)
    assert said.status == 2
    assert [each["outcome"] for each in said.json["subscriptions"]] == ["started", "started"]
    assert [each["line"] for each in said.json["bad"]] == [3, 4]
    again = await operate("subscribe", "--file", "-", stdin=json.dumps(row("JSON-2", amount="USD 7.00")))
    assert (again.status, "already there" in again.out, "differs: lines" in again.out) == (0, True, True)


async def test_a_file_given_again_with_update_agrees_to_what_differs(operate: Operate, tmp_path: Path) -> None:
    day, file, who = in_days(60), tmp_path / "again.csv", ("--update", "--by", "ana", "--reason", "new prices")
    head = "Subscription;Account;Line;Amount;Period;Renews_On;Policy"
    first, other = (
        f"AGAIN-1;again-acct;{line};USD {amount};{period};{day:%d.%m.%Y};a-small-orange"
        for line, amount, period in (("Web", "19,99", "monthly"), ("Web", "24,99", "yearly"))
    )
    ours = ("subscribe", "--file", str(file), "--dates", "DD.MM.YYYY", "--decimal-comma")
    file.write_text(f"{head}\n{first}\n")
    assert "1 started" in (await operate(*ours)).out
    assert (
        await operate(
            "service", "add", "again-acct", "--panel", "sandbox", "--user", "again1", "--by", "ana", "--reason", "b"
        )
    ).status == 0
    assert "differs" not in (await operate(*ours)).out, "what the account got later is not this subscription's"
    file.write_text(f"{head}\n{other}\n")
    assert "differs: lines, period; what is known stays" in (await operate(*ours)).out
    nobody = await operate(*ours, "--update")
    assert (nobody.status, "say who does it and why" in nobody.err) == (2, True)
    dry = await operate(*ours, *who, "--dry-run")
    assert f"AGAIN-1 (again-acct): would change lines, period from {day} on" in dry.out
    assert "0 would start, 0 already there, 1 would change, 0 bad" in dry.out
    said = await operate(*ours, *who)
    assert (said.status, "0 started, 0 already there, 1 changed, 0 bad" in said.out) == (0, True), said
    seen = (await operate("subscriptions", "AGAIN-1", "--json")).json
    assert (seen["amount"], seen["period"]) == ("USD 24.99", "yearly")
    assert "(ana: 'new prices')" in json.dumps(seen), seen
    assert "1 already there" in (await operate(*ours, *who)).out
    await operate("cancel", "AGAIN-1", "--now", "--by", "ana", "--reason", "gone")
    file.write_text(f"{head}\n{first}\n")
    over = await operate(*ours, *who)
    assert (over.status, f"{file}:2: AGAIN-1: it is over (cancelled)" in over.err) == (2, True), over


async def test_once_something_is_away_the_rest_is_not_tried_and_the_same_again_does_it(
    operate: Operate, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = lines(*(row(f"AWAY-S-{number}", account=f"away-s-{number % 3}") for number in range(12)))
    start, calls = TemporalSubscriptions.start, 0

    async def away(self: TemporalSubscriptions, subscription: Subscription) -> bool:
        nonlocal calls
        calls += 1
        if calls > 4:
            raise OutageError("Temporal is away")
        return await start(self, subscription)

    monkeypatch.setattr(TemporalSubscriptions, "start", away)
    said = await operate("subscribe", "--file", "-", stdin=text)
    assert (said.status, "4 started, 0 already there, 0 bad" in said.out) == (1, True), said
    assert "starter: 8 subscription(s) were not begun: Temporal is away" in said.err
    monkeypatch.setattr(TemporalSubscriptions, "start", start)
    again = await operate("subscribe", "--file", "-", "--json", stdin=text)
    outcomes = [each["outcome"] for each in again.json["subscriptions"]]
    assert (again.status, len(outcomes), {*outcomes}) == (0, 12, {"started", "already there"})
