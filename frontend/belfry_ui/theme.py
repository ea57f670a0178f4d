"""Colours, and the bell."""

from urllib.parse import quote

import reflex as rx

BELL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}" stroke-width="1.9"'
    ' stroke-linecap="round" stroke-linejoin="round"><path d="M12 3.2v1.6M5.2 17.2h13.6c-1.5-1.6-1.9-3.2-1.9-6.1'
    'a4.9 4.9 0 0 0-9.8 0c0 2.9-.4 4.5-1.9 6.1zM10.3 20.2a1.9 1.9 0 0 0 3.4 0"/></svg>'
)


def theme() -> rx.Component:
    """One accent; the greys lean to its side."""
    return rx.theme(accent_color="indigo", gray_color="slate", radius="medium", has_background=True)


def favicon() -> rx.Component:
    return rx.el.link(
        rel="icon", type="image/svg+xml", href="data:image/svg+xml," + quote(BELL.format(colour="#3e63dd"))
    )


def bell() -> rx.Component:
    return rx.html(BELL.format(colour="currentColor"), class_name="bell")
