"""Where images come from: the CIFAR-10 archive, folders of image files, ImageNet."""
