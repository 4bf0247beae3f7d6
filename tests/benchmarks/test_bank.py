"""Any checker over the bank, the field's usual checks, and the record of both beside ours."""

import json
import subprocess
import sys

import pytest
from helpers import ANSWERS, ROOT

sys.path.append(str(ROOT / "benchmarks"))

import bank
import bank_record
import usual_checks

from tutorial_code.checks.exercises import EXERCISES, NAMES, find_exercise
from tutorial_code.shared.tables import recorded_run

BLOCK = "import torch\n\n\nclass Bottleneck(torch.nn.Module):\n    pass\n"


@pytest.fixture
def small(tmp_path):
    """A bank of one right, two wrong and one hostile answer."""
    for path, first in {
        "bottleneck/right/01_a.py": "",
        "bottleneck/wrong/01_b.py": "# EXPECT: no-final-relu\n# MISTAKE: no last ReLU\n",
        "bottleneck/wrong/02_c.py": "# EXPECT: relu\n",
        "hostile/01_d.py": "# EXPECT: no-result\n# HOSTILE: it never ends\n",
    }.items():
        file = tmp_path / "bank" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(first + BLOCK, encoding="utf-8")
    return tmp_path / "bank"


@pytest.fixture
def figures(small, tmp_path, monkeypatch, capsys):
    """Run bank.py with a checker that is this Python code; return exit code and what is printed."""

    def run(code, *options):
        checker = tmp_path / "checker.py"
        checker.write_text(code, encoding="utf-8")
        command = f'"{sys.executable}" "{checker}" {{file}} {{exercise}}'.replace("\\", "/")
        argv = ["bank.py", "--bank", str(small), "--checker", command, *options]
        monkeypatch.setattr(sys, "argv", argv)
        result = bank.main()
        return result, capsys.readouterr().out

    return run


def line_of(out, words):
    (line,) = [line for line in out.splitlines() if line.startswith(words)]
    return line.removeprefix(words).strip()


def test_who_says_that_all_is_right_catches_nothing(figures):
    code, out = figures("raise SystemExit(0)")
    assert code == 0
    assert line_of(out, "right answers accepted") == "1 of 1"
    assert line_of(out, "wrong answers caught") == "0 of 2"
    assert "accepted    bottleneck/wrong/01_b.py" in out and "named" not in out
    assert out.splitlines()[-2].split() == ["no", "verdict", "0"]


def test_who_says_that_all_is_wrong_accepts_nothing(figures):
    _, out = figures("raise SystemExit(1)")
    assert line_of(out, "right answers accepted") == "0 of 1"
    assert line_of(out, "wrong answers caught") == "2 of 2"
    assert "refused     bottleneck/right/01_a.py" in out


@pytest.mark.parametrize("code", ["import os; os.abort()", "raise SystemExit(2)"])
def test_who_crashes_gives_no_verdict(figures, code):
    _, out = figures(code, "--jobs", "2")
    assert line_of(out, "right answers accepted") == "0 of 1"
    assert line_of(out, "wrong answers caught") == "0 of 2"
    assert out.count("no verdict  bottleneck/") == 3


def test_who_hangs_is_ended_with_all_that_it_started_and_gives_no_verdict(figures):
    child = "[sys.executable, '-c', 'import time; time.sleep(600)']"
    code = f"import subprocess, sys; subprocess.run({child})"
    _, out = figures(code, "--time-limit", "1.5", "--limit", "1")
    assert line_of(out, "wrong answers caught") == "0 of 1"
    assert out.count("no verdict  bottleneck/") == 2


def test_a_mistake_is_named_by_the_last_line_and_by_its_whole_id(figures):
    code = "print('relu'); print('It is no-final-relu.'); print(); raise SystemExit(1)"
    _, out = figures(code, "--named")
    assert line_of(out, "wrong answers named") == "1 of 2"  # `relu` is not in the last line
    assert "other name  bottleneck/wrong/02_c.py" in out and "01_b" not in out


def test_the_checker_sees_the_answer_and_not_what_it_is(figures, tmp_path):
    seen = tmp_path / "seen"
    code = (
        "import sys, pathlib\n"
        f"with open({str(seen)!r}, 'a') as file:\n"
        "    print(sys.argv[1:], pathlib.Path(sys.argv[1]).read_text(), file=file)\n"
    )
    figures(code)
    text = seen.read_text(encoding="utf-8")
    assert text.count(BLOCK) == 3 and text.count("'bottleneck']") == 3
    for word in ("right", "wrong", "EXPECT", "MISTAKE", "01_b"):
        assert word not in text.replace(str(tmp_path), "")


def test_hostile_answers_are_judged_only_if_asked_for(figures):
    _, out = figures("raise SystemExit(1)", "--hostile")
    assert line_of(out, "hostile, wrong answers caught") == "1 of 1"
    assert line_of(out, "wrong answers caught") == "2 of 2"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--checker", "true"], "Write {file}"),
        (["--checker", "there-is-no-such-checker {file}"], "there-is-no-such-checker"),
        (["--checker", "true {file}", "--exercise", "nothing"], "There is no exercise"),
        (["--checker", "true {file}", "--bank", "nowhere"], "nowhere holds no answers"),
    ],
)
def test_what_cannot_be_run_is_said_in_a_sentence(options, words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bank.py", "--limit", "1", *options])
    assert bank.main() == 2
    said = capsys.readouterr().err
    assert words in said and said.startswith("bank: ") and said.count("\n") == 1


def test_every_answer_of_the_bank_says_what_it_is():
    answers = bank.answers_of(hostile=True)
    assert {answer.exercise for answer in answers} == set(EXERCISES)
    for answer in answers:
        assert answer.hostile or answer.right == (answer.path.parent.name == "right")
        assert b"# EXPECT" not in bank.text_for_a_checker(answer)[:400]


# The usual checks.


def usual(exercise, answer):
    path = ANSWERS / exercise / f"{answer}.py"
    answer = bank.Answer(path, find_exercise(exercise), right=True, mistake="")
    (judged,) = bank_record.usual([answer], time_limit=100)
    return {name: each.says_right for name, each in judged.items()}


def test_every_class_and_function_of_the_exercises_has_a_usual_check():
    assert set(usual_checks.CHECKS) == set(NAMES)


@pytest.mark.skipif(sys.platform == "win32", reason="answers are forked, as where it is recorded")
@pytest.mark.parametrize(
    ("exercise", "answer", "runs", "counts"),
    [
        ("layers", "right/05_fourier", True, True),
        ("layers", "right/09_in_double_and_back", True, True),  # returns one stacked tensor
        ("bottleneck", "right/01_torchvision_style", True, True),
        ("bottleneck", "wrong/01_relu_before_add_only", True, True),  # neither check sees it
        ("training", "right/01_zero_grad_first", True, True),
        ("testing", "right/10_numpy", True, True),
        ("sync_batch_norm", "right/03_own_autograd_function", True, True),
        ("distributed", "right/01_rate_set_by_hand", True, True),
    ],
)
def test_the_usual_checks_see_what_runs_and_what_can_be_counted(exercise, answer, runs, counts):
    assert usual(exercise, answer) == {"runs": runs, "counts": counts}


def test_what_counts_is_seen_by_the_second_check_alone():
    source = (ANSWERS / "bottleneck/right/01_torchvision_style.py").read_text(encoding="utf-8")
    biased = source.replace("bias=False", "bias=True")
    assert biased != source
    bottleneck = find_exercise("bottleneck")
    assert usual_checks.judge(biased, bottleneck) == {"runs": True, "counts": False}
    assert usual_checks.judge(BLOCK, bottleneck) == {"runs": False, "counts": False}
    assert usual_checks.judge("1 / 0", bottleneck) == {"runs": False, "counts": False}


@pytest.mark.skipif(sys.platform == "win32", reason="answers are forked, as where it is recorded")
@pytest.mark.parametrize("code", ["import os; os._exit(0)", "while True: pass"])
def test_an_answer_that_ends_its_process_or_never_ends_fails_the_usual_checks(code, tmp_path):
    path = tmp_path / "answer.py"
    path.write_text(code, encoding="utf-8")
    answer = bank.Answer(path, find_exercise("bottleneck"), right=False, mistake="")
    (judged,) = bank_record.usual([answer], time_limit=1.5)
    assert {each.says_right for each in judged.values()} == {False}


# The record.


@pytest.mark.skipif(sys.platform == "win32", reason="answers are forked, as where it is recorded")
def test_a_record_goes_on_where_it_stopped_and_sums_up(tmp_path, monkeypatch):
    chosen = [find_exercise("bottleneck"), find_exercise("testing")]
    monkeypatch.setattr(bank_record, "EXERCISES", chosen)

    def record(*options):
        argv = ["bank_record.py", "--limit", "1", "--runs", str(tmp_path), *options]
        monkeypatch.setattr(sys, "argv", argv)
        bank_record.main()
        lines = (tmp_path / bank_record.NAME / "rows.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    rows = record()
    assert [row["exercise"] for row in rows] == ["bottleneck", "testing", "all"] * 3
    *_, ours = rows
    assert set(ours) == set(recorded_run(bank_record.NAME).columns)
    assert (ours["right"], ours["accepted"]) == (2, 2)
    assert (ours["wrong"], ours["caught"], ours["named"]) == (2, 2, 2)
    assert rows[0]["named"] is None and rows[0]["accepted"] == 1
    # A piece that is missing is made, and nothing else.
    path = tmp_path / bank_record.NAME / "rows.jsonl"
    kept = [
        row for row in rows if (row["checker"], row["exercise"]) != (bank_record.OURS, "testing")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    monkeypatch.setattr(bank_record, "usual", None)  # would raise
    again = record()
    assert [row["exercise"] for row in again] == [row["exercise"] for row in rows]
    assert again[-1]["caught"] == 2


def test_the_command_works_as_the_page_says():
    checker = f'"{sys.executable}" benchmarks/usual_checks.py {{file}} {{exercise}}'
    command = [sys.executable, "benchmarks/bank.py", "--checker", checker.replace("\\", "/")]
    done = subprocess.run(
        [*command, "--exercise", "layers", "--limit", "1"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert line_of(done.stdout, "right answers accepted") == "1 of 1"
