"""What `calculate` works out, and what it refuses before it costs anything."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.author.arithmetic import Incalculable, evaluate
from belfry.author.testing import run
from belfry.ground.errors import Invalid

numbers = st.integers(0, 10**9) | st.floats(0, 1e9, allow_nan=False).map(lambda number: round(number, 6))
powers = st.tuples(st.integers(0, 50), st.sampled_from(["2", "-1", "0.5", "2 ** 2", "-0.5"])).map(
    lambda parts: f"{parts[0]} ** {parts[1]}"
)
expressions = st.recursive(
    numbers.map(repr) | powers | st.just("(-2) ** 0.5"),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(" ".join)
        | inner.map(lambda text: f"({text})")
        | st.tuples(st.sampled_from("+-"), inner).map("".join)
    ),
    max_leaves=15,
)


def by_python(expression: str) -> Any:
    """What Python makes of an expression that this file made itself."""
    try:
        return eval(expression, {"__builtins__": {}})
    except (ZeroDivisionError, TypeError) as error:
        return error


@given(expressions)
def test_an_expression_has_the_value_that_python_gives_it(expression: str) -> None:
    expected = by_python(expression)
    if isinstance(expected, Exception | complex):
        with pytest.raises(Incalculable):
            evaluate(expression)
    else:
        value = evaluate(expression)
        assert (type(value), value) == (type(expected), expected)


def test_a_sum_as_long_as_an_expression_may_be_is_worked_out() -> None:
    assert evaluate("+".join("1" * 500)) == 500


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("9**9**9", "the result is too large"),
        ("9**9**9**9", "the result is too large"),
        ("(2**1000)**1000", "the result is too large"),
        ("2**-(-99999999999)", "the result is too large"),
        ("*".join(["9" * 99] * 10), "the result is too large"),
        ("10.0**400", "the result is too large"),
        ("1e308*10", "the result is too large"),
        ("1e999", "the result is too large"),
        ("-" * 999 + "1", "nested more than 500 deep"),
        ("(" * 400 + "1" + ")" * 400, "too many nested parentheses"),
        ("1" * 1001, "more than 1,000 characters"),
        ("1/0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("0**-1", "division by zero"),
        ("(-8)**0.5", "a root of a negative number is not real"),
        ("", "invalid syntax"),
        ("1 +", "invalid syntax"),
        ("1\0", "null"),
        ("a", "only numbers"),
        ("1 + abs(2)", "not what begins at character 5"),
        ("().__class__", "only numbers"),
        ("(1).real", "only numbers"),
        ("__import__('os').system('true')", "only numbers"),
        ("[1][0]", "only numbers"),
        ("'a' * 9", "only numbers"),
        ("True", "only numbers"),
        ("1j", "only numbers"),
        ("~1", "only numbers"),
        ("1 << 99", "only numbers"),
        ("1 < 2", "only numbers"),
        ("1 if 1 else 2", "only numbers"),
        ("lambda: 1", "only numbers"),
        ("f'{1}'", "only numbers"),
        ("(x := 1)", "only numbers"),
        ("1; 2", "invalid syntax"),
    ],
)
def test_a_hostile_or_senseless_expression_is_refused_at_once(expression: str, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(Incalculable, match=why):
        evaluate(expression)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(("operation", "result"), [("add", 9), ("subtract", 5), ("multiply", 14), ("divide", 3.5)])
def test_two_numbers_are_calculated(operation: str, result: float) -> None:
    assert run("calculate", {"operation": operation, "a": 7, "b": 2}).result == {"result": result}


def test_an_expression_is_calculated() -> None:
    assert run("calculate", {"expression": " 2 * (3 + 4) ** 2"}).result == {"result": 98}


def test_a_division_by_zero_is_said_in_words() -> None:
    error = run("calculate", {"operation": "divide", "a": 1, "b": 0}).error
    assert str(error) == "This can't be calculated: division by zero."


@pytest.mark.parametrize(
    "args",
    [{}, {"operation": "add", "a": 1}, {"a": 1, "b": 2}, {"expression": "1", "a": 1, "b": 2, "operation": "add"}],
)
def test_half_an_operation_is_told_what_it_takes(args: dict[str, Any]) -> None:
    error = run("calculate", args).error
    assert isinstance(error, Invalid)
    assert "args: must be {operation, a, b} or {expression}" in str(error)


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({"operation": "power", "a": 1, "b": 2}, "args.operation"),
        ({"operation": "add", "a": "1", "b": 2}, "args.a"),
        ({"operation": "add", "a": 1, "b": None}, "args.b"),
        ({"operation": "add", "a": 1, "b": True}, "args.b"),
        ({"expression": 1}, "args.expression"),
    ],
)
def test_what_is_no_number_and_no_operation_is_named(args: dict[str, Any], field: str) -> None:
    error = run("calculate", args).error
    assert isinstance(error, Invalid)
    assert [each.field for each in error.errors] == [field]
