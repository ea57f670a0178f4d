"""How full something is."""

import reflex as rx


def gauge(used: rx.Var[int], capacity: rx.Var[int]) -> rx.Component:
    """A bar with the figures beside it."""
    full = rx.cond(capacity > 0, used * 100 / capacity, 0)
    return rx.el.div(
        rx.el.div(rx.el.i(width=f"{full}%"), class_name="gauge-bar"),
        rx.el.span(rx.el.b(used), rx.el.span(f" of {capacity}", class_name="quiet")),
        class_name="gauge",
        aria_label="Slots in use",
        custom_attrs={"role": "meter", "aria-valuenow": used, "aria-valuemin": 0, "aria-valuemax": capacity},
    )
