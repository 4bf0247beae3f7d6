import torch
import torch.nn.functional as F

make_criterion = lambda: lambda logits, labels: F.cross_entropy(logits, labels)


def make_optimizer(model, lr=0.03, momentum=0.9, weight_decay=5e-4):
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for group in optimizer.param_groups:
        group["lr"] = lr
        group["momentum"] = momentum
        group["weight_decay"] = weight_decay
    return optimizer


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    loss_total = 0.0
    picture_total = 0
    for images, labels in loader:
        bs, _, _, _ = images.shape
        images, labels = images.to(device), labels.to(device)
        optimizer.zero_grad()
        logits = model(images)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        loss_total += bs * loss.item()
        picture_total += bs
    return loss_total / picture_total
