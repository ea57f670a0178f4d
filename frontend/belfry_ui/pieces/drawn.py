"""Pieces that the browser draws and keeps ticking by itself, without asking the server."""

from typing import Any

import reflex as rx

_CLOCK = rx.asset("clock.jsx", shared=True).importable_path
_RUNS = rx.asset("runs.jsx", shared=True).importable_path
_FRAME = rx.asset("frame.jsx", shared=True).importable_path


class Time(rx.Component):
    """How long ago or ahead an instant is; the instant in local time, UTC and `zone` on hover."""

    library = _CLOCK
    tag = "Time"
    at: rx.Var[Any]
    zone: rx.Var[str]
    absent: rx.Var[str]


class Instant(rx.Component):
    """An instant written out."""

    library = _CLOCK
    tag = "Instant"
    at: rx.Var[Any]
    zone: rx.Var[str]


class Took(rx.Component):
    """A duration in seconds, or one that has been growing since an instant."""

    library = _CLOCK
    tag = "Took"
    seconds: rx.Var[Any]
    since: rx.Var[Any]
    running: rx.Var[bool]


class State(rx.Component):
    """The state of a job, an execution, an attempt or a worker."""

    library = _RUNS
    tag = "State"
    state: rx.Var[str]
    wordless: rx.Var[bool]


class Strip(rx.Component):
    """The outcomes of the last runs, oldest first."""

    library = _RUNS
    tag = "Strip"
    runs: rx.Var[list[Any]]
    slots: rx.Var[int]


class Axis(rx.Component):
    """The course of one execution on a time axis."""

    library = _RUNS
    tag = "Axis"
    due: rx.Var[Any]
    queued: rx.Var[Any]
    finished: rx.Var[Any]
    attempts: rx.Var[list[Any]]
    state: rx.Var[str]


class Log(rx.Component):
    """Lines of a log, tailing."""

    library = _RUNS
    tag = "Log"
    lines: rx.Var[list[Any]]


class Away(rx.Component):
    """The banner while the server does not answer."""

    library = _FRAME
    tag = "Away"
    away: rx.Var[bool]


class Keys(rx.Component):
    """The single-key shortcuts."""

    library = _FRAME
    tag = "Keys"


class Tip(rx.Component):
    """The page's one tooltip."""

    library = _FRAME
    tag = "Tip"


time = Time.create
instant = Instant.create
took = Took.create
state = State.create
strip = Strip.create
axis = Axis.create
log = Log.create
away = Away.create
keys = Keys.create
tip = Tip.create
