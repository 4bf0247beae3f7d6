import torch


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    verlust_summe = 0.0
    richtige = 0
    anzahl = 0
    for bilder, klassen in loader:
        bilder = bilder.to(device)
        klassen = klassen.to(device)
        ausgabe = model(bilder)
        verlust_summe += criterion(ausgabe, klassen).item() * bilder.size(0)
        vorhersage = ausgabe.max(dim=1).indices
        richtige += torch.eq(vorhersage, klassen).sum().item()
        anzahl += bilder.size(0)
    genauigkeit = richtige * 100 / anzahl  # in Prozent
    return verlust_summe / anzahl, genauigkeit
