"""`make year`: two hundred monthly subscriptions for a year on virtual time, against the companies' own books.

Exit status 1 when anything is wrong.
"""

import argparse
import asyncio
import os
import sys
import time

from tests.year.customers import customers
from tests.year.play import play
from tests.year.world import calm_world


async def run(options: argparse.Namespace) -> int:
    """Play it and print how it went. Returns how much went wrong."""
    began = time.monotonic()
    async with calm_world() as built:
        year = await play(built, customers(options.subscriptions, options.seed), options.months)
    print(
        f"{options.subscriptions} subscriptions, {options.months} months: {year.renewals} renewals, "
        f"{year.charges} charges, {year.put_off} steps put off by windows, "
        f"{year.days_given} days given for an outage, {time.monotonic() - began:.0f} s"
    )
    print("\n".join(year.wrong) or "nothing went wrong")
    return len(year.wrong)


def main() -> int:
    """Read the command line, play, print. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=200)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other customers")
    return 1 if asyncio.run(run(parser.parse_args())) else 0


if __name__ == "__main__":
    status = main()
    # The SDK's threads may abort the interpreter at exit (temporalio/sdk-python#300), so leave without ceremony.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
