"""Dependencies as a graph."""

from collections import deque
from collections.abc import Iterable, Mapping


def find_cycle(start: str, edges: Iterable[tuple[str, str]]) -> list[str] | None:
    """The shortest way from `start` along the edges back to it, both ends included; None when there is none."""
    onward: dict[str, list[str]] = {}
    for origin, target in edges:
        onward.setdefault(origin, []).append(target)
    came_from: dict[str, str] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in sorted(onward.get(here, ())):
            if there == start:
                return [*_way(start, here, came_from), start]
            if there not in came_from:
                came_from[there] = here
                queue.append(there)
    return None


def _way(start: str, end: str, came_from: Mapping[str, str]) -> list[str]:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]
