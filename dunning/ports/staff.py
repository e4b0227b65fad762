"""The users of ours, who decide."""

from typing import Protocol

from dunning.staff.user import User


class Staff(Protocol):
    """A user is never deleted. Names are compared by `User.key`."""

    async def user(self, key: str) -> User | None:
        """The one of that key, disabled ones too."""
        ...

    async def users(self) -> tuple[User, ...]:
        """All, disabled ones too, by their keys."""
        ...

    async def add_first_user(self, user: User) -> bool:
        """Insert the user; False, changing nothing, when there is any already."""
        ...

    async def put_user(self, user: User) -> None:
        """Insert the user, or replace the one of that key."""
        ...

    async def disable_user(self, user: User) -> bool:
        """Replace the one of that key by this, who is disabled; False, changing nothing, if no admin would be left."""
        ...
