"""Calls as written in an exercise's folder, such as ``Bottleneck(32, 8, stride=2)``."""

import ast
from collections.abc import Callable
from typing import Any


class Call:
    """A call whose arguments are literals or names of values that are given."""

    def __init__(self, text: str) -> None:
        self.text = text
        node = ast.parse(text, mode="eval").body
        assert isinstance(node, ast.Call), f"{text} is no call"
        self.node = node

    def of(self, answer: Callable[..., Any], **given: Any) -> Any:
        """Call an answer.

        Args:
            answer: the class or function that is called, whatever its name.
            **given: the values of arguments that are not literals, by name.
        """
        positional, named = self.arguments(**given)
        return answer(*positional, **named)

    def arguments(self, **given: Any) -> tuple[list[Any], dict[str, Any]]:
        """Return new positional and keyword arguments."""
        positional = [_value(node, given) for node in self.node.args]
        named = {word.arg: _value(word.value, given) for word in self.node.keywords if word.arg}
        return positional, named


def _value(node: ast.expr, given: dict[str, Any]) -> Any:
    return given[node.id] if isinstance(node, ast.Name) else ast.literal_eval(node)
