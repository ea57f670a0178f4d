"""Pieces that the browser draws and keeps ticking by itself, without asking the server."""

from typing import Any

import reflex as rx

_SCRIPT = rx.asset("pieces.jsx", shared=True).importable_path


class _Drawn(rx.Component):
    library = _SCRIPT


class Time(_Drawn):
    """How long ago or ahead an instant is; the instant in local time, UTC and `zone` on hover."""

    tag = "Time"
    at: rx.Var[Any]
    zone: rx.Var[str]
    absent: rx.Var[str]


class Instant(_Drawn):
    """An instant written out."""

    tag = "Instant"
    at: rx.Var[Any]
    zone: rx.Var[str]


class Took(_Drawn):
    """A duration in seconds, or one that has been growing since an instant."""

    tag = "Took"
    seconds: rx.Var[Any]
    since: rx.Var[Any]
    running: rx.Var[bool]


class State(_Drawn):
    """The state of a job, an execution, an attempt or a worker."""

    tag = "State"
    state: rx.Var[str]
    wordless: rx.Var[bool]


class Strip(_Drawn):
    """The outcomes of the last runs, oldest first."""

    tag = "Strip"
    runs: rx.Var[list[Any]]
    slots: rx.Var[int]


class Axis(_Drawn):
    """The course of one execution on a time axis."""

    tag = "Axis"
    due: rx.Var[Any]
    queued: rx.Var[Any]
    finished: rx.Var[Any]
    attempts: rx.Var[list[Any]]
    state: rx.Var[str]


class Log(_Drawn):
    """Lines of a log, tailing."""

    tag = "Log"
    lines: rx.Var[list[Any]]


class Away(_Drawn):
    """The banner while the server does not answer."""

    tag = "Away"
    away: rx.Var[bool]


class Keys(_Drawn):
    """The single-key shortcuts."""

    tag = "Keys"


class Tip(_Drawn):
    """The page's one tooltip."""

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
