# EXPECT: other-return-value
def train_distributed(
    model, train_set, test_set, path, epochs, batch_size=64, lr=0.04, goal=100.0
):
    pass
