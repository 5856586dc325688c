"""Writes tests/torch/reference.json: what PyTorch computes for two small networks.

    python3 -m venv VENV && VENV/bin/pip install torch==2.13.0
    VENV/bin/python tests/torch/reference.py

Weights and pages come from whole-number arithmetic, so that no generator is needed;
src/learners/network/torch.rs reads the file and holds our own operations against it.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.set_num_threads(1)

TOKENS, PER_TOKEN, SYMBOLS, CLASSES = 6, 2, 13, 9
ROWS, NO_COPY = 8, 65535
WIDTH, LAYERS, HEADS, HIDDEN = 16, 2, 2, 24
RATE, DECAY, PART, STEPS = 0.01, 0.1, 0.25, 3


def number(seed, at):
    """A number in -1..1 with few bits, the same in any language."""
    return ((seed * 7919 + at * 104729 + at * at * 31) % 2001 - 1000) / 1000


def weights(plan):
    """Name -> tensor: gains around 1, all else around 0, scaled by the number of inputs."""
    out = {}
    for seed, (name, shape) in enumerate(sorted(plan.items())):
        count = math.prod(shape)
        scale = 1 / math.sqrt(shape[0]) if len(shape) > 1 else 0.25
        shift = 1.0 if name.endswith(".gain") else 0.0
        x = [number(seed, at) * scale + shift for at in range(count)]
        out[name] = torch.tensor(x, dtype=torch.float32).reshape(shape).requires_grad_()
    return out


def transformer_plan():
    plan = {"embed": (SYMBOLS, WIDTH)}
    for layer in range(LAYERS):
        a, f = f"layer{layer:02}.attention", f"layer{layer:02}.feed"
        plan |= {f"{a}.gain": (WIDTH,), f"{a}.bias": (WIDTH,)}
        plan |= {f"{a}.into": (WIDTH, 3 * WIDTH), f"{a}.out": (WIDTH, WIDTH)}
        plan |= {f"{f}.gain": (WIDTH,), f"{f}.bias": (WIDTH,)}
        plan |= {f"{f}.up": (WIDTH, HIDDEN), f"{f}.up_bias": (HIDDEN,)}
        plan |= {f"{f}.down": (HIDDEN, WIDTH), f"{f}.down_bias": (WIDTH,)}
    plan |= {"head.gain": (WIDTH,), "head.bias": (WIDTH,)}
    plan |= {"head.fixed": (WIDTH, CLASSES), "head.fixed_bias": (CLASSES,)}
    return plan | {"head.query": (WIDTH, WIDTH), "head.key": (WIDTH, WIDTH)}


def mlp_plan():
    plan = {"first.table": (TOKENS * SYMBOLS, WIDTH), "first.bias": (WIDTH,)}
    for layer in range(1, LAYERS):
        plan |= {f"hidden{layer:02}.weight": (WIDTH, WIDTH), f"hidden{layer:02}.bias": (WIDTH,)}
    return plan | {"last.weight": (WIDTH, CLASSES), "last.bias": (CLASSES,)}


def gather(table, ids, said):
    return (F.embedding(ids, table) * said.unsqueeze(-1)).sum(-2)


def transformer(w, symbols, copies):
    """(rows, tokens, per_token) symbols -> (rows, classes) probabilities."""
    x = gather(w["embed"], symbols, (symbols != 0).float())
    for layer in range(LAYERS):
        a, f = f"layer{layer:02}.attention", f"layer{layer:02}.feed"
        y = F.layer_norm(x, (WIDTH,), w[f"{a}.gain"], w[f"{a}.bias"])
        heads = (ROWS, TOKENS, HEADS, WIDTH // HEADS)
        q, k, v = (part.reshape(heads).transpose(1, 2) for part in (y @ w[f"{a}.into"]).chunk(3, -1))
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = x + mixed @ w[f"{a}.out"]
        y = F.layer_norm(x, (WIDTH,), w[f"{f}.gain"], w[f"{f}.bias"])
        x = x + F.relu(y @ w[f"{f}.up"] + w[f"{f}.up_bias"]) @ w[f"{f}.down"] + w[f"{f}.down_bias"]
    x = F.layer_norm(x, (WIDTH,), w["head.gain"], w["head.bias"])
    h = x[:, -1]
    fixed = h @ w["head.fixed"] + w["head.fixed_bias"]
    pointed = ((h @ w["head.query"]).unsqueeze(1) * (x @ w["head.key"])).sum(-1) / math.sqrt(WIDTH)
    pointed = pointed.masked_fill(copies == NO_COPY, -math.inf)
    mass = torch.cat([fixed, pointed], 1).softmax(-1)
    return mass[:, :CLASSES].scatter_add(1, copies.where(copies != NO_COPY, 0), mass[:, CLASSES:])


def mlp(w, symbols, _copies):
    """(rows, tokens, per_token) symbols -> (rows, classes) probabilities."""
    ids = symbols + torch.arange(TOKENS).reshape(TOKENS, 1) * SYMBOLS
    x = gather(w["first.table"], ids.flatten(1), (symbols != 0).float().flatten(1))
    x = F.relu(x + w["first.bias"])
    for layer in range(1, LAYERS):
        x = F.relu(x @ w[f"hidden{layer:02}.weight"] + w[f"hidden{layer:02}.bias"])
    return (x @ w["last.weight"] + w["last.bias"]).softmax(-1)


def run(network, plan):
    """Forward, loss, gradients and three steps of AdamW."""
    cells = range(ROWS * TOKENS)
    symbols = [(i * i * 7 + i // 3) % SYMBOLS for i in range(ROWS * TOKENS * PER_TOKEN)]
    copies = [NO_COPY if i % 6 > 2 else (i * 5 + i // 7) % CLASSES for i in cells]
    targets, own = [i * 5 % CLASSES for i in range(ROWS)], [(i * 2 + 1) % CLASSES for i in range(ROWS)]
    pages = (torch.tensor(symbols).reshape(ROWS, TOKENS, PER_TOKEN), torch.tensor(copies).reshape(ROWS, TOKENS))
    w = weights(plan)
    first = {name: x.detach().flatten().tolist() for name, x in w.items()}
    groups = [
        {"params": [x for x in w.values() if x.dim() > 1], "weight_decay": DECAY},
        {"params": [x for x in w.values() if x.dim() == 1], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.999), eps=1e-8)
    losses, probabilities, grads = [], None, None
    for step in range(STEPS):
        p = network(w, *pages)
        nats = [-p[range(ROWS), wanted].log().mean() for wanted in (targets, own)]
        loss = (1 - PART) * nats[0] + PART * nats[1]
        optimiser.zero_grad()
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            probabilities = p.detach().flatten().tolist()
            grads = {name: x.grad.flatten().tolist() for name, x in w.items()}
        optimiser.step()
    last = {name: x.detach().flatten().tolist() for name, x in w.items()}
    return {
        "symbols": symbols,
        "copies": copies,
        "targets": targets,
        "own": own,
        "first": first,
        "probabilities": probabilities,
        "grads": grads,
        "losses": losses,
        "last": last,
    }


def rounded(x):
    """Nine digits say an f32 in full."""
    if isinstance(x, dict):
        return {name: rounded(value) for name, value in x.items()}
    if isinstance(x, list):
        return [rounded(value) for value in x]
    return float(f"{x:.9g}") if isinstance(x, float) else x


def main():
    out = {
        "torch": torch.__version__,
        "transformer": run(transformer, transformer_plan()),
        "mlp": run(mlp, mlp_plan()),
    }
    path = Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(rounded(out), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
