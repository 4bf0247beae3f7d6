# EXPECT: return-in-loop
# MISTAKE: the return statement is indented into the loop
import torch


def evaluate(model, loader, criterion, device):
    model.eval()
    summe, richtig, anzahl = 0.0, 0, 0
    with torch.no_grad():
        for bilder, klassen in loader:
            bilder, klassen = bilder.to(device), klassen.to(device)
            ausgabe = model(bilder)
            summe += criterion(ausgabe, klassen).item() * len(klassen)
            richtig += (ausgabe.argmax(1) == klassen).sum().item()
            anzahl += len(klassen)
            return summe / anzahl, 100 * richtig / anzahl
