"""What stands where no screen is."""

import reflex as rx

from belfry_ui.pieces import controls
from belfry_ui.shell import frame


def missing() -> rx.Component:
    return frame(
        "",
        controls.empty("There is no such page.", rx.link(rx.button("To the jobs"), href="/"), icon="bell-off"),
    )
