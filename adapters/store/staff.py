"""The users of ours, who decide."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.store.database.base import Database, alone, put_row
from adapters.store.tables import staff
from dunning.staff.role import Role
from dunning.staff.user import User

_LOCK = b"staff..."


class Staff(Database):
    """Keep and read users."""

    async def user(self, key: str) -> User | None:
        """Read the one of that key, disabled ones too."""
        row = await self._row(select(staff).where(staff.c.key == key))
        return None if row is None else User.model_validate(dict(row))

    async def users(self) -> tuple[User, ...]:
        """Read all, disabled ones too, by their keys."""
        return tuple(User.model_validate(dict(row)) for row in await self._rows(select(staff).order_by(staff.c.key)))

    async def add_first_user(self, user: User) -> bool:
        """Insert the user; False, changing nothing, when there is any already."""
        async with self._writing() as connection:
            await alone(connection, _LOCK)
            if (row := (await connection.execute(select(staff).limit(1))).mappings().first()) is None:
                return await put_row(connection, staff, user.model_dump())
            return User.model_validate(dict(row)) == user  # done already, and the answer was lost

    async def put_user(self, user: User) -> None:
        """Insert the user, or replace the one of that key."""
        await self._put(staff, user.model_dump())

    async def disable_user(self, user: User) -> bool:
        """Replace the one of that key by this, who is disabled; False, changing nothing, if no admin would be left."""
        async with self._writing() as connection:
            await alone(connection, _LOCK)
            return await _admins_beside(connection, user.key) > 0 and await put_row(
                connection, staff, user.model_dump()
            )


async def _admins_beside(connection: AsyncConnection, key: str) -> int:
    its = select(func.count()).where(staff.c.role == Role.ADMIN, staff.c.disabled_at.is_(None), staff.c.key != key)
    return (await connection.execute(its)).scalar_one()
