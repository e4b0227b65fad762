"""The one gate of the command line: a command with a `--by` passes here before it runs, in the name of a user."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from cli.shell.connections import composed, sharing
from cli.shell.errors import AGAIN, BadInputError, FailedError
from cli.shell.options import login
from cli.shell.permissions import BY_LOGIN, NEEDS
from cli.shell.recording import Deed, told, written_down

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from composition import Composition
    from dunning.staff.role import Permission
    from dunning.staff.user import User


def run_signed(deed: Deed, run: Callable[..., Awaitable[Any]]) -> Any:
    """Run a command, such as `account set`; its `by` becomes the name of the user who acts, as it is shown.

    Raises what `acting` does. A run for which nobody has to be known, such as `start` without --update, has no gate.
    """
    import asyncio

    return asyncio.run(_signed(deed, written_down(deed, run)))


async def _signed(deed: Deed, run: Callable[..., Awaitable[Any]]) -> Any:
    given = deed.given
    if "by" not in given.arguments and deed.command not in BY_LOGIN:
        return await run(*given.args, **given.kwargs)
    async with acting(deed) as user:
        given.arguments["by"] = user.name
        return await run(*given.args, **given.kwargs)


@asynccontextmanager
async def acting(deed: Deed) -> AsyncGenerator[User]:
    """The user whom `--by` names, or the login here, for as long as the command runs.

    What the command opens meanwhile is the same store. Raises BadInputError or RefusedError when that user may not,
    which is written down in the audit log, FailedError while the store is away: nobody decides unchecked.
    """
    from dunning.ports.outages import StoreOutageError

    needs = NEEDS[deed.command]  # a KeyError is a fault of ours: whoever adds a command says what it takes
    async with AsyncExitStack() as stack:
        try:
            made = await stack.enter_async_context(composed(server="not needed"))
            user = await _checked(made, deed, needs)
        except StoreOutageError as error:
            raise FailedError(
                f"--by cannot be checked: {error}; see that it runs, or correct REPRIEVE_STORE_URL, {AGAIN}"
            ) from None
        with sharing(made.store):
            yield user


async def _checked(made: Composition, deed: Deed, needs: Permission) -> User:
    from operations.errors import RefusedError

    try:
        return await _who(made, deed.given.arguments.get("by"), needs)
    except (RefusedError, BadInputError) as error:
        await made.audit.write(deed.words().model_copy(update={"outcome": told(error)}))
        raise


async def _who(made: Composition, by: str | None, needs: Permission) -> User:
    from operations.errors import RefusedError

    if by is not None:
        return await made.users.who(by, needs)
    try:
        return await made.users.who(login(), needs)
    except RefusedError as error:
        reason = f"no --by, and your login here is {login()!r}: {error.reason}"
        raise BadInputError(f"{reason}; whoever is a user by another name gives --by NAME") from None
