"""Markdown as blocks."""

from pathlib import Path

import pytest

from sre_course.adapters.content.fences import Source
from sre_course.adapters.content.markdown import read_blocks
from sre_course.adapters.content.mermaid import digest
from sre_course.domain.lesson import (
    Block,
    Callout,
    Code,
    Diagram,
    Heading,
    Items,
    Paragraph,
    Predict,
    QuizQuestion,
    Run,
    Span,
    Style,
    Table,
    commands,
    plain,
)


QUIZ = """\
id = "q"
question = "Why?"
option = [
  {text = "a", why = "w"},
  {text = "b", why = "w", right = true},
  {text = "c", why = "w"},
  {text = "d", why = "w"},
]"""


def read(text: str, folder: Path = Path()) -> tuple[tuple[Block, ...], list[str]]:
    """Return the blocks of a text, and the mistakes."""
    problems: list[str] = []
    source = Source("page.md", folder, "day1/metrics", problems)
    return read_blocks(text, source), problems


def fence(info: str, text: str) -> str:
    """Return a fence."""
    return f"```{info}\n{text}\n```\n"


def test_words_keep_their_style() -> None:
    """Strong, emphasis, code, links and pictures."""
    blocks, problems = read(
        "One **two** *three* `four`\nfive [six](https://x.org) <https://y.org> ![p](z)"
    )
    assert not problems
    assert blocks == (
        Paragraph(
            (
                Span("One "),
                Span("two", Style.STRONG),
                Span(" "),
                Span("three", Style.EMPHASIS),
                Span(" "),
                Span("four", Style.CODE),
                Span("\n"),
                Span("five "),
                Span("six"),
                Span(" (https://x.org)"),
                Span(" "),
                Span("https://y.org"),
                Span(" "),
                Span("(picture: p)"),
            )
        ),
    )


def test_headings_lists_and_tables() -> None:
    """Nested lists, numbers that begin elsewhere, and tables."""
    blocks, problems = read(
        "## Two\n\n- a\n  - b\n\n3. c\n\n| x | y |\n|---|---|\n| 1 | `2` |\n"
    )
    assert not problems
    heading, bullets, numbers, table = blocks
    assert heading == Heading(2, (Span("Two"),))
    assert isinstance(bullets, Items)
    assert bullets.first is None
    assert isinstance(bullets.items[0][1], Items)
    assert isinstance(numbers, Items)
    assert numbers.first == 3
    assert table == Table(
        ((Span("x"),), (Span("y"),)), (((Span("1"),), (Span("2", Style.CODE),)),)
    )


def test_callouts_have_a_kind_and_a_title() -> None:
    """The rest of the first paragraph belongs to the body."""
    blocks, problems = read("> [!STORY] The *night*\n> It was dark.\n>\n> And late.\n")
    assert not problems
    (callout,) = blocks
    assert isinstance(callout, Callout)
    assert (callout.kind, callout.title) == ("story", "The night")
    assert [plain(b.text) for b in callout.blocks if isinstance(b, Paragraph)] == [
        "It was dark.",
        "And late.",
    ]


def test_a_quotation_is_a_callout_without_a_kind() -> None:
    """And one that holds no paragraph is, too."""
    (quote, listed), problems = read("> Said so.\n\n\n<!-- -->\n\n> - item\n")
    assert problems == ["page.md: html_block: a lesson cannot show this"]
    assert isinstance(quote, Callout)
    assert (quote.kind, quote.title) == ("quote", "")
    assert isinstance(listed, Callout)
    assert listed.kind == "quote"


def test_an_unknown_callout_is_a_mistake() -> None:
    """The message lists those that there are."""
    _, problems = read("> [!DANGER] Mind\n> the gap\n")
    assert len(problems) == 1
    assert "page.md: [!DANGER]: must be one of NOTE, TIP" in problems[0]


def test_code_stays_as_it_is() -> None:
    """Fenced or indented."""
    blocks, _ = read(fence("text", "a  b\n\n  c") + "\n    four\n")
    assert blocks == (Code("text", "a  b\n\n  c"), Code("", "four"))


def test_live_commands() -> None:
    """One per line; those inside callouts count as well."""
    blocks, problems = read(
        fence("run", "sre-course load --rps 5 --for '10 s'\nsre-course metrics")
        + "\n> [!TIP] Now\n>\n> ```run\n> sre-course status\n> ```\n"
    )
    assert not problems
    assert [r.arguments for r in commands(blocks)] == [
        ("load", "--rps", "5", "--for", "10 s"),
        ("metrics",),
        ("status",),
    ]
    assert str(Run(("metrics",))) == "sre-course metrics"


@pytest.mark.parametrize("line", ["rm -rf /", "sre-course", "sre-course2 x"])
def test_only_our_own_commands_are_live(line: str) -> None:
    """A lesson cannot run anything else."""
    blocks, problems = read(fence("run", line))
    assert blocks == ()
    assert problems == [f"page.md: run: `{line}` must be a command of sre-course"]


def test_listings_are_included(tmp_path: Path) -> None:
    """A whole file, or one region of it."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "a.py").write_text("x = 1\n# region two\ny = 2\n# endregion\nz = 3\n")
    (code / "a.txt").write_text("plain\n")
    blocks, problems = read(
        fence("include", "a.py#two") + fence("include", "a.txt"), tmp_path
    )
    assert not problems
    assert blocks == (Code("python", "y = 2"), Code("text", "plain"))


def test_a_missing_listing_is_a_mistake(tmp_path: Path) -> None:
    """File or region."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code/a.py").write_text("x = 1\n")
    blocks, problems = read(
        fence("include", "a.py#two") + fence("include", "b.py"), tmp_path
    )
    assert blocks == ()
    assert problems == [
        "page.md: include: code/a.py has no region `two`",
        "page.md: include: there is no code/b.py",
    ]


CHART = "%% diagram: d\naccTitle: D\nflowchart TD\nA --> B"


def diagram(folder: Path) -> Diagram:
    """Return the diagram of the chart above."""
    (block,), problems = read(fence("mermaid", CHART), folder)
    assert not problems
    assert isinstance(block, Diagram)
    return block


def test_art_is_shown_only_while_it_fits_its_source(tmp_path: Path) -> None:
    """The edge list is always right; a drawing may be out of date."""
    folder = tmp_path / "diagrams"
    folder.mkdir()
    assert diagram(tmp_path).art == ""
    (folder / "d.txt").write_text("A ──► B\n")
    (folder / "d.sha256").write_text(digest(CHART + " ") + "\n")
    assert diagram(tmp_path).art == "A ──► B"
    (folder / "d.sha256").write_text(digest(CHART + "\nB --> C"))
    assert diagram(tmp_path).art == ""
    assert [str(e) for e in diagram(tmp_path).edges] == ["A -> B"]


def test_a_chart_that_cannot_be_read_is_shown_as_code() -> None:
    """And is a mistake."""
    blocks, problems = read(fence("mermaid", "pie\n  x : 3"))
    assert blocks == (Code("mermaid", "pie\n  x : 3"),)
    assert problems[0].startswith("page.md: mermaid: cannot read")


def test_a_quiz_question() -> None:
    """Its id says where it belongs."""
    (block,), problems = read(fence("quiz", QUIZ))
    assert not problems
    assert isinstance(block, QuizQuestion)
    assert block.id == "day1/metrics/q"
    assert block.key.text == "b"


def test_options_are_shuffled_per_learner() -> None:
    """Always the same way for one learner, and not for all of them."""
    (block,), _ = read(fence("quiz", QUIZ))
    assert isinstance(block, QuizQuestion)
    assert block.shuffled("ann") == block.shuffled("ann")
    orders = {block.shuffled(f"learner {n}") for n in range(40)}
    assert len(orders) > 10
    places = {order.index(block.key) for order in orders}
    assert places == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('"b", why = "w", right = true', '"b", why = "w"'), "exactly one"),
        (('"a", why = "w"', '"a", why = "w", right = true'), "exactly one"),
        (('  {text = "d", why = "w"},\n', ""), "there must be 4"),
        (('question = "Why?"', 'question = " "'), "question: must not be empty"),
        (('question = "Why?"', "question = 3"), "question: must be a string"),
        (('id = "q"', 'id = "q"\ncolour = 1'), "colour: is not known"),
        (('"c", why = "w"', '"c", why = ""'), "option[2].why: must not be empty"),
        (('"c", why = "w"', '"c", hint = "w", why = "w"'), "hint: is not known"),
        (('id = "q"', "id = "), "quiz: "),
    ],
)
def test_a_broken_question_is_a_mistake(change: tuple[str, str], told: str) -> None:
    """Each is named with its file and key."""
    _, problems = read(fence("quiz", QUIZ.replace(*change)))
    assert any(told in problem for problem in problems), problems
    assert all(problem.startswith("page.md: quiz: ") for problem in problems)


def test_predictions() -> None:
    """A number, or one of some options."""
    number = 'id = "n"\nquestion = "How many?"\nanswer = "4000"\nwhy = "So."'
    choice = number.replace('"4000"', '"no"\noptions = ["yes", "no"]')
    blocks, problems = read(fence("predict", number) + fence("predict", choice))
    assert not problems
    assert blocks == (
        Predict("day1/metrics/n", "How many?", (), "4000", "So."),
        Predict("day1/metrics/n", "How many?", ("yes", "no"), "no", "So."),
    )


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('"lots"', "must be a number"),
        ('"perhaps"\noptions = ["yes", "no"]', "one of the options"),
        ("=", "predict: "),
    ],
)
def test_a_broken_prediction_is_a_mistake(answer: str, told: str) -> None:
    """Its answer must be one that can be given."""
    text = f'id = "n"\nquestion = "How many?"\nwhy = "So."\nanswer = {answer}'
    _, problems = read(fence("predict", text))
    assert any(told in problem for problem in problems)
