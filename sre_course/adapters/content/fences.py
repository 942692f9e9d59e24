"""The fences of a lesson that are more than code: each becomes a block of its own."""

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sre_course.adapters.content import mermaid
from sre_course.adapters.content.toml import Table
from sre_course.domain.lesson import (
    Block,
    Code,
    Diagram,
    Option,
    Predict,
    QuizQuestion,
    Run,
)


OPTIONS = 4  # of every quiz question
COMMAND = "sre-course"


@dataclass(frozen=True, slots=True)
class Source:
    """A text: its name in messages, where its drawings and listings lie.

    `prefix` is put before the ids of its questions: `day1/metrics`.
    """

    file: str
    folder: Path
    prefix: str
    problems: list[str]

    def wrong(self, key: str, what: str) -> None:
        """Note a mistake."""
        self.problems.append(f"{self.file}: {key}: {what}")


def read_fence(info: str, text: str, source: Source) -> tuple[Block, ...]:
    """Return the blocks of a fence; nothing where it is wrong."""
    language = info.partition(" ")[0]
    if language in _READERS:
        return _READERS[language](text, source)
    return (Code(language, text.rstrip("\n")),)


def _diagram(text: str, source: Source) -> tuple[Block, ...]:
    try:
        diagram = mermaid.read_diagram(text)
    except ValueError as error:
        source.wrong("mermaid", str(error))
        return (Code("mermaid", text.rstrip("\n")),)
    return (replace(diagram, art=_art(diagram, text, source.folder / "diagrams")),)


def _art(diagram: Diagram, text: str, folder: Path) -> str:
    """Return the drawing, unless the chart has changed since it was drawn."""
    try:
        drawn = (folder / f"{diagram.name}.txt").read_text(encoding="utf-8")
        known = (folder / f"{diagram.name}.sha256").read_text(encoding="utf-8")
    except OSError:
        return ""
    return drawn.rstrip("\n") if known.strip() == mermaid.digest(text) else ""


def _runs(text: str, source: Source) -> tuple[Block, ...]:
    found: list[Block] = []
    for line in text.strip().splitlines():
        words = shlex.split(line)
        if words[:1] != [COMMAND] or len(words) == 1:
            source.wrong("run", f"`{line}` must be a command of {COMMAND}")
        else:
            found.append(Run(tuple(words[1:])))
    return tuple(found)


def _listing(text: str, source: Source) -> tuple[Block, ...]:
    """Return `code/FILE`, or the part between `# region NAME` and `# endregion`."""
    file, _, region = text.strip().partition("#")
    try:
        listing = (source.folder / "code" / file).read_text(encoding="utf-8")
    except OSError:
        source.wrong("include", f"there is no code/{file}")
        return ()
    if region:
        between = re.search(
            rf"^# region {re.escape(region)}\n(.*?)^# endregion",
            listing,
            re.DOTALL | re.MULTILINE,
        )
        if between is None:
            source.wrong("include", f"code/{file} has no region `{region}`")
            return ()
        listing = between[1]
    language = {"py": "python"}.get(Path(file).suffix[1:], "text")
    return (Code(language, listing.strip("\n")),)


def _predict(text: str, source: Source) -> tuple[Block, ...]:
    table = _table(text, "predict", source)
    if table is None:
        return ()
    options = table.strings("options", needed=False)
    block = Predict(
        id=f"{source.prefix}/{words(table, 'id')}",
        text=words(table, "question"),
        options=options,
        answer=words(table, "answer"),
        why=words(table, "why"),
    )
    table.done()
    if options and block.answer not in options:
        table.wrong("answer", "must be one of the options")
    if not options and not _is_number(block.answer):
        table.wrong("answer", "must be a number, as there are no options")
    return (block,)


def _question(text: str, source: Source) -> tuple[Block, ...]:
    table = _table(text, "quiz", source)
    if table is None:
        return ()
    question = QuizQuestion(
        id=f"{source.prefix}/{words(table, 'id')}",
        text=words(table, "question"),
        options=tuple(_option(each) for each in table.tables("option")),
    )
    table.done()
    if len(question.options) != OPTIONS:
        table.wrong("option", f"there must be {OPTIONS}")
    if sum(option.right for option in question.options) != 1:
        table.wrong("option", "exactly one must be right")
        return ()
    return (question,)


def _option(table: Table) -> Option:
    option = Option(
        words(table, "text"),
        table.take("right", bool, default=False),
        words(table, "why"),
    )
    table.done()
    return option


def words(table: Table, key: str) -> str:
    """Return a text that must be there and not be empty."""
    before = len(table.mistakes)
    text = table.take(key, str)
    if not text.strip() and len(table.mistakes) == before:
        table.wrong(key, "must not be empty")
    return " ".join(text.split())


def _table(text: str, fence: str, source: Source) -> Table | None:
    where = f"{source.file}: {fence}: "
    try:
        return Table(tomllib.loads(text), where, source.problems)
    except tomllib.TOMLDecodeError as error:
        source.problems.append(f"{where}{error}")
        return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_READERS: Mapping[str, Callable[[str, Source], tuple[Block, ...]]] = {
    "include": _listing,
    "mermaid": _diagram,
    "predict": _predict,
    "quiz": _question,
    "run": _runs,
}
