"""Random lives: policies, worlds and facts put together."""

import os

from hypothesis import settings
from hypothesis import strategies as st

from tests.dunning.life import Life, live
from tests.dunning.strategies import facts, openings, worlds

LIVES = settings(max_examples=int(os.environ.get("REPRIEVE_LIVES", "80")), deadline=None)
"""`REPRIEVE_LIVES=5000 make test` looks longer."""


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A life under a random policy, with random facts, in a world that answers as it likes."""
    opened, start = draw(openings())
    return live(opened, start, draw(facts(start)), draw(worlds))
