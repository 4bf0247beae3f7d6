"""Print by how many bytes a worker's own memory grows while it loads most of 150,000 files."""

import gc

import numpy as np
import psutil
import torch
from PIL import Image

from tutorial_code.ch01_images import ImageData
from tutorial_code.data import file_loader
from tutorial_code.data.image_files import ImageFiles

COUNT = 150_000


def open_image(name):
    """Look for garbage, as Python does now and then; here it is certain to."""
    if name.endswith("0000.JPEG"):
        gc.collect()


def main():
    gc.disable()  # where this process writes, the worker's memory is no longer shared, either
    names = np.array([b"train/n01440764/n01440764_%d.JPEG" % i for i in range(COUNT)])
    files = ImageFiles("images", names, np.zeros((COUNT, 2), np.int64))
    ImageFiles.path = ImageFiles.name
    file_loader.SIZE = 2
    file_loader.open_image = open_image
    file_loader.cut = lambda image, box: Image.new("RGB", (2, 2))
    labels = torch.zeros(COUNT, dtype=torch.long)
    data = ImageData(files, labels, files, labels, ("a",), max_shift=0)
    loader, _ = file_loader.make_file_loaders(data, 500, workers=1)
    sizes = []
    for number, _ in enumerate(loader):
        if number in (0, 280):
            (worker,) = psutil.Process().children()
            sizes.append(worker.memory_full_info().uss)
    print(sizes[1] - sizes[0])


if __name__ == "__main__":
    main()
