"""`account merge`, as typed: what goes over is told and asked for first, and the old name is told to nobody's loss."""

from cli.shell.options import now
from dunning.money import Money
from dunning.records.credit import Credit
from sandbox.stage.stage import Stage
from tests.cli.command import Operate, lines, row

WHO = ("--by", "ana", "--reason", "signed up twice")


async def two(operate: Operate, name: str) -> tuple[str, str]:
    """Start an invoice of each of two accounts."""
    rows = [
        row(f"{name}-{each}", account=f"{name}-{each}", emails=[f"{each}@x.example"], services=[service])
        for each, service in (("a", {"user": f"{name}a"}), ("b", {"user": f"{name}b"}))
    ]
    assert (await operate("start", "-", stdin=lines(*rows))).status == 0
    return f"{name}-a", f"{name}-b"


async def test_it_tells_what_goes_over_asks_first_and_merges(a_stage: Stage, operate: Operate):
    one, into = await two(operate, "mga")
    moves = ["contact a@x.example", "service sandbox:mgaa:website", "open invoice mga-a"]
    moves.append("mga-b of mga-b pays for sandbox:mgab:website from then on, if it named nothing")
    said = await operate("account", "merge", one, into, *WHO, "--dry-run")
    first, *rest = said.out.splitlines()
    assert (first, rest) == (f"{one} would go into {into}; nothing was written", [f"  {each}" for each in moves])
    said = await operate("account", "merge", one, into, *WHO)
    assert (said.status, (await a_stage.store.account(one)).id) == (2, one)
    assert f"this merges account mga-a into mga-b for good: {'; '.join(moves)}" in said.err
    said = await operate("account", "merge", one, into, *WHO, "--yes")
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"{into}: account {one} merged into it",
        *(f"{into}: {each}" for each in moves),
        f"{into}: mga-a was told",
        f"{into}: mga-b was told",
        f"{into}: files have to name it from now on: rows that name {one} are refused",
    ]
    again = await operate("account", "merge", one, into, *WHO)
    assert again.status == 0, "safe to repeat, without a question"
    assert again.out.splitlines() == [f"{into}: account {one} was merged into it before", *said.out.splitlines()[5:]]
    dry = await operate("account", "merge", one, into, *WHO, "--dry-run")
    assert (dry.status, dry.out) == (0, f"{one} is merged into {into} already; nothing was written\n")
    shown = (await operate("account", "show", into)).out
    assert "ana: account mga-a merged into it; contact a@x.example" in shown
    for number in ("mga-a", "mga-b"):
        listed = (await operate("list", "--account", into, "--json")).json
        assert number in {each["invoice"] for each in listed}
    assert "account mga-a merged into mga-b" in (await operate("why", "mga-a")).out
    found = (await operate("find", "mga-a")).out
    assert into in found
    await a_stage.store.add_credit(Credit(id="mga-c", account=one, amount=Money.parse("USD 3"), at=now(), reason="x"))
    assert f"{into}: USD 3.00 left" in (await operate("credits", one)).out


async def test_the_old_name_is_refused_with_the_new_one(operate: Operate):
    one, into = await two(operate, "mgb")
    assert (await operate("account", "merge", one, into, *WHO, "--yes")).status == 0
    sentence = f"account {one!r} was merged into {into!r}: name that one"
    for words in (
        ("account", "show", one),
        ("account", "set", one, *WHO, "--name", "New"),
        ("account", "exempt", one, *WHO, "--end"),
        ("account", "merge", one, "mgb-c", *WHO, "--yes"),
        ("account", "merge", "mgb-c", one, *WHO, "--yes"),
        ("service", "add", one, *WHO, "--panel", "sandbox", "--user", "new"),
        ("hold", one, "--by", "ana", "--kind", "abuse", "--reason", "spam", "--level", "suspended", "--yes"),
    ):
        said = await operate(*words)
        assert said.status == 2, words
        assert sentence in said.err or ("mgb-c" in words and "there is no such account" in said.err), said.err
    for more in ((), ("--dry-run",)):
        new = row("mgb-new", account=one)
        said = await operate("start", "-", *more, stdin=lines(new))
        assert said.status == 2
        assert sentence in said.err + said.out
    known = row("mgb-a", account=one)
    said = await operate("start", "-", stdin=lines(known))
    assert (said.status, "differs: account" in said.err + said.out) == (2, True)


async def test_what_cannot_be_merged_is_refused_with_its_reason(a_stage: Stage, operate: Operate):
    one, into = await two(operate, "mgc")
    assert (await operate("start", "-", stdin=lines(row("mgd-a", account="mgd-a", services=[])))).status == 0
    said = await operate("account", "merge", "mgd-a", into, *WHO, "--yes")
    assert said.status == 2
    assert "mgd-a: it has no service, so mgd-a pays for nothing" in said.err
    said = await operate("account", "merge", one, one, *WHO, "--yes")
    assert (said.status, "cannot be merged with itself" in said.err) == (2, True)
    held = ("--by", "ana", "--kind", "abuse", "--reason", "spam", "--level", "suspended", "--yes")
    assert (await operate("hold", into, *held)).status == 0
    said = await operate("account", "merge", one, into, *WHO, "--yes")
    assert said.status == 2
    assert f"{into}: it is held as a whole (abuse)" in said.err
    said = await operate("account", "merge", one, into, "--by", " ", "--reason", "x", "--yes")
    assert said.status == 2
    assert (await a_stage.store.account(one)).id == one
