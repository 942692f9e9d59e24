"""`answer`: keep what the learner found out, for the next check to judge."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace

from sre_course import wiring
from sre_course.adapters.state.home import home
from sre_course.adapters.state.progress import load, update
from sre_course.adapters.ui.terminal import Terminal
from sre_course.cli.settings import say
from sre_course.domain.errors import UsageError
from sre_course.domain.exercise import Exercise


LONGEST = 200  # characters of an answer


def run_answer(words: list[str], terminal: Terminal, *, as_json: bool) -> int:
    """Take answers from the words, or ask for them at a terminal."""
    where = home()
    tier = "" if not words or "=" in words[0] else words.pop(0)
    which = wiring.resolve(tier, where)
    exercise = wiring.exercise(which)
    given = _given(words, exercise)
    known = load(where).exercise(str(which)).answers
    if not given and terminal.interactive and not as_json:
        given = _asked(exercise, known)
    if given:
        name = str(which)
        progress = update(
            where,
            lambda p: p.with_exercise(
                name,
                replace(
                    p.exercise(name),
                    answers={**p.exercise(name).answers, **given},
                    answered_at=time.time(),
                ),
            ),
        )
        known = progress.exercise(name).answers
    if as_json:
        say(json.dumps({"exercise": str(which), "answers": dict(known)}))
        return 0
    for question in exercise.questions:
        say(question.prompt)
        say(f"  {question.name} = {known.get(question.name, '(not answered)')}")
    if all(known.get(q.name) for q in exercise.questions):
        say(f"Next: sre-course check {which.tier}")
    else:
        q = next(q for q in exercise.questions if not known.get(q.name))
        say(f"Next: sre-course answer {which.tier} {q.name}={q.example}  (for example)")
    return 0


def _given(words: list[str], exercise: Exercise) -> dict[str, str]:
    names = [q.name for q in exercise.questions]
    given = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in names:
            raise UsageError(
                f"{word!r} is no answer of {exercise.id}",
                fix="Write NAME=VALUE with one of: " + ", ".join(names),
            )
        if len(value) > LONGEST:
            raise UsageError(
                f"The answer to {name} is longer than {LONGEST} characters",
                fix=f"For example: {exercise.questions[names.index(name)].example}",
            )
        given[name] = value.strip()
    return given


def _asked(exercise: Exercise, known: Mapping[str, str]) -> dict[str, str]:
    given = {}
    for question in exercise.questions:
        old = known.get(question.name, "")
        say(f"{question.prompt}\n  for example {question.example}")
        told = input(f"  {question.name}{f' [{old}]' if old else ''}: ").strip()
        if told:
            given[question.name] = told[:LONGEST]
    return given
