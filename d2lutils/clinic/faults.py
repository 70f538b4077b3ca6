"""The ten faults: what each changes in a sound script, and what is said about it.

A fault is one small edit of `pictures.py` or `prices.py`. Nothing else of it is stored: the code
that is shown, the code that runs and the difference between the two all come from the edit.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__: list[str] = []


@dataclass(frozen=True)
class Fault:
    """What is wrong with a patient.

    Attributes
    ----------
    key, name
        A short word, and the name as one of the answers to choose from.
    script
        The sound script that it changes, "pictures" or "prices".
    sound, faulty
        The lines that it replaces, and what stands in their place.
    complaint
        What the owner of the script says.
    why
        How the symptoms follow from the fault.
    test
        The quickest way to find it.
    would
        How its curves look: said to a reader who suspects it wrongly.
    others
        The keys of three other faults to choose from.
    """

    key: str
    name: str
    script: str
    sound: str
    faulty: str
    would: str
    complaint: str = ""
    why: str = ""
    test: str = ""
    others: tuple[str, ...] = ()


_NO_ZERO = "    trainer.zero_grad()\n"
_NAMES = {
    "rate": "The learning rate is 100 times too large",
    "zeros": "All hidden weights start at zero",
    "zero_grad": "zero_grad() is missing",
    "own batch": "Validated on a batch of the training data",
    "labels": "Images and labels were shuffled apart",
    "log": "A loss written by hand takes the logarithm of 0",
    "softmax": "Softmax twice: once in the network, once in the loss",
    "shapes": "Shapes (n, 1) and (n,) broadcast in the loss",
    "data": ".data in forward cuts a layer out of the graph",
    "variance": "Standardized by the variance, not the standard deviation",
}


def _fault(key: str, script: str, sound: str, faulty: str, **words) -> Fault:
    return Fault(key, _NAMES[key], script, sound, faulty, **words)


# The sound scripts, as faults that change nothing.
HEALTHY = {
    script: Fault("healthy", "Nothing", script, "", "", would="", complaint='"I feel fine."')
    for script in ("pictures", "prices")
}
PATIENTS = [
    _fault(
        "rate", "pictures", "lr=0.1", "lr=10.0",
        complaint="\"It knows ten kinds of clothes. It answers 't-shirt' to all of them.\"",
        why="The first steps are so long that the weights, and with them the scores, grow without "
            "bound. Soon inf - inf is computed somewhere, and the result, nan, reaches every "
            "weight in one step. argmax of ten nans is class 0, so the accuracy is the share of "
            "t-shirts.",
        test="Print the loss of the first ten steps. If it leaps up, divide the rate by 10 until "
             "it falls.",
        would="Far too long steps would ruin the run within the first epoch: no finite loss at "
              "all, not even once.",
        others=("log", "zero_grad", "zeros"),
    ),
    _fault(
        "zeros", "pictures",
        "nn.Parameter(0.05 * torch.randn(num_inputs, num_outputs))",
        "nn.Parameter(torch.zeros(num_inputs, num_outputs))",
        complaint="\"Perfectly calm. I have never seen a smoother curve.\"",
        why="Every hidden unit gives 0, whatever the image, and gets the gradient 0: nothing tells "
            "the 32 units apart and nothing moves them. Only the bias of the output layer learns, "
            "and all it can learn is how frequent each class is. The loss stays at log 10.",
        test="Look at the gradients of each layer after one backward pass: all zero but one.",
        would="From a start at zero no hidden unit would move: a flat loss at log 10, and one "
              "image in ten right, on the training data too.",
        others=("rate", "labels", "variance"),
    ),
    _fault(
        "zero_grad", "pictures", _NO_ZERO, "",
        complaint="\"It was getting better! Then it changed its mind.\"",
        why="backward() adds to .grad. Without zero_grad() each step goes along the sum of all "
            "gradients since the beginning, those of long ago included: it is like a ball with "
            "no friction, which rushes through every valley and up the other side.",
        test="Look at the norm of the gradient over the first steps: it grows and grows.",
        would="Gradients that pile up would make the loss fall at first, and then swing up, "
              "higher and higher.",
        others=("rate", "log", "labels"),
    ),
    _fault(
        "own batch", "pictures",
        "accuracy(net, X_valid, y_valid)", "accuracy(net, X, y)",
        complaint="\"Better on new images than on old ones! I'm writing the paper.\"",
        why="After the loop the names X and y still hold the last batch of training images. So "
            "the curve called validation is measured on 50 images that the network has just "
            "learned from: too good, and in steps of 1/50. The training itself is sound.",
        test="A validation accuracy above the training accuracy is a reason to look at what "
             "was validated on.",
        would="Validated on its own training images, the validation curve would lie at or above "
              "the training curve, and move in steps of 1/50.",
        others=("labels", "variance", "softmax"),
    ),
    _fault(
        "labels", "pictures",
        "    order = torch.randperm(len(X_train))\n"
        "    X_train, y_train = X_train[order], y_train[order]\n",
        "    X_train = X_train[torch.randperm(len(X_train))]\n"
        "    y_train = y_train[torch.randperm(len(y_train))]\n",
        complaint="\"It studies hard. It just can't use any of it.\"",
        why="Two permutations: each image now has the label of some other one. There is nothing "
            "to understand, but something to learn by heart, one image after the other. So the "
            "training loss falls, slowly, and on new images it is as good as guessing (not exactly "
            "one in ten: bags look alike, so they are right or wrong together).",
        test="Show eight training images with their labels. It takes ten seconds and finds this "
             "at once.",
        would="With labels of other images the network could only learn by heart: the training "
              "curves would creep, validation would stay at one in ten.",
        others=("own batch", "zeros", "data"),
    ),
    _fault(
        "log", "pictures",
        "    return nn.functional.cross_entropy(y_hat, y)\n",
        "    p, t = torch.softmax(y_hat, dim=1), nn.functional.one_hot(y, 10)\n"
        "    losses = t * torch.log(p) + (1 - t) * torch.log(1 - p)\n"
        "    return -losses.sum(dim=1).mean()\n",
        complaint="\"It was the best run of my life. I went to make tea.\"",
        why="One day the network is so sure of an image, and rightly so, that its probability is "
            "rounded to 1. Then log(1 - p) is log 0 = -inf, times 1 - t = 0 is nan, and one step "
            "carries the nan into every weight. The better the network, the sooner it dies. The "
            "accuracy may outlive the loss by an epoch: it still comes from sound weights.",
        test="Find the first epoch whose loss is not finite. Many good epochs before it mean a "
             "log or a division, not the learning rate.",
        would="A logarithm of 0 needs a network that is already sure: good epochs first, then "
              "all of a sudden nan.",
        others=("rate", "zero_grad", "softmax"),
    ),
    _fault(
        "softmax", "pictures",
        "nn.Sequential(Dense(784, 32), nn.Linear(32, 10))",
        "nn.Sequential(Dense(784, 32), nn.Linear(32, 10), nn.Softmax(dim=1))",
        complaint="\"Accuracy is nearly fine. But why is the loss so high?\"",
        why="cross_entropy takes logits and applies softmax itself. Fed with probabilities, which "
            "lie between 0 and 1, it sees ten logits that hardly differ: even a perfect answer, "
            "1 for one class and 0 for nine, costs log(e + 9) - 1 = 1.46. The loss can't go "
            "below, and the gradients are small.",
        test="Print one row of the network's output. If it adds up to 1, it is no row of logits.",
        would="With two softmaxes the accuracy would rise, but the loss could not fall below "
              "log(e + 9) - 1 = 1.46.",
        others=("variance", "data", "own batch"),
    ),
    _fault(
        "shapes", "prices",
        "((y_hat.squeeze(1) - y) ** 2).mean()", "((y_hat - y) ** 2).mean()",
        complaint="\"Every flat in town costs the same, it says.\"",
        why="(50, 1) minus (50,) is no error: it broadcasts to (50, 50), each prediction minus "
            "every price. What comes closest to all prices at once is their mean, so that is what "
            "the model learns to say for each flat. The loss stops at the variance of the prices.",
        test="Print y_hat.shape and y.shape in the line before the loss.",
        would="Each prediction compared with every price: the loss would fall to the variance "
              "of the prices, and stop there, smooth and flat.",
        others=("zeros", "rate", "zero_grad"),
    ),
    _fault(
        "data", "pictures",
        "torch.relu(X @ self.weight + self.bias)",
        "torch.relu(X @ self.weight.data + self.bias.data)",
        complaint="\"It learns. It's just not very bright.\"",
        why=".data is the tensor without its history, so autograd never hears that the layer has "
            "parameters: their .grad stays None and the optimizer passes them over. The hidden "
            "layer keeps its random start. The output layer does what it can with 32 random "
            "features, which is quite a lot, and so nobody notices.",
        test="After one backward pass, ask which parameters have .grad None.",
        would="With a layer frozen at random values the other one would still learn: all curves "
              "move the right way, and end clearly too low.",
        others=("softmax", "own batch", "variance"),
    ),
    _fault(
        "variance", "pictures", "X_train.std()", "X_train.var()",
        complaint="\"It's learning, it's learning. Ask me again next week.\"",
        why="Pixels from 0 to 255 have a standard deviation near 90, so a variance of about 8,000. "
            "Divided by it the inputs have a spread near 1/90 instead of 1. The gradients of the "
            "first layer are inputs times errors, so they are about 90 times too small as well.",
        test="Print mean and standard deviation of what the network is fed: 0 and 1?",
        would="Inputs 90 times too small would make everything slow: a loss that starts at "
              "log 10 and barely leaves it, with training and validation together.",
        others=("zeros", "softmax", "labels"),
    ),
]

# What a wrong guess on the prices would look like.
SUSPECTS = [
    _fault(
        "rate", "prices", "lr=0.03", "lr=3.0",
        would="Far too long steps would overshoot further each time: from numbers with thirty "
              "digits to inf, and then nan.",
    ),
    _fault(
        "zeros", "prices",
        "    return nn.Linear(2, 1)\n",
        "    net = nn.Linear(2, 1)\n    nn.init.zeros_(net.weight)\n    return net\n",
        would="A linear model may start at zero: it has no hidden units to be told apart. It "
              "would learn as well as the healthy one.",
    ),
    _fault(
        "zero_grad", "prices", _NO_ZERO, "",
        would="Gradients that pile up would make the loss swing up and down without end.",
    ),
]
