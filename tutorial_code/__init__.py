"""Build ResNet-50 yourself. The chapters, ch01 to ch07, are the book; start with ch01_images."""
