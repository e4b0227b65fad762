"""Telling customers' own sites at which level they run: a panel cannot warn administrators nor lock a login."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

from dunning.level import Level
from dunning.ports.companies import Sites
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service

TRIES = 10
"""So many tries (about nine minutes: less than what makes a late reinstatement a ticket) a site may stay silent.

Then it is let be, because nothing else may wait for a site for ever: it can ask for its state itself
(`portal/pages/sites.py`), and the hourly check tells it again.
"""
_SHOWN_BY_SITE = (Level.ACTIVE, Level.WARNED, Level.LOCKED)
"""What a panel cannot show. From suspended upwards the panel does it, and the news is a courtesy."""


async def tell_sites(sites: Sites, levels: Iterable[tuple[Service, Level]], at: datetime, *, attempt: int = 1) -> None:
    """Tell each of these services that names a `site` at which level it runs, as of `at`.

    To be called after the panel was brought to the same levels. Safe to repeat. Raises OutageError, so that it
    is tried again, while a site does not take what only it can show, up to the `TRIES`th attempt; one silent site
    keeps no other from its news.
    """
    told = [(each, level) for each, level in levels if each.site]
    answers = await asyncio.gather(*(sites.tell(each, level, at) for each, level in told), return_exceptions=True)
    for (_, level), error in zip(told, answers, strict=True):
        if error and not (isinstance(error, OutageError) and _may_be_let_be(level, attempt)):
            raise error


def _may_be_let_be(level: Level, attempt: int) -> bool:
    return level not in _SHOWN_BY_SITE or attempt >= TRIES
