#!/usr/bin/python3
"""Runs networks and layers with PyTorch and writes down what happened, for the tests tests/unit/dnn/test_oracle*.c.

    tests/oracle/make-reference.py rows > tests/oracle/reference.txt      (Debian: python3-torch)
    tests/oracle/make-reference.py images > tests/oracle/images.txt
    tests/oracle/make-reference.py layers > tests/oracle/layers.txt

The files are text: one record a line, its name first.

`rows` and `images` train small networks, the latter a LeNet-like one on images. `x` and the targets are shared by all
cases. A case says how the engine is to build the same network (`net`, `loss`, `optimizer`, `clip`) and holds the
weights at the start, the loss of each step, the gradient of the first step (before clipping), and the weights and
statistics at the end. Numbers are float32 with nine digits, which name each float exactly.

`layers` runs single layers over a grid of arguments and shapes. A case says how the engine is to make the layer and
holds what comes out and every gradient, in seven digits. What goes in is not stored: value i of a tensor is
((31 i^2 + 7919 i + 104729 salt) mod 1009 - 504) / 256, exact in float; the salt is 10 times the number of the case plus
0 for x, 1 for dy, 2 for the first parameter, 3 for the second.

A dense layer or convolution before batch norm has no bias: its gradient is rounding noise alone, which Adam would blow
up.
"""
import random
import sys

import torch
from torch import nn

FEATURES, OUTPUTS, WIDTHS, ROWS, BATCH, STEPS = 6, 3, (7, 5), 24, 8, 20

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "elu": nn.ELU, "leaky": nn.LeakyReLU,
               "sigmoid": nn.Sigmoid}
LOSSES = {"ce": nn.CrossEntropyLoss, "bce": nn.BCEWithLogitsLoss, "mse": nn.MSELoss, "mae": nn.L1Loss,
          "huber": nn.HuberLoss}
DECAY = 0.05
OPTIMIZERS = {
    "adam": (torch.optim.Adam, dict(lr=0.01)),
    "adamw": (torch.optim.AdamW, dict(lr=0.01, weight_decay=0)),
    "sgd": (torch.optim.SGD, dict(lr=0.1)),
    "momentum": (torch.optim.SGD, dict(lr=0.05, momentum=0.9)),
    "momentum nesterov=on": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, nesterov=True)),
    "rmsprop": (torch.optim.RMSprop, dict(lr=0.01)),
}


def numbers(name, tensor):
    values = tensor.detach().reshape(-1).tolist()
    print(name, len(values), *("%.9g" % v for v in values))


def build(activation, norm):
    """The network, the words that describe it, and the engine's name for each of its modules."""
    modules, words, names, counts, width = [], [], [], {}, FEATURES

    def add(module, text, stem):
        counts[stem] = counts.get(stem, 0) + 1
        modules.append(module)
        words.append(text)
        names.append(stem + str(counts[stem]))

    for units in WIDTHS:
        add(nn.Linear(width, units, bias=not norm), f"dense {units}" + (" bias=off" if norm else ""), "fc")
        if norm:
            add(nn.BatchNorm1d(units), "bn", "bn")
        add(ACTIVATIONS[activation](), activation, activation)
        width = units
    modules.append(nn.Linear(width, OUTPUTS))
    names.append("out")
    return nn.Sequential(*modules), ", ".join(words), names


def named(net, names, tensors):
    for key, tensor in tensors:
        place, name = key.split(".")
        if name != "num_batches_tracked":
            yield f"{names[int(place)]}.{name}", tensor


def case(seed, activation, norm, loss, optimizer, decay, clip, x, targets):
    torch.manual_seed(seed)
    train(build(activation, norm), loss, optimizer, decay, clip, x, targets)


def train(built, loss, optimizer, decay, clip, x, targets):
    net, words, names = built
    kind, options = OPTIMIZERS[optimizer]
    options = dict(options)
    if decay:
        options["weight_decay"] = DECAY
    print("case", f"{words} / {loss} / {optimizer} / decay {decay} / clip {clip}")
    print("net", words)
    print("loss", loss)
    print("optimizer", optimizer + f" weight_decay={DECAY if decay else 0}")
    print("lr", options["lr"])
    print("clip", clip)
    for name, tensor in named(net, names, net.named_parameters()):
        numbers("start " + name, tensor)
    step_of = kind(net.parameters(), **options)
    losses = []
    for step in range(STEPS):
        first = step * BATCH % ROWS
        value = LOSSES[loss]()(net(x[first:first + BATCH]), targets[loss][first:first + BATCH])
        step_of.zero_grad()
        value.backward()
        losses.append(value.item())
        if step == 0:
            for name, tensor in named(net, names, ((k, p.grad) for k, p in net.named_parameters())):
                numbers("gradient " + name, tensor)
        if clip:
            nn.utils.clip_grad_norm_(net.parameters(), clip)
        step_of.step()
    numbers("losses", torch.tensor(losses))
    for name, tensor in named(net, names, net.named_parameters()):
        numbers("end " + name, tensor)
    for name, tensor in named(net, names, net.named_buffers()):
        numbers("statistic " + name, tensor)


# --- networks on images

SIDE = 10


def build_lenet(norm, small):
    """Two convolutions, two poolings (the second leaves a row and a column out), two dense layers."""
    pools = (nn.MaxPool2d(2), nn.AvgPool2d(2)) if small else (nn.MaxPool2d(2), nn.MaxPool2d(2))
    words = [f"reshape 1x{SIDE}x{SIDE}", "conv 4 3x3", "relu", "pool max 2", "conv 6 3x3 padding=valid", "relu",
             "pool avg 2" if small else "pool max 2", "dense 8", "relu"]
    modules = [nn.Conv2d(1, 4, 3, padding="same", bias=not norm), nn.ReLU(), pools[0],
               nn.Conv2d(4, 6, 3, bias=not norm), nn.ReLU(), pools[1], nn.Flatten(), nn.Linear(6, 8), nn.ReLU(),
               nn.Linear(8, OUTPUTS)]
    names = ["conv1", "", "", "conv2", "", "", "", "fc1", "", "out"]
    if norm:
        for place, word, channels in ((4, 5, 6), (1, 2, 4)):
            words[word - 1] += " bias=off"
            words.insert(word, "bn")
            modules.insert(place, nn.BatchNorm2d(channels))
            names.insert(place, "bn2" if channels == 6 else "bn1")
    return nn.Sequential(*modules), ", ".join(words), names


def images():
    torch.manual_seed(2)
    x = torch.randn(ROWS, SIDE * SIDE)
    targets = {"ce": nn.functional.one_hot(torch.randint(OUTPUTS, (ROWS,)), OUTPUTS).float(),
               "mse": torch.randn(ROWS, OUTPUTS) * 2}
    header(SIDE * SIDE, x, targets)
    seed = 500
    for norm in (False, True):
        for optimizer, loss, small in (("sgd", "ce", False), ("adam", "ce", False), ("momentum", "mse", True),
                                       ("adam", "mse", True)):
            torch.manual_seed(seed := seed + 1)
            train(build_lenet(norm, small), loss, optimizer, False, 0, x.reshape(ROWS, 1, SIDE, SIDE), targets)


# --- layers

def made(count, salt):
    i = torch.arange(count, dtype=torch.int64)
    return (((31 * i * i + 7919 * i + 104729 * salt) % 1009 - 504).double() / 256).float()


def brief(name, tensor):
    values = tensor.detach().reshape(-1).tolist()
    print(name, len(values), *("%.7g" % v for v in values))


class Cases:
    def __init__(self):
        self.count = 0

    def run(self, words, module, rows, shape):
        """Prints what MODULE makes of rows of SHAPE, parameters, x and dy made by the rule."""
        self.count += 1
        salt = 10 * self.count
        x = made(rows * shape[0] * shape[1] * shape[2], salt).reshape(rows, *shape).requires_grad_()
        for i, parameter in enumerate(module.parameters()):
            parameter.data = made(parameter.numel(), salt + 2 + i).reshape(parameter.shape)
        y = module(x)
        y.backward(made(y.numel(), salt + 1).reshape(y.shape))
        print("layer", words)
        print("in", rows, "x".join(map(str, shape)))
        print("out", "x".join(map(str, y.shape[1:])))
        brief("y", y)
        brief("dx", x.grad)
        for name, parameter in module.named_parameters():
            brief("gradient " + name.split(".")[-1], parameter.grad)
        for name, buffer in module.named_buffers():
            if name != "num_batches_tracked":
                brief("statistic " + name, buffer)


def convolution(shape, filters, kernel, stride, padding, dilation, groups, bias):
    """The words and the module; None where there is no output."""
    words = [f"conv {filters} {kernel[0]}x{kernel[1]}"]
    both = [d * (k - 1) for d, k in zip(dilation, kernel)]
    modules = []
    if padding == "same" and stride == (1, 1):
        around = "same"
    elif padding == "same":  # PyTorch has none for such strides: the smaller half before, the other behind
        modules = [nn.ZeroPad2d((both[1] // 2, both[1] - both[1] // 2, both[0] // 2, both[0] - both[0] // 2))]
        around = 0
    elif padding == "valid":
        words.append("padding=valid")
        around = "valid" if stride == (1, 1) else 0
    else:
        words.append("padding=%dx%d" % padding)
        around = padding
    if stride != (1, 1):
        words.append("stride=%dx%d" % stride)
    if dilation != (1, 1):
        words.append("dilation=%dx%d" % dilation)
    if groups > 1:
        words.append(f"groups={groups}")
    if not bias:
        words.append("bias=off")
    zeros = both if padding == "same" else (0, 0) if padding == "valid" else (2 * padding[0], 2 * padding[1])
    if shape[0] % groups or filters % groups or any(e + z <= b for e, z, b in zip(shape[1:], zeros, both)):
        return None
    convolve = nn.Conv2d(shape[0], filters, kernel, stride, around, dilation, groups, bias)
    return " ".join(words), nn.Sequential(*modules, convolve) if modules else convolve


def layers():
    print("# Written by tests/oracle/make-reference.py with PyTorch", torch.__version__)
    cases, choose = Cases(), random.Random(1)
    shapes = [(1, 1, 1), (4, 1, 1), (1, 5, 4), (2, 3, 7), (4, 5, 3), (6, 4, 4), (3, 1, 6)]
    kernels = [(1, 1), (3, 3), (3, 3), (2, 2), (5, 5), (3, 1), (1, 3), (2, 3)]
    drawn = 0
    while drawn < 48:
        shape = shapes[drawn % len(shapes)]
        made_of = convolution(shape, choose.choice((1, 2, 4)), choose.choice(kernels),
                              choose.choice(((1, 1), (1, 1), (2, 2), (3, 3), (2, 1), (1, 2))),
                              choose.choice(("same", "same", "valid", (1, 1), (2, 1), (0, 3))),
                              choose.choice(((1, 1), (1, 1), (1, 1), (2, 2), (2, 1), (1, 3))),
                              choose.choice((1, 1, 2, 4)), choose.random() < 0.7)
        if made_of:
            cases.run(made_of[0], made_of[1], 2, shape)
            drawn += 1
    for shape in ((1, 5, 4), (2, 3, 7), (3, 6, 6)):
        for size, stride, padding in (((2, 2), None, (0, 0)), ((3, 3), (2, 2), (1, 1)), ((3, 2), (1, 1), (0, 0)),
                                      ((2, 3), (3, 1), (1, 1)), ((1, 3), (1, 1), (0, 1))):
            words = "%dx%d" % size + (" stride=%dx%d" % stride if stride else "") + " padding=%dx%d" % padding
            cases.run("pool max " + words, nn.MaxPool2d(size, stride, padding), 2, shape)
            cases.run("pool avg " + words, nn.AvgPool2d(size, stride, padding), 2, shape)
        cases.run("gap", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), 2, shape)
        cases.run("bn", nn.BatchNorm2d(shape[0]), 3, shape)
        cases.run("bn momentum=0.3 eps=0.01", nn.BatchNorm2d(shape[0], eps=0.01, momentum=0.3), 1, shape)


def header(features, x, targets):
    print("# Written by tests/oracle/make-reference.py with PyTorch", torch.__version__)
    print("rows", ROWS, "batch", BATCH, "features", features, "outputs", OUTPUTS)
    numbers("x", x)
    for loss in targets:
        numbers("target " + loss, targets[loss])


def rows():
    torch.manual_seed(1)
    x = torch.randn(ROWS, FEATURES)
    number = torch.randn(ROWS, OUTPUTS) * 2
    targets = {"ce": nn.functional.one_hot(torch.randint(OUTPUTS, (ROWS,)), OUTPUTS).float(),
               "bce": torch.randint(2, (ROWS, OUTPUTS)).float(), "mse": number, "mae": number, "huber": number}
    header(FEATURES, x, targets)
    seed = 100
    for i, activation in enumerate(ACTIVATIONS):
        for norm in (False, True):
            case(seed := seed + 1, activation, norm, "ce", list(OPTIMIZERS)[i], False, 0, x, targets)
    for loss, activation in zip(LOSSES, ("relu", "tanh", "elu", "gelu", "leaky")):
        for norm in (False, True):
            case(seed := seed + 1, activation, norm, loss, "adam", False, 0, x, targets)
    for optimizer in OPTIMIZERS:
        for decay in (False, True):
            case(seed := seed + 1, "tanh", decay, "mse", optimizer, decay, 0, x, targets)
    case(seed + 1, "relu", False, "mse", "sgd", False, 0.5, x, targets)
    case(seed + 2, "tanh", True, "ce", "adam", True, 0.1, x, targets)


torch.set_num_threads(1)
{"rows": rows, "images": images, "layers": layers}[sys.argv[1]]()
