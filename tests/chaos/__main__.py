"""`make chaos`: random lives while processes die and freeze and the network breaks, against the companies' own books.

Each life is drawn from its seed: who owes what, what people and banks do, what breaks and when. `--lives` are played
side by side, and one's faults are everybody's. A life that went wrong is played again by the command beside it.
Exit status 1 when anything is wrong.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.chaos.log_of_decisions import broken
from tests.chaos.play import Played, play
from tests.chaos.world import world

SIDE_BY_SIDE = 6


async def run(options: argparse.Namespace) -> int:
    """Play until the time is over. Returns how many lives went wrong."""
    ends, seed, every = time.monotonic() + 60 * options.minutes, options.seed, list[Played]()
    print(f"chaos: seed {seed}, {options.lives} lives side by side, {options.minutes} minutes", flush=True)
    async with world(options.keep) as built:
        while not every or time.monotonic() < ends:
            seeds = range(seed, seed + options.lives)
            for played in await play(built, seeds, f"c{len(every)}", options.keep):
                every.append(played)
                _print(played, options)
            seed += options.lives
            if options.once:
                break
        wrong_log = await broken(built)
        harmed = {name: link.harmed for name, link in built.links.items()}
    _print_counts(every, harmed, options)
    print("\n".join(wrong_log) or "audit log: whole")
    return len(wrong_log) + sum(bool(played.wrong) for played in every)


def _print(played: Played, options: argparse.Namespace) -> None:
    drawn = played.drawn
    result = "WRONG" if played.wrong else "ok"
    result += " (played again: the virtual clock had been wrong)" if played.stale else ""
    print(
        f"seed {drawn.seed}: {len(drawn.invoices)} invoices, {len(played.done)} facts, "
        f"faults: {', '.join(played.broke) or 'none'}; {played.ends}; {played.seconds:.0f} s: {result}"
    )
    for line in _told(played) if played.wrong or options.verbose else ():
        print(f"    {line}")
    sys.stdout.flush()


def _told(played: Played) -> Iterator[str]:
    drawn = played.drawn
    yield f"panel {drawn.panel}, {drawn.services} services, card {drawn.card or 'none'}, mail {drawn.mail or 'works'}"
    yield from map(str, (*drawn.invoices, *drawn.acts, *drawn.faults))
    for word in played.done:
        yield f"did: {word}"
    for word in played.wrong:
        yield f"WRONG: {word}"


def _print_counts(every: list[Played], harmed: dict[str, int], options: argparse.Namespace) -> None:
    broke = Counter(kind for played in every for kind in played.broke)
    facts = sum(len(played.done) for played in every)
    print(f"{len(every)} lives, {sum(len(p.drawn.invoices) for p in every)} invoices, {facts} facts")
    print(f"faults: {', '.join(f'{count} {kind}' for kind, count in sorted(broke.items())) or 'none'}")
    came = sum((played.came for played in every), Counter[str]())
    print(
        f"came about: {', '.join(f'{count} {what}' for what, count in sorted(came.items())) or 'nothing that is rare'}"
    )
    off = (f"{came[f'steps put off by {what}']} by {what}" for what in ("windows", "outages", "closed hours"))
    print(f"steps put off: {', '.join(off)}; {came['days given for outages']} days given for outages")
    print(f"connections harmed: {', '.join(f'{count} to {name}' for name, count in harmed.items())}")
    wrong = [played for played in every if played.wrong]
    print(f"{sum(played.stale for played in every)} were played again, because the virtual clock had been wrong")
    print(f"{len(wrong)} went wrong{f'; histories and logs: {options.keep}' if wrong else ''}")
    for played in wrong:
        first = options.seed + (played.drawn.seed - options.seed) // options.lives * options.lives
        print(f"  seed {played.drawn.seed}: {'; '.join(played.wrong)}")
        print(f"    again: python -m tests.chaos --once --lives 1 --seed {played.drawn.seed} --verbose")
        print(f"    with its neighbours: python -m tests.chaos --once --lives {options.lives} --seed {first} --verbose")


def main() -> int:
    """Read the command line, play, print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first life's; the next ones follow it")
    parser.add_argument("--lives", type=int, default=SIDE_BY_SIDE, help="so many side by side")
    parser.add_argument("--once", action="store_true", help="no more than these lives")
    parser.add_argument("--verbose", action="store_true", help="say what happened also of lives that went right")
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path(tempfile.gettempdir(), "reprieve-chaos"),
        help="a folder that takes the log of all processes, and the histories of what went wrong",
    )
    return 1 if asyncio.run(run(parser.parse_args())) else 0


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
