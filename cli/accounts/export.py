"""`account export`: all that is kept of a customer, as one file that a person can read."""

from __future__ import annotations

import json as documents
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from cli.accounts.account import AccountId
from cli.shell.connections import composed
from cli.shell.errors import BadInputError
from cli.shell.output import print_json, say
from cli.shell.recording import system_user
from dunning.visible import in_json

if TYPE_CHECKING:
    from collections.abc import Mapping


async def export(
    account: AccountId,
    /,
    *,
    by: Annotated[str, Parameter("--by", help="Who wants it; kept in the audit log.")],
    to: Annotated[Path | None, Parameter(help="A new file for it, readable by you alone (default: print it).")] = None,
) -> None:
    """Write all that is kept of an account: contacts, services, invoices, ledgers, notices, mails, tickets, payments.

    One JSON document (docs/retention.md has its shape), with nothing of other customers. Temporal's own histories are
    not in it. A running case is asked; without Temporal it is told as it was last seen.
    """
    if to and to.exists():
        raise BadInputError(f"--to: {to} is there already; name a new file")
    async with composed(server="if there") as made:
        document = await made.export_account.of(account, by, system_user())
    if to is None:
        print_json(document)
        return
    write(to, document)
    say(f"{account}: all that is kept is in {to}, readable by you alone; take it away when it is done with")


def write(to: Path, document: Mapping[str, object]) -> None:
    """Write it whole, or not at all, for its owner alone. Raises BadInputError."""
    part = to.with_name(f".{to.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(in_json(documents.dumps(document, indent=2, ensure_ascii=False)) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(part, to)  # fails where somebody else has made the file meanwhile
        part.unlink()
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInputError(f"--to: {to} cannot be written: {error.strerror}") from None
