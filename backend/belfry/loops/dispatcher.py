"""The dispatcher: gives what is queued to the workers with the most room. One at a time among all servers."""

from datetime import datetime
from time import monotonic

from belfry.records import db, executions, workers
from belfry.rules.placement import Queued, place

LOOK_AGAIN_SECONDS = 1.0
RECOVERY_SECONDS = 3.0
BATCH = 1000
"""At most so many executions are assigned in one tick, and so many jobs with waiting ones settled in one sweep."""

ROUNDS = 16
"""So often in one tick what fits nowhere is passed over, each time twice as much; it holds up nothing behind it."""


async def tick(now: datetime) -> bool:
    """Assign what may start to workers with room, at most `BATCH`; whether there is room for more."""
    left, room = BATCH, 0
    unfit: list[Queued] = []
    async with db.transaction():
        await executions.take_dispatch()
        for turn in range(ROUNDS):
            places = await executions.places(now)
            room = sum(place.capacity - place.taken for place in places)
            queue = (await executions.queue_head(now, min(room << turn, left), unfit))[:left] if room else []
            assignments = place(queue, places)
            if assignments:
                left -= await executions.assign(assignments, now)
            given = {assignment.execution_id for assignment in assignments}
            passed_over = [queued for queued in queue if queued.id not in given]
            if not passed_over:
                break
            unfit += passed_over
    return left == 0 and room > BATCH


async def turn() -> float:
    """One turn of the loop; the seconds until a delayed retry becomes ready, at most until the next look."""
    now = await db.now()
    if await tick(now):
        return 0
    row = await db.fetch_one("next_ready", now)
    if row is None or row["ready_at"] is None:
        return LOOK_AGAIN_SECONDS
    return min((row["ready_at"] - await db.now()).total_seconds(), LOOK_AGAIN_SECONDS)


class Sweeper:
    """The loop that takes back the work of workers whose lease has ended, and settles what waits.

    When it has not swept for half a lease, the database was away and nobody could prolong a lease: then it first lets
    the living do so.
    """

    def __init__(self, lease_seconds: float) -> None:
        self._patience = lease_seconds / 2
        self._swept_at: float | None = None
        self._settled = ""

    async def turn(self) -> float:
        """One sweep; the seconds until the next."""
        now = await db.now()
        self._settled = await executions.release_next(now, self._settled, BATCH)
        before, self._swept_at = self._swept_at, monotonic()
        if before is None or self._swept_at - before > self._patience:
            return RECOVERY_SECONDS
        await executions.supersede(now)
        await workers.expire(now)
        await executions.lose(now)
        return LOOK_AGAIN_SECONDS
