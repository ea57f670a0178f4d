"""The fields of the form: each with its label, what stands in it, and what is wrong with it."""

import reflex as rx

from belfry_ui.job_form import JobForm


def field(
    label: str, name: str, control: rx.Component, hint: str | rx.Var[str] = "", live: rx.Var[str] | str = ""
) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name),
        control,
        rx.cond(live, complaint(live), error_at(name)),
        rx.cond(hint, rx.el.span(hint, class_name="hint")),
        class_name="field",
    )


def error_at(name: str) -> rx.Component:
    return rx.cond(JobForm.errors[name], complaint(JobForm.errors[name]))


def complaint(words: rx.Var[str] | str) -> rx.Component:
    return rx.el.span(words, class_name="field-error", role="alert")


def validity(name: str) -> dict[str, rx.Var[str]]:
    return {"aria-invalid": rx.cond(JobForm.errors[name], "true", "false")}


def line(name: str, **props: object) -> rx.Component:
    return rx.el.input(
        name=name,
        id=name,
        default_value=JobForm.values[name],
        class_name="input",
        auto_complete="off",
        custom_attrs=validity(name),
        **props,
    )


def area(name: str, rows: str, value: rx.Var[str] | None = None, mono: bool = False) -> rx.Component:
    return rx.el.textarea(
        name=name,
        id=name,
        rows=rows,
        default_value=JobForm.values[name] if value is None else value,
        class_name="input mono" if mono else "input",
        spell_check=not mono,
        custom_attrs=validity(name),
    )


def select(name: str, options: tuple[tuple[str, str], ...], value: rx.Var[str]) -> rx.Component:
    return rx.el.select(
        *(rx.el.option(words, value=each) for each, words in options),
        name=name,
        id=name,
        default_value=value,
        class_name="input",
    )


def inline(
    name: str, options: tuple[tuple[str, str], ...], value: rx.Var[str], label: str, **props: object
) -> rx.Component:
    return rx.el.select(
        *(rx.el.option(words, value=each) for each, words in options),
        name=name,
        default_value=value,
        aria_label=label,
        class_name="input inline",
        **props,
    )


def number(name: str, label: str, placeholder: str = "") -> rx.Component:
    return rx.el.input(
        name=name,
        default_value=JobForm.values[name],
        aria_label=label,
        placeholder=placeholder,
        input_mode="decimal",
        class_name="input inline number",
    )
