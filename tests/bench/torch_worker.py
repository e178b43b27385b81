"""torch_worker.py: the same training steps by PyTorch, one line in, one line out; see workloads.c for the requests.

    torch_worker.py default     as a newcomer writes it
    torch_worker.py tuned       the same with what is known to help on a processor: Adam over all parameters at once,
                                gradients dropped instead of zeroed, images with channels last, denormals flushed.
                                Threads and malloc are tuned by the environment, which workloads.py sets.

    open KEY TENSORS BATCH SHAPE NET      answers ok
    steps KEY N | run KEY MICROSECONDS | close KEY

The samples are tensors already, cut into batches before the clock starts: gathering rows costs PyTorch nothing here."""
import json
import struct
import sys
import time

import torch
from torch import nn

TUNED = sys.argv[1] == "tuned"


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(data[begin:end], dtype=torch.float32).reshape(entry["shape"]).clone()
    return tensors


def build(net, shape, classes):
    """The layers of NET, words as dnntui reads them, by name: fc1, relu1, ..., out."""
    layers, count, size = nn.Sequential(), {}, list(shape)

    def add(stem, layer):
        count[stem] = count.get(stem, 0) + 1
        layers.add_module("out" if stem == "out" else f"{stem}{count[stem]}", layer)

    def dense(stem, width):
        nonlocal size
        if len(size) == 3:
            add("flat", nn.Flatten())
            size = [size[0] * size[1] * size[2]]
        add(stem, nn.Linear(size[0], width))
        size = [width]

    for words in (layer.split() for layer in net.split(",")):
        if words[0] == "dense":
            dense("fc", int(words[1]))
        elif words[0] == "conv":
            add("conv", nn.Conv2d(size[0], int(words[1]), 3, padding="same" if not TUNED else 1))
            size[0] = int(words[1])
        elif words[0] == "bn":
            add("bn", nn.BatchNorm1d(size[0]) if len(size) == 1 else nn.BatchNorm2d(size[0]))
        elif words[0] == "relu":
            add("relu", nn.ReLU(inplace=TUNED))
        elif words[:2] == ["pool", "max"]:
            add("pool", nn.MaxPool2d(int(words[2])))
            size[1:] = [size[1] // 2, size[2] // 2]
        else:
            sys.exit(f"torch_worker: {' '.join(words)} is not known")
    dense("out", classes)
    return layers


class Trainer:
    def __init__(self, path, batch, shape, net):
        tensors = read_safetensors(path)
        shape = [int(n) for n in shape.split("x")]
        self.net = build(net, shape, tensors["y"].shape[1])
        with torch.no_grad():
            for name, parameter in self.net.named_parameters():
                parameter.copy_(tensors[name])
        x, y = tensors["x"].reshape(-1, *shape), tensors["y"].argmax(1)
        if TUNED and len(shape) == 3:
            x = x.contiguous(memory_format=torch.channels_last)
            self.net = self.net.to(memory_format=torch.channels_last)
        self.batches = list(zip(x.split(batch), y.split(batch)))
        self.loss = nn.CrossEntropyLoss()
        extra = {"foreach": True} if TUNED else {}
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.001, **extra)
        self.at = 0

    def step(self):
        x, y = self.batches[self.at % len(self.batches)]
        self.at += 1
        self.optimizer.zero_grad(set_to_none=TUNED)
        loss = self.loss(self.net(x), y)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, microseconds):
        begun, steps = time.perf_counter_ns(), 0
        end = begun + microseconds * 1000
        while True:
            _, steps, now = self.step(), steps + 1, time.perf_counter_ns()
            if now >= end:
                return steps, now - begun


def main():
    trainers = {}
    if TUNED:
        torch.set_flush_denormal(True)
    for line in sys.stdin:
        verb, key, *rest = line.split(maxsplit=5)
        if verb == "open":
            trainers[key] = Trainer(rest[0], int(rest[1]), rest[2], rest[3].strip())
            print("ok", flush=True)
        elif verb == "steps":
            losses = [trainers[key].step().item() for _ in range(int(rest[0]))]
            print(f"{losses[0]:.9g} {sum(losses) / len(losses):.9g}", flush=True)
        elif verb == "run":
            print("%d %d" % trainers[key].run(int(rest[0])), flush=True)
        elif verb == "close":
            del trainers[key]
            print("ok", flush=True)
        elif verb == "about":
            print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads", flush=True)


main()
