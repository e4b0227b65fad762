"""Looking for an input that breaks one parser, for some seconds; what is found is made as small as it can be."""

import itertools
import time
from hashlib import sha256
from pathlib import Path
from random import randrange
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.inputs import inputs
from tests.fuzz.target import CORPUS, Target, corpus, opened
from tests.fuzz.work import checked

_UNHEALTHY = [
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
    HealthCheck.filter_too_much,
]
_COUNTED = 4
_ROUND = 300
"""Examples of one round; each begins with other ones."""


class Found(NamedTuple):
    """An input that breaks it, and how."""

    data: bytes
    error: Exception


class Hunted(NamedTuple):
    """How many inputs were tried, and what was found; None: nothing."""

    tried: int
    found: Found | None


def hunt(name: str, target: Target, seconds: float, first: int = 0) -> Hunted:
    """Try its corpus, then what chance makes of it, until the time is over or something breaks.

    `first`: the seed of the first round, so that the same inputs come again; 0: other ones each time.
    """
    until, tried, last = time.monotonic() + seconds, 0, b""
    kept = [file.read_bytes() for file in corpus(name)]

    with opened(target) as check:

        def attempt(data: bytes) -> None:
            nonlocal tried, last
            if time.monotonic() > until and not failing:
                return
            tried, last = tried + 1, data
            try:
                # Counting takes as long as the work: a part of them is enough, until one takes too much.
                checked(check, data, target.calls if failing or tried % _COUNTED == 0 else None)
            except Exception:
                failing.append(data)
                raise

        failing = list[bytes]()
        chance = settings(
            max_examples=_ROUND,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=_UNHEALTHY,
        )
        made = inputs([*target.seeds, *kept], target.words)
        try:
            for data in (*kept, *target.seeds):
                attempt(data)
            for number in itertools.count(first or randrange(2**32)):
                if time.monotonic() >= until:
                    break
                chance(seed(number)(given(made)(attempt)))()
        except Exception as error:  # noqa: BLE001 - whatever it is, it was to be found
            return Hunted(tried, Found(last, error))
    return Hunted(tried, None)


def keep(name: str, data: bytes) -> Path:
    """Put the input into the corpus, where every run of the tests tries it again."""
    file = CORPUS / name / sha256(data).hexdigest()[:12]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file
