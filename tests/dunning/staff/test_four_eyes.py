"""Who proposed something does not approve it; what the policy proposes excludes nobody; two are two people."""

import pytest

from dunning.staff.four_eyes import THE_POLICY, agreed, cannot_approve

ANA = ["Ana", "ana ", "\uff41na", "a\u200bna", "ana\ufe0f"]


@pytest.mark.parametrize("typed", ANA)
def test_who_proposed_it_does_not_count_however_the_name_is_typed(typed: str) -> None:
    assert (
        cannot_approve(typed, "delete", (), "ana") == f"{typed} asked for 'delete', so somebody else has to approve it"
    )
    assert agreed([typed, "ben"], "ana") == {"ben"}


def test_what_the_policy_proposes_excludes_nobody() -> None:
    assert cannot_approve("ana", "delete", (), THE_POLICY) == ""
    assert agreed(["ana", "ben"], THE_POLICY) == {"ana", "ben"}


@pytest.mark.parametrize("typed", ANA)
def test_the_same_person_counts_once(typed: str) -> None:
    assert cannot_approve(typed, "delete", ["ben", "ana"], "eve") == f"{typed} has already approved 'delete'"
    assert agreed(["ana", typed], THE_POLICY) == {"ana"}


@pytest.mark.parametrize("nobody", ["", " ", "\u200b"])
def test_nobody_approves_nothing(nobody: str) -> None:
    assert cannot_approve(nobody, "delete", (), THE_POLICY) == "an approval needs the name of who gives it"
    assert agreed([nobody], THE_POLICY) == frozenset()
