# python tests/ratings/ratings.py > tests/ratings/ratings.json   (numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0, choix 0.4.1, open_spiel 2.0.2)
"""Reference values for the ratings, each from an established implementation, none from ours."""
import json

import choix
import numpy as np
import scipy.optimize as opt
import scipy.stats as st
import statsmodels.api as sm
from scipy.special import xlogy
from open_spiel.python.egt import alpharank

rng = np.random.default_rng(20261125)


def antisymmetric(n, draw):
    upper = np.triu(draw((n, n)), 1)
    return upper - upper.T


def tournament(n, games, spread, drawn=0.0, advantage=0.0, missing=0.0):
    """wins, draws, losses of i (first) against j."""
    strength = rng.normal(0, spread, n)
    scores = np.zeros((n, n, 3), int)
    for i in range(n):
        for j in range(n):
            if i != j and rng.random() >= missing:
                p = 1 / (1 + np.exp(-(strength[i] - strength[j] + advantage)))
                scores[i, j] = rng.multinomial(games, [p * (1 - drawn), drawn, (1 - p) * (1 - drawn)])
    return scores


def fit(scores, advantage, virtual):
    """Logistic regression on points, then shifted to mean 0."""
    n = len(scores)
    rows, points, played = [], [], []
    both = scores + scores.transpose(1, 0, 2)[:, :, ::-1]
    for i in range(n):
        for j in range(n):
            s = scores[i, j] if advantage else both[i, j]
            if i == j or (not advantage and j < i) or (s.sum() == 0 and not (virtual and both[i, j].sum())):
                continue
            row = np.zeros(n + advantage)
            row[i], row[j] = 1, -1
            if advantage:
                row[n] = 1
            rows.append(row)
            points.append([s[0] + s[1] / 2, s[2] + s[1] / 2])
            played.append(both[i, j].sum() > 0)
    X, Y = np.array(rows), np.array(points, float)
    keep = [k for k in range(n + advantage) if k != n - 1]
    more = virtual * (0.25 if advantage else 0.5) * np.array(played)[:, None]
    model = sm.GLM(Y + more, X[:, keep], family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
    full = np.zeros(n + advantage)
    full[keep] = model.params
    covariance = np.zeros((n + advantage, n + advantage))
    covariance[np.ix_(keep, keep)] = model.cov_params()
    C = np.eye(n + advantage)
    C[:n, :n] -= 1 / n
    full, covariance = C @ full, C @ covariance @ C.T
    # The deviance of the games that were played.
    p = 1 / (1 + np.exp(-X @ full))
    total = Y.sum(1)
    real = total > 0
    deviance = 2 * (xlogy(Y[:, 0], Y[:, 0]) + xlogy(Y[:, 1], Y[:, 1]) - xlogy(total, total)
                    - Y[:, 0] * np.log(p) - Y[:, 1] * np.log(1 - p))[real].sum()
    freedom = int(real.sum()) - len(keep)
    if not virtual:
        assert abs(deviance - model.deviance) < 1e-8 and freedom == model.df_resid
    return {
        "scores": scores.tolist(), "advantage": bool(advantage), "virtual_draws": virtual,
        "strengths": full.tolist(), "covariance": covariance.tolist(),
        "deviance": deviance, "freedom": freedom, "p": st.chi2.sf(deviance, freedom),
    }


def against_choix(case):
    """The same strengths by another road, where there are no draws."""
    scores = np.array(case["scores"])
    wins = scores[:, :, 0] + scores[:, :, 2].T
    data = [(i, j) for i in range(len(wins)) for j in range(len(wins)) for _ in range(wins[i, j])]
    assert np.allclose(choix.opt_pairwise(len(wins), data, tol=1e-12), case["strengths"], atol=1e-6)
    return case


def zero_sum(A):
    """The row player's linear programme."""
    m, n = A.shape
    c = np.r_[np.zeros(m), -1.0]
    solved = opt.linprog(c, A_ub=np.c_[-A.T, np.ones(n)], b_ub=np.zeros(n), A_eq=[np.r_[np.ones(m), 0.0]],
                         b_eq=[1.0], bounds=[(0, None)] * m + [(None, None)], method="highs")
    return {"payoffs": A.tolist(), "value": -solved.fun}


def nash(A):
    """The equilibrium of largest entropy, by sequential quadratic programming from several starts."""
    n = len(A)
    best = None
    for start in [np.full(n, 1 / n)] + [rng.dirichlet(np.ones(n)) for _ in range(5)]:
        solved = opt.minimize(
            lambda p: np.sum(np.maximum(p, 1e-300) * np.log(np.maximum(p, 1e-300))), start,
            jac=lambda p: 1 + np.log(np.maximum(p, 1e-300)), bounds=[(0, 1)] * n, method="SLSQP",
            constraints=[{"type": "eq", "fun": lambda p: p.sum() - 1, "jac": lambda p: np.ones(n)},
                         {"type": "ineq", "fun": lambda p: -A @ p, "jac": lambda p: -A}],
            options={"ftol": 1e-15, "maxiter": 2000})
        if (A @ solved.x).max() < 1e-8 and (best is None or solved.fun < best.fun):
            best = solved
    return {"payoffs": A.tolist(), "weights": best.x.tolist(), "entropy": -best.fun}


def copied(A, which):
    return A[np.ix_(which, which)]


def alpha(A, a, m):
    A = np.array(A, float)
    _, _, pi, _, _ = alpharank.compute([A], m=m, alpha=a)
    return {"payoffs": A.tolist(), "alpha": a, "population": m, "shares": pi.tolist()}


def limit(A, eps):
    A = np.array(A, float)
    _, _, pi, _, _ = alpharank.compute([A], use_inf_alpha=True, inf_alpha_eps=eps)
    return {"payoffs": A.tolist(), "perturbation": eps, "shares": pi.tolist()}


def hodge(scores, odds):
    """Weighted least squares on the edges."""
    n = len(scores)
    both = scores + scores.transpose(1, 0, 2)[:, :, ::-1]
    rows, flow, weight = [], [], []
    for i in range(n):
        for j in range(i + 1, n):
            total = both[i, j].sum()
            if total:
                s = both[i, j, 0] + both[i, j, 1] / 2
                rows.append(np.eye(n)[i] - np.eye(n)[j])
                flow.append(np.log((s + 0.5) / (total - s + 0.5)) if odds else s / total - 0.5)
                weight.append(total)
    X, y, w = np.array(rows), np.array(flow), np.array(weight, float)
    potential = np.linalg.lstsq(X * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)[0]
    potential -= potential.mean()
    share = (w * (X @ potential) ** 2).sum() / (w * y ** 2).sum()
    return {"scores": scores.tolist(), "log_odds": odds, "potential": potential.tolist(), "transitive": share}


rps = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], float)
normal = lambda size: rng.normal(size=size)
# A tie is every other pair's result: many equilibria.
ties = lambda size: rng.integers(-1, 2, size).astype(float)
lopsided = tournament(5, 6, 0.5)
lopsided[4, :, 0], lopsided[4, :, 2] = 0, 6
lopsided[:, 4, 0], lopsided[:, 4, 2] = 6, 0
lopsided[4, 4] = 0

out = {
    "bradley_terry": [
        against_choix(fit(tournament(6, 12, 0.7), 0, 0.0)),
        fit(tournament(5, 15, 0.7, drawn=0.3), 0, 0.0),
        fit(tournament(9, 8, 0.5, drawn=0.2, missing=0.4), 0, 0.0),
        fit(tournament(7, 20, 0.8, drawn=0.1, advantage=0.6), 1, 0.0),
        fit(lopsided, 0, 1.0),
        fit(lopsided, 1, 1.0),
    ],
    "chi_square": [{"x": x, "freedom": k, "p": st.chi2.sf(x, k)} for x, k in
                   [(0.3, 1), (7.5, 3), (7.5, 4), (60.0, 28), (200.0, 101), (2000.0, 1950), (500.0, 10)]],
    "sign": [{"wins": a, "losses": b, "p": st.binomtest(a, a + b).pvalue} for a, b in
             [(7, 3), (1, 12), (60, 40), (600, 500), (100000, 101000), (0, 1), (5000, 0)]],
    "zero_sum": [zero_sum(rng.normal(size=size)) for size in [(2, 5), (7, 4), (12, 12), (25, 30), (40, 40)]]
    + [zero_sum(rng.integers(-3, 4, size).astype(float)) for size in [(5, 5), (9, 6), (15, 15), (20, 20)]],
    "nash": [nash(antisymmetric(n, normal)) for n in (3, 4, 6, 9)]
    + [nash(antisymmetric(n, ties)) for n in (4, 6, 7, 8)]
    + [
        nash(copied(rps, [0, 0, 1, 2])), nash(copied(rps, [0, 0, 0, 1, 1, 2])), nash(np.zeros((4, 4))),
        # 3 is beaten by an even mixture of all but not by each equilibrium of the even 0, 1, 2: the largest
        # entropy lies on the edge.
        nash(np.array([[0, 0, 0, -2], [0, 0, 0, -1], [0, 0, 0, 2.5], [2, 1, -2.5, 0]])),
    ],
    "alpha_rank": [alpha(rps, 0.1, 10), alpha([[0, -0.5, 1], [0.5, 0, -0.1], [-1, 0.1, 0]], 1.0, 50)]
    + [alpha(antisymmetric(n, normal), a, m) for n, a, m in [(4, 0.1, 20), (6, 1.0, 10), (8, 0.5, 50)]]
    + [alpha(rng.normal(size=(n, n)), a, m) for n, a, m in [(3, 0.1, 10), (5, 0.5, 30), (7, 0.2, 20)]],
    "limit": [limit(rps, 0.1), limit([[0, -0.5, 1], [0.5, 0, -0.1], [-1, 0.1, 0]], 0.01)]
    + [limit(antisymmetric(n, ties), eps) for n, eps in [(5, 0.1), (8, 0.01)]],
    "hodge": [hodge(tournament(6, 10, 0.7, drawn=0.2, missing=0.3), odds) for odds in (False, True)]
    + [hodge(tournament(10, 3, 0.7), odds) for odds in (False, True)],
}
# One case a line.
parts = [f'"{key}":[\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]"
         for key, cases in out.items()]
print("{" + ",\n".join(parts) + "}")
