"""Every key of a policy file with every kind of value that TOML has: taken where it is meant, else told in words."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from adapters.settings.policies import load_policy
from dunning.policy.check import PolicyError
from dunning.policy.file import Charging, MilestoneRule, Policy, Reinstatement, RestorationRule, TakenBackRule
from tests.dunning.policy.test_check import GOOD, refusal
from tests.dunning.policy.test_file import with_lines

VALUES = {
    "true": "true",
    "a number": "3",
    "a float": "1.5",
    "a text": '"no such thing"',
    "an empty list": "[]",
    "a list": '["no such thing"]',
    "numbers": "[3]",
    "a table": "{ one = 1 }",
    "a date": "2026-12-01",
    "an instant": "2026-12-01T09:00:00Z",
    "a time": "09:00:00",
}
TEXTS, LISTS, FLAGS = ("a text",), ("an empty list", "a list"), ("true",)
TAKEN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("title", "source", "payment_notice", "repeated_warning"), TEXTS),
    **dict.fromkeys(("use_credit", "digest", "confirm_no_grace"), FLAGS),
    "hour": ("a time",),
    "charging.new_method": FLAGS,
    "charging.most": ("a number",),
    "charging.expiry_notices": ("an empty list", "numbers"),
    "charging.expiry_notice": TEXTS,
    "taken_back.grace": ("a number",),
    "taken_back.notice": TEXTS,
    "restoration.notice": TEXTS,
    **dict.fromkeys(("milestones.notice", "milestones.notice_failed", "milestones.notice_no_method"), TEXTS),
    "milestones.offset": ("a number",),
    "milestones.approvals": ("a number",),
    "milestones.hour": ("a time",),
    **dict.fromkeys(("milestones.voids", "milestones.fee_without_attempt"), FLAGS),
    "milestones.services": LISTS,
    "milestones.warns_of": LISTS,
}
"""By key, the kinds that its form allows; what they say may be wrong all the same."""
_TABLES = {
    "charging": Charging, "taken_back": TakenBackRule, "reinstatement": Reinstatement, "restoration": RestorationRule,
}  # fmt: skip
KEYS = [
    *(key for key in Policy.model_fields if key not in ("name", "version")),
    *(f"{table}.{key}" for table, model in _TABLES.items() for key in model.model_fields),
    *(f"milestones.{key}" for key in MilestoneRule.model_fields),
]
PYDANTIC = ("Input should", "should have", "should match", "Field required", "valid tuple", "Value error", "pattern '")


def text_with(key: str, value: str) -> str:
    """The good policy in which the key has that value; a milestone's is the third's."""
    table, _, inner = key.rpartition(".")
    if table == "milestones":
        kept = [line for line in GOOD.splitlines() if line]
        kept = [line for place, line in enumerate(kept) if place < len(kept) - 2 or not line.startswith(f"{inner} =")]
        return "\n".join([*kept, f"{inner} = {value}"])
    if table:
        return with_lines(f"[{table}]", f"{inner} = {value}")
    head, *rest = GOOD.partition("\n[[milestones]]")
    head = "\n".join(line for line in head.splitlines() if not line.startswith(f"{inner} ="))
    return f"{head}\n{inner} = {value}\n" + ("" if inner == "milestones" else "".join(rest))


def refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    try:
        load_policy(str(file), tmp_path)
    except PolicyError as error:
        return str(error).replace(f"{file}: ", "")
    return ""


@pytest.mark.parametrize("key", KEYS)
def test_each_kind_of_value_is_taken_or_refused_in_words_that_name_the_key(tmp_path: Path, key: str) -> None:
    written = key.replace("milestones.", "milestones[2].")
    for kind, value in VALUES.items():
        said = refused(tmp_path, text_with(key, value))
        assert not any(words in said for words in PYDANTIC), said
        of_its_form = [line for line in said.splitlines() if line.startswith(written) and " must be " in f" {line} "]
        if kind in TAKEN.get(key, ()):
            assert not of_its_form, f"{key} = {value}: {said}"
        else:
            assert any(line.startswith(written) for line in said.splitlines()), f"{key} = {value}: {said!r}"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("milestones.warns_of", '"suspend"', "milestones[2].warns_of: must be a list in square brackets, like ["),
        ("milestones.offset", "true", "milestones[2].offset: true is neither a number of days nor an ISO 8601"),
        ("milestones.offset", '"P\u0663D"', "milestones[2].offset: 'P\u0663D' is neither a number of days nor"),
        ("milestones.offset", '"P\u0967\u0966D"', "milestones[2].offset: 'P\u0967\u0966D' is neither a number of"),
        ("milestones.offset", '"P"', "milestones[2].offset: 'P' is neither"),
        ("milestones.offset", '"PT"', "milestones[2].offset: 'PT' is neither"),
        ("milestones.offset", f'"P{"1" * 5000}D"', f"milestones[2].offset: 'P{'1' * 58}... is neither"),
        ("milestones.offset", "1" * 5000, "TOML: a number of thousands of digits, or brackets in brackets"),
        ("milestones.approvals", "true", "milestones[2].approvals: must be a whole number, like 3, without quotes"),
        ("milestones.approvals", '"2"', "milestones[2].approvals: must be a whole number"),
        ("milestones.approvals", "6", "milestones[2].approvals: must be at most 5"),
        ("milestones.voids", '"yes"', "milestones[2].voids: must be true or false, without quotes"),
        ("milestones.name", '""', "milestones[2].name: must be small letters, digits and dashes, like second-charge"),
        ("milestones.notice", '"a\\nb"', "milestones[2].notice: must be one line of plain text"),
        ("milestones.fee", '{ minimum = "USD 1.00" }', "milestones[2].fee: percent is missing"),
        ("hour", "9", "hour: 9 is not a local time; write it like 09:00:00, without quotes"),
        ("hour", '"09:00+02:00"', "hour: '09:00+02:00' is not a local time"),
        ("hour", '"24:00"', "hour: '24:00' is not a local time"),
        ("currency", '"usd"', "currency: must be three capital letters, like USD"),
        ("milestones", "[]", "milestones: must have at least 1; here: 0"),
        ("charging", "true", "charging: must be a table with keys of its own"),
        ("charging.most", "2.0", "charging.most: must be a whole number"),
        ("name", '"mine"', "name: is the file's name without .toml; remove the key"),
        ("version", '"1"', "version: is computed from the file; remove the key"),
        ("excess", '"keep"', "excess: must be one of: 'credit' or 'refund'"),
        ("least_balance", '"USD -0.01"', "least_balance: USD -0.01 must be an amount of the policy's currency"),
        ("least_balance", '"USD 50.01"', "least_balance: USD 50.01 is more than USD 50.00: who owes less than that"),
        ("least_balance", '"USD 9999999999.99"', "least_balance: USD 9999999999.99 is more than USD 50.00"),
        ("least_balance", '"USD 10000000000"', "least_balance: more than USD 9999999999.99, the most that"),
    ],
)
def test_what_is_told(tmp_path: Path, key: str, value: str, said: str) -> None:
    assert said in refusal(tmp_path, text_with(key, value))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"\xff", "TOML: not UTF-8 text (byte 0); save the file as UTF-8"),
        (b"title", "TOML: Expected '=' after a key in a key/value pair"),
        (b"a = " + b"[" * 100_000, "TOML: a number of thousands of digits, or brackets in brackets"),
    ],
)
def test_what_is_no_toml_is_told_in_words(tmp_path: Path, source: bytes, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(source)
    with pytest.raises(PolicyError) as error:
        load_policy(str(file), tmp_path)
    assert said in str(error.value)


def test_a_name_with_a_nul_in_it_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        load_policy("a\0b", tmp_path)


@pytest.mark.parametrize(
    ("currency", "most"),
    [("USD", "USD 50.00"), ("EUR", "EUR 50.00"), ("JPY", "JPY 5000"), ("KWD", "KWD 1000.000"), ("VND", "VND 1000000")],
)
def test_the_most_that_may_go_uncharged_is_taken_and_not_a_unit_more(tmp_path: Path, currency: str, most: str) -> None:
    def said(amount: str) -> str:
        return refused(tmp_path, with_lines(f'least_balance = "{amount}"').replace('"USD"', f'"{currency}"'))

    code, number = most.split()
    a_unit_more = f"{code} {number[:-1]}1"
    assert (said(most), said(a_unit_more)) == (
        "",
        f"least_balance: {a_unit_more} is more than {most}: who owes less than that would never be charged",
    )


def test_every_key_is_tried() -> None:
    assert set(TAKEN) <= set(KEYS)
    everything: Any = list(itertools.chain.from_iterable(model.model_fields for model in _TABLES.values()))
    assert len(KEYS) == len(Policy.model_fields) - 2 + len(everything) + len(MilestoneRule.model_fields)
