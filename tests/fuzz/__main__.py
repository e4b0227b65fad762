"""`python -m tests.fuzz`: hunt in every parser, two at a time. What is found goes to the corpus, with status 1."""

import argparse
import asyncio
import logging
import sys
import traceback

import structlog

from tests.fuzz.hunt import hunt, keep
from tests.fuzz.targets import TARGETS

AT_ONCE = 2
AFTER = 60.0
"""Seconds that one may take longer than it was told: to begin, and to make what it found small."""


def one(name: str, seconds: float, first: int) -> int:
    """Hunt in this process; exit status. The portal's log has a line for each request: not here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    tried, found = hunt(name, TARGETS[name], seconds, first)
    if found is None:
        print(f"{name:<12} {tried:>9,} inputs")
        return 0
    print(f"{name:<12} {tried:>9,} inputs, and one breaks it: {keep(name, found.data)}")
    print("".join(traceback.format_exception(found.error)[-12:]))
    return 1


async def every(names: list[str], seconds: float, first: int) -> int:
    """Hunt in each, in a process of its own; exit status."""
    room = asyncio.Semaphore(AT_ONCE)

    async def hunted(name: str) -> int:
        async with room:
            words = (sys.executable, "-m", "tests.fuzz", name, "--seconds", str(seconds), "--seed", str(first))
            child = await asyncio.create_subprocess_exec(*words)
            try:
                async with asyncio.timeout(seconds + AFTER):
                    return await child.wait()
            except TimeoutError:
                child.kill()
                print(f"{name:<12} did not come to an end")
                return 1

    return max(await asyncio.gather(*map(hunted, names)))


def main() -> int:
    """Read the words."""
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; default: all")
    parser.add_argument("--minutes", type=float, default=10.0, help="for all together")
    parser.add_argument("--seconds", type=float, help="for each instead")
    parser.add_argument("--seed", type=int, default=0, help="the same inputs each time; default: others")
    given = parser.parse_args()
    if wrong := set(given.targets) - TARGETS.keys():
        parser.error(f"no such target: {', '.join(sorted(wrong))}")
    names = given.targets or list(TARGETS)
    seconds = given.seconds or given.minutes * 60 * min(AT_ONCE, len(names)) / len(names)
    if len(names) == 1:
        return one(names[0], seconds, given.seed)
    return asyncio.run(every(names, seconds, given.seed))


if __name__ == "__main__":
    sys.exit(main())
