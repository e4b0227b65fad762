"""Who decides: a name is a user of the store, enabled, whose role may do it. And how users come and go."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from dunning.person import person
from dunning.ports.staff import Staff
from dunning.staff.role import Permission, Role
from dunning.staff.user import User, refused, user_name
from dunning.tickets.ticket import BY_ITSELF
from operations.errors import RefusedError

FIRST = "the first user of a store is an admin: `starter.py user add NAME --role admin`"


class ChangedUser(NamedTuple):
    """The user as it is now; `changed`: it was not so before."""

    user: User
    changed: bool


class Users:
    """Reads and writes the store only. `clock` is the wall's."""

    def __init__(self, store: Staff, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def who(self, by: str, needs: Permission) -> User:
        """The one gate: the user of that name, who may do what needs that permission.

        Raises RefusedError for a name that is nobody's here, a disabled user, and a role that may not.
        """
        if not person(by):
            raise RefusedError("it must not be empty: a user of this store decides", field="by")
        user = await self._store.user(person(by)) or await self._nobody(by)
        if reason := refused(user, needs):
            raise RefusedError(reason, field="by")
        return user

    async def _nobody(self, by: str) -> User:
        if await self._store.users():
            add = "an admin adds one: `starter.py user add NAME --role ROLE --by ADMIN`"
            raise RefusedError(f"{by!r} is no user here; `starter.py user list` shows them, and {add}", field="by")
        raise RefusedError(f"this store has no users yet; {FIRST}", field="by")

    async def all(self) -> tuple[User, ...]:
        """All users, disabled ones too, by their names."""
        return await self._store.users()

    async def add(self, name: str, role: Role, by: str, login: str) -> ChangedUser:
        """Add a user, or enable a disabled one again, in that role. Safe to repeat.

        `by` is an admin whom the gate let pass, or empty for the first user, who has to be an admin. `login` is who
        that is to the operating system. Raises RefusedError.
        """
        user = self._new(name, role, by, login)
        known = await self._store.user(user.key)
        if known and known.enabled and known.role == role and (by or not known.added_by):
            return ChangedUser(known, changed=False)
        if not by:
            return await self._add_first(user)
        if known and known.enabled:
            again = f"to change that, `starter.py user disable {known.name!r} --by {by!r}` first"
            raise RefusedError(f"is a user already, with the role {known.role}; {again}", about=known.name)
        await self._store.put_user(user)
        return ChangedUser(user, changed=True)

    def _new(self, name: str, role: Role, by: str, login: str) -> User:
        try:
            shown = user_name(name)
        except ValueError as error:
            raise RefusedError(f"{name!r} can be nobody's name: {error}") from None
        if person(shown) == person(BY_ITSELF):
            raise RefusedError(f"{shown!r} can be nobody's name: it signs what happens by itself")
        return User(key=person(shown), name=shown, role=role, added_at=self._clock(), added_by=by, added_login=login)

    async def _add_first(self, user: User) -> ChangedUser:
        if await self._store.users():
            raise RefusedError("this store has users, so one of its admins adds the next", field="by")
        if user.role is not Role.ADMIN:
            raise RefusedError(f"{user.role} cannot be the first; {FIRST}", field="role")
        if not await self._store.add_first_user(user):
            raise RefusedError("somebody has just added the first user, so that admin adds the next", field="by")
        return ChangedUser(user, changed=True)

    async def disable(self, name: str, by: str, login: str) -> ChangedUser:
        """Let a user decide nothing any more. Safe to repeat: who did it first stays.

        Raises RefusedError for a name that is nobody's, and for the last admin who is enabled.
        """
        known = await self._store.user(person(name))
        if known is None:
            raise RefusedError("is no user here; `starter.py user list` shows them", about=repr(name))
        if not known.enabled:
            return ChangedUser(known, changed=False)
        values = {"disabled_at": self._clock(), "disabled_by": by, "disabled_login": login}
        gone = known.model_copy(update=values)
        if not await self._store.disable_user(gone):
            raise RefusedError(
                "is the last admin, so nobody could add users any more; add another one first", about=known.name
            )
        return ChangedUser(gone, changed=True)
