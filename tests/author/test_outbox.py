"""What a worker has to say: in its order, in frames that fit, with its age, and again when it may be lost."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.author import outbox as module
from belfry.author.context import MAX_LINE_BYTES, MAX_RESULT_BYTES
from belfry.author.link import MAX_FRAME_BYTES
from belfry.author.outbox import REPEATED, REPEATED_BYTES, Outbox, holding
from belfry.rules.wire import Finished, FromWorker, Holding, Logged, Progress, Started


class Watch:
    """A monotonic clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(module, "monotonic", made)
    return made


def key(number: int) -> dict[str, int]:
    return {"execution_id": number, "attempt": 1, "fence": 7}


def frames(outbox: Outbox) -> Iterator[FromWorker]:
    while frame := outbox.take():
        yield frame


def test_nothing_said_is_nothing_to_send() -> None:
    assert Outbox().take() is None


def test_each_report_goes_into_its_list() -> None:
    outbox = Outbox()
    said: dict[str, Any] = {
        "started": Started(**key(1)),
        "log": Logged(**key(1), message="m"),
        "finished": Finished(**key(2)),
        "returned": Holding(**key(3)),
    }
    for report in said.values():
        outbox.tell(report)
    outbox.progressed(Progress(**key(1), done=1, total=3))
    outbox.progressed(Progress(**key(1), done=2, total=3))
    frame = outbox.take()
    assert frame
    assert {name: [holding(each) for each in getattr(frame, name)] for name in said} == {
        name: [holding(report)] for name, report in said.items()
    }
    assert [step.done for step in frame.progress] == [2]
    assert outbox.take() is None


def test_progress_of_what_has_ended_is_not_told() -> None:
    outbox = Outbox()
    outbox.progressed(Progress(**key(1), done=1, total=3))
    outbox.tell(Finished(**key(1)))
    frame = outbox.take()
    assert frame and frame.progress == []


def test_what_waits_grows_old(watch: Watch) -> None:
    outbox = Outbox()
    outbox.tell(Started(**key(1)))
    watch.now += 2.5
    outbox.tell(Started(**key(2)))
    outbox.tell(Started(**key(3)), at=watch.now - 60)
    frame = outbox.take()
    assert frame
    assert [report.age_seconds for report in frame.started] == [2.5, 0, 60]


async def test_the_alarm_rings_until_everything_is_taken() -> None:
    outbox = Outbox()
    for number in range(3):
        outbox.tell(Logged(**key(number), message="x" * MAX_LINE_BYTES))
    outbox.tell(Finished(**key(1), result='"' + "x" * MAX_RESULT_BYTES + '"'))
    outbox.tell(Finished(**key(2)))
    taken = 0
    while await outbox.alarm.sleep(0):
        assert outbox.take()
        taken += 1
    assert taken == 2
    assert outbox.take() is None


LONGEST = ["\x01" * MAX_LINE_BYTES, "é" * (MAX_LINE_BYTES // 2), "", '"' * MAX_LINE_BYTES]
RESULT = '"' + '\\"' * (MAX_RESULT_BYTES // 2 - 1) + '"'


@pytest.mark.parametrize("message", LONGEST)
def test_no_frame_is_longer_than_a_link_takes_whatever_is_said(message: str) -> None:
    outbox = Outbox()
    for number in range(200_000 if not message else 200):
        outbox.tell(Logged(**key(number), message=message))
    for number in range(3):
        outbox.tell(Finished(**key(number), result=RESULT, error="\x01" * 20_000, reason="\x01" * 1000))
        outbox.progressed(Progress(**key(number + 10), done=1, total=2))
    outbox.repeat()
    assert all(len(msgspec.json.encode(frame)) < MAX_FRAME_BYTES for frame in frames(outbox))


reports = st.lists(
    st.tuples(st.sampled_from(["log", "end"]), st.integers(1, 3), st.sampled_from([1, 300_000, 500_000])),
    max_size=30,
)


@given(reports)
@settings(max_examples=50)
def test_an_end_is_never_recorded_before_what_its_attempt_said_earlier(said: list[tuple[str, int, int]]) -> None:
    outbox = Outbox()
    for place, (kind, number, size) in enumerate(said):
        text = f"{place} {'x' * size}"
        outbox.tell(Logged(**key(number), message=text) if kind == "log" else Finished(**key(number), result=text))
    recorded = [report for frame in frames(outbox) for report in [*frame.log, *frame.finished]]
    order = [int((each.message if isinstance(each, Logged) else each.result or "").split()[0]) for each in recorded]
    assert sorted(order) == list(range(len(said)))
    for end, (kind, number, _) in enumerate(said):
        earlier = [place for place in range(end) if said[place][:2] == ("log", number)]
        assert kind == "log" or all(order.index(line) < order.index(end) for line in earlier)


def test_ends_sent_lately_are_told_again_before_anything_else() -> None:
    outbox = Outbox()
    outbox.tell(Finished(**key(1)))
    outbox.tell(Finished(**key(2)))
    list(frames(outbox))
    outbox.tell(Finished(**key(3)))
    assert [each.execution_id for each in outbox.repeat()] == [1, 2, 3]
    assert [end.execution_id for frame in frames(outbox) for end in frame.finished] == [1, 2, 3]
    assert len(outbox.repeat()) == 3


def test_what_was_told_longer_ago_than_a_lease_is_forgotten(watch: Watch) -> None:
    outbox = Outbox()
    outbox.tell(Finished(**key(1)))
    list(frames(outbox))
    watch.now += 10
    outbox.tell(Finished(**key(2)))
    list(frames(outbox))
    watch.now += 6
    outbox.forget(15)
    assert [each.execution_id for each in outbox.repeat()] == [2]


def test_only_so_many_ends_are_kept_for_a_repeat() -> None:
    outbox = Outbox()
    for number in range(REPEATED + 5):
        outbox.tell(Finished(**key(number)))
    list(frames(outbox))
    kept = [each.execution_id for each in outbox.repeat()]
    assert (len(kept), kept[0]) == (REPEATED, 5)


def test_only_so_much_of_them_is_kept() -> None:
    outbox = Outbox()
    for number in range(20):
        outbox.tell(Finished(**key(number), result="x" * MAX_RESULT_BYTES))
    list(frames(outbox))
    kept = outbox.repeat()
    assert 1 <= len(kept) <= REPEATED_BYTES // MAX_RESULT_BYTES
    assert kept[-1].execution_id == 19
