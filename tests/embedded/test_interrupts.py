"""A start that is interrupted anywhere leaves nothing behind."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from sre_course.adapters.environments import embedded
from sre_course.adapters.environments.interrupts import held
from tests.embedded.lab import Lab


@pytest.mark.parametrize("at", [1, 2, 3, 10])
def test_interrupted_at_any_point(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Before the supervisor, after it, while waiting: all is undone, then it works."""
    looks = 0

    @contextlib.contextmanager
    def interrupted() -> Iterator[Callable[[], None]]:
        def look() -> None:
            nonlocal looks
            looks += 1
            if looks == at:
                raise KeyboardInterrupt

        yield look

    with monkeypatch.context() as patch:
        patch.setattr(embedded, "held", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lab.start("import time\ntime.sleep(600)\n")

    assert not (lab.home.state / "plans" / "day1-beginner.json").exists()
    lab.prove_nothing_left()
    assert lab.state(lab.start()).state == "running"


def test_an_interrupted_adoption_ends_nothing(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ran before the command runs after it."""
    running = lab.start()

    @contextlib.contextmanager
    def interrupted() -> Iterator[Callable[[], None]]:
        def look() -> None:
            raise KeyboardInterrupt

        yield look

    with monkeypatch.context() as patch:
        patch.setattr(embedded, "held", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lab.start()

    assert lab.state(running).state == "running"


def test_an_interrupt_is_held_until_it_is_asked_for() -> None:
    """The block goes on; the look raises."""
    reached = []

    def block() -> None:
        with held() as look:
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("the look")
            look()
            reached.append("more")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert reached == ["the look"]


def test_an_interrupt_that_nobody_asked_for_comes_at_the_end() -> None:
    """It is late, not lost."""
    reached = []

    def block() -> None:
        with held():
            os.kill(os.getpid(), signal.SIGINT)
            reached.append("the end")
        reached.append("more")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert reached == ["the end"]


def test_held_twice() -> None:
    """What the inner block held back is the outer one's to raise."""
    reached = []

    def block() -> None:
        with held() as outer:
            with held():
                os.kill(os.getpid(), signal.SIGINT)
            reached.append("the outer look")
            outer()
            reached.append("more")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert reached == ["the outer look"]


def test_beside_the_main_thread() -> None:
    """Where signals never arrive, there is nothing to hold."""
    looked = threading.Event()

    def block() -> None:
        with held() as look:
            look()
            looked.set()

    thread = threading.Thread(target=block)
    thread.start()
    thread.join()
    assert looked.is_set()


def test_nothing_came() -> None:
    """Then nothing is raised, and the handlers are as before."""
    before = signal.getsignal(signal.SIGINT)

    with held() as look:
        assert signal.getsignal(signal.SIGINT) is not before
        look()

    assert signal.getsignal(signal.SIGINT) is before
