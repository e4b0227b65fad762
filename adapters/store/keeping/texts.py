"""What becomes of each table's rows when their account is erased: one line a table, and each of its texts in it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Table

from adapters.store.tables import (
    account_changes,
    accounts,
    carried,
    charge_attempts,
    closed_ledgers,
    consents,
    consequences,
    contacts,
    counted,
    credits_,
    effects,
    ended_links,
    holds,
    inbound_mails,
    inbox,
    invoices,
    notices,
    open_cases,
    payers,
    processor_sales,
    processor_subscriptions,
    put_off,
    reached,
    renewals,
    services,
    subscriptions,
    taken_back,
    tickets,
)
from dunning.case.facts import Restored, Reversal
from dunning.case.orders import CloseOrder
from dunning.keeping.erasure import Rule, text_without, without
from dunning.keeping.words import Words
from dunning.subscriptions.subscription import Subscription

REMOVED = (
    contacts, services, payers, holds, effects, consents, processor_subscriptions, tickets, inbound_mails, open_cases,
)  # fmt: skip
"""Whose rows go: nothing about money is in them that is not in the books, too."""


def _kept(*names: str, **others: Rule) -> Mapping[str, Rule]:
    return {**dict.fromkeys(names, Rule.KEEP), **others}


CHANGED: dict[Table, Mapping[str, Rule]] = {
    accounts: _kept(
        "id", "locale", "brand", "merged_into", "erased_by",
        name=Rule.ERASE, zone=Rule.EMPTY, payer=Rule.EMPTY, exempt_by=Rule.SCRUB, exempt_reason=Rule.ERASE,
    ),
    account_changes: _kept("account", by=Rule.SCRUB, reason=Rule.ERASE, what=Rule.ERASE),
    invoices: _kept("number", "account", "policy", "status", pays_for=Rule.NO_SERVICE),
    closed_ledgers: _kept(
        "invoice", "account", "outcome", "policy", "level", "currency", customer=Rule.ERASE, order=Rule.ERASE
    ),
    notices: _kept(
        "id", "invoice", "account", "template", "status", "message_id", "digest", "announced",
        **dict.fromkeys(("recipient", "subject", "text", "html", "detail", "reply_to"), Rule.ERASE),
    ),
    charge_attempts: _kept(
        "key", "invoice", "account", "currency", "outcome", "payment",
        detail=Rule.ERASE, payer=Rule.EMPTY, method=Rule.EMPTY, network=Rule.EMPTY,
    ),
    credits_: _kept("id", "account", "currency", reason=Rule.ERASE),
    carried: _kept("id", "account", "currency", "reason"),
    counted: _kept("invoice", "payment", "place"),
    taken_back: _kept("invoice", "kind", "id", body=Rule.ERASE),
    inbox: _kept("source", "id", "outcome", "invoice", "account", body=Rule.EMPTY, payer=Rule.EMPTY),
    consequences: _kept(
        "key", "account", "invoice", "action", "status", "incident", decided_by=Rule.SCRUB, decided_why=Rule.ERASE
    ),
    reached: _kept("invoice"),
    ended_links: _kept("invoice"),
    renewals: _kept("subscription", "invoice", "currency"),
    put_off: _kept("window", "invoice", "step", "account", "action"),
    processor_sales: _kept("id", "subscription", "account", "invoice", "currency"),
    subscriptions: _kept("id", "account", "policy", "period", "currency", "ended", snapshot=Rule.ERASE),
}  # fmt: skip
"""Whose rows stay, and what becomes of each text. What holds a document is read, and each text of it decided about."""


def changes(table: Table, row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """The columns of a row that change, and to what; nothing for one that was erased before."""
    if table is account_changes and row["what"] == [ERASED_ONCE]:
        return {}
    found = {name: _changed(table, name, rule, row, words) for name, rule in CHANGED[table].items()}
    return {name: value for name, value in found.items() if value != row[name]}


ERASED_ONCE = "erased"
"""What a change of an account says that was erased, or that erased it."""


def _changed(table: Table, name: str, rule: Rule, row: Mapping[str, Any], words: Words) -> Any:
    if table is account_changes and name == "what":
        return [ERASED_ONCE]
    if model := _document(table, name, row):
        return without(model, words).model_dump_json()
    return text_without(rule, row[name], words)


def _document(table: Table, name: str, row: Mapping[str, Any]) -> BaseModel | None:
    if table is closed_ledgers and name == "order":
        return CloseOrder.model_validate_json(row[name])
    if table is subscriptions and name == "snapshot":
        return Subscription.model_validate_json(row[name])
    if table is taken_back and name == "body":
        return (Reversal if row["kind"] == "reversal" else Restored).model_validate_json(row[name])
    return None
