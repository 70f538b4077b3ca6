"""The baselines of the projects: what a plain first attempt reaches.

Each function has the name of its project, learns from X and y, and returns a function that
predicts. ``make record NAME=projects/baselines`` measures all of them with five seeds; projects
are compared with what that wrote down.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

import d2lutils as d2l
from d2lutils.projects.tasks import TASKS, opened

__all__: list[str] = []


def learn(net, X, y, num_epochs, loss=F.cross_entropy):
    """Train `net` by Adam at a rate of 0.001, on batches of 64."""
    trainer = torch.optim.Adam(net.parameters(), lr=0.001)
    for _ in range(d2l.cut_epochs(num_epochs)):
        for X_batch, y_batch in d2l.load_array((X, y), 64):
            trainer.zero_grad()
            loss(net(X_batch), y_batch).backward()
            trainer.step()
    return net


def basics(X, y):
    """Fit a line to all columns, each word a column of its own."""
    import pandas as pd

    def columns(houses):
        return pd.get_dummies(houses, dummy_na=True, dtype=float)

    known = columns(X)
    mean, std = known.mean(), known.std() + 1e-6

    def inputs(houses):
        rows = columns(houses).reindex(columns=known.columns, fill_value=0.0)
        # A hole becomes the mean.
        rows = ((rows - mean) / std).fillna(0).clip(-5, 5)
        return torch.tensor(rows.to_numpy(), dtype=torch.float32)

    years = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)
    middle, spread = years.mean(), years.std()
    net = nn.Linear(known.shape[1], 1)
    learn(net, inputs(X), (years - middle) / spread, num_epochs=60, loss=F.mse_loss)
    return lambda houses: net(inputs(houses)) * spread + middle


def cnn(X, y):
    """Train three convolutions, each followed by a pooling, and two dense layers."""
    net = nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),    # (n, 8, 24, 24)
        nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),   # (n, 16, 12, 12)
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),  # (n, 32, 6, 6)
        nn.Flatten(), nn.Linear(32 * 6 * 6, 64), nn.ReLU(), nn.Linear(64, 10))
    return learn(net, X, y, num_epochs=6)


def rnn(X, y):
    """Learn nothing: from left to right take the longest word that occurs in y."""
    words = {word for line in y for word in line.split()}
    longest = max(map(len, words))

    def split(line):
        found = []
        while line:
            ends = (n for n in range(longest, 1, -1) if line[:n] in words)
            end = next(ends, 1)  # no word fits: one letter
            found.append(line[:end])
            line = line[end:]
        return " ".join(found)

    return lambda lines: [split(line) for line in lines]


def deep_net():
    """Return the network of the project on optimization: nine layers, with Xavier's weights."""
    widths = [784, *[64] * 8]
    layers = [nn.Flatten()]
    for num_inputs, num_outputs in zip(widths, widths[1:]):
        layers += [nn.Linear(num_inputs, num_outputs), nn.Tanh()]
    return nn.Sequential(*layers, nn.Linear(64, 10)).apply(d2l.init_xavier)


def optimization(X, y, num_steps=300, batch_size=64):
    """Spend the 300 steps on plain SGD with a rate of 0.1."""
    net, step = deep_net(), 0
    trainer = torch.optim.SGD(net.parameters(), lr=0.1)
    while step < num_steps:
        for X_batch, y_batch in d2l.load_array((X, y), batch_size):
            if step == num_steps:
                break
            trainer.zero_grad()
            F.cross_entropy(net(X_batch), y_batch).backward()
            trainer.step()
            step += 1
    return net


def regularization(X, y):
    """Train two hidden layers, and do nothing against wrong labels."""
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(),  # (n, 256)
        nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    return learn(net, X, y, num_epochs=30)


BASELINES = {function.__name__: function
             for function in (basics, cnn, rnn, optimization, regularization)}
# As plain dicts of functions, so that the hash of the code reads them.
PARTS = {name: task.parts for name, task in TASKS.items()}
SCORES = {name: task.scores for name, task in TASKS.items()}


def measure(project):
    """Train a baseline; yield its mean scores and their standard errors on both other parts."""
    train, valid, test = PARTS[project]()
    predict, measured = BASELINES[project](*train), {}
    for part, (X, y) in (("valid", valid), ("sealed", opened(test))):
        with torch.no_grad():
            scores = SCORES[project](predict(X), y, X)
        measured[f"{part} score"] = scores.mean()
        measured[f"{part} error"] = scores.std(ddof=1) / len(scores) ** 0.5
    yield measured


experiment = d2l.Experiment(measure, "projects/baselines", project=list(BASELINES), seeds=5)
