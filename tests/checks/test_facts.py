"""Facts have names that both sides use: what observes an answer, and what explains it."""

import ast
import inspect
import re
from pathlib import Path

import pytest
import torch

from tutorial_code.checks import diagnose, exercises
from tutorial_code.checks.diagnose import (
    compare_networks,
    error_messages,
    function_symptoms,
    judge,
    loop_symptoms,
    network_symptoms,
    optimizer_and_loss_symptoms,
    parallel_layer_symptoms,
    parallel_training_symptoms,
    recognize,
    reference,
    returned_values,
    training_steps,
    wrong_sums,
)
from tutorial_code.checks.exercises import EXERCISES, NAMES, Kind, exercise_of, kind_of, looks_of
from tutorial_code.checks.observe.facts import Fact

LOOPS = (Kind.TRAINING_LOOP, Kind.TEST_LOOP)
ASKED_BY = [
    (network_symptoms, (Kind.NETWORK,)),
    (compare_networks, (Kind.NETWORK,)),
    (optimizer_and_loss_symptoms.loss_symptoms, (Kind.LOSS,)),
    (optimizer_and_loss_symptoms.optimizer_symptoms, (Kind.OPTIMIZER,)),
    (loop_symptoms, LOOPS),
    (training_steps, LOOPS),
    (returned_values, LOOPS),
    (wrong_sums, LOOPS),
    (function_symptoms, (Kind.FUNCTION,)),
    (parallel_layer_symptoms, (Kind.PARALLEL_LAYER,)),
    (parallel_training_symptoms, (Kind.PARALLEL_TRAINING,)),
    (judge, tuple(Kind)),
    (reference, tuple(Kind)),
    (recognize, tuple(Kind)),
]


def asked(part):
    """Return the facts that a module or a function refers to."""
    return {
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(part)))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Fact"
    }


@pytest.mark.parametrize(
    ("part", "kinds"), ASKED_BY, ids=lambda part: getattr(part, "__name__", "")
)
def test_every_fact_that_is_asked_for_is_given(part, kinds):
    given = {
        fact
        for name in NAMES
        if kind_of(name) in kinds
        for scenario in reference.reference_record(name)
        for fact in scenario["facts"]
    }
    assert {Fact[name] for name in asked(part)} <= given


def test_no_explanation_knows_a_fact_by_its_sentence():
    sentences = {str(fact) for fact in Fact if " " in fact}
    for path in Path(diagnose.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and node.value in sentences), path.name


def test_every_module_that_asks_for_facts_is_looked_at_here():
    modules = {inspect.getmodule(part).__name__.rpartition(".")[2] for part, _ in ASKED_BY}
    for path in Path(diagnose.__file__).parent.glob("*.py"):
        assert "Fact." not in path.read_text(encoding="utf-8") or path.stem in modules


def test_nothing_outside_the_exercises_folders_knows_one_by_name():
    """Sentences and docstrings may name one as an example; code may not. What PyTorch has under the
    same name, such as batch_norm, is the name of an operation.
    """
    names = {name for name in NAMES if not hasattr(torch, name)}
    assert {exercise_of(name).id for name in names} == {exercise.id for exercise in EXERCISES}
    room = Path(diagnose.__file__).parent.parent
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and node.value in names), path.name


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_every_name_is_looked_at_in_ways_that_differ(exercise):
    for name in exercise.names:
        looks = [tuple(map(str, look.items())) for look in looks_of(name)]
        assert looks and len(set(looks)) == len(looks)


def test_each_message_and_each_formula_has_an_id_of_its_own():
    ids = [entry["id"] for entry in error_messages._messages()]
    assert len(set(ids)) == len(ids) and all(map(re.compile("[a-z]+(-[a-z]+)*").fullmatch, ids))
    for formulas in wrong_sums.FORMULAS.values():
        ids = [formula.id for formula in formulas]
        assert len(set(ids)) == len(ids)


GOOD = {
    "title": "One",
    "minutes": 5,
    "hints": ["a", "b", "c"],
    "One": {"kind": "network", "look": [{}]},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hints": ["a", "b"]}, "one/exercise.toml needs a title and three hints"),
        ({"title": ""}, "needs a title"),
        ({"minutes": 0}, "one/exercise.toml needs minutes"),
        ({"minutes": "a few"}, "needs minutes"),
        ({"One": {"kind": "block", "look": [{}]}}, "One needs looks, and a kind of network, loss"),
        ({"One": {"kind": "network"}}, "One needs looks"),
    ],
)
def test_a_folder_that_says_too_little_is_named(change, words):
    assert exercises._owners({"one": GOOD}) == {"One": "one"}
    with pytest.raises(LookupError, match=words):
        exercises._owners({"one": {**GOOD, **change}})
    with pytest.raises(LookupError, match="One belongs to two exercises"):
        exercises._owners({"one": GOOD, "two": GOOD})
