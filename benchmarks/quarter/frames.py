"""The same figures with pandas and scikit-learn: as the article writes it, and vectorised."""

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, precision_score, recall_score

from benchmarks.quarter.generated import POSITIVE, Files


def read_as_one_frame(files: Files, component: str | None = None) -> pd.DataFrame:
    """Calls with the last label of each beside them; of one component, or of all."""
    filters = None if component is None else [("component", "==", component)]
    labels = pd.read_parquet(files.outcomes, filters=filters).sort_values("observed_at").drop_duplicates("prediction_id", keep="last")
    frame = pd.read_parquet(files.predictions, filters=filters)
    frame = frame.merge(labels[["prediction_id", "actual"]], on="prediction_id", how="left")
    frame["day"] = frame["occurred_at"].dt.date
    return frame


def as_the_article_does(frame: pd.DataFrame) -> pd.DataFrame:
    """Every metric of every component and day, one call of scikit-learn or pandas each."""
    rows = []
    for (component, day), group in frame.groupby(["component", "day"]):
        labelled = group[(group["status"] == "ok") & group["actual"].notna()]
        actual, said = labelled["actual"], labelled["prediction"]
        rows.append(
            {
                "component": component,
                "day": day,
                "accuracy": accuracy_score(actual, said) if len(labelled) else np.nan,
                "precision": precision_score(actual, said, pos_label=POSITIVE, zero_division=0) if len(labelled) else np.nan,
                "recall": recall_score(actual, said, pos_label=POSITIVE, zero_division=0) if len(labelled) else np.nan,
                "latency_p95": group["latency_ms"].quantile(0.95),
                "latency_p99": group["latency_ms"].quantile(0.99),
                "uptime": (group["status"] == "ok").mean(),
            }
        )
    return pd.DataFrame(rows)


def vectorised(frame: pd.DataFrame) -> pd.DataFrame:
    """The same figures with columns of flags and two group-bys."""
    ok = frame["status"] == "ok"
    labelled = ok & frame["actual"].notna()
    said, true = labelled & (frame["prediction"] == POSITIVE), labelled & (frame["actual"] == POSITIVE)
    flags = pd.DataFrame(
        {
            "component": frame["component"],
            "day": frame["day"],
            "calls": 1,
            "ok": ok,
            "labelled": labelled,
            "right": labelled & (frame["prediction"] == frame["actual"]),
            "said": said,
            "true": true,
            "both": said & true,
        }
    )
    sums = flags.groupby(["component", "day"]).sum()
    quantiles = frame.groupby(["component", "day"])["latency_ms"].quantile([0.95, 0.99]).unstack()
    return pd.DataFrame(
        {
            "accuracy": sums["right"] / sums["labelled"],
            "precision": sums["both"] / sums["said"],
            "recall": sums["both"] / sums["true"],
            "latency_p95": quantiles[0.95],
            "latency_p99": quantiles[0.99],
            "uptime": sums["ok"] / sums["calls"],
        }
    ).reset_index()


def totals(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[int, Fraction | float]]:
    """What each clause must come to over the quarter, as (denominator, value), straight from the frame."""
    found: dict[tuple[str, str], tuple[int, Fraction | float]] = {}
    for component, group in frame.groupby("component"):
        labelled = group[(group["status"] == "ok") & group["actual"].notna()]
        said, true = labelled["prediction"] == POSITIVE, labelled["actual"] == POSITIVE
        shares: dict[str, tuple[Any, int]] = {
            "accuracy": (int((said == true).sum()), len(labelled)),
            "precision": (int((said & true).sum()), int(said.sum())),
            "recall": (int((said & true).sum()), int(true.sum())),
            "uptime": (int((group["status"] == "ok").sum()), len(group)),
        }
        for metric, (hits, size) in shares.items():
            found[str(component), metric] = (size, Fraction(hits, size))
        for metric, share in (("latency_p95", 0.95), ("latency_p99", 0.99)):
            found[str(component), metric] = (len(group), float(np.quantile(group["latency_ms"], share, method="inverted_cdf")))
    return found
