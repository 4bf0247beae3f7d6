"""What an operation of PyTorch is called in a trace, and which of its settings are kept."""

from typing import Any

from torch import Tensor

NAMES = {
    "convolution": "conv",
    "max_pool2d_with_indices": "max_pool",
    "avg_pool2d": "avg_pool",
    "adaptive_avg_pool2d": "mean",
    "softmax": "softmax",
    "native_group_norm": "group_norm",
    "native_layer_norm": "layer_norm",
    "native_dropout": "dropout",
    "cat": "concatenation",
    "adaptive_max_pool2d": "adaptive_max_pool",
    "upsample_bilinear2d": "resizing",
    "upsample_nearest2d": "resizing",
}


def describe_operation(
    name: str, given: dict[str, Any], weights: dict[str, Tensor], result: Tensor, batch: int
) -> tuple[str, dict[str, Any]]:
    """Return the kind of an operation of PyTorch, and its settings as plain values."""
    if name == "convolution":
        weight, groups = given["weight"], given["groups"]
        return "transposed_conv" if given["transposed"] else "conv", {
            "in_channels": weight.shape[1] * groups,
            "out_channels": weight.shape[0],
            "kernel_size": list(weight.shape[2:]),
            "stride": list(given["stride"]),
            "dilation": list(given["dilation"]),
            "groups": groups,
            "padding": list(given["padding"]),
            "bias": given["bias"] is not None,
        }
    if "batch_norm" in name:
        uses_batch = given.get("training", "with_update" in name)
        if result.shape[0] == 1 < batch:  # PyTorch computes it as a BatchNorm over one long image
            return "instance_norm", {}
        return "batch_norm", {
            "features": result.shape[1],
            "statistics": "batch" if uses_batch else "running",
            "momentum": given.get("momentum"),
            "eps": given.get("eps", given.get("epsilon")),
            "affine": given.get("weight") is not None,
            "tracked": given.get("running_mean") is not None,
        }
    if name in {"addmm", "mm", "bmm", "linear", "matmul"} and weights:
        return "linear", {
            "out_features": result.shape[-1],
            "bias": name == "addmm" or given.get("bias") is not None,
        }
    if _is_relu(name, given):
        return "relu", {}
    if name == "hardtanh" and (given.get("min_val"), given.get("max_val")) == (0, 6):
        return "relu6", {}
    if name == "max_pool2d_with_indices":
        return "max_pool", {
            "kernel_size": _pair(given["kernel_size"]),
            "stride": _pair(given.get("stride") or given["kernel_size"]),
            "padding": _pair(given.get("padding", 0)),
            "ceil_mode": bool(given.get("ceil_mode", False)),
        }
    if name == "constant_pad_nd":
        return name, {"pad": list(given["pad"]), "value": float(given.get("value") or 0)}
    if name == "avg_pool2d":
        return "avg_pool", {"kernel_size": _pair(given["kernel_size"])}
    if name == "add" and weights:
        return "add_constant", {}
    return NAMES.get(name, name), {}


def _is_relu(name: str, given: dict[str, Any]) -> bool:
    if name in {"clamp", "clamp_min", "hardtanh"}:
        low = given.get("min", given.get("min_val"))
        return low == 0 and given.get("max", given.get("max_val")) in (None, float("inf"))
    return name == "relu" or (
        name == "threshold" and given.get("threshold") == 0 == given.get("value")
    )


def _pair(value: Any) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return values * 2 if len(values) == 1 else values
