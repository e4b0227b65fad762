"""A look ahead for programs: JSON with all of it, CSV with the rows that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.shell.output import print_csv
from dunning.forecast.expected import Deed
from dunning.forecast.totals import by_account, by_day, would_end
from dunning.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dunning.forecast.expected import Expected
    from dunning.forecast.totals import Total
    from operations.cases.forecast import Look

_COUNTED = ("currency", "invoices", *Deed, "ended by a charge before", "if people agree", "tried", "fees")
_STEP = ("day", "at", "invoice", "account", "customer", "deed", "step", "notice", "currency", "tried", "fee")
_STEP_MORE = ("charges before", "if people agree")


def as_json(look: Look, *, steps: bool) -> dict[str, Any]:
    """The whole look; each single step only where it is asked for. Amounts are in minor units."""
    told: dict[str, Any] = {
        "as_of": look.now.isoformat(timespec="seconds"),
        "looks_ahead_days": look.days,
        "invoices": look.invoices,
        "looked_at": look.looked_at,
        "not_looked_at": [each._asdict() for each in look.not_looked_at],
        "renewing_subscriptions": look.renewing,
        "charges_would_end": [each._asdict() for each in would_end(look.found)],
        "days": [_total(total) for total in by_day(look.found)],
        "accounts": [_total(total) for total in by_account(look.found)],
    }
    return {**told, "steps": [_step(each) for each in look.found]} if steps else told


def print_rows(look: Look, by: str) -> None:
    """The rows by day, by account, or step by step; each currency has rows of its own."""
    if by == "step":
        print_csv((*_STEP, *_STEP_MORE), map(_step_cells, look.found))
    elif by == "day":
        print_csv(("day", *_COUNTED), ((str(total.day), *_cells(total)) for total in by_day(look.found)))
    else:
        rows = ((total.account, total.customer, *_cells(total)) for total in by_account(look.found))
        print_csv(("account", "customer", *_COUNTED), rows)


def _total(total: Total) -> dict[str, Any]:
    key = {"day": total.day} if total.day else {"account": total.account, "customer": total.customer}
    return {
        **key,
        "currency": total.currency,
        "invoices": total.invoices,
        **{_name(deed): count for deed, count in zip(Deed, total.counts, strict=True)},
        "ended_by_a_charge_before": _named(total.ended),
        "if_people_agree": _named(total.agreed),
        "tried_minor": total.tried,
        "fees_minor": total.fees,
    }


def _named(counts: Sequence[int]) -> dict[str, int]:
    return {_name(deed): count for deed, count in zip(Deed, counts, strict=True) if count}


def _name(deed: Deed) -> str:
    return deed.value.replace(" ", "_").replace("-", "")


def _step(each: Expected) -> dict[str, Any]:
    told = each._asdict()
    told["at"] = each.at.isoformat(timespec="seconds")
    return told | {"deed": _name(each.deed), "tried": each.tried, "title": each.title or None}


def _step_cells(each: Expected) -> tuple[str, ...]:
    return (
        str(each.day),
        each.at.isoformat(timespec="seconds"),
        each.invoice,
        each.account,
        each.customer,
        each.deed.value,
        each.step,
        each.title,
        each.currency,
        _decimal(each.tried, each.currency),
        _decimal(each.fee, each.currency),
        str(each.charges),
        "yes" if each.agreed else "",
    )


def _cells(total: Total) -> tuple[str, ...]:
    counts = (total.invoices, *total.counts, sum(total.ended), sum(total.agreed))
    amounts = (_decimal(minor, total.currency) for minor in (total.tried, total.fees))
    return (total.currency, *map(str, counts), *amounts)


def _decimal(minor: int, currency: str) -> str:
    return str(Money(minor=minor, currency=currency).decimal())
