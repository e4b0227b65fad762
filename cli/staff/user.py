"""`user add`, `user disable`, `user list`: who may decide what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from cli.shell.connections import composed
from cli.shell.options import Json, login
from cli.shell.output import console, print_json, say, table
from dunning.staff.role import Role

if TYPE_CHECKING:
    from dunning.staff.user import User
    from operations.staff.users import ChangedUser

_COLUMNS = ("name", "role", "since (UTC)", "added by", "disabled (UTC)", "disabled by")
Name = Annotated[str, Parameter(help="The user's name, as it is shown; capitals and spaces around make no other one.")]

user = App(name="user", help="Add, disable and list the users, one of whom each --by names.")


@user.command
async def add(
    name: Name,
    /,
    *,
    role: Annotated[Role, Parameter(help="What the user may do; docs/staff.md has the table.")],
    by: Annotated[str, Parameter("--by", help="An admin; only the first user of a store, an admin, needs none.")] = "",
    json: Json = False,
) -> None:
    """Add a user, or enable a disabled one again. Safe to repeat.

    Every --by names a user who is enabled and whose role may do it. A name with characters that nobody sees is refused.
    """
    async with composed(server="not needed") as made:
        _say(await made.users.add(name, role, by, login()), f"added as {role}", json=json)


@user.command
async def disable(
    name: Name,
    /,
    *,
    by: Annotated[str, Parameter("--by", help="An admin.")],
    json: Json = False,
) -> None:
    """Let a user decide nothing any more; what was decided stays. The last admin cannot be disabled. Safe to repeat."""
    async with composed(server="not needed") as made:
        _say(await made.users.disable(name, by, login()), "disabled", json=json)


@user.command(name="list")
async def list_(*, json: Json = False) -> None:
    """List all users by name, disabled ones too."""
    async with composed(server="not needed") as made:
        found = await made.users.all()
    if json:
        print_json(found)
    elif found:
        console().print(table(_COLUMNS, map(_cells, found)))
    else:
        from operations.staff.users import FIRST

        say(f"no users yet; {FIRST}")


def _say(done: ChangedUser, what: str, *, json: bool) -> None:
    if json:
        print_json({**done.user.model_dump(mode="json"), "changed": done.changed})
    else:
        say(f"{done.user.name}: {what if done.changed else 'is so already'}")


def _cells(each: User) -> tuple[str, ...]:
    gone = f"{each.disabled_at:%Y-%m-%d %H:%M}" if each.disabled_at else ""
    added, disabled = _signed(each.added_by, each.added_login), _signed(each.disabled_by, each.disabled_login)
    return each.name, each.role, f"{each.added_at:%Y-%m-%d %H:%M}", added, gone, disabled


def _signed(name: str, login: str) -> str:
    """Who did it, with the operating system's user beside it."""
    return " ".join(part for part in (name, f"({login})" if login else "") if part)
