"""Commands for authors: begin an exercise, prove it, print its kill matrix."""

from pathlib import Path
from typing import Annotated

import typer

from sre_course.cli import settings


Name = Annotated[str, typer.Argument(help="day1/beginner; all exercises if left out")]
Backend = Annotated[str, typer.Option(help="embedded or docker")]
Seeds = Annotated[int, typer.Option(min=1, help="How many seeds to prove it with.")]
Part = Annotated[str, typer.Option(help="Only candidates whose name contains this.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module under `dev`."""
    dev = typer.Typer(help="For authors of exercises.", no_args_is_help=True)
    dev.command(epilog="Example: sre-course dev new day2/beginner")(new)
    dev.command(epilog="Example: sre-course dev check day1/beginner --seeds 3")(check)
    dev.command(epilog="Example: sre-course dev matrix day1/beginner")(matrix)
    app.add_typer(dev, name="dev")


def new(
    name: Annotated[str, typer.Argument(help="day2/beginner")],
    *,
    like: Annotated[str, typer.Option(help="The one to begin with.")] = "",
    into: Annotated[
        Path | None, typer.Option(help="Another course's folder, made if need be.")
    ] = None,
) -> None:
    """Begin an exercise as a copy of another one, without its mutants."""
    from sre_course.cli.scaffolding import run_new

    raise typer.Exit(run_new(name, like, into))


def check(
    name: Name = "",
    *,
    seeds: Seeds = 1,
    backend: Backend = "embedded",
    part: Part = "",
) -> None:
    """Prove that solutions pass and that each mistake fails as it must."""
    from sre_course import wiring
    from sre_course.cli.proving import prove
    from sre_course.engine.author import candidates, disagreements

    wrong = 0
    for which in wiring.named(name):
        for candidate in candidates(wiring.folder(which)):
            if part not in str(candidate):
                continue
            for seed in range(1, seeds + 1):
                report = prove(which, candidate, backend, seed)
                found = disagreements(candidate, report)
                wrong += bool(found)
                said = "differs" if found else "as expected"
                settings.say(f"{said:12} {candidate} (seed {seed}): {report.score}")
                for line in found:
                    settings.say(f"             {line}")
    settings.say(f"{wrong} differ" if wrong else "All as expected.")
    raise typer.Exit(1 if wrong else 0)


def matrix(
    name: Name = "",
    *,
    seed: Annotated[int, typer.Option(help="The seed to judge them all with.")] = 1,
    backend: Backend = "embedded",
    out: Annotated[Path | None, typer.Option(help="Write it to this file.")] = None,
) -> None:
    """Print which criterion kills which mutant, as a Markdown table."""
    from sre_course import wiring
    from sre_course.cli.proving import prove
    from sre_course.engine.author import candidates, kill_matrix

    parts = []
    for which in wiring.named(name):
        rows = [
            (candidate, prove(which, candidate, backend, seed))
            for candidate in candidates(wiring.folder(which))
        ]
        parts.append(f"## {which}\n\n{kill_matrix(rows)}\n")
    text = f"{HEAD}\n{chr(10).join(parts)}"
    if out is None:
        settings.say(text)
    else:
        out.write_text(text, encoding="utf-8")
        settings.say(f"Written: {out}")


HEAD = """# Kill matrix

Every known-wrong app ("mutant") of each exercise, and every right-but-different one,
judged by the real checks. A cell holds the cause where the criterion failed, `·`
where it passed and `-` where it was blocked by another one. Written by
`sre-course dev matrix --out docs/kill-matrix.md`.
"""
