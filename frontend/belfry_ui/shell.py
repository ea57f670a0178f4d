"""The frame around every screen: the tabs, the theme switch, and what is said of the connection."""

import reflex as rx
from reflex.style import set_color_mode
from reflex_components_core.core.banner import has_connection_errors

from belfry_ui import theme
from belfry_ui.pieces import controls, drawn

TABS = (
    ("Jobs", "/", "calendar-clock"),
    ("Executions", "/executions", "activity"),
    ("System Status", "/system", "server"),
)
KEYS = (
    ("g then j, e, s", "Jobs, Executions, System Status"),
    ("/", "Search"),
    ("n", "New job"),
    ("j, k", "Next, previous row"),
    ("Enter", "Open the row"),
    ("?", "This help"),
)


def frame(tab: str, *content: rx.Component) -> rx.Component:
    """A screen under its tab."""
    return rx.el.div(
        rx.el.a("Skip to content", href="#content", class_name="skip"),
        _header(tab),
        drawn.away(away=has_connection_errors),
        rx.el.main(*content, id="content", class_name="content"),
        drawn.keys(),
        drawn.tip(),
        class_name="shell",
    )


def _header(tab: str) -> rx.Component:
    return rx.el.header(
        rx.link(theme.bell(), rx.el.span("Belfry"), href="/", class_name="brand", aria_label="Belfry, to the jobs"),
        rx.el.nav(*(_tab(*each, is_here=each[0] == tab) for each in TABS), aria_label="Screens", class_name="tabs"),
        rx.el.div(_help(), _theme_switch(), class_name="header-end"),
        class_name="header",
    )


def _tab(name: str, href: str, icon: str, is_here: bool) -> rx.Component:
    here = {"custom_attrs": {"aria-current": "page"}} if is_here else {}
    return rx.link(rx.icon(icon, size=16), rx.el.span(name), href=href, class_name="tab", underline="none", **here)


def _theme_switch() -> rx.Component:
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(controls.icon_button("sun-moon", "Theme")),
        rx.dropdown_menu.content(
            rx.dropdown_menu.item("Light", on_click=set_color_mode("light")),
            rx.dropdown_menu.item("Dark", on_click=set_color_mode("dark")),
            rx.dropdown_menu.item("Like the system", on_click=set_color_mode("system")),
            size="1",
            align="end",
        ),
        modal=False,
    )


def _help() -> rx.Component:
    return rx.dialog.root(
        rx.dialog.trigger(controls.icon_button("keyboard", "Keyboard shortcuts", custom_attrs={"data-help": "true"})),
        rx.dialog.content(
            rx.dialog.title("Keyboard shortcuts", size="4"),
            rx.dialog.description("Where nobody is typing:", size="2"),
            rx.el.dl(*(rx.el.div(rx.el.dt(rx.el.kbd(keys)), rx.el.dd(does)) for keys, does in KEYS), class_name="keys"),
            max_width="420px",
        ),
    )
