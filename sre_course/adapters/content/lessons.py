"""Lessons as they lie on disk: `lessons/<day>/lesson.toml` and pages in Markdown."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sre_course.adapters.content.fences import Source, words
from sre_course.adapters.content.markdown import read_blocks
from sre_course.adapters.content.toml import FORMAT_VERSION, Table
from sre_course.domain.errors import ContentError, UsageError
from sre_course.domain.lesson import (
    Block,
    Correction,
    Day,
    Page,
    Predict,
    QuizQuestion,
    Section,
    Term,
)


FIX = "Mend each line above (file: key: what), then run the command again"

_NUMBERED = re.compile(r"(\d\d)-([a-z0-9-]+)$")
_FRONT = re.compile(r"\+\+\+\n(.*?)^\+\+\+\n(.*)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What the pages of a day share while they are read."""

    day: str
    folder: Path
    videos: Mapping[str, str]
    inventory: Mapping[str, str]
    problems: list[str]


def list_days(root: Path) -> tuple[str, ...]:
    """Return the days that have a lesson."""
    return tuple(
        sorted(p.parent.name for p in (root / "lessons").glob("*/lesson.toml"))
    )


def load_day(root: Path, day: str) -> Day:
    """Read a whole lesson. Raises ContentError with all its mistakes, UsageError."""
    if day not in list_days(root):
        known = ", ".join(list_days(root)) or "none"
        raise UsageError(f"There is no lesson `{day}`", fix=f"The lessons are: {known}")
    folder = root / "lessons" / day
    problems: list[str] = []
    table = _document(folder / "lesson.toml", problems)
    videos = _videos(table)
    lesson = _Lesson(day, folder, videos, load_inventory(root, day), problems)
    title = words(table, "title")
    sections = _sections(table.tables("section"), lesson)
    table.done()
    if not problems and not sections:
        table.wrong("section", "there is none")
    _unique_questions(sections, table)
    _raise(problems)
    return Day(day, title, sections)


def load_inventory(root: Path, day: str) -> Mapping[str, str]:
    """Return what a day must deliver, by id; empty where nothing is listed."""
    path = root / "lessons" / day / "inventory.toml"
    if not path.is_file():
        return {}
    problems: list[str] = []
    items = _document(path, problems).take("items", dict)
    _raise(problems)
    return {str(name): str(text) for name, text in items.items()}


def load_glossary(root: Path, day: str) -> tuple[Term, ...]:
    """Return the glossary of a day in alphabetical order."""
    problems: list[str] = []
    table = _document(root / "lessons" / day / "glossary.toml", problems)
    terms: list[Term] = []
    for each in table.tables("term"):
        also = each.strings("also", needed=False)
        terms.append(Term(words(each, "name"), words(each, "text"), also))
        each.done()
    table.done()
    _raise(problems)
    return tuple(sorted(terms, key=lambda term: term.name.lower()))


def load_corrections(root: Path, day: str) -> tuple[Correction, ...]:
    """Return what we changed in the original text, in the order of the file."""
    problems: list[str] = []
    table = _document(root / "lessons" / day / "errata.toml", problems)
    found: list[Correction] = []
    for each in table.tables("correction"):
        keys = ("id", "section", "original", "problem", "now", "source")
        found.append(Correction(*(words(each, key) for key in keys)))
        each.done()
    table.done()
    _raise(problems)
    return tuple(found)


def read_text(path: Path) -> tuple[Block, ...]:
    """Parse a text beside the lessons, such as an exercise's README.

    What a lesson could not show is left out rather than complained about.
    """
    source = Source(path.name, path.parent, path.parent.name, [])
    return read_blocks(path.read_text(encoding="utf-8"), source)


def _document(path: Path, problems: list[str]) -> Table:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"{_name(path)}: TOML: {error}")
        _raise(problems)
        raise  # pragma: no cover - raised above
    table = Table(values, f"{_name(path)}: ", problems)
    version = table.take("format_version", int)
    if "format_version" in values and version != FORMAT_VERSION:
        table.wrong("format_version", f"is {version}, we read {FORMAT_VERSION}")
    return table


def _videos(table: Table) -> Mapping[str, str]:
    videos: dict[str, object] = table.take("videos", dict, {})
    for slot, address in videos.items():
        if not isinstance(address, str) or not re.match(r"$|https?://\S+$", address):
            table.wrong(f"videos.{slot}", "must be an address, or empty")
    return {slot: str(address) for slot, address in videos.items()}


def _sections(tables: Sequence[Table], lesson: _Lesson) -> tuple[Section, ...]:
    told: dict[str, tuple[str, int]] = {}
    for table in tables:
        told[words(table, "name")] = (words(table, "title"), table.take("minutes", int))
        table.done()
    sections: list[Section] = []
    for folder, number, name in _numbered(lesson.folder, ""):
        if name not in told:
            where = f"{_name(folder)}: section"
            lesson.problems.append(f"{where}: lesson.toml has no [[section]] `{name}`")
        title, minutes = told.pop(name, ("", 0))
        pages = tuple(
            _page(path, name, f"{number}.{n}", page, lesson)
            for path, n, page in _numbered(folder, ".md")
        )
        if not pages:
            lesson.problems.append(f"{_name(folder)}: pages: there is none")
        sections.append(Section(number, name, title, minutes, pages))
    lesson.problems.extend(
        f"{_name(lesson.folder / 'lesson.toml')}: section: there is no folder NN-{name}"
        for name in told
    )
    return tuple(sections)


def _numbered(folder: Path, suffix: str) -> list[tuple[Path, int, str]]:
    """Return the entries `NN-name`, with their number and name, in that order."""
    found: list[tuple[Path, int, str]] = []
    for path in sorted(folder.iterdir()):
        match = _NUMBERED.match(path.name.removesuffix(suffix) if suffix else path.name)
        if match and path.suffix == suffix:
            found.append((path, int(match[1]), match[2]))
    return found


def _page(path: Path, section: str, number: str, name: str, lesson: _Lesson) -> Page:
    file = _name(path)
    front, body = _split(path, file, lesson.problems)
    title = words(front, "title")
    covers = front.strings("covers")
    slot = front.take("video", str, "")
    front.done()
    if slot and slot not in lesson.videos:
        front.wrong("video", f"lesson.toml has no slot `{slot}` in [videos]")
    if not covers:
        front.wrong("covers", "must name what the page delivers")
    for item in covers:
        if lesson.inventory and item not in lesson.inventory:
            front.wrong("covers", f"`{item}` is not in inventory.toml")
    source = Source(file, lesson.folder, f"{lesson.day}/{section}", lesson.problems)
    blocks = read_blocks(body, source)
    video = lesson.videos.get(slot, "")
    return Page(lesson.day, section, name, number, title, covers, blocks, video)


def _split(path: Path, file: str, problems: list[str]) -> tuple[Table, str]:
    """Return the front matter between two lines of `+++`, and the text after it."""
    where = f"{file}: "
    try:
        text = path.read_text(encoding="utf-8")
        found = _FRONT.match(text)
        if found is None:
            problems.append(f"{where}front matter: must stand between lines of +++")
            return Table({}, where, []), text
        return Table(tomllib.loads(found[1]), where, problems), found[2]
    except (OSError, ValueError) as error:
        problems.append(f"{where}TOML: {error}")
        return Table({}, where, []), ""


def _unique_questions(sections: Sequence[Section], table: Table) -> None:
    seen: set[str] = set()
    pages = (page for section in sections for page in section.pages)
    for block in (block for page in pages for block in page.blocks):
        if isinstance(block, (QuizQuestion, Predict)):
            if block.id in seen:
                table.wrong("quiz", f"two questions are named {block.id}")
            seen.add(block.id)


def _name(path: Path) -> str:
    """Return a path as authors know it: from `lessons/` on."""
    parts = path.parts
    start = len(parts) - 1 - parts[::-1].index("lessons") if "lessons" in parts else -1
    return "/".join(parts[start:])


def _raise(problems: Sequence[str]) -> None:
    if problems:
        raise ContentError("\n".join(problems), fix=FIX)
