"""Lessons as they lie on disk."""

from pathlib import Path

import pytest

from sre_course.adapters.content.lessons import (
    list_days,
    load_corrections,
    load_day,
    load_glossary,
    load_inventory,
    read_text,
)
from sre_course.domain.errors import ContentError, UsageError
from sre_course.domain.lesson import Code, Paragraph


MANIFEST = """
format_version = 1
title = "A day"

[videos]
intro = "https://example.org/v"
later = ""

[[section]]
name = "first"
title = "The first"
minutes = 5

[[section]]
name = "second"
title = "The second"
minutes = 6
"""
QUIZ = """
```quiz
id = "q"
question = "Why?"
option = [
  {text = "a", why = "w", right = true}, {text = "b", why = "w"},
  {text = "c", why = "w"}, {text = "d", why = "w"},
]
```
"""


def page(
    title: str = "T", covers: str = '["A"]', more: str = "", body: str = ""
) -> str:
    """Return the text of a page."""
    return f'+++\ntitle = "{title}"\ncovers = {covers}\n{more}\n+++\n{body}\n'


FILES = {
    "lesson.toml": MANIFEST,
    "inventory.toml": 'format_version = 1\n[items]\n"A" = "what"\n"B" = "that"\n',
    "01-first/00-start.md": page("Start", more='video = "intro"'),
    "01-first/01-more.md": page("More", '["A", "B"]', 'video = "later"', QUIZ),
    "07-second/03-only.md": page("Only"),
    "code/x.py": "x = 1\n",
}


def course(root: Path, **changes: str) -> Path:
    """Write a course with some files changed; an empty text removes one."""
    for name, text in {**FILES, **changes}.items():
        path = root / "lessons/day1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if not text:
            path.unlink()
    return root


def test_a_lesson_is_read_from_its_folders(tmp_path: Path) -> None:
    """Numbers come from the names, the rest from manifest and front matter."""
    day = load_day(course(tmp_path), "day1")
    assert (day.name, day.title) == ("day1", "A day")
    assert [(s.number, s.name, s.title, s.minutes) for s in day.sections] == [
        (1, "first", "The first", 5),
        (7, "second", "The second", 6),
    ]
    assert [(p.number, p.id, p.title, p.covers) for p in day.pages] == [
        ("1.0", "day1/first/start", "Start", ("A",)),
        ("1.1", "day1/first/more", "More", ("A", "B")),
        ("7.3", "day1/second/only", "Only", ("A",)),
    ]
    assert [q.id for q in day.questions] == ["day1/first/q"]
    assert day.sections[0].questions == day.questions
    assert day.section_of(day.pages[2]) is day.sections[1]


def test_an_empty_video_slot_shows_nothing(tmp_path: Path) -> None:
    """A filled one is the page's video."""
    day = load_day(course(tmp_path), "day1")
    assert [p.video for p in day.pages] == ["https://example.org/v", "", ""]


def test_another_section_needs_no_change_in_code(tmp_path: Path) -> None:
    """A folder and four lines in the manifest are enough."""
    more = '\n[[section]]\nname = "third"\ntitle = "Third"\nminutes = 7\n'
    files = {"lesson.toml": MANIFEST + more, "03-third/01-x.md": page("X")}
    day = load_day(course(tmp_path, **files), "day1")
    assert [s.number for s in day.sections] == [1, 3, 7]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Each as `file: key: what`."""
    files = {
        "lesson.toml": MANIFEST.replace('name = "second"', 'name = "zweite"')
        .replace('title = "A day"', "titel = 1")
        .replace('later = ""', 'later = "ftp:/x y"')
        .replace("minutes = 5", 'minutes = "five"\ncolour = 3'),
        "01-first/00-start.md": page('"', '["Z"]', 'video = "nope"\nauthor = "me"'),
        "01-first/01-more.md": page("More", "[]", "", "[[[\n\n<b>\n\n" + QUIZ * 2),
        "07-second/03-only.md": "no front matter\n",
        "07-second/04-new.md": page("New", more="", body="```run\nls\n```"),
    }
    with pytest.raises(ContentError) as told:
        load_day(course(tmp_path, **files), "day1")
    mistakes = told.value.message.splitlines()
    file = "lessons/day1/lesson.toml"
    only = "lessons/day1/07-second/03-only.md"
    for expected in (
        f"{file}: title: is missing",
        f"{file}: titel: is not known",
        f"{file}: videos.later: must be an address, or empty",
        f"{file}: section[0].minutes: must be a whole number, not 'five'",
        f"{file}: section[0].colour: is not known",
        f"{file}: section: there is no folder NN-zweite",
        "lessons/day1/07-second: section: lesson.toml has no [[section]] `second`",
        "lessons/day1/01-first/01-more.md: html_block: a lesson cannot show this",
        f"{only}: front matter: must stand between lines of +++",
        "lessons/day1/07-second/04-new.md: run: `ls` must be a command of sre-course",
        f"{file}: quiz: two questions are named day1/first/q",
    ):
        assert expected in mistakes, (expected, mistakes)
    assert any("00-start.md: TOML: " in mistake for mistake in mistakes)
    assert "file: key: what" in told.value.fix


@pytest.mark.parametrize(
    ("front", "told"),
    [
        (page("  "), "title: must not be empty"),
        (page("T", '["Z"]'), "covers: `Z` is not in inventory.toml"),
        (page("T", "3"), "covers: must be a list, not 3"),
        (page("T", more='video = "nope"'), "video: lesson.toml has no slot `nope`"),
        (page("T", more='author = "me"'), "author: is not known"),
    ],
)
def test_a_wrong_front_matter_is_a_mistake(
    tmp_path: Path, front: str, told: str
) -> None:
    """It is named with its key."""
    with pytest.raises(ContentError, match=r"03-only\.md") as error:
        load_day(course(tmp_path, **{"07-second/03-only.md": front}), "day1")
    assert told in error.value.message


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"lesson.toml": "title ="}, "lesson.toml: TOML: "),
        ({"lesson.toml": MANIFEST.replace("= 1", "= 2")}, "is 2, we read 1"),
        ({"lesson.toml": 'format_version = 1\ntitle = "x"'}, "has no [[section]]"),
        ({"07-second/03-only.md": ""}, "07-second: pages: there is none"),
        ({"inventory.toml": "["}, "inventory.toml: TOML: "),
    ],
)
def test_a_broken_manifest_is_a_mistake(
    tmp_path: Path, files: dict[str, str], told: str
) -> None:
    """Also where nothing else can be read."""
    with pytest.raises(ContentError) as error:
        load_day(course(tmp_path, **files), "day1")
    assert told in error.value.message


def test_a_lesson_without_sections_is_a_mistake(tmp_path: Path) -> None:
    """There would be nothing to read."""
    folder = tmp_path / "lessons/day1"
    folder.mkdir(parents=True)
    (folder / "lesson.toml").write_text('format_version = 1\ntitle = "x"\n')
    with pytest.raises(ContentError, match="section: there is none"):
        load_day(tmp_path, "day1")


def test_a_page_that_is_not_text_is_a_mistake(tmp_path: Path) -> None:
    """And is named."""
    root = course(tmp_path)
    (root / "lessons/day1/07-second/03-only.md").write_bytes(b"+++\n\xff\n+++\n")
    with pytest.raises(ContentError, match=r"03-only\.md: TOML: "):
        load_day(root, "day1")


def test_an_unknown_day_is_refused(tmp_path: Path) -> None:
    """The message lists those that there are."""
    assert list_days(course(tmp_path)) == ("day1",)
    with pytest.raises(UsageError) as told:
        load_day(tmp_path, "day9")
    assert told.value.fix == "The lessons are: day1"
    with pytest.raises(UsageError, match="day1"):
        load_day(tmp_path / "empty", "day1")


def test_an_inventory_is_optional(tmp_path: Path) -> None:
    """Without one, pages may claim what they like."""
    root = course(tmp_path, **{"inventory.toml": ""})
    assert load_inventory(root, "day1") == {}
    assert load_day(root, "day1").pages


def test_a_glossary_is_sorted(tmp_path: Path) -> None:
    """Upper and lower case alike."""
    terms = "".join(
        f'[[term]]\nname = "{name}"\ntext = "t"\n' for name in ("b", "A", "c")
    )
    root = course(tmp_path, **{"glossary.toml": f"format_version = 1\n{terms}"})
    assert [t.name for t in load_glossary(root, "day1")] == ["A", "b", "c"]


def test_wrong_references_are_mistakes(tmp_path: Path) -> None:
    """In the glossary and in the errata."""
    root = course(
        tmp_path,
        **{
            "glossary.toml": 'format_version = 1\n[[term]]\nname = "a"\nx = 1\n',
            "errata.toml": 'format_version = 1\n[[correction]]\nid = "R1"\n',
        },
    )
    with pytest.raises(ContentError) as told:
        load_glossary(root, "day1")
    assert "glossary.toml: term[0].text: is missing" in told.value.message
    assert "glossary.toml: term[0].x: is not known" in told.value.message
    with pytest.raises(ContentError, match=r"errata\.toml: correction\[0\]\.problem"):
        load_corrections(root, "day1")


def test_a_text_beside_the_lessons_is_read_gently(tmp_path: Path) -> None:
    """What cannot be shown is left out."""
    path = tmp_path / "README.md"
    path.write_text("# Title\n\n<details>\n\nText\n\n```python\nx\n```\n")
    blocks = read_text(path)
    assert isinstance(blocks[1], Paragraph)
    assert blocks[2] == Code("python", "x")
