"""Who may do what, and which names a user may have."""

from datetime import UTC, datetime

import pytest

from dunning.staff.role import MAY, Permission, Role, roles_for
from dunning.staff.user import User, refused, user_name

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def user(role: Role) -> User:
    return User(key="cleo", name="Cleo", role=role, added_at=AT, added_by="ana")


def test_an_admin_may_do_everything_and_only_an_admin_adds_users() -> None:
    assert MAY[Role.ADMIN] == frozenset(Permission)
    assert roles_for(Permission.STAFF) == (Role.ADMIN,)
    assert roles_for(Permission.CUSTOMERS) == tuple(Role)


def test_a_role_that_may_not_is_told_who_may() -> None:
    assert refused(user(Role.BILLING), Permission.MONEY) == ""
    why = refused(user(Role.CLERK), Permission.MONEY)
    assert why == "Cleo has the role clerk; whoever is to decide about money has to be billing or admin"


def test_who_is_disabled_may_do_nothing() -> None:
    gone = user(Role.ADMIN).model_copy(update={"disabled_at": AT, "disabled_by": "ana"})
    assert {refused(gone, needs) for needs in Permission} == {"Cleo was disabled on 2026-11-30 by ana"}


def test_a_name_is_shown_as_it_was_typed_with_single_spaces() -> None:
    assert user_name("  Ann-Sofie   O\u2019Hara ") == "Ann-Sofie O\u2019Hara"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cl\u200berk", r"nobody sees \(U\+200B\)"),
        ("clerk\u3164", r"nobody sees \(U\+3164\)"),
        ("clerk\ufe0f", r"nobody sees \(U\+FE0F\)"),
        ("\u202eclerk", r"nobody sees \(U\+202E\)"),
        ("cl\x1berk\t", r"nobody sees \(U\+001B, U\+0009\)"),
        ("", "no letter and no digit"),
        (" ", "no letter and no digit"),
        ("\u0301", "no letter and no digit"),
        ("--", "no letter and no digit"),
        ("x" * 65, "longer than 64"),
    ],
)
def test_a_name_that_is_not_what_it_looks_like_is_refused(name: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        user_name(name)
