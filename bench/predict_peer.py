# predict_peer.py — scikit-learn and XGBoost on the rows and folds of Plumb, as one would use them: python3 bench/predict_peer.py FILE JSON
#
# JSON says what the columns are: {outcome, time, id, exclude, missing, seed, folds}. Folds are dealt as plumb does
# (src/predict/flat_training.h: flat_deal), or with a time the last third is held out. Prints a line of JSON for each method.
# SPDX-License-Identifier: Apache-2.0
import csv, datetime, json, sys
import numpy as np
import sklearn, xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler

LEVEL_ROWS = 10  # rows that a level must have
U64 = (1 << 64) - 1


def mix(z):
    z = ((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9) & U64
    z = ((z ^ (z >> 27)) * 0x94d049bb133111eb) & U64
    return z ^ (z >> 31)


def first_draw(seed, number):
    state = mix((mix(seed) + number * 0xd1342543de82ef95) & U64)
    return mix((state + 0x9e3779b97f4a7c15) & U64)


def deal(y, folds, seed):
    fold, dealt = np.zeros(len(y), int), 0
    for came in (0, 1):
        for _, row in sorted((first_draw(seed, row), row) for row in range(len(y)) if y[row] == came):
            fold[row] = dealt % folds
            dealt += 1
    return fold


def number(text):
    try: return float(text)
    except ValueError: return np.nan


def columns_of(rows, how):
    """Numbers as they are, weekdays of the time, levels of everything else."""
    out, is_number = [], []
    def add(values, numeric): out.append(np.array(values, float)); is_number.append(numeric)
    for name in rows[0]:
        if name in how['exclude'] or name in (how['outcome'], how['id']): continue
        texts = ['' if row[name] in how['missing'] else row[name] for row in rows]
        if name == how['time']: texts = [datetime.date.fromisoformat(text[:10]).strftime('%A') for text in texts]
        numbers = [number(text) for text in texts]
        known = sum(text != '' for text in texts)
        if known and np.isfinite(numbers).sum() >= 0.95 * known:
            add(numbers, True)
            continue
        counts = {}
        for text in texts: counts[text] = counts.get(text, 0) + 1
        levels = [text for text in counts if counts[text] >= LEVEL_ROWS]
        if len(levels) < 2 or sum(counts[text] for text in levels) < len(rows) / 2: continue
        for level in levels: add([text == level for text in texts], False)
    return np.column_stack(out), np.array(is_number)


def logistic(train, y, test, is_number):
    sizes = np.append(np.flatnonzero(is_number), np.arange(len(is_number), len(is_number) + 2 * is_number.sum()))
    def prepare(x):
        filled = np.where(np.isnan(x), np.nanmean(train, axis=0), x)
        return np.column_stack([filled, np.log1p(np.abs(filled[:, is_number])), np.isnan(x[:, is_number])])
    learnt, asked = prepare(train), prepare(test)
    if len(sizes) > 0:
        scaler = StandardScaler().fit(learnt[:, sizes])
        for x in (learnt, asked): x[:, sizes] = scaler.transform(x[:, sizes])
    return LogisticRegression(max_iter=5000).fit(learnt, y).predict_proba(asked)[:, 1]


def trees(train, y, test, is_number):
    options = dict(objective='binary:logistic', tree_method='hist', max_depth=4, eta=0.05, min_child_weight=2,
                   subsample=0.8, colsample_bytree=0.8, seed=1, nthread=1)
    return xgboost.train(options, xgboost.DMatrix(train, y), 200).predict(xgboost.DMatrix(test))


def ece(y, p):
    order = np.argsort(p, kind='stable')
    return sum(len(part) * abs(p[part].mean() - y[part].mean()) for part in np.array_split(order, 10)) / len(y)


def main(path, how):
    rows = list(csv.DictReader(open(path, encoding='utf-8')))
    if how['time']: rows.sort(key=lambda row: row[how['time']])
    y = np.array([row[how['outcome']].lower() in ('1', 'won') for row in rows], int)
    x, is_number = columns_of(rows, how)
    cut = len(rows) * 2 // 3
    fold = None if how['time'] else deal(y, how['folds'], how['seed'])
    parts = [(np.arange(cut), np.arange(cut, len(rows)))] if how['time'] else \
        [(np.flatnonzero(fold != f), np.flatnonzero(fold == f)) for f in range(how['folds'])]
    for name, method in ((f'scikit-learn {sklearn.__version__}', logistic), (f'XGBoost {xgboost.__version__}', trees)):
        p = np.full(len(rows), np.nan)
        for train, test in parts: p[test] = method(x[train], y[train], x[test], is_number)
        judged = ~np.isnan(p)
        told, came = p[judged], y[judged]
        best = np.argsort(-told, kind='stable')[:len(told) // 10]
        print(json.dumps({'name': name, 'auc': roc_auc_score(came, told), 'log_loss': log_loss(came, told),
                          'brier': brier_score_loss(came, told), 'ece': ece(came, told),
                          'lift_top_decile': came[best].mean() / came.mean()}))


main(sys.argv[1], json.loads(sys.argv[2]))
