"""`account exempt`, as typed: who is exempt until when, which cases were told, and who decided it."""

from dunning.case.case import Case
from sandbox.stage.stage import Stage
from tests.cli.accounts.test_account import WHO, opened
from tests.cli.command import Operate, Said, in_days, lines, row

UNTIL = in_days(30)
SHOP = {"kind": "website", "user": "exshop"}
BLOG = {"kind": "website", "user": "exblog"}


async def exempt(operate: Operate, account: str, *words: str) -> Said:
    return await operate("account", "exempt", account, *words, *WHO)


async def case_of(a_stage: Stage, number: str) -> Case:
    return await a_stage.made(await a_stage.connect()).cases.ask(number)


async def test_an_account_is_exempt_its_cases_are_told_and_new_invoices_begin_so(a_stage: Stage, operate: Operate):
    account = await opened(operate, "EXM-1")
    said = await exempt(operate, account, "--until", str(UNTIL))
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == [
        f"{account}: exempt from consequences until {UNTIL}",
        f"{account}: EXM-1 was told",
    ]
    case = await case_of(a_stage, "EXM-1")
    assert case.exempt_until
    assert case.today(case.exempt_until) == in_days(31)
    assert (await exempt(operate, account, "--until", str(UNTIL))).out == said.out, "safe to repeat"
    assert (await case_of(a_stage, "EXM-1")).revision == case.revision

    asked = row("EXM-1b", account)
    assert (await operate("start", "-", stdin=lines(asked))).status == 0
    new = await case_of(a_stage, "EXM-1b")
    assert new.exempt_until == case.exempt_until
    for told in [(await operate("account", "show", account)).out, (await operate("why", account)).out]:
        assert f"ana: exempt from consequences until {UNTIL} (asked by phone)" in told
    for number in ("EXM-1", "EXM-1b"):
        for told in [(await operate("show", number)).out, (await operate("why", number)).out]:
            assert f"exempt from consequences until {UNTIL} by ana (asked by phone)" in " ".join(told.split())
    assert (
        f"  exempt from consequences until {UNTIL}, by ana (asked by phone)"
        in (await operate("account", "show", account)).out.splitlines()
    )

    said = await exempt(operate, account, "--end")
    assert said.out.splitlines() == [
        f"{account}: no longer exempt from consequences; it was until {UNTIL}",
        f"{account}: EXM-1 was told",
        f"{account}: EXM-1b was told",
    ]
    ended = await case_of(a_stage, "EXM-1")
    assert ended.exempt_until
    assert ended.exempt_until < case.exempt_until
    assert (await exempt(operate, account, "--end")).status == 0, "safe to repeat"
    assert not (await a_stage.store.account(account)).exempt_until


async def test_a_service_is_exempt_for_the_invoices_that_pay_for_it(a_stage: Stage, operate: Operate):
    account = await opened(operate, "EXM-2", services=[SHOP, BLOG], pays_for=["sandbox:exshop:website"])
    for number, its in (("EXM-2b", {"pays_for": ["sandbox:exblog:website"]}), ("EXM-2c", {})):
        assert (await operate("start", "-", stdin=lines(row(number, account, **its)))).status == 0
    said = await exempt(operate, account, "--service", "sandbox:exshop:website", "--until", str(UNTIL))
    assert said.out.splitlines() == [
        f"{account}: service sandbox:exshop:website: exempt from consequences until {UNTIL}",
        f"{account}: EXM-2 was told",
        f"{account}: EXM-2c was told",
    ]
    assert [bool((await case_of(a_stage, n)).exempt_until) for n in ("EXM-2", "EXM-2b", "EXM-2c")] == [
        True,
        False,
        True,
    ]
    longer = in_days(50)
    await exempt(operate, account, "--until", str(longer))
    said = await exempt(operate, account, "--end")
    assert said.status == 0
    case = await case_of(a_stage, "EXM-2")
    assert case.exempt_until
    assert case.today(case.exempt_until) == in_days(31), "the service's own goes on"
    assert f"until {UNTIL}, by ana" in (await operate("account", "show", account)).out


MISTAKES = [
    (("--until", "2020-01-01"), "--until: 2020-01-01 is already past; --end ends an exemption"),
    (("--until", "2099-01-01"), "--until: 2099-01-01 is more than ten years ahead"),
    (("--until", "soon"), "--until: 'soon' is not a date; write it like 2026-12-01"),
    ((), "give either --until DATE or --end"),
    (("--until", str(UNTIL), "--end"), "give either --until DATE or --end"),
    (("--end",), "EXM-3-account: it is not exempt"),
    (
        ("--until", str(UNTIL), "--service", "x:y:z"),
        "--service: account 'EXM-3-account' has no service 'x:y:z'; it has none",
    ),
    (("--until", str(UNTIL), "--service", ""), "--service: it is empty; leave the option out if all are meant"),
]


async def test_what_cannot_be_is_refused_and_nothing_is_written(a_stage: Stage, operate: Operate):
    account = await opened(operate, "EXM-3")
    for words, reason in MISTAKES:
        said = await exempt(operate, account, *words)
        assert (said.status, said.out, said.err.strip()) == (2, "", f"starter: {reason}"), words
    said = await exempt(operate, "nobody", "--until", str(UNTIL))
    assert said.err.startswith("starter: nobody: there is no such account")
    assert await a_stage.store.account_changes(account) == ()


async def test_programs_hear_it_too(operate: Operate):
    account = await opened(operate, "EXM-4")
    told = (await exempt(operate, account, "--until", str(UNTIL), "--json")).json
    assert (told["exempt_until"], told["told"], told["kept"]) == (str(UNTIL), ["EXM-4"], [])
