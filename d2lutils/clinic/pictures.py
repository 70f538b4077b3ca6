"""A healthy training script: ten kinds of clothes, told apart by a small network."""

import torch
from torch import nn

import d2lutils as d2l


class Dense(nn.Module):
    def __init__(self, num_inputs, num_outputs):
        super().__init__()
        self.weight = nn.Parameter(0.05 * torch.randn(num_inputs, num_outputs))
        self.bias = nn.Parameter(torch.zeros(num_outputs))

    def forward(self, X):
        return torch.relu(X @ self.weight + self.bias)


def get_data():
    images, labels = d2l.fashion_mnist()              # pixels from 0 to 255
    X, y = images[:3000].reshape(-1, 784).float(), labels[:3000]
    X_train, y_train, X_valid, y_valid = X[:2000], y[:2000], X[2000:], y[2000:]
    order = torch.randperm(len(X_train))
    X_train, y_train = X_train[order], y_train[order]
    mean, scale = X_train.mean(), X_train.std()
    return (X_train - mean) / scale, y_train, (X_valid - mean) / scale, y_valid


def get_net():
    return nn.Sequential(Dense(784, 32), nn.Linear(32, 10))


def get_trainer(net):
    return torch.optim.SGD(net.parameters(), lr=0.1)


def loss(y_hat, y):
    return nn.functional.cross_entropy(y_hat, y)


def step(net, trainer, X, y):
    l = loss(net(X), y)
    trainer.zero_grad()
    l.backward()
    trainer.step()


def accuracy(net, X, y):
    return (net(X).argmax(dim=1) == y).float().mean().item()


def train(num_epochs=15):
    X_train, y_train, X_valid, y_valid = get_data()
    net = get_net()
    trainer = get_trainer(net)
    for epoch in range(num_epochs):
        for i in range(0, len(X_train), 50):
            X, y = X_train[i:i + 50], y_train[i:i + 50]
            step(net, trainer, X, y)
        yield {
            "train loss": loss(net(X_train), y_train).item(),
            "train accuracy": accuracy(net, X_train, y_train),
            "valid accuracy": accuracy(net, X_valid, y_valid),
        }
