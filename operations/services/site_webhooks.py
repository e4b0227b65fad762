"""Telling customers' own sites at which level they run: a panel cannot warn administrators nor lock a login."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from dunning.holds import Hold, level_for
from dunning.level import Level
from dunning.ports.companies import Sites
from dunning.ports.outages import OutageError
from dunning.records.accounts import Account
from operations.services.panel import services_of

TRIES = 10
"""So many tries (about nine minutes: less than what makes a late reinstatement a ticket) a site may stay silent.

Then it is let be, because nothing else may wait for a site for ever: it can ask for its state itself
(`portal/pages/sites.py`), and the hourly check tells it again.
"""
_SHOWN_BY_SITE = (Level.ACTIVE, Level.WARNED, Level.LOCKED)
"""What a panel cannot show. From suspended upwards the panel does it, and the news is a courtesy."""


async def tell_sites(sites: Sites, account: Account, holds: Sequence[Hold], at: datetime, *, attempt: int = 1) -> None:
    """Tell each of the account's services that names a `site` which level these holds ask for, as of `at`.

    To be called after the panel was brought to the same holds. Safe to repeat. Raises OutageError, so that it
    is tried again, while a site does not take what only it can show, up to the `TRIES`th attempt; one silent site
    keeps no other from its news.
    """
    told = [(each, level_for(each.kind, holds)) for each in services_of(account.services, ()) if each.site]
    answers = await asyncio.gather(*(sites.tell(each, level, at) for each, level in told), return_exceptions=True)
    for (_, level), error in zip(told, answers, strict=True):
        if error and not (isinstance(error, OutageError) and _may_be_let_be(level, attempt)):
            raise error


def _may_be_let_be(level: Level, attempt: int) -> bool:
    return level not in _SHOWN_BY_SITE or attempt >= TRIES
