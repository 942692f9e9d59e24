"""Read a lesson page by page in the terminal's own scrollback."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sre_course.adapters.ui.keys import END, ENTER, LEFT, RIGHT
from sre_course.adapters.ui.lesson import (
    page_head,
    render_all,
    revealed,
    screens,
    video_line,
)
from sre_course.adapters.ui.questions import (
    Left,
    Session,
    ask_prediction,
    ask_question,
    out,
)
from sre_course.adapters.ui.terminal import Terminal
from sre_course.domain.errors import CourseError
from sre_course.domain.lesson import (
    Block,
    Day,
    Page,
    Predict,
    QuizQuestion,
    Run,
    Section,
)
from sre_course.domain.places import find, first_page


PROMPT_LINES = 2  # below each screen
FORWARD = (ENTER, RIGHT, "n")
BACK = (LEFT, "p")


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading needs from the rest of the course."""

    session: Session
    opened: Callable[[Page], None]  # remembers the place
    run: Callable[[Run], None]
    define: Callable[[str], Sequence[Block]]
    read: Callable[[Page], bool]  # whether the page was read before


def read(day: Day, page: Page, desk: Desk) -> Page:
    """Show pages from one on until the learner leaves; return the last one."""
    while True:
        desk.opened(page)
        try:
            _show(day, page, desk)
            following = _turn(day, page, desk)
        except Left:
            return page
        if following is None:
            return page
        page = following


def print_pages(
    pages: Sequence[Page], day: Day, terminal: Terminal, learner: str
) -> None:
    """Print pages under each other, for pipes and for terminals without keys."""
    for page in pages:
        section = day.section_of(page)
        body = [*video_line(page), *_answered(page.blocks, learner)]
        out(page_head(page, section, terminal) + "\n")
        out(render_all(body, terminal) + "\n")


def _answered(blocks: Sequence[Block], learner: str) -> list[Block]:
    """Put the answers under the predictions, as nobody can be asked for them."""
    shown: list[Block] = []
    for block in blocks:
        if isinstance(block, QuizQuestion):
            shown.append(replace(block, options=block.shuffled(learner)))
        else:
            shown.append(block)
        if isinstance(block, Predict):
            shown.append(revealed(block))
    return shown


def _show(day: Day, page: Page, desk: Desk) -> None:
    """Print a page, stopping at each question and before a screen runs over."""
    head = page_head(page, day.section_of(page), desk.session.terminal())
    out(f"\n{head}\n")
    used = head.count("\n") + 3
    waiting: list[Block] = list(video_line(page))
    for block in page.blocks:
        if isinstance(block, (Predict, QuizQuestion)):
            _print(waiting, used, desk)
            waiting, used = [], 0
            _ask(block, desk)
        else:
            waiting.append(block)
    _print(waiting, used, desk)


def _ask(block: Predict | QuizQuestion, desk: Desk) -> None:
    if isinstance(block, Predict):
        ask_prediction(block, desk.session)
    else:
        ask_question(block, desk.session)


def _print(blocks: Sequence[Block], used: int, desk: Desk) -> None:
    if not blocks:
        return
    rows = shutil.get_terminal_size().lines - PROMPT_LINES
    texts = screens(blocks, desk.session.terminal(), rows=rows, used=used)
    for number, text in enumerate(texts):
        if number and desk.session.prompt("Enter: more of this page ") in ("q", END):
            raise Left
        out(f"{text}\n")


def _turn(day: Day, page: Page, desk: Desk) -> Page | None:
    """Wait for a key at the end of a page; return the page that it leads to."""
    commands = list(page.commands)
    number = day.pages.index(page)
    while True:
        key = desk.session.prompt(_footer(commands))
        if key in FORWARD and number + 1 == len(day.pages):
            return None
        if key in FORWARD:
            return day.pages[number + 1]
        if key in BACK:
            return day.pages[max(0, number - 1)]
        if key in ("q", END):
            raise Left
        if key == "r" and commands:
            _run(commands.pop(0), desk)
        elif key == "?":
            _define(desk)
        elif key == "t" and (chosen := _contents(day, page, desk)):
            return chosen


def _footer(commands: Sequence[Run]) -> str:
    run = "r run, " if commands else ""
    return f"Enter next, p back, {run}t contents, ? term, q quit "


def _run(command: Run, desk: Desk) -> None:
    out(f"$ {command}")
    with desk.session.hand.paused():
        desk.run(command)
    out("")


def _define(desk: Desk) -> None:
    told = desk.session.hand.line("Which term? ")
    if told:
        desk.session.show(*desk.define(told))


def _contents(day: Day, page: Page, desk: Desk) -> Page | None:
    for line in contents(day, page, desk.read):
        out(line)
    told = desk.session.hand.line(
        "\n> here, x read. Go to (a number or a name, Enter stays): "
    )
    if not told:
        return None
    try:
        return first_page(find(day, told))
    except CourseError as problem:
        out(f"{problem.message}\n→ {problem.fix}\n")
        return None


def contents(day: Day, here: Page | None, read: Callable[[Page], bool]) -> list[str]:
    """Return the table of contents: `>` where the learner is, `x` what was read."""
    lines: list[str] = []
    for section in day.sections:
        lines += ["", _title(section)]
        for page in section.pages:
            mark = ">" if page == here else "x" if read(page) else " "
            lines.append(f"  {mark} {page.number:<5}{page.title}")
    return lines


def _title(section: Section) -> str:
    return f"{section.number} {section.title} ({section.minutes} min)"
