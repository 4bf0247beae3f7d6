# EXPECT: not-python
Hello, here is my answer:

  1. first a 1x1 convolution, then a 3x3 one, and so on
  2. add the shortcut → relu

def class Bottleneck[nn.Module]:
