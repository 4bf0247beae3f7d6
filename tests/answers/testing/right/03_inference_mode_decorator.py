import torch


@torch.inference_mode()
def evaluate(model, loader, criterion, device):
    model = model.eval()
    loss_sum = 0.0
    hits = 0
    seen = 0
    for batch in loader:
        inputs = batch[0].to(device)
        targets = batch[1].to(device)
        out = model(inputs)
        loss_sum += float(criterion(out, targets)) * inputs.shape[0]
        hits += int(out.argmax(1).eq(targets).sum())
        seen += inputs.shape[0]
    return loss_sum / seen, hits / seen * 100
