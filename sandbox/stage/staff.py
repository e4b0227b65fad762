"""The users of every stage: whom a `--by` names in demos, tests and measurements."""

from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.store import SqlStore
from cli.shell.options import login
from dunning.person import person
from dunning.staff.role import Role
from dunning.staff.user import User

STAFF: Mapping[str, Role] = {
    "ana": Role.ADMIN,
    "Ann": Role.ADMIN,
    "ben": Role.ADMIN,
    "bob": Role.ADMIN,
    "cleo": Role.CLERK,
    "bill": Role.BILLING,
    "sue": Role.SUPPORT,
}
"""Most may do everything: who may not is tested where that is meant."""
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


async def employ(store: SqlStore) -> None:
    """Add them, and the login of whoever plays; the store has its tables."""
    for name, role in {**STAFF, login(): Role.ADMIN}.items():
        if name:
            await store.put_user(User(key=person(name), name=name, role=role, added_at=_SINCE))
