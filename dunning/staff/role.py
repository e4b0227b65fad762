"""Roles of staff, and what each may do. A command names the permission that it needs, never a role."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a user of ours works as; exactly one each."""

    CLERK = "clerk"
    BILLING = "billing"
    SUPPORT = "support"
    ADMIN = "admin"


class Permission(StrEnum):
    """What somebody may do, in the words of a refusal."""

    CUSTOMERS = "look after customers"
    MONEY = "decide about money"
    SERVICES = "decide about services, windows and outages"
    DELETIONS = "approve a deletion"
    FLEET = "decide about many cases at once"
    RECORDS = "take out or erase all that is kept of a customer"
    STAFF = "add and disable users"


MAY: Mapping[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset({Permission.CUSTOMERS}),
    Role.BILLING: frozenset({Permission.CUSTOMERS, Permission.MONEY, Permission.DELETIONS}),
    Role.SUPPORT: frozenset({Permission.CUSTOMERS, Permission.SERVICES, Permission.DELETIONS}),
    Role.ADMIN: frozenset(Permission),
}


def roles_for(needs: Permission) -> tuple[Role, ...]:
    """The roles that have the permission, in their usual order."""
    return tuple(role for role in Role if needs in MAY[role])
