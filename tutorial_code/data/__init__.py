"""Where images come from: the CIFAR-10 archive and folders of image files."""
