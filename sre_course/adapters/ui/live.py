"""Run a live command of a lesson: our own CLI in its own process, never a shell."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import sre_course
from sre_course.adapters.ui.terminal import visible


LINES = 60  # shown of one command's output: a hostile /metrics may be endless

_PARENT = str(Path(sre_course.__file__).resolve().parents[1])
_START = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from sre_course.cli import main; main()"
)


def run_live(arguments: Sequence[str], show: Callable[[str], None]) -> int:
    """Run a command and show what it prints, line by line; return its exit code.

    Ctrl-C ends the command, not the lesson.
    """
    # -P: a file of the learner's in the current folder must not shadow a module
    command = [sys.executable, "-P", "-c", _START, _PARENT, *arguments]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and package
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            _copy(process, arguments, show)
        except KeyboardInterrupt:
            show("Stopped.")
    return process.returncode


def _copy(
    process: "subprocess.Popen[bytes]",
    arguments: Sequence[str],
    show: Callable[[str], None],
) -> None:
    output = process.stdout
    if output is None:  # pragma: no cover - we asked for a pipe
        return
    shown = left = 0
    while raw := output.readline(10_000):
        if shown < LINES:
            line = raw.decode(errors="replace").rstrip("\r\n").expandtabs()
            show(f"  {visible(line)}")
            shown += 1
        else:
            left += 1
    if left:
        whole = " ".join(("sre-course", *arguments))
        show(f"  … and {left} more lines: {whole}")
