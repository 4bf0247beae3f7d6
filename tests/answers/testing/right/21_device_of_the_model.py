import torch
def evaluate(model, loader, criterion, device):
    model.train(False)
    t = n = r = 0
    with torch.inference_mode():
        for batch in loader:
            d = next(model.parameters()).device; images, labels = batch[0].to(d), batch[1].to(d)
            out = model(images)
            t += criterion(out, labels).item() * images.shape[0]; n += images.size(0)
            _, p = torch.max(torch.softmax(out, 1).data, 1)
            r += (p == labels).sum().item()
    return t / n, r / n * 100
