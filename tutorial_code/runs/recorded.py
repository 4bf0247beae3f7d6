"""What a run folder says of a run, and its tables in words."""

from typing import Any, NamedTuple

from tutorial_code.ch06_results import Epoch


class Recorded(NamedTuple):
    """The small files of a run."""

    config: dict[str, Any]
    environment: dict[str, Any]
    history: list[Epoch]
    summary: dict[str, Any]

    @property
    def tested_on(self) -> str:
        """``test``, or ``validation`` where training pictures were held out."""
        return self.summary.get("tested_on", "test")

    def sentence(self) -> str:
        """Return the result in a sentence."""
        tested_on = self.tested_on.capitalize()
        return (
            f"{tested_on} loss {self.summary['test_loss']:.4f}, accuracy {self.summary['test_accuracy']:.2f}%, "
            f"after {self.summary['epochs']} epochs."
        )

    def epoch_rows(self) -> list[tuple[str, ...]]:
        """Return a head and a row for each epoch."""
        head = ("epoch", "training loss", f"{self.tested_on} loss", f"{self.tested_on} accuracy", "seconds")
        rows = [
            (str(e.epoch), f"{e.train_loss:.4f}", f"{e.test_loss:.4f}", f"{e.test_accuracy:.2f}%", f"{e.seconds:.1f}")
            for e in self.history
        ]
        return [head, *rows]

    def detail_rows(self) -> list[tuple[str, ...]]:
        """Return a head and a row for each setting and each fact of the machine."""
        speed = f"{self.summary['images_per_second']:.0f}"
        facts = {**self.config, **self.environment, "parameters": f"{self.summary['parameters']:,}", "images/s": speed}
        return [("what", "value"), *((name, str(value)) for name, value in facts.items() if value is not None)]

    def markdown_table(self) -> str:
        """Return the epochs as a Markdown table."""
        head, *rows = self.epoch_rows()
        rule = ("---",) * len(head)
        return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))
