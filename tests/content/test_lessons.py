"""Every lesson: complete, short enough, and true to the commands that there are."""

import re
import shlex
import statistics
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
import typer.main

from sre_course.adapters.content.lessons import (
    list_days,
    load_corrections,
    load_day,
    load_glossary,
    load_inventory,
)
from sre_course.adapters.content.locate import course_root
from sre_course.adapters.content.mermaid import digest, read_diagram
from sre_course.adapters.ui.ascii import to_ascii
from sre_course.adapters.ui.lesson import page_head, render_all, video_line
from sre_course.adapters.ui.terminal import Terminal
from sre_course.cli.app import build
from sre_course.domain.lesson import (
    Block,
    Callout,
    Code,
    Day,
    Diagram,
    Page,
    Predict,
    QuizQuestion,
    Section,
)


ROOT = course_root()
DAYS = [load_day(ROOT, name) for name in list_days(ROOT)]
SECTIONS = [section for day in DAYS for section in day.sections]
PAGES = [(day, page) for day in DAYS for page in day.pages]
QUESTIONS = [question for day in DAYS for question in day.questions]
TEXTS = sorted((ROOT / "lessons").rglob("*.md")) + sorted(
    (ROOT / "lessons").rglob("*.toml")
)
CHARTS = [
    (path, source)
    for path in TEXTS
    for source in re.findall(
        r"```mermaid\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL
    )
]

SCREENS = 44  # lines: two screens of 80x24 without the prompt
LIVE = {"answer", "check", "hint", "load", "metrics", "start", "status"}
FENCES = {"include", "mermaid", "predict", "quiz", "run", "text"}
TIERS = (
    "\N{LEFT-POINTING MAGNIFYING GLASS}\N{JIGSAW PUZZLE PIECE}\N{ELECTRIC LIGHT BULB}"
)
ART_WIDTH = 76

each_page = pytest.mark.parametrize(
    ("day", "page"), PAGES, ids=[page.number for _, page in PAGES]
)
each_section = pytest.mark.parametrize(
    "section", SECTIONS, ids=[s.name for s in SECTIONS]
)
each_text = pytest.mark.parametrize("path", TEXTS, ids=[p.name for p in TEXTS])
each_chart = pytest.mark.parametrize(
    ("path", "source"), CHARTS, ids=[p.name for p, _ in CHARTS]
)


def shown(day: Day, page: Page, *, plain: bool, width: int = 80) -> str:
    """Return a page as the terminal shows it."""
    terminal = Terminal(
        plain=plain, interactive=False, colour=not plain, unicode=True, width=width
    )
    head = page_head(page, day.section_of(page), terminal)
    body = render_all([*video_line(page), *page.blocks], terminal)
    return f"{head}\n\n{body}"


def inside(blocks: tuple[Block, ...]) -> list[Block]:
    """Return blocks, and those inside callouts."""
    return [
        found
        for block in blocks
        for found in (
            block,
            *(inside(block.blocks) if isinstance(block, Callout) else ()),
        )
    ]


@pytest.mark.parametrize("plain", [False, True], ids=["rich", "plain"])
@each_page
def test_a_page_is_at_most_two_screens(day: Day, page: Page, *, plain: bool) -> None:
    """At 80 columns, with its head."""
    assert shown(day, page, plain=plain).count("\n") + 1 <= SCREENS


@pytest.mark.parametrize("width", [40, 60, 80, 100])
@each_page
def test_plain_pages_are_plain(day: Day, page: Page, width: int) -> None:
    """No control character and no icon; every line of text fits."""
    text = shown(day, page, plain=True, width=width)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert not set(text) & set(TIERS)
    lines = [line for line in text.splitlines() if not line.startswith("    ")]
    allowed = max(width, *(len(word) + 4 for word in text.split()))
    longest = max(lines, key=len)
    assert len(longest) <= allowed or longest.startswith("Live command: ")


@each_page
def test_a_page_can_be_shown_without_utf8(day: Day, page: Page) -> None:
    """Every character has a stand-in: none becomes a question mark."""
    text = shown(day, page, plain=True)
    assert to_ascii(text).count("?") == text.count("?")


@each_page
def test_listings_fit(day: Day, page: Page) -> None:
    """Code is not wrapped, so it must be short enough."""
    for block in inside(page.blocks):
        if isinstance(block, Code):
            assert max(map(len, block.text.splitlines())) <= ART_WIDTH


@each_text
def test_texts_hold_no_other_icons(path: Path) -> None:
    """The three tier marks, and nothing else that plain text would have to drop."""
    text = path.read_text(encoding="utf-8")
    odd = {c for c in text if unicodedata.category(c) == "So" and c not in TIERS}
    assert not odd
    assert all(f"{mark} " in text for mark in TIERS if mark in text)


@each_text
def test_code_is_included_and_never_typed(path: Path) -> None:
    """Listings come from files that are tested."""
    fence = re.compile(r"^ *(?:> )*```(\S*).*?```", re.MULTILINE | re.DOTALL)
    assert set(fence.findall(path.read_text(encoding="utf-8"))) <= FENCES


COMMANDS = typer.main.get_command(build())


def options_of(name: str) -> set[str]:
    """Return the options of a command."""
    command = COMMANDS.commands[name]  # type: ignore[attr-defined]
    return {o for p in command.params for o in p.opts if o.startswith("--")} | {
        "--help"
    }


@each_text
def test_commands_that_a_text_names_exist(path: Path) -> None:
    """With their options; `--plain` and `--no-input` may stand anywhere."""
    text = re.sub(r"\s+", " ", path.read_text(encoding="utf-8").replace("\n", " ; "))
    known = COMMANDS.commands  # type: ignore[attr-defined]
    for name, rest in re.findall(r"`sre-course ([a-z]+)([^`;]*)", text) + re.findall(
        r"; sre-course ([a-z]+)([^`;]*)", text
    ):
        assert name in known, name
        given = {word.partition("=")[0] for word in shlex.split(rest)}
        unknown = {o for o in given if o.startswith("--")} - options_of(name)
        assert not unknown - {"--plain", "--no-input"}, (name, rest)


@each_page
def test_live_commands_are_harmless(day: Day, page: Page) -> None:
    """Looking and loading, nothing that changes or removes what a learner made."""
    for command in page.commands:
        assert command.arguments[0] in LIVE
        assert "--watch" not in command.arguments  # it would not end by itself


@each_section
def test_a_section_has_three_questions(section: Section) -> None:
    """Each with four options, of which one is right, and feedback for each."""
    assert len(section.questions) == 3
    for question in section.questions:
        assert len(question.options) == 4
        assert [o.right for o in question.options].count(True) == 1
        assert len({o.text for o in question.options}) == 4
        assert len({o.why for o in question.options}) == 4


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_options_do_not_give_the_key_away(question: QuizQuestion) -> None:
    """Their lengths are within a factor of two."""
    lengths = [len(option.text) for option in question.options]
    assert max(lengths) <= 2 * min(lengths)


def test_the_longest_option_is_not_always_right() -> None:
    """In at most half of the questions."""
    longest = [max(q.options, key=lambda o: len(o.text)).right for q in QUESTIONS]
    assert sum(longest) <= len(QUESTIONS) / 2


def test_the_key_may_stand_anywhere() -> None:
    """Over many learners each place is about as likely as the others."""
    counts = [0, 0, 0, 0]
    for number in range(200):
        for question in QUESTIONS:
            counts[question.shuffled(f"{number}").index(question.key)] += 1
    even = statistics.mean(counts)
    assert all(abs(count - even) < 0.2 * even for count in counts)


@pytest.mark.parametrize("section", [s for s in SECTIONS if s.number in (1, 2)])
def test_a_section_asks_for_a_prediction(section: Section) -> None:
    """At least once; `hands-on` is predicted by doing."""
    blocks = [block for page in section.pages for block in page.blocks]
    assert any(isinstance(block, Predict) for block in blocks)


def words(text: str) -> set[str]:
    """Return the words of a label or a drawing."""
    return set(re.findall(r"[A-Za-z0-9]+", text))


def art_of(source: str) -> str:
    """Return the drawing of a chart."""
    (path,) = (ROOT / "lessons").glob(f"*/diagrams/{read_diagram(source).name}.txt")
    return path.read_text(encoding="utf-8")


@each_chart
def test_a_drawing_belongs_to_its_chart(path: Path, source: str) -> None:
    """Its checksum says so. If you changed the chart: redraw it, then write this."""
    folder = path.parents[1] / "diagrams"
    known = (folder / f"{read_diagram(source).name}.sha256").read_text().strip()
    assert known == digest(source)


@each_chart
def test_a_drawing_says_what_its_chart_says(path: Path, source: str) -> None:
    """Every word, one arrowhead per edge, and it fits."""
    diagram, art = read_diagram(source), art_of(source)
    said = " ".join(
        [frame for frame, _ in diagram.groups]
        + [label for _, labels in diagram.groups for label in labels]
        + [edge.label for edge in diagram.edges]
    )
    assert not words(said) - words(art)
    heads = {"->": 1, "<->": 2, "--": 0}
    assert sum(map(art.count, "►◄▲▼")) == sum(heads[e.arrow] for e in diagram.edges)
    assert max(map(len, art.splitlines())) <= ART_WIDTH
    assert to_ascii(art).count("?") == art.count("?")


@each_page
def test_every_chart_is_drawn(day: Day, page: Page) -> None:
    """The edge list is for terminals that need it, not for lazy authors."""
    assert all(block.art for block in page.blocks if isinstance(block, Diagram))


def test_the_inventory_of_the_first_sections_is_delivered() -> None:
    """Everything of the front matter and of sections 1 and 2."""
    covered = {item for _, page in PAGES for item in page.covers}
    inventory = load_inventory(ROOT, "day1")
    wanted = {
        item
        for item in inventory
        if re.match(r"S[012]\.|O[BIA]\d|T1\.", item)
        or item in {"D1", "W0", "V1", "A1", "D2", "H1", "V2", "X1"}
    }
    assert len(wanted) == 4 + 12 + 12 + 3 + 11 + 3 + 5
    assert not wanted - covered
    assert covered <= set(inventory)


def test_the_inventory_has_what_the_course_promised() -> None:
    """Counted as the original text was: diagrams, objectives, stories and so on."""
    names = set(load_inventory(ROOT, "day1"))
    counts = {
        "D": 6,
        "T": 9,
        "A": 3,
        "O": 12,
        "H": 3,
        "W": 3,
        "X": 3,
        "K": 3,
        "V": 5,
        "U": 5,
    }
    assert {
        letter: len([n for n in names if n[0] == letter]) for letter in counts
    } == counts


def test_pages_are_numbered_without_gaps() -> None:
    """Within a section, so that `page 3 of 9` and `2.3` do not confuse."""
    for section in SECTIONS:
        numbers = [int(page.number.partition(".")[2]) for page in section.pages]
        assert all(b - a == 1 for a, b in pairwise(numbers))


TERMS = """
observability, monitoring, telemetry, pillar, hypothesis test, metric, counter, gauge,
histogram, throughput, latency, p95, p99, label, cardinality, scrape, time series,
RED, USE, dashboard, alert rule, log event, log level, trace, span, exemplar, route
template, status class, reset, bucket, quantile, mitigation, SLI, SLO, error budget,
burn rate, Prometheus, Grafana, Alertmanager, Datadog, InfluxDB, PagerDuty,
Kubernetes, Flask, prometheus_client, OpenTelemetry, PromQL, saturation
"""


def test_the_glossary_explains_what_is_used() -> None:
    """In one to two sentences each, and each term once."""
    terms = load_glossary(ROOT, "day1")
    names = [name for term in terms for name in (term.name, *term.also)]
    assert not {t.strip() for t in " ".join(TERMS.split()).split(",")} - set(names)
    assert len({name.lower() for name in names}) == len(names)
    for term in terms:
        assert 1 <= len(re.findall(r"[.!](?:\s|$)", term.text)) <= 2, term.name


def test_the_errata_name_what_sections_1_and_2_changed() -> None:
    """Each with its reason and its source, once."""
    corrections = load_corrections(ROOT, "day1")
    ids = [c.id for c in corrections]
    wanted = {f"R{n:02}" for n in range(9, 27)} | {"R48", "R52", "R53"}
    assert wanted <= set(ids)
    assert len(set(ids)) == len(ids)
    assert {c.section for c in corrections} <= {s.name for s in SECTIONS}
