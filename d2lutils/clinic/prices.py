"""A healthy training script: prices of flats from their size and age, by a linear model."""

import torch
from torch import nn

import d2lutils as d2l


def get_data():
    X, y = d2l.synthetic_data(torch.tensor([2.0, -3.4]), 4.2, 1500)
    y = y.reshape(-1)                                 # (1500,)
    return X[:1000], y[:1000], X[1000:], y[1000:]


def get_net():
    return nn.Linear(2, 1)


def get_trainer(net):
    return torch.optim.SGD(net.parameters(), lr=0.03)


def loss(y_hat, y):
    return ((y_hat.squeeze(1) - y) ** 2).mean()


def step(net, trainer, X, y):
    l = loss(net(X), y)
    trainer.zero_grad()
    l.backward()
    trainer.step()


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
            "valid loss": loss(net(X_valid), y_valid).item(),
        }
