#!/usr/bin/python3
"""travel.py: weights travel both ways between dnntui and PyTorch (Debian's python3-torch), by safetensors files.

There: dnntui trains a small convolutional net, saves it, and runs one forward pass; PyTorch reads the file and must put
out the same. Back: PyTorch draws other weights and writes them under dnntui's names; dnntui must load them and put out
what PyTorch does. Then the state_dict of a net with batch norm that has seen batches, whole numbers and all
(num_batches_tracked): dnntui must hold its statistics. Prints the greatest relative difference of each, and fails above 1e-5.

    make && tests/oracle/travel.py
"""
import json, os, struct, subprocess, sys, tempfile
import numpy as np, torch
import torch.nn.functional as F

PROGRAM = os.path.join(os.path.dirname(__file__), "../../dnntui")
NET = "net conv 6 3x3, relu, pool max 2, conv 8 3x3 padding=valid, tanh, dense 16, relu"
OPS = 9  # gather, and forward through all eight layers


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(length)), file.read()
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
            for name, entry in header.items()}


DTYPES = {torch.float32: "F32", torch.int64: "I64"}


def write_safetensors(path, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors.items():
        raw = tensor.detach().numpy().tobytes()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def forward(w, x):
    x = F.max_pool2d(F.relu(F.conv2d(x.view(-1, 1, 8, 8), w["conv1.weight"], w["conv1.bias"], padding=1)), 2)
    x = torch.tanh(F.conv2d(x, w["conv2.weight"], w["conv2.bias"])).flatten(1)
    return F.linear(F.relu(F.linear(x, w["fc1.weight"], w["fc1.bias"])), w["out.weight"], w["out.bias"])


def dnntui(*commands):
    words = [PROGRAM, "-n", "--batch", "--seed", "3"]
    for command in commands:
        words += ["-c", command]
    return subprocess.run(words + ["digits"], check=True, capture_output=True, text=True).stdout


def rows(text):
    return torch.tensor([[float(word) for word in line.split()] for line in text.strip().split("\n")])


def compare(what, theirs, ours):
    difference = ((theirs - ours).abs().max() / theirs.abs().max()).item()
    print(f"{what}: greatest relative difference {difference:.1e}")
    return difference <= 1e-5


def with_batch_norm(x):
    """A net under dnntui's names whose running statistics are those of training."""
    net = torch.nn.Sequential()
    for name, layer in (("fc1", torch.nn.Linear(64, 12)), ("bn1", torch.nn.BatchNorm1d(12)), ("relu1", torch.nn.ReLU()),
                        ("out", torch.nn.Linear(12, 10))):
        net.add_module(name, layer)
    for _ in range(5):
        net(x + torch.randn_like(x))
    return net.eval()


def main():
    good = True
    with tempfile.TemporaryDirectory() as folder:
        there, back = os.path.join(folder, "there.safetensors"), os.path.join(folder, "back.safetensors")
        dnntui("shape 1x8x8", NET, "epoch 2", f"save {there}")
        x = rows(dnntui(f"load {there}", f"stepi {OPS}", "print x"))
        out = rows(dnntui(f"load {there}", f"stepi {OPS}", "print out.out"))
        w = {name: torch.tensor(tensor) for name, tensor in read_safetensors(there).items()}
        good &= compare("dnntui -> PyTorch", forward(w, x), out)

        torch.manual_seed(1)
        names = [name for name in w if not name.startswith(("optimizer.", "data."))]
        other = {name: torch.randn_like(w[name]) * 0.3 for name in names}
        write_safetensors(back, other)
        out = rows(dnntui(f"load {there}", f"load {back}", f"stepi {OPS}", "print out.out"))
        good &= compare("PyTorch -> dnntui", forward(other, x), out)

        net_line = "net dense 12, bn, relu"
        x = rows(dnntui(net_line, "stepi 1", "print x"))
        net = with_batch_norm(x)
        write_safetensors(back, net.state_dict())
        text = dnntui(net_line, f"load {back}", "print bn1.running_mean", "print bn1.running_var", "print bn1.bias")
        theirs = torch.stack([net.bn1.running_mean, net.bn1.running_var, net.bn1.bias])
        good &= compare("PyTorch -> dnntui, batch norm", theirs.flatten(), rows(text.replace("\n", " ")).flatten())
    sys.exit(0 if good else 1)


main()
