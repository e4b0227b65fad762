"""The queue of behaviours, and what waits."""

import asyncio

import pytest

from sandbox.control.scripts import Behaviour, Scripts

WORDS = frozenset({"ok", "decline", "webhook"})
CHARGE = frozenset({"ok", "decline"})


@pytest.mark.parametrize(
    ("text", "behaviour"),
    [
        ("ok", Behaviour()),
        ("decline:card_declined", Behaviour("decline", "card_declined")),
        ("hold", Behaviour("ok", hold_before=True)),
        ("hold:ok", Behaviour("ok", hold_before=True)),
        ("ok:hold", Behaviour("ok", hold_after=True)),
        ("hold:decline:x", Behaviour("decline", "x", hold_before=True)),
        ("decline:x:hold", Behaviour("decline", "x", hold_after=True)),
    ],
)
def test_what_stands_first_happens_first(text: str, behaviour: Behaviour):
    assert Behaviour.parse(text) == behaviour


def test_behaviours_are_used_up_in_order_and_by_name():
    scripts = Scripts(WORDS)
    scripts.add("A", "decline:x", times=2)
    scripts.add("A", "webhook:lost")
    assert scripts.take("B", CHARGE) == Behaviour()
    assert [scripts.take("A", CHARGE).word for _ in range(3)] == ["decline", "decline", "ok"]
    assert scripts.take("A", frozenset({"webhook"})).argument == "lost"


def test_without_a_number_it_lasts_until_forgotten():
    scripts = Scripts(WORDS)
    scripts.add("A", "decline:x", times=None)
    assert {scripts.take("A", CHARGE).word for _ in range(5)} == {"decline"}
    scripts.forget("A")
    assert scripts.take("A", CHARGE).word == "ok"


def test_a_behaviour_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="known are decline, ok, webhook"):
        Scripts(WORDS).add("A", "declines")


@pytest.mark.parametrize("end", ["release", "forget"])
async def test_what_is_held_goes_on_when_told(end: str):
    scripts = Scripts(WORDS)
    waiting = [asyncio.create_task(scripts.hold(who, "key")) for who in ("A", "B")]
    await asyncio.sleep(0)
    assert [held.who for held in scripts.held()] == ["A", "B"]
    getattr(scripts, end)("A")
    assert [held.who for held in scripts.held()] == ["B"]
    await waiting[0]
    assert not waiting[1].done()
    getattr(scripts, end)()
    await waiting[1]
