"""Every public name is documented, its examples run, and d2l's signatures are kept."""

import doctest
import importlib
import inspect
import os
import pkgutil
import re

import pytest
import torch
from torch import nn

import d2lutils as d2l

pytestmark = pytest.mark.component

MODULES = ["d2lutils"] + [
    module.name
    for module in pkgutil.walk_packages(d2l.__path__, "d2lutils.")
    if not module.name.endswith("__main__")
]

# The names that readers bring along from d2l 0.17.6, as it defines them.
SIGNATURES = """
Accumulator(n)
Animator(xlabel=None, ylabel=None, legend=None, xlim=None, ylim=None, xscale='linear',\
 yscale='linear', fmts=('-', 'm--', 'g-.', 'r:'), nrows=1, ncols=1, figsize=(3.5, 2.5))
Decoder(**kwargs)
Encoder(**kwargs)
EncoderDecoder(encoder, decoder, **kwargs)
DotProductAttention(dropout, **kwargs)
RNNModel(rnn_layer, vocab_size, **kwargs)
RNNModelScratch(vocab_size, num_hiddens, device, get_params, init_state, forward_fn)
Seq2SeqAttentionDecoder(vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kwargs)
Seq2SeqDecoder(vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kwargs)
Seq2SeqEncoder(vocab_size, embed_size, num_hiddens, num_layers, dropout=0, **kwargs)
SeqDataLoader(batch_size, num_steps, use_random_iter, max_tokens)
Timer()
Vocab(tokens=None, min_freq=0, reserved_tokens=None)
accuracy(y_hat, y)
bleu(pred_seq, label_seq, k)
build_array_nmt(lines, vocab, num_steps)
corr2d(X, K)
count_corpus(tokens)
download(name, cache_dir=os.path.join('..', 'data'))
download_extract(name, folder=None)
evaluate_accuracy(net, data_iter)
evaluate_accuracy_gpu(net, data_iter, device=None)
evaluate_loss(net, data_iter, loss)
get_data_ch11(batch_size=10, n=1500)
get_dataloader_workers()
get_fashion_mnist_labels(labels)
grad_clipping(net, theta)
linreg(X, w, b)
load_array(data_arrays, batch_size, is_train=True)
load_corpus_time_machine(max_tokens=-1)
load_data_fashion_mnist(batch_size, resize=None)
load_data_nmt(batch_size, num_steps, num_examples=600)
load_data_time_machine(batch_size, num_steps, use_random_iter=False, max_tokens=10000)
masked_softmax(X, valid_lens)
plot(X, Y=None, xlabel=None, ylabel=None, legend=None, xlim=None, ylim=None, xscale='linear',\
 yscale='linear', fmts=('-', 'm--', 'g-.', 'r:'), figsize=(3.5, 2.5), axes=None)
predict_ch3(net, test_iter, n=6)
predict_ch8(prefix, num_preds, net, vocab, device)
predict_seq2seq(net, src_sentence, src_vocab, tgt_vocab, num_steps, device,\
 save_attention_weights=False)
preprocess_nmt(text)
read_data_nmt()
read_time_machine()
seq_data_iter_random(corpus, batch_size, num_steps)
seq_data_iter_sequential(corpus, batch_size, num_steps)
sequence_mask(X, valid_len, value=0)
set_axes(axes, xlabel, ylabel, xlim, ylim, xscale, yscale, legend)
set_figsize(figsize=(3.5, 2.5))
sgd(params, lr, batch_size)
show_heatmaps(matrices, xlabel, ylabel, titles=None, figsize=(2.5, 2.5), cmap='Reds')
show_images(imgs, num_rows, num_cols, titles=None, scale=1.5)
show_trace_2d(f, results)
squared_loss(y_hat, y)
synthetic_data(w, b, num_examples)
tokenize_nmt(text, num_examples=None)
train_2d(trainer, steps=20, f_grad=None)
train_ch11(trainer_fn, states, hyperparams, data_iter, feature_dim, num_epochs=2)
train_ch3(net, train_iter, test_iter, loss, num_epochs, updater)
tokenize(lines, token='word')
train_ch6(net, train_iter, test_iter, num_epochs, lr, device)
train_ch8(net, train_iter, vocab, lr, num_epochs, device, use_random_iter=False)
train_concise_ch11(trainer_fn, hyperparams, data_iter, num_epochs=4)
train_epoch_ch3(net, train_iter, loss, updater)
train_epoch_ch8(net, train_iter, loss, updater, device, use_random_iter)
train_seq2seq(net, data_iter, lr, num_epochs, tgt_vocab, device)
truncate_pad(line, num_steps, padding_token)
try_all_gpus()
try_gpu(i=0)
use_svg_display()
""".strip().splitlines()

METHODS = {
    "Accumulator": ["add", "reset", "__getitem__"],
    "Animator": ["add"],
    "Decoder": ["init_state", "forward"],
    "Encoder": ["forward"],
    "EncoderDecoder": ["forward"],
    "MaskedSoftmaxCELoss": ["forward"],
    "RNNModel": ["forward", "begin_state"],
    "RNNModelScratch": ["__call__", "begin_state"],
    "Timer": ["start", "stop", "avg", "sum", "cumsum"],
    "Vocab": ["__len__", "__getitem__", "to_tokens"],
}


# What d2lutils itself defines, of all that `import d2lutils as d2l` brings.
PUBLIC = {
    name: thing
    for name, thing in vars(d2l).items()
    if callable(thing) and getattr(thing, "__module__", "").startswith("d2lutils.")
}


@pytest.fixture(autouse=True)
def as_found(monkeypatch):
    """Examples that set the environment or leave a figure do not reach other tests."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    with d2l.plt.rc_context():
        yield
    d2l.plt.close("all")


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name):
    module = importlib.import_module(name)
    # Examples are what a reader types: names of the package stand behind d2l.
    known = {"d2l": d2l, "torch": torch, "nn": nn}
    failures, _ = doctest.testmod(module, extraglobs=known, optionflags=doctest.ELLIPSIS)
    assert not failures


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is_for(name):
    assert (importlib.import_module(name).__doc__ or "").strip()


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_documented(name):
    thing = PUBLIC[name]
    methods = inspect.getmembers(thing, inspect.isfunction) if inspect.isclass(thing) else []
    documented = {name: thing} | {
        f"{name}.{method}": function
        for method, function in methods
        if not method.startswith("_") and function.__module__ == thing.__module__
    }
    # getdoc: a method that overrides a documented one needs no words of its own.
    assert [key for key, thing in documented.items() if not inspect.getdoc(thing)] == []


@pytest.mark.parametrize("name", PUBLIC)
def test_every_parameter_is_described(name):
    thing = PUBLIC[name]
    if inspect.isclass(thing) and thing.__init__ in (object.__init__, Exception.__init__):
        return
    described = re.findall(r"[\w']+", thing.__doc__)
    parameters = set(inspect.signature(thing).parameters) - {"args", "kwargs"}
    # Functions that say all in a few sentences do without the list.
    if "Parameters\n" in thing.__doc__:
        assert sorted(parameters - set(described)) == []


def test_the_flat_namespace_holds_public_names_and_the_modules_alone():
    modules = {name.split(".")[1] for name in MODULES if name.count(".") == 1}
    public = {n for module in map(importlib.import_module, MODULES[1:]) for n in module_all(module)}
    there = {name for name in vars(d2l) if not name.startswith("_")}
    assert there - public - modules == set()


def module_all(module):
    return getattr(module, "__all__", [])


@pytest.mark.parametrize("line", SIGNATURES, ids=lambda line: line.split("(")[0])
def test_signatures_are_those_of_d2l(line):
    scope = {"os": os}
    exec(f"def {line}: pass", scope)
    name = line.split("(")[0]
    assert plain(getattr(d2l, name)) == plain(scope[name])


def plain(function):
    """Return the parameters without annotations."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("name", METHODS)
def test_classes_have_the_methods_of_d2l(name):
    assert all(callable(getattr(getattr(d2l, name), method)) for method in METHODS[name])
