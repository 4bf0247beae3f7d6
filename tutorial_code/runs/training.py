"""The main job: chapter 6's ``fit`` with everything that a real run needs put around it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from tutorial_code.ch01_images import channel_statistics, load_dataset, make_loaders
from tutorial_code.ch03_resnet50 import ResNet50
from tutorial_code.ch04_training import add_schedule, initialize, make_criterion, make_optimizer
from tutorial_code.ch06_results import Epoch, fit
from tutorial_code.errors import ReaderError
from tutorial_code.runs import folder as files
from tutorial_code.runs.around import Accelerated, FiniteCriterion, NonFiniteLossError, ReportingLoader
from tutorial_code.runs.checkpoint import load_checkpoint, random_state, restore_random_state, save_checkpoint
from tutorial_code.runs.config import Config, choose_device, choose_precision
from tutorial_code.runs.environment import describe_environment
from tutorial_code.runs.report import write_report
from tutorial_code.runs.results import judge_run

ROW = "{:>5}  {:>13}  {:>9}  {:>13}  {:>7}"


class SpeedColumn(ProgressColumn):
    """Images per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:.0f} images/s")


def train(config: Config, folder: Path, resume: bool, console: Console) -> dict[str, Any]:
    """Train as configured, write the run folder, and return its summary.

    Args:
        config: of a new run, or that of the run in ``folder`` when it is resumed.
        folder: where the run is written.
        resume: go on after the last epoch that was saved there.
        console: where progress goes; a quiet console shows nothing.

    Raises:
        ReaderError: data, device or folder are not fit for it, or the loss became NaN or infinite.
    """
    device, device_reason = choose_device(config.device)
    precision, precision_reason = choose_precision(config.precision, device)
    data = load_dataset(config.data)
    if len(data.train_labels) < 2:
        raise ReaderError(f"{config.data} has a single training picture: BatchNorm needs at least 2.")
    saved = _saved_state(folder, config) if resume else None
    if not resume:
        files.begin(folder, config)
    files.write_json(folder / files.ENVIRONMENT, {**describe_environment(device), "precision": precision})
    console.print(f"run        {folder}")
    console.print(f"data       {config.data}: {len(data.train_labels):,} to train, {len(data.test_labels):,} to test")
    console.print(f"device     {device.type} ({device_reason})")
    console.print(f"precision  {precision} ({precision_reason})")

    torch.manual_seed(config.seed)
    train_loader, test_loader = make_loaders(data, config.batch_size, seed=config.seed)
    network = initialize(ResNet50(num_classes=len(data.classes))).to(device)
    optimizer = make_optimizer(network, config.lr, config.momentum, config.weight_decay)
    steps = len(train_loader)
    schedule = None
    if config.schedule == "cosine":
        schedule = add_schedule(optimizer, total_steps=config.epochs * steps, warmup_steps=steps)
    history: list[Epoch] = []
    if saved:
        network.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        if schedule:
            schedule.load_state_dict(saved["schedule"])
        restore_random_state(saved["random"], train_loader.generator, device)
        history = [Epoch(*row) for row in saved["history"]]
        console.print(f"resumed    after epoch {len(history)} of {config.epochs}")
    mean, std = channel_statistics(data.train_images)

    def save(history: list[Epoch]) -> None:
        state = {
            "config": asdict(config),
            "model": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict() if schedule else None,
            "history": [list(epoch) for epoch in history],
            "random": random_state(train_loader.generator, device),
            "classes": list(data.classes),
            "mean": mean,
            "std": std,
        }
        save_checkpoint(folder / files.CHECKPOINT, state)
        files.write_metrics(folder / files.METRICS, [epoch._asdict() for epoch in history])

    columns = (TextColumn("epoch {task.fields[epoch]}"), BarColumn(), MofNCompleteColumn(), TextColumn("pictures"))
    with Progress(*columns, SpeedColumn(), TimeRemainingColumn(), console=console, transient=True) as progress:
        pictures = steps * config.batch_size if train_loader.drop_last else len(data.train_labels)
        done = len(history) * pictures
        task = progress.add_task("", total=config.epochs * pictures, completed=done, epoch=len(history) + 1)

        def after_epoch(history: list[Epoch]) -> None:
            save(history)
            progress.update(task, epoch=min(len(history) + 1, config.epochs))
            _print_row(progress.console, history[-1])

        if not history:
            save(history)  # whoever stops during the first epoch can resume, too
        console.print(ROW.format("epoch", "training loss", "test loss", "test accuracy", "seconds"))
        for epoch in history:
            _print_row(console, epoch)
        try:
            history = fit(
                Accelerated(network, precision),
                ReportingLoader(train_loader, lambda count: progress.advance(task, count)),
                test_loader,
                FiniteCriterion(make_criterion(), steps_done=len(history) * steps),
                optimizer,
                device,
                config.epochs,
                history,
                after_epoch,
            )
        except NonFiniteLossError as error:
            epoch = (error.step - 1) // steps + 1
            raise ReaderError(
                f"Stopped because {error} (epoch {epoch}): try a smaller rate in a new run, such as --lr "
                f"{config.lr / 10:g}; the checkpoint in {folder} holds the end of epoch {epoch - 1}."
            ) from error

    results = judge_run(Accelerated(network, precision), data, test_loader, device)
    last = history[-1]
    seconds = sum(epoch.seconds for epoch in history)
    summary = {
        "test_loss": last.test_loss,
        "test_accuracy": last.test_accuracy,
        "train_loss": last.train_loss,
        "epochs": len(history),
        "seconds": seconds,
        "images_per_second": len(history) * pictures / seconds,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
    }
    files.write_json(folder / files.SUMMARY, summary)
    write_report(folder, results, "html", folder / files.REPORT)
    return summary


def _saved_state(folder: Path, config: Config) -> dict[str, Any] | None:
    """Return the last saved state, or None where the run was stopped before it could save any."""
    path = folder / files.CHECKPOINT
    if not path.exists() and not (folder / files.METRICS).exists():
        return None
    saved = load_checkpoint(path)
    if saved["config"] != asdict(config):
        raise ReaderError(f"{path} belongs to a run with another configuration: put the run's own checkpoint there.")
    return saved


def _print_row(console: Console, epoch: Epoch) -> None:
    values = f"{epoch.train_loss:.4f}", f"{epoch.test_loss:.4f}", f"{epoch.test_accuracy:.2f}%", f"{epoch.seconds:.1f}"
    console.print(ROW.format(epoch.epoch, *values))
