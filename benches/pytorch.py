"""Times the work of benches/training.rs in PyTorch on one thread, and prints both.

    python3 -m venv VENV && VENV/bin/pip install torch==2.13.0
    cargo bench --bench training && VENV/bin/python benches/pytorch.py
    VENV/bin/python benches/pytorch.py --rounds 5

Each step is forward, loss, backward, clipping by the norm of all gradients and fused
AdamW, in eager mode. Both sides measure time on the core. The Rust side is what criterion
wrote down last (medians). With rounds, both are run in turns and the best of each
counts: fair on a machine that others use too.
"""

import argparse
import json
import math
import subprocess
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, LAYERS, HEADS, HIDDEN = 64, 2, 4, 256
PER_TOKEN, SYMBOLS, CLASSES = 3, 64, 32


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)])
        self.into = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up, self.down = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        heads = (*x.shape[:2], HEADS, WIDTH // HEADS)
        q, k, v = (p.reshape(heads).transpose(1, 2) for p in self.into(self.norms[0](x)).chunk(3, -1))
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = x + self.out(mixed)
        return x + self.down(F.relu(self.up(self.norms[1](x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(SYMBOLS, WIDTH)
        self.layers = nn.Sequential(*[Layer() for _ in range(LAYERS)])
        self.norm = nn.LayerNorm(WIDTH)
        self.fixed = nn.Linear(WIDTH, CLASSES)
        self.query = nn.Linear(WIDTH, WIDTH, bias=False)
        self.key = nn.Linear(WIDTH, WIDTH, bias=False)

    def forward(self, symbols, nowhere, wanted):
        x = self.norm(self.layers(self.embed(symbols).sum(-2)))
        h = x[:, -1]
        # As ours: the query goes to the keys' side once, not every token to the query's.
        against = self.query(h) @ self.key.weight
        pointed = (x @ against.unsqueeze(-1)).squeeze(-1) / math.sqrt(WIDTH)
        logits = torch.cat([self.fixed(h), pointed.masked_fill(nowhere, -math.inf)], 1)
        return (logits.logsumexp(1) - (logits + wanted).logsumexp(1)).mean()


def steps(model, *inputs):
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01, fused=True)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = model(*inputs)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        return loss.item()

    return step


def dense():
    layers = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 256))
    loss = nn.CrossEntropyLoss()

    class Dense(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = layers

        def forward(self, x, targets):
            return loss(self.layers(x), targets)

    return steps(Dense(), torch.rand(128, 256) * 2 - 1, torch.arange(128) % 256)


def transformer(tokens, rows):
    at = torch.arange(rows * tokens)
    symbols = 1 + torch.arange(rows * tokens * PER_TOKEN) * 7919 % (SYMBOLS - 1)
    nowhere = (at % 4 == 3).reshape(rows, tokens)
    copies = (at % CLASSES).reshape(rows, tokens).masked_fill(nowhere, -1)
    targets = torch.arange(rows) % CLASSES
    stands = torch.cat([torch.arange(CLASSES).expand(rows, -1), copies], 1) == targets.unsqueeze(1)
    wanted = torch.zeros(stands.shape).masked_fill(~stands, -math.inf)
    return steps(Transformer(), symbols.reshape(rows, tokens, PER_TOKEN), nowhere, wanted)


def there_ms(step, seconds=4.0):
    """The mean time that a step is on the core, as the other side measures it."""
    for _ in range(10):
        step()
    count, until, start = 0, time.perf_counter() + seconds, time.thread_time()
    while time.perf_counter() < until:
        step()
        count += 1
    return (time.thread_time() - start) * 1e3 / count


def here_ms(name, run):
    """What criterion has written down of a bench, after running it or not."""
    root = Path(__file__).resolve().parent.parent
    if run:
        command = ["cargo", "bench", "--bench", "training", "--", "--exact", name]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
    estimates = root / "target" / "criterion" / name / "new" / "estimates.json"
    return json.loads(estimates.read_text())["median"]["point_estimate"] / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=0, help="turns of both sides; 0: read criterion's last")
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    works = {
        "dense-256-batch-128": (dense(), 1.0),
        "transformer-64-tokens-16-batch-16": (transformer(16, 16), 1.0),
        "transformer-64-tokens-32-batch-64": (transformer(32, 64), 0.9),
    }
    print(f"PyTorch {torch.__version__}, one thread; milliseconds a step")
    print(f"{'':36}{'PyTorch':>9}{'here':>9}{'speed':>8}  wanted")
    for name, (step, wanted) in works.items():
        turns = [(there_ms(step), here_ms(name, rounds > 0)) for _ in range(max(rounds, 1))]
        theirs, ours = (min(side) for side in zip(*turns))
        print(f"{name:36}{theirs:9.3f}{ours:9.3f}{theirs / ours:8.2f}  {wanted:.2f}", flush=True)


if __name__ == "__main__":
    main()
