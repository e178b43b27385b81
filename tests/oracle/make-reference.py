#!/usr/bin/python3
"""Trains small networks with PyTorch and writes down what happened, for tests/unit/dnn/test_oracle.c.

    tests/oracle/make-reference.py > tests/oracle/reference.txt      (Debian: python3-torch)

The file is text: one record a line, its name first. `x` and the targets are shared by all cases. A case says how the
engine is to build the same network (`net`, `loss`, `optimizer`, `clip`) and holds the weights at the start, the loss of
each step, the gradient of the first step (before clipping), and the weights and statistics at the end. Numbers are
float32 with nine digits, which name each float exactly.

A dense layer before batch norm has no bias: its gradient is rounding noise alone, which Adam would blow up.
"""
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
    net, words, names = build(activation, norm)
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


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x = torch.randn(ROWS, FEATURES)
    number = torch.randn(ROWS, OUTPUTS) * 2
    targets = {"ce": nn.functional.one_hot(torch.randint(OUTPUTS, (ROWS,)), OUTPUTS).float(),
               "bce": torch.randint(2, (ROWS, OUTPUTS)).float(), "mse": number, "mae": number, "huber": number}
    print("# Written by tests/oracle/make-reference.py with PyTorch", torch.__version__)
    print("rows", ROWS, "batch", BATCH, "features", FEATURES, "outputs", OUTPUTS)
    numbers("x", x)
    for loss in LOSSES:
        numbers("target " + loss, targets[loss])
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


main()
