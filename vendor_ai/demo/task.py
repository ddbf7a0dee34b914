"""The work the demo's vendors do: data that comes with scikit-learn, and models trained on it when they are needed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

SEED = 2026
_FIGURE = re.compile(r"([^:;]+): ([^;]+)(?:;|$)")

Payload = Mapping[str, Any]


class Model(Protocol):
    """What scikit-learn's classifiers have in common."""

    def fit(self, rows: NDArray[np.float64], targets: NDArray[np.int64]) -> "Model":
        """Learn from rows of shape (n, features)."""
        ...

    def predict(self, rows: NDArray[np.float64]) -> NDArray[np.int64]:
        """The class of each row."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """One input as it is sent to a vendor, and what is right for it."""

    payload: Payload
    actual: str


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of input, split once into rows the vendor learns from and rows the customer sends.

    Attributes:
        features: Names of a row's figures.
        answers: The words for classes 0, 1, ...
        learn: Rows and classes the models are trained on.
        ask: Rows and classes that no model has seen.
        write: A row as it is sent.
        read: The row in what was sent; KeyError or ValueError where it is not whole.
    """

    features: tuple[str, ...]
    answers: tuple[str, ...]
    learn: tuple[NDArray[np.float64], NDArray[np.int64]]
    ask: tuple[NDArray[np.float64], NDArray[np.int64]]
    write: Callable[[Sequence[str], Sequence[float]], Payload]
    read: Callable[[Sequence[str], Payload], list[float]]

    def cases(self) -> list[Case]:
        """What the customer sends, in the order of the data."""
        rows, targets = self.ask
        return [
            Case(self.write(self.features, row.tolist()), self.answers[target]) for row, target in zip(rows, targets.tolist(), strict=True)
        ]

    def answer(self, model: Model, payload: Payload) -> str:
        """What a model says to an input.

        Raises:
            KeyError, TypeError, ValueError: When the input is not whole.
        """
        row = np.array([self.read(self.features, payload)], dtype=np.float64)
        return self.answers[int(model.predict(row)[0])]


def _task(
    loaded: Any,
    *,
    asked: int,
    answers: Sequence[str],
    write: Callable[[Sequence[str], Sequence[float]], Payload],
    read: Callable[[Sequence[str], Payload], list[float]],
) -> Task:
    from sklearn.model_selection import train_test_split

    learn, ask, learned, right = train_test_split(loaded.data, loaded.target, test_size=asked, random_state=SEED, stratify=loaded.target)
    features = tuple(str(name) for name in loaded.feature_names)
    return Task(features, tuple(answers), (learn, learned), (ask, right), write, read)


def handwritten_digits() -> Task:
    """1,797 handwritten digits of 8 by 8 pixels; 1,200 of them are sent as lists of grey values.

    Source: scikit-learn's ``load_digits``, a part of the test set of Alpaydin & Kaynak (1998), UCI.
    """
    from sklearn.datasets import load_digits

    return _task(
        load_digits(),
        asked=1_200,
        answers=[str(digit) for digit in range(10)],
        write=lambda _names, row: {"pixels": [int(value) for value in row]},
        read=lambda _names, payload: [float(value) for value in payload["pixels"]],
    )


def laboratory_reports() -> Task:
    """569 reports on tissue samples, each 30 measurements; 400 of them are sent as text.

    Source: scikit-learn's ``load_breast_cancer``, Wolberg, Street & Mangasarian (1995), UCI.
    """
    from sklearn.datasets import load_breast_cancer

    return _task(load_breast_cancer(), asked=400, answers=["malignant", "benign"], write=_as_text, read=_from_text)


def wine_lots() -> Task:
    """178 lots of wine with 13 figures of their analysis; 118 of them are sent as named figures.

    Source: scikit-learn's ``load_wine``, Forina and others (1988), UCI.
    """
    from sklearn.datasets import load_wine

    return _task(
        load_wine(),
        asked=118,
        answers=["cultivar 1", "cultivar 2", "cultivar 3"],
        write=lambda names, row: {"analysis": dict(zip(names, row, strict=True))},
        read=lambda names, payload: [float(payload["analysis"][name]) for name in names],
    )


def _as_text(names: Sequence[str], row: Sequence[float]) -> Payload:
    return {"report": "; ".join(f"{name}: {value!r}" for name, value in zip(names, row, strict=True))}


def _from_text(names: Sequence[str], payload: Payload) -> list[float]:
    found = {name.strip(): value for name, value in _FIGURE.findall(payload["report"])}
    return [float(found[name]) for name in names]


def many_trees() -> Model:
    """A strong and slow model: 200 trees vote."""
    from sklearn.ensemble import ExtraTreesClassifier

    model: Model = ExtraTreesClassifier(n_estimators=200, random_state=SEED)
    return model


def shallow_tree() -> Model:
    """A weak and fast model: one tree, six questions deep."""
    from sklearn.tree import DecisionTreeClassifier

    model: Model = DecisionTreeClassifier(max_depth=6, random_state=SEED)
    return model


def regression(strength: float) -> Model:
    """A logistic regression on standardised figures; ``strength`` is scikit-learn's C."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model: Model = make_pipeline(StandardScaler(), LogisticRegression(C=strength))
    return model
