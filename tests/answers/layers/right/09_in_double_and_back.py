import torch
import torch.nn.functional as F


def conv2d(x, weight, stride=1, padding=0, bias=None):
    p = F.pad(x.double(), 4 * (padding,))
    k = weight.shape[2]
    tops = range(0, p.shape[2] - k + 1, stride)
    lefts = range(0, p.shape[3] - k + 1, stride)
    out = torch.cat(
        [
            torch.cat(
                [
                    torch.einsum("ncuv,ocuv->no", p[:, :, t : t + k, l : l + k], weight.double())[
                        ..., None, None
                    ]
                    for l in lefts
                ],
                dim=3,
            )
            for t in tops
        ],
        dim=2,
    )
    return out.to(x.dtype)


def batch_statistics(x):
    mean = x.mean(0).mean(-1).mean(-1)
    var = (x - mean[None, :, None, None]).pow(2).mean(0).mean(-1).mean(-1)
    return torch.stack([mean, var])


def batch_norm(x, mean, var, weight, bias, eps=1e-5):
    mean, var, weight, bias = [v.unsqueeze(1).unsqueeze(2) for v in (mean, var, weight, bias)]
    return torch.addcmul(bias, weight, (x - mean) / torch.sqrt(eps + var))
