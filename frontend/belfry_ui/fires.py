"""Fires to come: of a job that exists, and of a schedule that is being written."""

import dataclasses
from typing import Any

import reflex as rx

from belfry_ui import client
from belfry_ui.pieces import drawn

TIMING = ("timezone", "dst_gap", "dst_overlap", "start_at", "end_at", "calendar", "calendar_use", "calendar_shift")


@dataclasses.dataclass
class Fire:
    """One instant, and what a clock change or a calendar does to it."""

    at: str = ""
    mark: str = ""


async def of_job(job: dict[str, Any], count: int) -> list[Fire]:
    """The next fires of a job that is not paused."""
    first = job["next_fire_at"]
    if not first:
        return []
    asked = {name: job[name] for name in TIMING} | {"schedule": job["rule"], "job_id": job["id"], "count": count}
    try:
        return of_preview(await client.send("POST", "/schedules/preview", asked))
    except client.Refused:
        return [Fire(at=first)]


def of_preview(preview: dict[str, Any]) -> list[Fire]:
    marks = preview.get("marks") or [None] * len(preview["next"])
    return [Fire(at=at, mark=str(mark or "")) for at, mark in zip(preview["next"], marks, strict=False)]


def fires(listed: rx.Var[list[Fire]], zone: rx.Var[str]) -> rx.Component:
    """Each fire here and in UTC, and how far ahead it is."""
    return rx.el.ol(
        rx.foreach(
            listed,
            lambda fire: rx.el.li(
                drawn.instant(at=fire.at, zone=zone),
                drawn.time(at=fire.at, zone=zone),
                rx.cond(fire.mark, rx.el.span(fire.mark, class_name="mark")),
                key=fire.at,
            ),
        ),
        class_name="fires",
    )
