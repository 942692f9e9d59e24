"""The `sre-course` command: read the arguments, call the engine, say how it went."""

import gc
import os
import sys

from sre_course.domain.errors import CourseError


# Asked for between two edits, so they must be as quick as the interpreter: neither
# typer nor rich is imported on their way.
HOT = ("hint", "status", "--version")


def main() -> None:
    """Run the command; a problem with a known way out is two lines, not a traceback."""
    from sre_course.cli import settings

    _print_anything()
    try:
        sys.exit(_run(settings.take(sys.argv[1:])))
    except CourseError as problem:
        print(f"{problem.message}\n→ {problem.fix}", file=sys.stderr)  # noqa: T201
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except BrokenPipeError:  # `sre-course list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:  # noqa: BLE001 - what is left is a mistake of ours
        from sre_course.cli import diagnostics

        print(diagnostics.record(error), file=sys.stderr)  # noqa: T201
        sys.exit(3)


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] in HOT:
        from sre_course.cli import hot

        code = hot.run(arguments)
        if code is not None:
            return code
    gc.disable()  # it looks through all of typer again and again, and finds nothing
    from sre_course.cli.app import run

    gc.enable()
    return run(arguments or ["status"])


def _print_anything() -> None:
    """Write what a terminal's encoding lacks as an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
