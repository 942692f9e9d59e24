"""What a lesson is: a day of sections, sections of pages, pages of typed blocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sre_course.domain.behaviour import uniform


class Style(StrEnum):
    """How a run of words is set."""

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Span:
    """Some words in one style."""

    text: str
    style: Style = Style.PLAIN


Inline = tuple[Span, ...]


def plain(text: Inline) -> str:
    """Return the words alone."""
    return "".join(span.text for span in text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a page; `level` is 2 or more, 1 being the page's title."""

    level: int
    text: Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: Inline


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `first` is the first number of a numbered one, None for bullets."""

    items: tuple[tuple["Block", ...], ...]
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has as many cells as the head."""

    head: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be shown as they are, never wrapped."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Callout:
    """A box beside the text: a note, a warning, a story."""

    kind: str
    title: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """One connection of a diagram: `->`, `<->` or `--`."""

    source: str
    target: str
    label: str = ""
    arrow: str = "->"

    def __str__(self) -> str:
        told = f" ({self.label})" if self.label else ""
        target = "itself" if self.target == self.source else self.target
        return f"{self.source} {self.arrow} {target}{told}"


@dataclass(frozen=True, slots=True)
class Diagram:
    """A drawing and the list of edges that says the same.

    `groups` are the frames with the labels inside them. `art` is empty where there
    is none, or none that still fits its source.
    """

    name: str
    title: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    edges: tuple[Edge, ...]
    art: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A command of ours that the learner may run right there, without `sre-course`."""

    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(("sre-course", *self.arguments))


@dataclass(frozen=True, slots=True)
class Predict:
    """A question to commit oneself to before the answer is shown; never scored.

    With options the answer is one of them; without, a number is asked for, and the
    answer is that number as text.
    """

    id: str
    text: str
    options: tuple[str, ...]
    answer: str
    why: str


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a quiz question, with the feedback for those who choose it."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question of a section's quiz; exactly one option is right."""

    id: str
    text: str
    options: tuple[Option, ...]

    @property
    def key(self) -> Option:
        """Return the right option."""
        return next(option for option in self.options if option.right)

    def shuffled(self, learner: str) -> tuple[Option, ...]:
        """Return the options in this learner's order: always the same one."""
        return tuple(
            sorted(self.options, key=lambda o: uniform(learner, self.id, o.text))
        )


Block = (
    Heading
    | Paragraph
    | Items
    | Table
    | Code
    | Callout
    | Diagram
    | Run
    | Predict
    | QuizQuestion
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: at most two screens, one new idea.

    `number` is what the learner types, `2.3`. `covers` are ids of the inventory.
    `video` is an address, or empty.
    """

    day: str
    section: str
    name: str
    number: str
    title: str
    covers: tuple[str, ...]
    blocks: tuple[Block, ...]
    video: str = ""

    @property
    def place(self) -> str:
        """Return what is remembered as the learner's place: `metrics/red-and-use`."""
        return f"{self.section}/{self.name}"

    @property
    def id(self) -> str:
        """Return the page's name in the progress: `day1/metrics/red-and-use`."""
        return f"{self.day}/{self.place}"

    @property
    def questions(self) -> tuple[QuizQuestion, ...]:
        """Return the quiz questions on the page."""
        return tuple(b for b in self.blocks if isinstance(b, QuizQuestion))

    @property
    def commands(self) -> tuple[Run, ...]:
        """Return the live commands on the page, also those inside callouts."""
        return commands(self.blocks)


def commands(blocks: Sequence[Block]) -> tuple[Run, ...]:
    """Return the live commands among blocks, in the order in which they stand."""
    found: list[Run] = []
    for block in blocks:
        if isinstance(block, Run):
            found.append(block)
        elif isinstance(block, Callout):
            found.extend(commands(block.blocks))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the day; `number` is the one in its folder's name."""

    number: int
    name: str
    title: str
    minutes: int
    pages: tuple[Page, ...]

    @property
    def questions(self) -> tuple[QuizQuestion, ...]:
        """Return the section's quiz."""
        return tuple(q for page in self.pages for q in page.questions)


@dataclass(frozen=True, slots=True)
class Day:
    """The lesson of one day."""

    name: str
    title: str
    sections: tuple[Section, ...]

    @property
    def pages(self) -> tuple[Page, ...]:
        """Return all pages in reading order."""
        return tuple(page for section in self.sections for page in section.pages)

    @property
    def questions(self) -> tuple[QuizQuestion, ...]:
        """Return all quiz questions."""
        return tuple(q for section in self.sections for q in section.questions)

    def section_of(self, page: Page) -> Section:
        """Return the section that a page belongs to."""
        return next(s for s in self.sections if s.name == page.section)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the glossary; `also` are other names of the same thing."""

    name: str
    text: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """One place where we changed the original course text, and why."""

    id: str
    section: str
    original: str
    problem: str
    now: str
    source: str
