"""What computes goes where the network is: on a GPU it gives what it gives on the CPU.

Each case runs on the CPU, on a pretended GPU (see `pretended_gpu`), and on a real one where there
is one. Data stays on the CPU, as the loaders give it; networks are made there and moved.
"""

from contextlib import redirect_stdout
from io import StringIO

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils._pytree import tree_leaves

import d2lutils as d2l
from d2lutils import many
from d2lutils.data.images import ImageDataset

TEXT = "the lark sang and the bell rang " * 2
VOCAB = d2l.Vocab(list(TEXT))
CORPUS = torch.tensor(VOCAB[list(TEXT)])
PAIRS = [("two", "deux"), ("six", "six"), ("two six", "deux six")] * 4
CASES = {}


def case(function):
    """Keep a function of a device that returns numbers, tensors and texts."""
    CASES[function.__name__] = function
    return function


@pytest.mark.parametrize("name", CASES)
def test_a_gpu_gives_what_the_cpu_gives(name, gpu):
    expected, found = (tree_leaves(run(name, device)) for device in ("cpu", gpu))
    assert len(expected) == len(found) > 0
    for e, f in zip(expected, found):
        if isinstance(e, str):
            assert e == f
        else:  # a real one adds in another order
            f = f.detach().cpu() if isinstance(f, torch.Tensor) else torch.tensor(f)
            torch.testing.assert_close(f, torch.as_tensor(e), rtol=0.01, atol=0.001)


def run(name, device):
    d2l.seed_everything(0)
    result = CASES[name](device)
    d2l.plt.close("all")
    return result


def images(n=40, size=8):
    X = torch.randn(n, 1, size, size)
    return d2l.TensorLoader((X, (X.mean((1, 2, 3)) > 0).long()), 16, shuffle=False)


def convolutional():
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
                         nn.Linear(144, 2))


def sgd(net, lr=0.1):
    return torch.optim.SGD(net.parameters(), lr=lr)


# ---- classifiers

@case
def evaluate(device):
    net, data = convolutional().to(device), images()
    return [d2l.evaluate_accuracy(net, data), d2l.evaluate_accuracy_gpu(net, data, device),
            d2l.evaluate_loss(net, data, nn.CrossEntropyLoss()),
            d2l.evaluate_loss(net, data, nn.CrossEntropyLoss(reduction="none"))]


@case
def train_epoch_ch3(device):
    net, data = convolutional().to(device), images()
    by_torch = d2l.train_epoch_ch3(net, data, nn.CrossEntropyLoss(), sgd(net))
    by_hand = d2l.train_epoch_ch3(
        net, data, nn.CrossEntropyLoss(reduction="none"),
        lambda batch_size: d2l.sgd(net.parameters(), 0.1, batch_size))
    return by_torch, by_hand, list(net.parameters())


@case
def train_ch3(device):
    net, data = convolutional().to(device), images()
    d2l.train_ch3(net, data, data, nn.CrossEntropyLoss(), 2, sgd(net))
    d2l.predict_ch3(net, data)
    titles = [ax.get_title() for ax in d2l.plt.gcf().axes]
    return titles, d2l.evaluate_loss(net, data, nn.CrossEntropyLoss())


@case
def softmax_regression_by_hand(device):
    W = (torch.randn(64, 2) * 0.01).to(device).requires_grad_()
    data = [(X.to(device), y.to(device)) for X, y in images()]
    trained = d2l.train_epoch_ch3(
        lambda X: d2l.softmax(X.flatten(1) @ W), data, d2l.cross_entropy,
        lambda batch_size: d2l.sgd([W], 0.1, batch_size))
    return trained, d2l.evaluate_accuracy(lambda X: X.flatten(1) @ W, data), W


@case
def train_ch6(device):
    net, data = convolutional(), images()
    d2l.train_ch6(net, data, data, 2, 0.1, device)
    assert next(net.parameters()).device.type == torch.device(device).type
    return d2l.evaluate_loss(net, data, nn.CrossEntropyLoss())


@case
def fit(device):
    net, data = convolutional(), images()
    optimizer = sgd(net)  # made before the network moves: it must follow
    net.to(device)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=6)
    *_, last = d2l.fit(net, data, data, 2, optimizer, schedule, d2l.Sealed(data))
    return last, net.state_dict()


@case
def an_experiment(device):
    def train(lr, num_epochs=2):
        net, data = nn.Sequential(nn.Flatten(), nn.Linear(64, 2)).to(device), images()
        optimizer = sgd(net, lr)
        for _ in range(num_epochs):
            for X, y in data:
                optimizer.zero_grad()
                loss = F.cross_entropy(net(X.to(device)), y.to(device))
                loss.backward()
                optimizer.step()
            yield {"loss": loss.detach()}

    return d2l.Experiment(train, "basics/00-gpu", lr=[0.1]).run(lr=0.1).curves


@case
def a_project(device):
    """Predictions may come from a GPU, and a module that is there gets its images there."""
    project = d2l.project("optimization")
    project.valid = tuple(part[:300] for part in project.valid)
    return project.score(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).to(device)).score


@case
def many_processes(device):
    images = ImageDataset(torch.randint(256, (40, 28, 28)).byte(), torch.arange(40) % 10, None)
    net = nn.DataParallel(d2l.lenet()).to(device)  # has its `module`, as in many processes
    batches = torch.arange(40).split(16)
    total = many.train_epoch(net, images, batches, sgd(net), torch.device(device))
    return total, many.num_right(net, images, torch.arange(40), device)


# ---- texts

LAYERS = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}
BY_HAND = {"RNN": (d2l.rnn_params, d2l.rnn_state, d2l.rnn),
           "GRU": (d2l.gru_params, d2l.gru_state, d2l.gru),
           "LSTM": (d2l.lstm_params, d2l.lstm_state, d2l.lstm)}


def language_model(kind="GRU"):
    return d2l.RNNModel(LAYERS[kind](len(VOCAB), 8), len(VOCAB))


def by_hand(kind, device):
    params, *rest = BY_HAND[kind]

    def moved(vocab_size, num_hiddens, device):
        assert all(p.device == device for p in params(4, 4, device))
        return [p.detach().to(device).requires_grad_() for p in params(vocab_size, num_hiddens)]

    return d2l.RNNModelScratch(len(VOCAB), 8, torch.device(device), moved, *rest)


@case
def fit_text(device):
    def trained(kind):
        net = language_model(kind).to(device)
        text = d2l.TextLoader(CORPUS, 2, 8)
        *_, last = d2l.fit_text(net, text, CORPUS, 2, sgd(net), vocab=VOCAB,
                                test=d2l.SealedText(TEXT))
        del last["tokens a second"]
        return last, d2l.generate(net, VOCAB, "the ", 5, top_k=1), list(net.parameters())

    return [trained(kind) for kind in LAYERS]


@case
def train_epoch_ch8(device):
    def trained(kind):
        net, text = by_hand(kind, device), d2l.TextLoader(CORPUS, 2, 8, use_random_iter=True)
        ppl, _ = d2l.train_epoch_ch8(
            net, text, nn.CrossEntropyLoss(),
            lambda batch_size: d2l.sgd(net.params, 0.5, batch_size), device, True)
        return ppl, d2l.perplexity(net, CORPUS.to(device)), d2l.perplexity(net, CORPUS), net.params

    return [trained(kind) for kind in BY_HAND]


@case
def train_ch8(device):
    def trained(net):
        if isinstance(net, nn.Module):
            net.eval()  # as `fit_text` leaves it: NVIDIA's layers give no gradients then
        d2l.train_ch8(net, d2l.TextLoader(CORPUS, 2, 8), VOCAB, 0.5, 2, device)
        return d2l.perplexity(net, CORPUS), d2l.predict_ch8("the ", 5, net, VOCAB, device)

    return trained(language_model("LSTM")), trained(by_hand("LSTM", device))


def translator(decoder):
    return d2l.EncoderDecoder(d2l.Seq2SeqEncoder(6, 4, 8, 2), decoder(6, 4, 8, 2))


@case
def translation(device):
    def trained(decoder):
        train_iter, *vocabs = d2l.load_pairs(PAIRS, 5, 4)
        net = translator(decoder)
        d2l.train_seq2seq(net, train_iter, 0.01, 2, vocabs[1], device)
        *_, last = d2l.fit_seq2seq(net, train_iter, PAIRS, *vocabs, 1, sgd(net))
        attends = decoder is d2l.Seq2SeqAttentionDecoder
        said, weights = d2l.predict_seq2seq(net, "two six", *vocabs, 4, device, attends)
        beams = d2l.beam_search(step_of(net, device), None, 0, 1, width=2, max_len=3)
        return last, said, weights, d2l.translate(net, ["two", "six"], *vocabs), beams[0].score

    return [trained(decoder) for decoder in (d2l.Seq2SeqDecoder, d2l.Seq2SeqAttentionDecoder)]


def step_of(net, device):
    """Return a step for a search: the decoder, from a source of one token."""
    X = torch.tensor([[2]], device=device)
    first = net.decoder.init_state(net.encoder(X, torch.tensor([1])), torch.tensor([1]))

    def step(state, token):
        with torch.no_grad():
            y_hat, state = net.decoder(torch.tensor([[token]], device=device), state or first)
        return y_hat[0, 0].log_softmax(0), net.decoder.select(state, torch.tensor([0]))

    return step


@case
def losses_of_sequences(device):
    y_hat, y = torch.randn(3, 4, 5).to(device), torch.randint(5, (3, 4)).to(device)
    lens = torch.tensor([4, 2, 1])
    return [[d2l.MaskedSoftmaxCELoss()(y_hat, y, l), d2l.masked_softmax(y_hat, l),
             d2l.sequence_mask(y, l)] for l in (lens, lens.to(device))]


# ---- networks and their pieces

@case
def networks(device):
    def trained(network):
        net = network().apply(d2l.init_kaiming)
        net(torch.zeros(2, 1, 28, 28))
        net.eval().to(device)
        X = torch.randn(2, 1, 28, 28).to(device)
        F.cross_entropy(net(X), torch.tensor([1, 2]).to(device)).backward()
        size = d2l.layer_table(net, (1, 28, 28)).parameters
        return net(X), next(net.parameters()).grad.norm(), size

    return [trained(network) for network in (
        d2l.lenet, d2l.alexnet, d2l.vgg, d2l.nin, d2l.googlenet, d2l.resnet, d2l.densenet)]


@case
def convolutions_by_hand(device):
    X, K = torch.randn(3, 5, 5).to(device), torch.randn(2, 3, 2, 2).to(device)
    return [d2l.corr2d(X[0], K[0, 0]), d2l.corr2d_multi_in(X, K[0]),
            d2l.corr2d_multi_in_out(X, K), d2l.corr2d_multi_in_out_1x1(X, K[:, :, :1, :1]),
            d2l.pool2d(X[0], (2, 2)), d2l.pool2d(X[0], (2, 2), "avg")]


@case
def normalizations(device):
    X, gamma = torch.randn(4, 6, 3, 3).to(device), torch.ones(1, 6, 1, 1).to(device)
    norm = d2l.BatchNorm(6, 4).to(device)
    return [norm(X), norm.eval()(X), norm.state_dict(), d2l.layer_norm(X, gamma, gamma),
            d2l.instance_norm(X, gamma, gamma), d2l.group_norm(X, 2, gamma, gamma)]


@case
def hidden_markov_models(device):
    start, move, emit = (torch.rand(*shape).softmax(-1).to(device) for shape in
                         ((3,), (3, 3), (3, 4)))
    seen = torch.tensor([[0, 1, 3, 2], [1, 1, 0, 0]])
    return [[d2l.hmm_forward(start, move, emit, s), d2l.viterbi(start, move, emit, s)]
            for s in (seen, seen.to(device))]


@case
def optimizers(device):
    def stepped(update, init, hyperparams):
        net = nn.Linear(3, 1)
        params = list(net.to(device).parameters())
        states = init(params)
        for _ in range(2):
            net(torch.ones(4, 3, device=device)).square().mean().backward()
            d2l.grad_clipping(net, 0.5)
            update(params, states, hyperparams)
        return params

    adam = {"lr": 0.1, "t": 1}
    return [stepped(*each) for each in (
        (d2l.sgd_momentum, d2l.init_momentum_states, {"lr": 0.1, "momentum": 0.9}),
        (d2l.nesterov, d2l.init_momentum_states, {"lr": 0.1, "momentum": 0.9}),
        (d2l.adagrad, d2l.init_adagrad_states, {"lr": 0.1}),
        (d2l.rmsprop, d2l.init_rmsprop_states, {"lr": 0.1, "gamma": 0.9}),
        (d2l.adadelta, d2l.init_adadelta_states, {"rho": 0.9}),
        (d2l.adam, d2l.init_adam_states, dict(adam)),
        (d2l.adamw, d2l.init_adam_states, adam | {"weight_decay": 0.1}))]


@case
def data_on_the_gpu(device):
    X = torch.arange(5.0).reshape(5, 1, 1, 1).to(device)
    loader = d2l.load_array((X, X.flatten()), 2)
    assert all(part.device == X.device for batch in loader for part in batch)
    moved = d2l.flip_and_shift(X.expand(5, 1, 4, 4), most=0)
    counts = d2l.Accumulator(1)
    counts.add(X.sum())
    return moved, counts[0], d2l.accuracy(X.flatten(), X.flatten().long())


# ---- what is shown

@case
def pictures(device):
    X, x = torch.rand(2, 1, 8, 8).to(device), torch.arange(3.0).to(device).requires_grad_()
    d2l.plot(x, [x**2, 2 * x])
    drawn = [line.get_ydata().tolist() for line in d2l.plt.gca().lines]
    d2l.show_images(X, 1, 2)
    d2l.show_heatmaps(X, "keys", "queries")
    animator = d2l.Animator()
    animator.add(x[1], [x[2], x.sum()])
    return drawn, animator.Y, d2l.Curves(range(3), loss=x).mean("loss").tolist()


@case
def components(device):
    X, letters = torch.rand(3, 1, 16, 16).to(device), language_model().to(device)
    net = nn.Sequential(nn.Flatten(), nn.Linear(256, 2)).to(device)
    made = [
        d2l.Alignment([("two six", "deux six", torch.eye(2).to(device))]),
        d2l.Augmenter(torch.zeros(3, 64, 64, dtype=torch.uint8).to(device)),
        d2l.FeatureMaps(X, ["a", "b", "c"], {1: {"conv": X}}, {1: {"conv": X[:1]}}),
        d2l.KernelEditor(X[0, 0] * 255, kernel=torch.eye(3).to(device)),
        d2l.ReceptiveField(torch.rand(1, 28, 28).to(device)),
        d2l.Remember({"GRU": letters}, VOCAB, TEXT[:40], [("a word", "lark", "bell")]),
        d2l.Shifter({"dense": net}, X, torch.tensor([0, 1, 1]).to(device), ["a", "b"]),
        d2l.TextWriter({"GRU": letters}, VOCAB, prompt="the ", length=5),
        d2l.WordMap(list("abc"), {"mine": torch.eye(3).to(device)}, range(3)),
    ]
    for component in made:
        component.still_png()
    return [component.html() for component in made]


@case
def answers(device):
    with redirect_stdout(StringIO()) as said:
        d2l.check(lambda: torch.ones(2).to(device), torch.ones(2))
        d2l.check(lambda: [torch.ones(2).to(device)], [torch.ones(2)])
        d2l.report("basics/00-nowhere", "loss", torch.tensor(0.25).to(device))
    return said.getvalue()
