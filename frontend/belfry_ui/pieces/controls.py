"""Controls and notices in the one look they have on every screen."""

from collections.abc import Callable

import reflex as rx
from reflex_base.vars.function import FunctionStringVar

from belfry_ui.screen import Screen

_encoded = FunctionStringVar.create("encodeURIComponent")


def address(path: str, **query: rx.Var[str]) -> str:
    """A page of this site with parameters, whatever they are made of."""
    return f"{path}?" + "&".join(f"{name}={_encoded.call(value)}" for name, value in query.items())


def heading(title: str | rx.Var[str], *actions: rx.Component, under: rx.Component | None = None) -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.el.h1(title), under or rx.fragment(), class_name="heading-words"),
        rx.el.div(*actions, class_name="actions"),
        class_name="heading",
    )


def panel(title: str, *content: rx.Component, aside: rx.Component | None = None, class_name: str = "") -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(title), aside or rx.fragment(), class_name="panel-head"),
        *content,
        class_name=f"panel {class_name}",
    )


def shown(state: type[Screen], content: rx.Component, skeleton: rx.Component) -> rx.Component:
    """The content once it has been read; until then its skeleton, or why it cannot be read."""
    return rx.fragment(
        rx.cond(state.problem & state.loaded, stale(state)),
        rx.cond(state.loaded, content, rx.cond(state.problem, failure(state), skeleton)),
    )


def failure(state: type[Screen]) -> rx.Component:
    again = rx.button("Try again", on_click=state.load, size="2", variant="soft")
    return rx.el.div(
        rx.icon("cloud-off", size=22),
        rx.el.h2(rx.cond(state.is_missing, "Nothing here", "This could not be read")),
        rx.el.p(state.problem, role="alert"),
        rx.cond(state.is_missing, rx.link("To the jobs", href="/"), again),
        class_name="notice",
    )


def stale(state: type[Screen]) -> rx.Component:
    return rx.el.div(
        rx.el.span("Not up to date: ", state.problem),
        rx.button("Try again", on_click=state.load, size="1", variant="soft"),
        class_name="stale",
        role="status",
    )


def empty(sentence: str, *buttons: rx.Component, icon: str = "inbox") -> rx.Component:
    return rx.el.div(rx.icon(icon, size=22), rx.el.p(sentence), *buttons, class_name="notice")


def bones(rows: int = 8) -> rx.Component:
    """Rows that are still to come."""
    return rx.el.div(
        *(rx.el.div(rx.el.i(), rx.el.i(), rx.el.i(), rx.el.i(), class_name="bone-row") for _ in range(rows)),
        class_name="bones",
        role="status",
        aria_label="Loading",
    )


def fact(name: str, value: rx.Component | rx.Var[str] | str) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value), class_name="fact")


def choice(
    label: str,
    options: list[tuple[str, str]] | rx.Var[list[list[str]]],
    value: rx.Var[str],
    turn: Callable[..., object],
) -> rx.Component:
    """A choice that is part of the page's address. Options are pairs of value and words."""
    return rx.el.select(
        rx.el.option(label, value=""),
        rx.foreach(options, lambda option: rx.el.option(option[1], value=option[0])),
        value=value,
        on_change=turn,
        class_name="choice",
        aria_label=label,
    )


def pager(
    page: rx.Var[int], last: rx.Var[int], told: rx.Var[str], turn: Callable[[rx.Var[int]], object]
) -> rx.Component:
    """Where in the list this page is, and the way to its neighbours."""
    return rx.el.nav(
        rx.el.span(told),
        rx.el.div(
            _step("Previous page", "chevron-left", page <= 0, turn(page - 1)),
            _step("Next page", "chevron-right", page >= last, turn(page + 1)),
            class_name="pager-steps",
        ),
        class_name="pager",
        aria_label="Pages",
    )


def _step(label: str, icon: str, disabled: rx.Var[bool], act: object) -> rx.Component:
    return rx.icon_button(
        rx.icon(icon, size=16),
        aria_label=label,
        disabled=disabled,
        on_click=act,
        variant="soft",
        color_scheme="gray",
        size="1",
    )


def unnamed(name: str, class_name: str) -> rx.Component:
    """The head of a column whose name only those need who do not see it."""
    return rx.el.th(rx.el.span(name, class_name="visually-hidden"), class_name=class_name)


def icon_button(icon: str, label: str | rx.Var[str], tip: str = "", **props: object) -> rx.Component:
    attributes = {"custom_attrs": {"data-tip": tip}} if tip else {}
    return rx.icon_button(
        rx.icon(icon),
        variant="ghost",
        color_scheme="gray",
        size="2",
        aria_label=label,
        type="button",
        **attributes,
        **props,
    )
