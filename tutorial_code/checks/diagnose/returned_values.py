"""What a loop returns, if it is not the numbers that the exercise asks for."""

from tutorial_code.checks.diagnose.difference import Difference


def describe_returned(right: str | list[str], found: str | list[str]) -> Difference:
    """Say what a returned value is, and what it should be."""
    if isinstance(right, str) or not isinstance(found, list):
        asked = (
            "a number" if isinstance(right, str) else "two numbers, the mean loss and the accuracy"
        )
        got = f"{len(found)} values" if isinstance(found, list) else _value(found)
        return Difference(
            "other-return-value",
            f"{got[0].upper()}{got[1:]} is returned, where {asked} is asked for.",
            f"Let the return statement give {asked}.",
        )
    for place, kind in zip(("first", "second"), found, strict=False):
        if kind != "float":
            advice = ".item() makes a number of a tensor. " if kind == "Tensor" else ""
            sentence = f"The {place} result is {_value(kind)}, not a number of type float."
            return Difference(
                "result-no-float",
                sentence,
                f"{advice}The mean loss and the accuracy in percent are asked for.",
            )
    return Difference(
        "other-number-of-results",
        f"{len(found)} results are returned, where two are asked for.",
        "Return the mean loss, then the accuracy in percent.",
    )


def _value(kind: str) -> str:
    return {"NoneType": "nothing", "str": "a text", "int": "an integer"}.get(kind, f"a {kind}")
