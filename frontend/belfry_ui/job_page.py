"""The page of the form."""

import reflex as rx

from belfry_ui import fields
from belfry_ui.arguments import Argument
from belfry_ui.fires import fires
from belfry_ui.job_form import ZONES, JobForm
from belfry_ui.pieces import controls
from belfry_ui.shell import frame

PRIORITIES = (("HIGH", "High"), ("MEDIUM", "Medium"), ("LOW", "Low"))
RETRIES = (
    ("NONE", "do not try again"),
    ("FIXED", "try again after equal pauses"),
    ("EXPONENTIAL", "try again after growing pauses"),
)
OVERLAPS = (
    ("skip", "skip that fire"),
    ("queue", "let that fire wait"),
    ("allow", "run both"),
    ("cancel", "cancel it and run that one"),
)
GAPS = (("run", "runs when they have jumped"), ("skip", "is skipped"))
TWICE = (("first", "the first time"), ("second", "the second time"), ("both", "both times"))
USES = (("never", "never"), ("only", "only"))
SHIFTS = (("skip", "skipped"), ("next", "moved to the next business day"), ("previous", "moved to the one before"))
MISFIRES = (("once", "make up for them once"), ("all", "make up for every one"), ("skip", "skip them"))
EXAMPLES = (
    "every 15 minutes",
    "weekdays at 9:30",
    "last friday of the month at 17:00",
    "*/10 * * * * *",
    "0 6 * * 1-5",
    "@hourly",
    "manual",
)


def job_page() -> rx.Component:
    """The screen, for a new job and for one that exists."""
    return frame("Jobs", controls.shown(JobForm, _form(), controls.bones(6)))


def _form() -> rx.Component:
    return rx.el.form(
        controls.heading(
            JobForm.title,
            rx.button(
                "Cancel", type="button", variant="soft", color_scheme="gray", on_click=rx.call_script("history.back()")
            ),
            rx.button("Save job", type="submit"),
        ),
        rx.foreach(JobForm.refusals, lambda refusal: rx.el.p(refusal, class_name="field-error", role="alert")),
        rx.el.div(
            rx.el.div(controls.panel("What", *_what()), controls.panel("When", *_when())),
            rx.el.div(
                controls.panel("With", *_with(), aside=_json_switch()),
                controls.panel("How", *_how()),
                controls.panel("After", *_after()),
                controls.panel("Except", *_except()),
            ),
            class_name="columns",
        ),
        on_submit=JobForm.save,
        key=JobForm.round,
        id="job-form",
        custom_attrs={"noValidate": True},
    )


def _what() -> list[rx.Component]:
    return [
        fields.field("Name", "name", fields.line("name", auto_focus=True)),
        fields.field("Description", "description", fields.area("description", rows="2")),
        rx.el.div(
            fields.field("Priority", "priority", fields.select("priority", PRIORITIES, JobForm.values["priority"])),
            fields.field("Tags", "tags", fields.line("tags", placeholder="etl, nightly"), hint="Separated by commas."),
            class_name="pair",
        ),
        rx.el.label(
            rx.el.input(type="checkbox", name="enabled", default_checked=JobForm.enabled), "Enabled", class_name="check"
        ),
    ]


def _when() -> list[rx.Component]:
    schedule = rx.el.input(
        name="schedule",
        id="schedule",
        default_value=JobForm.schedule,
        on_change=JobForm.write_schedule.debounce(60),
        placeholder="every 15 minutes",
        class_name="input schedule-input",
        auto_complete="off",
        spell_check=False,
        custom_attrs=fields.validity("schedule"),
    )
    zone = rx.el.input(
        name="timezone",
        id="timezone",
        default_value=JobForm.timezone,
        on_change=JobForm.write_zone.debounce(150),
        class_name="input",
        list="zones",
        auto_complete="off",
        custom_attrs=fields.validity("timezone"),
    )
    return [
        fields.field("Time zone", "timezone", zone, live=JobForm.timezone_error),
        fields.field("Schedule", "schedule", schedule),
        _understood(),
        rx.el.datalist(*(rx.el.option(value=zone) for zone in ZONES), id="zones"),
    ]


def _with() -> list[rx.Component]:
    command = rx.el.select(
        rx.el.option("Choose a command", value="", disabled=True),
        rx.foreach(JobForm.commands, lambda option: rx.el.option(option[1], value=option[0])),
        name="command",
        id="command",
        default_value=JobForm.command,
        on_change=JobForm.choose,
        class_name="input",
        custom_attrs=fields.validity("command"),
    )
    raw = fields.area("args", rows="8", value=JobForm.args_text, mono=True)
    return [
        fields.field("Command", "command", command, hint=JobForm.command_hint),
        rx.cond(
            JobForm.command == "",
            rx.fragment(),
            rx.cond(
                JobForm.as_json,
                rx.el.div(fields.field("Arguments as JSON", "args", raw), key=JobForm.args_round),
                rx.el.div(
                    rx.foreach(JobForm.fields, _argument),
                    rx.cond(JobForm.errors["args"], fields.complaint(JobForm.errors["args"])),
                    class_name="form",
                    key=JobForm.args_round,
                ),
            ),
        ),
    ]


def _json_switch() -> rx.Component:
    return rx.cond(
        JobForm.can_draw,
        rx.button(
            rx.cond(JobForm.as_json, "As a form", "As JSON"),
            type="button",
            size="1",
            variant="soft",
            color_scheme="gray",
            on_click=rx.call_script(
                "Object.fromEntries(new FormData(document.getElementById('job-form')))", callback=JobForm.turn_json
            ),
        ),
    )


def _argument(argument: rx.Var[Argument]) -> rx.Component:
    attrs = {"name": argument.field, "id": argument.field, "default_value": argument.value}
    invalid = {"aria-invalid": rx.cond(JobForm.errors[argument.field], "true", "false")}
    control = rx.match(
        argument.kind,
        (
            "choice",
            rx.el.select(
                rx.foreach(argument.choices, lambda choice: rx.el.option(choice, value=choice)),
                class_name="input",
                **attrs,
            ),
        ),
        (
            "boolean",
            rx.el.input(
                type="checkbox", name=argument.field, id=argument.field, default_checked=argument.value == "on"
            ),
        ),
        *(
            (kind, rx.el.textarea(rows="4", class_name="input mono", spell_check=False, custom_attrs=invalid, **attrs))
            for kind in ("json", "any")
        ),
        rx.el.input(class_name="input", auto_complete="off", custom_attrs=invalid, **attrs),
    )
    return rx.el.div(
        rx.el.label(
            argument.name,
            rx.cond(argument.required, "", rx.el.span(" optional", class_name="quiet")),
            html_for=argument.field,
        ),
        control,
        rx.cond(argument.hint, rx.el.span(argument.hint, class_name="hint")),
        rx.cond(JobForm.errors[argument.field], fields.complaint(JobForm.errors[argument.field])),
        class_name="field",
        key=argument.field,
    )


def _how() -> list[rx.Component]:
    tries = rx.cond(
        JobForm.retry_type != "NONE",
        rx.fragment(
            ", up to ",
            fields.number("max_retries", "Retries"),
            " times, first after ",
            fields.number("delay_seconds", "First pause in seconds"),
            " s",
            rx.cond(
                JobForm.retry_type == "EXPONENTIAL",
                rx.fragment(", at most ", fields.number("max_delay_seconds", "Longest pause in seconds"), " s apart"),
            ),
        ),
    )
    retry = fields.inline("retry_type", RETRIES, JobForm.retry_type, "When it fails", on_change=JobForm.choose_retry)
    return [
        rx.el.p("When it fails, ", retry, tries, ".", class_name="sentence"),
        *map(
            fields.error_at,
            (
                "retry_policy",
                "retry_policy.type",
                "retry_policy.max_retries",
                "retry_policy.delay_ms",
                "retry_policy.max_delay_ms",
            ),
        ),
        rx.el.p(
            "Stop an attempt after ",
            fields.number("timeout_seconds", "Timeout in seconds", "no limit"),
            " s.",
            class_name="sentence",
        ),
        fields.error_at("timeout_seconds"),
        rx.el.p(
            "If it is still running when the next fire comes, ",
            fields.inline("overlap", OVERLAPS, JobForm.values["overlap"], "Overlap"),
            ".",
            class_name="sentence",
        ),
        fields.error_at("overlap"),
        rx.el.p(
            "Fires missed during an outage: ",
            fields.inline("misfire", MISFIRES, JobForm.values["misfire"], "Missed fires"),
            ".",
            class_name="sentence",
        ),
        fields.error_at("misfire"),
    ]


def _after() -> list[rx.Component]:
    search = rx.el.input(
        id="dependencies",
        type="search",
        placeholder="Search a job to wait for",
        on_change=JobForm.search_job.debounce(150),
        class_name="input",
        auto_complete="off",
    )
    return [
        rx.el.div(
            rx.foreach(
                JobForm.dependencies,
                lambda each: rx.el.span(
                    each,
                    rx.el.button(
                        rx.icon("x", size=13),
                        type="button",
                        aria_label=f"Do not wait for {each}",
                        on_click=JobForm.undepend(each),
                    ),
                    class_name="chip",
                    key=each,
                ),
            ),
            class_name="chips",
        ),
        fields.field("Waits until these jobs have succeeded", "dependencies", search),
        rx.cond(
            JobForm.offers,
            rx.el.div(
                rx.foreach(
                    JobForm.offers,
                    lambda offer: rx.el.button(
                        rx.el.span(offer[1]),
                        rx.el.code(offer[0]),
                        type="button",
                        on_click=JobForm.depend(offer[0]),
                        key=offer[0],
                    ),
                ),
                class_name="offers",
            ),
        ),
    ]


def _except() -> list[rx.Component]:
    """Calendar, clock changes, jitter and the end."""
    calendar = rx.el.select(
        rx.el.option("no calendar", value=""),
        rx.foreach(JobForm.calendars, lambda option: rx.el.option(option[1], value=option[0])),
        name="calendar",
        default_value=JobForm.calendar,
        on_change=JobForm.choose_calendar,
        aria_label="Calendar",
        class_name="input inline",
    )
    keeping = rx.fragment(
        ": it ",
        fields.inline("calendar_use", USES, JobForm.values["calendar_use"], "Use of the calendar"),
        " runs inside, and what that forbids is ",
        fields.inline("calendar_shift", SHIFTS, JobForm.values["calendar_shift"], "What the calendar forbids"),
    )
    return [
        rx.el.p("Keeps to ", calendar, rx.cond(JobForm.calendar != "", keeping), ".", class_name="sentence"),
        *map(fields.error_at, ("calendar", "calendar_use", "calendar_shift")),
        rx.el.p(
            "A time that the clocks skip ",
            fields.inline("dst_gap", GAPS, JobForm.values["dst_gap"], "Skipped time"),
            "; one that they show twice runs ",
            fields.inline("dst_overlap", TWICE, JobForm.values["dst_overlap"], "Repeated time"),
            ".",
            class_name="sentence",
        ),
        rx.el.p(
            "Put each start off by up to ",
            fields.number("jitter_seconds", "Jitter in seconds"),
            " s.",
            class_name="sentence",
        ),
        fields.error_at("jitter_seconds"),
        rx.el.p("End after ", fields.number("max_runs", "Runs", "no limit"), " runs.", class_name="sentence"),
        fields.error_at("max_runs"),
    ]


def _understood() -> rx.Component:
    """What is understood of the schedule while it is typed; its place is kept, so that nothing jumps."""
    return rx.el.div(
        rx.match(
            rx.cond(JobForm.schedule_error != "", "error", rx.cond(JobForm.words, "words", "nothing")),
            ("error", rx.el.p(JobForm.schedule_error, class_name="field-error")),
            ("words", _meaning()),
            _examples(),
        ),
        class_name="understood",
        custom_attrs={"aria-live": "polite"},
    )


def _examples() -> rx.Component:
    return rx.fragment(
        rx.el.p("In words, in cron with five or six fields, or an instant. For example:", class_name="hint"),
        rx.el.div(
            *(
                rx.el.button(
                    example,
                    type="button",
                    on_click=[rx.set_value("schedule", example), JobForm.write_schedule(example)],
                )
                for example in EXAMPLES
            ),
            class_name="examples",
        ),
    )


def _meaning() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.strong(JobForm.words),
            rx.cond(JobForm.rule & (JobForm.rule != JobForm.words), rx.el.code(JobForm.rule)),
            class_name="meaning",
        ),
        rx.foreach(
            JobForm.warnings,
            lambda warning: rx.el.div(rx.icon("triangle-alert", size=14), rx.el.span(warning), class_name="warning"),
        ),
        rx.cond(
            JobForm.next_fires,
            fires(JobForm.next_fires, JobForm.timezone),
            rx.el.p("It does not fire by itself.", class_name="quiet"),
        ),
    )
