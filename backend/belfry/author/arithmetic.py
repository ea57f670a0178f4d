"""The built-in `calculate`: two numbers and an operation, or an expression read and worked out without `eval`."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from belfry.author.context import Context
from belfry.ground.errors import BelfryError
from belfry.rules.commands import command

MAX_CHARACTERS = 1_000
MAX_DEPTH = 500
MAX_BITS = 1_023
"""No whole number is longer than this, so that each of them is also a finite float."""
TOO_LARGE = "the result is too large"
ALLOWED = "only numbers, + - * / // % ** and parentheses are allowed"

Number = int | float
Numeric = Annotated[Any, Meta(extra_json_schema={"type": "number"})]
Operation = Callable[[Any, Any], Any]

OPERATIONS: dict[str, Operation] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}
_BINARY: dict[type[ast.operator], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}


class Incalculable(BelfryError):
    """This can't be calculated: {why}."""


class Calculation(msgspec.Struct):
    """What to calculate: an operation of two numbers, or an expression."""

    operation: Literal["add", "subtract", "multiply", "divide"] | UnsetType = UNSET
    a: Numeric | UnsetType = UNSET
    b: Numeric | UnsetType = UNSET
    expression: Annotated[str, Meta(max_length=MAX_CHARACTERS, examples=["2 * (3 + 4) ** 2"])] | UnsetType = UNSET


FORMS = {
    "oneOf": [
        {"required": ["operation", "a", "b"], "maxProperties": 3},
        {"required": ["expression"], "maxProperties": 1},
    ]
}


@command(keywords=FORMS)
async def calculate(ctx: Context, args: Calculation) -> dict[str, Number]:
    """Calculate an operation of a and b, or an expression of numbers with + - * / // % ** and parentheses."""
    match args:
        case Calculation(expression=str() as expression):
            return {"result": evaluate(expression)}
        case Calculation(operation=str() as operation):
            return {"result": apply(OPERATIONS[operation], args.a, args.b)}
        case _:
            raise Incalculable(why="it takes {operation, a, b} or {expression}")


def evaluate(expression: str) -> Number:
    """The value of an expression of at most 1,000 characters, nested at most 500 deep.

    Raises Incalculable for whatever is no arithmetic, for division by zero, and for what grows beyond 1,023 bits.
    """
    if len(expression) > MAX_CHARACTERS:
        raise Incalculable(why=f"the expression has more than {MAX_CHARACTERS:,} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise Incalculable(why=f"{error.msg} at character {error.offset or 1}") from error
    except (ValueError, MemoryError, RecursionError) as error:
        raise Incalculable(why=f"the expression can't be read, {error}") from error
    return _value(tree.body, MAX_DEPTH)


def _value(node: ast.expr, depth: int) -> Number:
    if depth == 0:
        raise Incalculable(why=f"the expression is nested more than {MAX_DEPTH} deep")
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _bounded(number)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, depth - 1)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, depth - 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return apply(_BINARY[type(op)], _value(left, depth - 1), _value(right, depth - 1))
        case _:
            raise Incalculable(why=f"{ALLOWED}, not what begins at character {node.col_offset + 1}")


def apply(operation: Operation, a: Any, b: Any) -> Number:
    """The result of one operation; Incalculable when there is none or it is too large."""
    if operation is operator.pow:
        _check_power(a, b)
    try:
        return _bounded(operation(a, b))
    except ZeroDivisionError as error:
        raise Incalculable(why="division by zero") from error
    except OverflowError as error:
        raise Incalculable(why=TOO_LARGE) from error


def _check_power(base: Number, exponent: Number) -> None:
    """Refuse a power of whole numbers before it fills the memory."""
    if isinstance(base, int) and isinstance(exponent, int) and exponent * (abs(base).bit_length() - 1) > MAX_BITS:
        raise Incalculable(why=TOO_LARGE)


def _bounded(value: Any) -> Number:
    if isinstance(value, complex):
        raise Incalculable(why="a root of a negative number is not real")
    if (isinstance(value, int) and value.bit_length() > MAX_BITS) or not math.isfinite(value):
        raise Incalculable(why=TOO_LARGE)
    return value
