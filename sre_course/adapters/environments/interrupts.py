"""Hold interrupts back while half of something exists."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


HELD = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if hasattr(signal, name)
]


@contextlib.contextmanager
def held() -> Iterator[Callable[[], None]]:
    """Note interrupts instead of raising them.

    What is yielded raises KeyboardInterrupt once one came in: call it where everything
    can be undone. One that nobody asked about is delivered at the end of the block.
    Outside the main thread there is nothing to hold.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        came.append(number)

    def look() -> None:
        if came:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in HELD}
    try:
        yield look
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in set(came):
            os.kill(os.getpid(), number)
