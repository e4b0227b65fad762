"""The audit log of a world in which processes died and the store was locked: one chain, and whole."""

from tests.chaos.world import World


async def broken(world: World) -> list[str]:
    """What is wrong with it, in words."""
    made = world.stage.made(await world.stage.connect())
    found = await made.look_at_audit.verify()
    print(f"audit log: {found.entries} entries, {found.wrong} of them wrong")
    return [f"audit log: {each}" for each in found.mistakes] or (["audit log: wrong"] if found.wrong else [])
