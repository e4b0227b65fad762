"""What an invoice and its account have in the store and in the case, so that two runs can be compared."""

import re
from typing import Any

from sqlalchemy import Date, LargeBinary, select
from temporalio.client import Client

from adapters.store.database.types import UtcInstant
from adapters.store.tables import metadata
from dunning.case.case import Case
from operations.errors import RefusedError
from sandbox.stage.stage import Stage
from tests.server.outages.preparing import user
from tests.server.outages.writing import More

_LATER = {"open_cases", "effects", "notices"}
"""What the worker writes a moment later."""
_OF_EACH_TRY = {"audit"}
"""What tells of each try."""
_VARY = {"version", "issued", "generation", "order_number", "revision"}
"""What counts tries."""
_TOLD = ("entries", "approvals", "runs", "credit_asked", "given_back", "recoveries", "decided")
"""What a case was told; what followed from it may take a moment longer."""
_LONG = {"body", "order", "snapshot", "text", "html", "outcome"}
_BY_CHANCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(pi|cus|re)_[0-9A-Za-z]+")


async def seen(stage: Stage, client: Client, number: str, more: More | None = None) -> dict[str, Any]:
    """Every row that names the invoice, and how often each thing happened in its case; the number is left out."""
    rows: dict[str, Any] = {
        name: await _rows(stage, name, number) for name in metadata.tables if name not in _LATER | _OF_EACH_TRY
    }
    try:
        case = await stage.made(client).look.case(number)
    except RefusedError:
        case = None
    rows["more"] = await more(stage, number) if more else None
    return {name: found for name, found in {**rows, **_facts(case)}.items() if found}


async def _rows(stage: Stage, name: str, number: str) -> list[str]:
    table = metadata.tables[name]
    kept = [column for column in table.c if not isinstance(column.type, UtcInstant | Date | LargeBinary)]
    kept = [column for column in kept if column.name not in _VARY | _LONG]
    async with stage.store._reading() as connection:
        found = (await connection.execute(select(*table.c))).mappings().all()
    # That no credit was there to use is noted if the worker came to look before the command.
    rows = [row for row in found if row.get("amount") != 0]
    mine = [row for row in rows if any(number in str(row[column.name]) for column in kept)]
    return sorted(_plain(", ".join(f"{c.name}={row[c.name]}" for c in kept), number) for row in mine)


def _plain(text: str, number: str) -> str:
    text = text.replace(number, "N").replace(number.lower(), "n").replace(user(number), "n")
    return _BY_CHANCE.sub("...", text)


def _facts(case: Case | None) -> dict[str, Any]:
    if case is None:
        return {}
    facts = case.model_dump(mode="json")
    many = {f"case.{name}": len(facts[name]) for name in _TOLD}
    left_out = [each.step for each in case.refusals if each.left_out]
    return {
        **many,
        "case.balance": str(case.balance),
        "case.level": case.level.value,
        "case.due": str(case.invoice.due),
        "case.exempt": str(case.exempt_until),
        "case.left_out": left_out,
    }
