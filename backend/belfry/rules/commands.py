"""Commands: what can be asked for by name, the arguments it takes, and the function that carries it out.

@command("resize_images")
async def resize(ctx: Context, folder: str, width: int = 800) -> dict: ...
"""

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from typing import Any, TypeVar, get_type_hints, overload

import msgspec

from belfry.ground.errors import BelfryError, Invalid, invalid
from belfry.rules.arguments import check_args, meant
from belfry.rules.wire import Offer

__all__ = ["BadCommand", "Cancel", "Command", "Registry", "RetryLater", "check_args", "command", "registry", "unknown"]

NAME = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
WHOLE = "args"
"""A handler's only parameter takes all arguments at once when it has this name and is a Struct or a dataclass."""
MAX_RETRY_SECONDS = 86_400

Handler = Callable[..., Any]
Function = TypeVar("Function", bound=Handler)


class BadCommand(BelfryError):
    """{handler} can't be the command {name!r}: {why}"""


class RetryLater(Exception):
    """Raised by a handler: this attempt has failed; the next one, if the job allows one, begins in `seconds`.

    0 to 86,400 seconds; ValueError otherwise.
    """

    def __init__(self, seconds: float, reason: str = "") -> None:
        if not 0 <= seconds <= MAX_RETRY_SECONDS:
            raise ValueError(f"RetryLater takes 0 to {MAX_RETRY_SECONDS:,} seconds, not {seconds}")
        self.seconds = seconds
        self.reason = reason
        super().__init__(reason or f"to be tried again in {seconds:g} s")


class Cancel(Exception):
    """Raised by a handler: the execution ends as cancelled, for this reason, and is not tried again."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Command:
    """A function under a name, with the JSON Schema (2020-12) of its arguments made from its signature.

    `keywords` are added to the schema where a signature can't say it all. BadCommand says what a signature lacks.
    """

    def __init__(self, handler: Handler, name: str | None = None, keywords: dict[str, Any] | None = None) -> None:
        self.handler = handler
        self.name = name or handler.__name__
        self.is_async = inspect.iscoroutinefunction(handler)
        self.description = _first_sentence(handler)
        if not NAME.fullmatch(self.name):
            raise self._bad("a name is 1 to 64 of a-z, 0-9, '_', '.', '-' and begins with a letter")
        if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
            raise self._bad("it is a generator; return the result instead of yielding it")
        self._shape, self._whole = self._shaped()
        self.schema = self._described() | (keywords or {})
        self._types_say_all = not keywords and "$defs" not in self.schema

    def bind(self, args: dict[str, Any]) -> dict[str, Any]:
        """The keyword arguments for the handler, converted to the types it asks for; its own defaults fill the rest.

        Raises Invalid naming every wrong field it can, such as `args.width`.
        """
        if not self._types_say_all or args.keys() - self.schema["properties"].keys():
            check_args(self.schema, args)
        try:
            bound: object = msgspec.convert(args, self._shape)
        except msgspec.ValidationError as error:
            check_args(self.schema, args)
            raise _misfit(error) from error
        return {WHOLE: bound} if self._whole else {name: getattr(bound, name) for name in args}

    def _shaped(self) -> tuple[type[object], bool]:
        """The type that holds all arguments, and whether the handler takes it as a whole."""
        hints = self._hints()
        parameters = self._parameters(hints)
        if [parameter.name for parameter in parameters] == [WHOLE] and _is_record(hints[WHOLE]):
            return hints[WHOLE], True
        try:
            fields = [_field(parameter, hints[parameter.name]) for parameter in parameters]
            return msgspec.defstruct(self.name, fields, kw_only=True), False
        except (TypeError, ValueError) as error:
            raise self._bad(str(error)) from error

    def _hints(self) -> dict[str, Any]:
        try:
            return get_type_hints(self.handler, include_extras=True)
        except (NameError, TypeError) as error:
            raise self._bad(f"its type hints can't be read: {error}") from error

    def _parameters(self, hints: dict[str, Any]) -> list[inspect.Parameter]:
        """The parameters that are arguments: all but the context, which comes first."""
        every = list(inspect.signature(self.handler).parameters.values())
        if not every or not _is_context(hints.get(every[0].name)):
            raise self._bad("its first parameter must be the context, as in ctx: Context")
        for parameter in every[1:]:
            if not _passes_by_name(parameter):
                raise self._bad(f"{parameter} can't be given by name; arguments are a JSON object")
            if parameter.name not in hints:
                raise self._bad(f"{parameter.name} has no type hint; the schema of the arguments is made of them")
        return every[1:]

    def _described(self) -> dict[str, Any]:
        try:
            (reference,), definitions = msgspec.json.schema_components([self._shape])
            schema = definitions.pop(reference["$ref"].rpartition("/")[2])
            schema |= {"title": self.name, "description": self.description, "additionalProperties": False}
            if definitions:
                schema["$defs"] = {name: _closed(definition) for name, definition in definitions.items()}
            return json.loads(json.dumps(schema, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise self._bad(f"its arguments are no JSON: {error}") from error

    def _bad(self, why: str) -> BadCommand:
        handler = f"{self.handler.__module__}.{self.handler.__qualname__}"
        return BadCommand(handler=handler, name=self.name, why=" ".join(why.split()))


class Registry:
    """The commands that a worker can carry out, by name."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}

    def add(self, command: Command) -> None:
        """Add a command; BadCommand when its name is taken."""
        taken = self._commands.get(command.name)
        if taken:
            handler, other = command.handler, taken.handler
            why = f"{other.__module__}.{other.__qualname__} has that name already"
            raise BadCommand(handler=f"{handler.__module__}.{handler.__qualname__}", name=command.name, why=why)
        self._commands[command.name] = command

    def get(self, name: str) -> Command:
        """The command of that name; Invalid for the field `command` says which was meant."""
        if name not in self._commands:
            raise unknown(name, self.names)
        return self._commands[name]

    @property
    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted(self._commands)

    def __iter__(self) -> Iterator[Command]:
        return iter([self._commands[name] for name in self.names])

    def offers(self) -> list[Offer]:
        """All commands as a worker offers them to a server."""
        return [Offer(name=command.name, description=command.description, schema=command.schema) for command in self]


registry = Registry()
"""Where `@command` puts its functions."""


@overload
def command(name: Function) -> Function: ...
@overload
def command(name: str | None = None, *, keywords: dict[str, Any] | None = None) -> Callable[[Function], Function]: ...
def command(name: Handler | str | None = None, *, keywords: dict[str, Any] | None = None) -> Handler:
    """Make the function below it a command, under its own name if no other is given. BadCommand says why it can't be.

    `keywords` are added to the JSON Schema of its arguments. The function itself stays as it is.
    """
    if callable(name):
        return command(None)(name)

    def register(handler: Function) -> Function:
        registry.add(Command(handler, name, keywords))
        return handler

    return register


def unknown(name: str, known: Iterable[str]) -> Invalid:
    """The error for a command that does not exist among the known ones."""
    return invalid("command", f"there is no command {name!r}{meant(name, known)}", "unknown")


def _first_sentence(handler: Handler) -> str:
    paragraph = " ".join((inspect.getdoc(handler) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s", paragraph, maxsplit=1)[0]


def _passes_by_name(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)


def _is_context(hint: Any) -> bool:
    """Known by its name, since the class itself belongs to the authors' side."""
    return getattr(hint, "__name__", None) == "Context"


def _is_record(hint: Any) -> bool:
    return inspect.isclass(hint) and (issubclass(hint, msgspec.Struct) or is_dataclass(hint))


def _field(parameter: inspect.Parameter, hint: Any) -> tuple[str, Any] | tuple[str, Any, Any]:
    """The parameter as a field of a Struct; ValueError when its own default does not fit its hint."""
    if parameter.default is parameter.empty:
        return parameter.name, hint
    try:
        msgspec.convert(msgspec.to_builtins(parameter.default), hint)
    except msgspec.ValidationError as error:
        raise ValueError(f"the default of {parameter.name} does not fit its hint: {error}") from error
    return parameter.name, hint, parameter.default


def _closed(definition: dict[str, Any]) -> dict[str, Any]:
    """The schema of a record within the arguments, with unknown names refused there too."""
    return definition | {"additionalProperties": False} if "properties" in definition else definition


def _misfit(error: msgspec.ValidationError) -> Invalid:
    """What the types refuse and the schema lets pass."""
    message, _, path = str(error).partition(" - at `$")
    return invalid(f"args{path.rstrip('`')}", message)
