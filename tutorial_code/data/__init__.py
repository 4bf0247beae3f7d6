"""Where pictures come from: the CIFAR-10 archive and folders of picture files."""
