"""Chapter 7: the whole training and its results."""

import pytest
import torch
from torch import nn

from tutorial_code.ch05_training import (
    make_criterion,
)
from tutorial_code.ch06_testing import evaluate
from tutorial_code.ch07_results import (
    Epoch,
    count_confusions,
    fit,
    most_confident_misclassified,
    predict,
)

CPU = torch.device("cpu")


LOGITS = torch.tensor(
    [[2.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 1.0], [5.0, 0.0, 0.0], [0.0, 0.0, 4.0]]
)


LABELS = torch.tensor([0, 1, 0, 0, 1])


UNEVEN = [(LOGITS[:2], LABELS[:2]), (LOGITS[2:4], LABELS[2:4]), (LOGITS[4:], LABELS[4:])]


def test_fit_goes_on_after_a_history_and_reports_each_epoch():
    model = nn.Linear(3, 3)
    done = [Epoch(1, 2.0, 2.0, 30.0, 1.0)]
    seen = []
    history = fit(
        model,
        UNEVEN,
        UNEVEN,
        make_criterion(),
        torch.optim.SGD(model.parameters(), lr=0.1),
        CPU,
        epochs=3,
        history=done,
        after_epoch=lambda history: seen.append(len(history)),
    )
    assert seen == [2, 3]
    assert [epoch.epoch for epoch in history] == [1, 2, 3]
    assert history[0] == done[0]
    assert len(done) == 1
    assert (history[-1].test_loss, history[-1].test_accuracy) == evaluate(
        model, UNEVEN, make_criterion(), CPU
    )


def test_confusions_and_mistakes_by_hand():
    probabilities = predict(nn.Identity(), UNEVEN, CPU)
    torch.testing.assert_close(probabilities, LOGITS.softmax(dim=1))
    assert count_confusions(probabilities, LABELS) == [[2, 0, 1], [0, 1, 1], [0, 0, 0]]
    mistakes = most_confident_misclassified(probabilities, LABELS)
    assert [(m.index, m.true, m.predicted) for m in mistakes] == [(4, 1, 2), (2, 0, 2)]
    assert mistakes[0].probability == pytest.approx(probabilities[4, 2].item())
    assert most_confident_misclassified(probabilities, LABELS, most=1) == mistakes[:1]
