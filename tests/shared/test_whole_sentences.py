"""What an exception says is shown in whole sentences."""

import pytest
import torch
from torch import nn

from tutorial_code.shared.whole_sentences import LEFT_OUT, MOST, message_of

LONG = "one of the variables that the gradient needs was changed: " + "again, " * 30 + "and now."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("", "no message"),
        ("\n", "no message"),
        ("It is 3.5. Make it 4.", "It is 3.5. Make it 4"),
        ("It is wrong.\nSeen from line 3", "It is wrong"),
        ("\nErrors:\n\tone\n\ttwo.\n", "Errors: one two"),
        (f"{LONG} Hint: turn on what finds it, with torch.autograd", LONG.rstrip(".")),
        ("f() got (int), but expected one of:\n" + "* (Tensor input)\n" * 20, None),
        ("word " * 100, f"{'word ' * 60}{LEFT_OUT}"),
        ("a" * 400, f"{'a' * MOST} {LEFT_OUT}"),
    ],
)
def test_a_sentence_is_whole_or_says_that_it_is_not(said, shown):
    expected = f"f() got (int), but expected one of: {LEFT_OUT}" if shown is None else shown
    assert message_of(ValueError(said)) == expected


def test_what_pytorch_says_is_cut_at_the_end_of_a_sentence():
    """The hint of this message was cut off in the middle of a name: "with to"."""
    given = torch.ones(1000, 1, 1, 1, requires_grad=True)
    changed = torch.relu(given)
    with pytest.raises(RuntimeError, match=r"Hint: .* with torch.autograd") as raised:
        changed.add_(1).sum().backward()
    assert message_of(raised.value).endswith("expected version 0 instead")
    with pytest.raises(RuntimeError, match="Unexpected key") as raised:
        nn.ReLU().load_state_dict({"a": 1})
    assert message_of(raised.value).endswith('ReLU: Unexpected key(s) in state_dict: "a"')
