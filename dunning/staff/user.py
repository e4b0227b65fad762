"""A user of ours: whom `--by` names, and, later, who logs in at the desk."""

from dunning.person import unseen
from dunning.staff.role import MAY, Permission, Role, roles_for
from dunning.wire import Instant, Wire

_LONGEST = 64


class User(Wire):
    """A person who decides. A user is never deleted, since decisions name them; a disabled one decides nothing.

    `key` is the name as it is compared (`dunning.person.person`), `name` as it was typed and is shown everywhere.
    `added_by` is a user's name, empty for the first of a store; `added_login` is who that was to the operating system.
    """

    key: str
    name: str
    role: Role
    added_at: Instant
    added_by: str = ""
    added_login: str = ""
    disabled_at: Instant | None = None
    disabled_by: str = ""
    disabled_login: str = ""

    @property
    def enabled(self) -> bool:
        """Whether this user may decide anything."""
        return self.disabled_at is None


def user_name(text: str) -> str:
    """The name of a new user as it is shown, one space at a time.

    Raises ValueError for one that is empty, too long, or has what nobody sees: two users may not look alike by that.
    """
    if hidden := unseen(text):
        msg = f"it has characters that nobody sees ({', '.join(f'U+{ord(each):04X}' for each in hidden)})"
        raise ValueError(msg)
    name = " ".join(text.split())
    if not any(each.isalnum() for each in name):
        raise ValueError("it has no letter and no digit")
    if len(name) > _LONGEST:
        msg = f"it is longer than {_LONGEST} characters"
        raise ValueError(msg)
    return name


def refused(user: User, needs: Permission) -> str:
    """Why the user may not do what needs that permission; empty: they may."""
    if user.disabled_at:
        return f"{user.name} was disabled on {user.disabled_at:%Y-%m-%d} by {user.disabled_by}"
    if needs not in MAY[user.role]:
        return f"{user.name} has the role {user.role}; whoever is to {needs} has to be {' or '.join(roles_for(needs))}"
    return ""
