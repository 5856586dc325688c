# Run: python3 tests/statistics/reference.py > tests/statistics/reference.json, with numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0, mpmath 1.4.1.
"""Reference values for the statistics: of scipy and statsmodels where they have them (special functions checked
against mpmath at 32 digits, and taken from it where scipy is off), else from the definitions, by numeric
optimisation and root finding instead of the closed forms under test."""

import json
import math

import mpmath as mp
import numpy as np
from scipy import special, stats
from statsmodels.stats import contingency_tables, inter_rater, multitest, proportion

mp.mp.dps = 32


def best(scipy_value, exact):
    """scipy's value, if it is right to 1e-12, else the exact one."""
    exact = float(exact)
    agrees = abs(scipy_value - exact) <= 1e-12 * abs(exact)
    return float(scipy_value) if agrees else exact


def mp_choose(n, k):
    n, k = mp.mpf(n), mp.mpf(k)
    return mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)


def mp_binomial(k, n, p):
    p = mp.mpf(p)
    return mp.exp(mp_choose(n, k) + k * mp.log(p) + (n - k) * mp.log1p(-p))


def mp_beta(a, b, x):
    """I_x(a, b) by quadrature over the density, cut around its mode, in logarithms."""
    a, b, x = mp.mpf(a), mp.mpf(b), mp.mpf(x)
    if max(a, b) <= 300:
        return mp.betainc(a, b, 0, x, regularized=True)
    constant = mp.loggamma(a + b) - mp.loggamma(a) - mp.loggamma(b)
    density = lambda u: mp.exp(constant + (a - 1) * mp.log(u) + (b - 1) * mp.log1p(-u))
    deviation = mp.sqrt(a * b / (a + b) ** 3)
    low = max(min(x, a / (a + b)) - 14 * deviation, mp.mpf(0))
    # Below x the density falls at least as fast as an exponential: 100 of its lengths are all of it.
    slope = (a - 1) / x - (b - 1) / (1 - x)
    if slope * deviation > 0.5:
        low = max(x - 100 / slope, mp.mpf(0))
    return mp.quad(density, mp.linspace(low, x, 25))


def grids():
    out = {}
    out["ln_choose"] = [
        [n, k, float(mp_choose(n, k))]
        for n, k in [(2, 1), (10, 3), (52, 5), (1000, 1), (1000, 500), (10**6, 12), (10**9, 3), (10**9, 5 * 10**8)]
    ]
    cases = [
        (0, 5, 0.3), (5, 5, 0.3), (2, 5, 0.3), (1, 1000, 1e-6), (40, 1000, 0.01), (999, 1000, 0.9), (300, 1000, 0.5),
        (10**5, 10**6, 0.1), (100700, 10**6, 0.1), (5 * 10**8, 10**9, 0.5), (500100000, 10**9, 0.5), (0, 10**6, 1e-4),
    ]
    out["binomial"] = [[k, n, p, best(stats.binom.pmf(k, n, p), mp_binomial(k, n, p))] for k, n, p in cases]
    cases = [
        (0, 5, 0.5), (2, 5, 0.5), (4, 5, 0.3), (5, 5, 0.3), (3, 40, 0.5), (400, 1000, 0.5), (520, 1000, 0.5),
        (49000, 10**5, 0.5), (0, 10**6, 1e-5), (499900000, 10**9, 0.5),
    ]
    out["binomial_up_to"] = [
        [k, n, p, 1.0 if k == n else best(stats.binom.cdf(k, n, p), mp_beta(n - k, k + 1, 1 - mp.mpf(p)))]
        for k, n, p in cases
    ]
    beta = [
        (a, b, x)
        for a, b in [(0.5, 0.5), (1, 3), (0.5, 20), (7.5, 0.5), (12, 40), (250, 3), (200.5, 180)]
        for x in [1e-12, 1e-4, 0.05, 0.3, 0.5, 0.75, 0.99, 1 - 1e-6]
    ] + [(4000, 6000, 0.38), (4000, 6000, 0.4), (4000, 6000, 0.43), (1e6, 1e6, 0.4985), (0.5, 1e6, 1e-6), (1e6, 0.5, 0.99999),
           (5e8, 5e8, 0.49996), (3, 1e9, 2e-9), (1e9, 3, 1 - 1e-8)]
    out["incomplete_beta"] = []
    for a, b, x in beta:
        exact = mp_beta(a, b, x)
        if exact > mp.mpf("1e-290"):
            out["incomplete_beta"].append([a, b, x, best(special.betainc(a, b, x), exact)])
    out["beta_quantile"] = []
    for a, b in [(1, 10), (0.5, 4), (3, 8), (50, 51), (1, 10**6), (400, 10**4), (2000, 3)]:
        for p in [1e-8, 0.005, 0.025, 0.5, 0.975]:
            start = special.betaincinv(a, b, p)
            residual = lambda x: mp_beta(a, b, x) / p - 1
            exact = mp.findroot(residual, (start * (1 - mp.mpf("1e-9")), start * (1 + mp.mpf("1e-9"))), tol=1e-25)
            out["beta_quantile"].append([a, b, p, best(start, exact)])
    return out


def distributions():
    out = {}
    zs = [-37.0, -20.0, -8.0, -5.5, -3.0, -1.0, -0.1, -1e-9, 0.0, 0.7, 2.5, 6.0, 9.0]
    out["normal"] = [[z, best(stats.norm.cdf(z), mp.ncdf(mp.mpf(z)))] for z in zs]
    ps = [1e-300, 1e-50, 1e-12, 1e-6, 0.001, 0.025, 0.2, 0.49, 0.5, 0.6, 0.8, 0.975, 0.9999]
    exact = lambda p: mp.sqrt(2) * mp.erfinv(2 * mp.mpf(p) - 1)
    with mp.workdps(340):
        out["normal_quantile"] = [[p, 0.0 if p == 0.5 else best(stats.norm.ppf(p), exact(p))] for p in ps]
    freedoms = [0.5, 1, 1.5, 2, 3, 4.7, 10, 29, 250.5, 10**4, 10**6, 10**9]
    ts = [-1000.0, -40.0, -8.0, -2.5, -1.0, -0.01, 0.0, 1e-6, 0.3, 1.7, 6.0]

    def cdf(t, f):
        # By Gauss' hypergeometric function, not by the incomplete beta function under test.
        f, t = mp.mpf(f), mp.mpf(t)
        if f > 10**7:
            # By quadrature; the tails end where the normal ones do.
            at = lambda u: density(f) * mp.exp(-(f + 1) / 2 * mp.log1p(u * u / f))
            if abs(t) < 1:
                return mp.mpf("0.5") + mp.sign(t) * mp.quad(at, [0, abs(t)])
            tail = mp.quad(at, mp.linspace(abs(t), abs(t) + 20, 41))
            return tail if t < 0 else 1 - tail
        if t * t >= f:
            tail = far_tail(abs(t), f)
            return tail if t < 0 else 1 - tail
        # Digits enough for a tail that is a difference from one half.
        with mp.workdps(32 if abs(t) < 2 else 340):
            return mp.mpf("0.5") + t * density(f) * mp.hyp2f1(0.5, (f + 1) / 2, 1.5, -t * t / f)

    def density(f):
        """Of t at 0."""
        return mp.exp(mp.loggamma((f + 1) / 2) - mp.loggamma(f / 2)) / mp.sqrt(mp.pi * f)

    def far_tail(t, f):
        """The integral of (1 + u^2 / f)^(-(f + 1) / 2) beyond t, as a series in f / t^2."""
        series = mp.hyp2f1((f + 1) / 2, f / 2, f / 2 + 1, -f / (t * t))
        return density(f) * mp.power(f, (f - 1) / 2) * mp.power(t, -f) * series

    out["student"] = []
    for f in freedoms:
        for t in ts:
            exact = cdf(t, f)
            if exact > mp.mpf("1e-290"):
                out["student"].append([t, f, best(stats.t.cdf(t, f), exact)])
    out["student_quantile"] = []
    for f in freedoms:
        for p in [1e-8, 1e-4, 0.005, 0.025, 0.3, 0.6, 0.975, 0.9995]:
            start = stats.t.ppf(p, f)
            # By the smaller tail, where a quantile's digits are.
            sign, small = (1, mp.mpf(p)) if p < 0.5 else (-1, 1 - mp.mpf(p))
            residual = lambda t: cdf(t, f) / small - 1
            seed = sign * mp.mpf(start)
            exact = mp.findroot(residual, (seed * (1 - mp.mpf("1e-8")), seed * (1 + mp.mpf("1e-8"))), tol=1e-25)
            out["student_quantile"].append([p, f, best(start, sign * exact)])
    return out


def proportions():
    cases = [(0, 1), (1, 1), (0, 20), (3, 10), (81, 263), (15, 148), (29, 29), (999, 1000), (50, 10**6), (123456, 10**6)]
    out = {"wilson": [], "clopper_pearson": []}
    for hits, n in cases:
        for level in [0.8, 0.95, 0.999]:
            for name, method in [("wilson", "wilson"), ("clopper_pearson", "beta")]:
                low, high = proportion.proportion_confint(hits, n, 1 - level, method)
                # statsmodels rounds past the ends.
                low, high = (0.0 if hits == 0 else float(low)), (1.0 if hits == n else float(high))
                out[name].append([hits, n, level, low, high])
    return out


def bisect(gap, outside, inside):
    """The edge of where gap is negative: below it or above, from outside in."""
    outside, inside = mp.mpf(outside), mp.mpf(inside)
    if gap(outside) < 0:
        return outside
    for _ in range(90):
        middle = (outside + inside) / 2
        if gap(middle) >= 0:
            outside = middle
        else:
            inside = middle
    return inside


def restricted(b, c, m, d):
    """The likeliest (p, q, r) of trinomial counts with p - q = d, by bisection of the log-likelihood's slope, which
    falls from q's least value to its greatest."""
    low, high = max(mp.mpf(0), -d), (1 - d) / 2
    over = lambda count, p: count / p if count else mp.mpf(0)
    slope = lambda q: over(b, q + d) + over(c, q) - over(2 * m, 1 - d - 2 * q)
    for _ in range(110):
        middle = (low + high) / 2
        if slope(middle) > 0:
            low = middle
        else:
            high = middle
    q = (low + high) / 2
    return q + d, q, 1 - d - 2 * q


def ends(gap, b, c, n):
    """The interval around (b - c) / n in which gap is negative."""
    near, estimate = mp.mpf("1e-20"), mp.mpf(b - c) / n
    low = -1.0 if c == n else float(bisect(gap, -1 + near, estimate))
    high = 1.0 if b == n else float(bisect(gap, 1 - near, estimate))
    return [low, high]


def tango(b, c, m, level):
    n, z = b + c + m, mp.mpf(stats.norm.ppf((1 + level) / 2))

    def gap(d):
        p, q, _ = restricted(b, c, m, d)
        return (b - c - n * d) ** 2 - z * z * n * (p + q - d * d)

    return ends(gap, b, c, n)


def newcombe(a, b, c, d, level):
    n = a + b + c + d
    wilson = lambda hits: proportion.proportion_confint(hits, n, 1 - level, "wilson")
    (l1, u1), (l2, u2) = wilson(a + b), wilson(a + c)
    p1, p2 = (a + b) / n, (a + c) / n
    spread = (a + b) * (c + d) * (a + c) * (b + d)
    determinant = a * d - b * c
    if determinant > 0:
        determinant = max(determinant - n / 2, 0)
    phi = determinant / math.sqrt(spread) if spread else 0.0
    low = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    high = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    return [max(p1 - p2 - math.sqrt(low), -1), min(p1 - p2 + math.sqrt(high), 1)]


TABLES = [
    (59, 6, 16, 80), (1, 1, 7, 12), (36, 12, 2, 0), (0, 1, 0, 43), (10, 0, 0, 5), (0, 3, 9, 0), (20, 0, 6, 4),
    (0, 8, 0, 0), (400, 90, 70, 440), (30, 10, 10, 50), (9000, 300, 420, 280), (5, 20, 18, 2),
]


def pairs():
    rows = []
    for index, (a, b, c, d) in enumerate(TABLES):
        level = [0.95, 0.9, 0.99][index % 3]
        table = np.array([[a, b], [c, d]])
        exact = contingency_tables.mcnemar(table, exact=True).pvalue if b + c else 1.0
        few = min(b, c)
        mid = 1.0 if b == c else 2 * stats.binom.cdf(few, b + c, 0.5) - stats.binom.pmf(few, b + c, 0.5)
        kappa = None
        if (a + b) * (b + d) + (a + c) * (c + d):
            kappa = float(inter_rater.cohens_kappa(table).kappa)
        rows.append({
            "counts": [a, b, c, d], "mcnemar": min(float(exact), 1.0), "mcnemar_mid": float(mid), "kappa": kappa,
            "level": level, "newcombe": newcombe(a, b, c, d, level), "tango": tango(b, c, a + d, level),
        })
    return rows


def families():
    drawn = np.random.default_rng(5)
    lists = [[0.03], [0.04, 0.01, 0.02], [0.2, 0.001, 0.03, 0.03, 0.9, 0.0], [0.5] * 4]
    lists.append([float(p) for p in drawn.random(40) ** 3])
    adjust = lambda p, method: [float(x) for x in multitest.multipletests(p, method=method)[1]]
    return [{"p_values": p, "holm": adjust(p, "holm"), "benjamini_hochberg": adjust(p, "fdr_bh")} for p in lists]


def sequences():
    """Roots of ln(mixture / likelihood) = ln(1 / alpha) at 32 digits."""
    half = mp.mpf("0.5")
    mean_rows, difference_rows = [], []
    for hits, n in [(0, 1), (1, 1), (0, 30), (7, 20), (500, 1000), (990, 1000), (10**5, 10**6)]:
        for level in [0.9, 0.95]:
            mixture = mp.log(mp.beta(hits + half, n - hits + half) / mp.beta(half, half))
            bound = -mp.log1p(-mp.mpf(level))
            plain = lambda x, count: count * mp.log(x) if count else mp.mpf(0)
            gap = lambda p: mixture - plain(p, hits) - plain(1 - p, n - hits) - bound
            estimate = mp.mpf(hits) / n
            low = 0.0 if hits == 0 else float(bisect(gap, mp.mpf("1e-30"), estimate))
            high = 1.0 if hits == n else float(bisect(gap, 1 - mp.mpf("1e-30"), estimate))
            mean_rows.append([hits, n, level, low, high])
    for a, b, c, d in [(1, 0, 0, 0), (0, 1, 0, 0), (3, 7, 1, 2), (59, 6, 16, 80), (0, 40, 10, 0), (700, 90, 110, 100)]:
        for level in [0.9, 0.95]:
            m, n = a + d, a + b + c + d
            gamma = mp.loggamma
            mixture = gamma(b + half) + gamma(c + half) + gamma(m + half) - gamma(n + 3 * half)
            mixture -= 3 * gamma(half) - gamma(3 * half)
            bound = -mp.log1p(-mp.mpf(level))

            def gap(x):
                likeliest = zip((b, c, m), restricted(b, c, m, x))
                return mixture - sum(count * mp.log(p) for count, p in likeliest if count) - bound

            difference_rows.append([a, b, c, d, level, *ends(gap, b, c, n)])
    return mean_rows, difference_rows


def calibration():
    rows = []
    drawn = np.random.default_rng(9)
    for n in [1, 7, 500]:
        confidences = [int(c) for c in drawn.integers(1, 2**16, n)]
        right = [bool(x) for x in drawn.random(n) < 0.7]
        c, y = np.array(confidences) / 2**16, np.array(right, float)
        given = np.where(y == 1, c, 1 - c)
        bins = np.minimum(np.array(confidences) * 10 // 2**16, 9)
        expected = sum(abs(y[bins == k].sum() - c[bins == k].sum()) for k in range(10)) / n
        rows.append({
            "verdicts": list(zip(confidences, right)), "brier": float(((c - y) ** 2).mean()),
            "log_loss": float(-np.log(given).mean()), "expected_error": float(expected),
        })
    return rows


def replicates():
    rows = []
    for values in [[0.9, 1.0], [0.31, 0.42, 0.4, 0.55], [float(x) for x in np.random.default_rng(3).normal(size=30)]]:
        for level in [0.8, 0.95]:
            low, high = stats.t.interval(level, len(values) - 1, np.mean(values), stats.sem(values))
            rows.append({"values": values, "level": level, "interval": [float(low), float(high)]})
    return rows


def main():
    mean_rows, difference_rows = sequences()
    parts = grids() | distributions() | proportions()
    parts |= {
        "pairs": pairs(), "families": families(), "sequence_mean": mean_rows,
        "sequence_difference": difference_rows, "calibration": calibration(), "replicates": replicates(),
    }
    # A row a line.
    lines = [f'  "{name}": [\n    ' + ",\n    ".join(json.dumps(row) for row in rows) + "\n  ]" for name, rows in parts.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


main()
