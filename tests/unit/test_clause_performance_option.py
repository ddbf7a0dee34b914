"""The terms of a performance clause that only some metrics have, read with the program's own metrics."""

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.clauses.performance import describe
from vendor_ai.domain.clause import Surroundings
from vendor_ai.domain.contract import Performance
from vendor_ai.domain.term import Mistake
from vendor_ai.kit.data import data_folder
from vendor_ai.metrics import METRICS

KIND = CLAUSE_KINDS["performance"]
SCHEMA: dict[str, Any] = json.loads((data_folder("contracts") / "contract.schema.json").read_text(encoding="utf-8"))


def parse(metric: str, **more: Any) -> tuple[Performance, list[Mistake]]:
    """A clause with a sound threshold for its metric."""
    found = METRICS[metric]
    fields = {"metric": metric, "period": "quarter", "at_least" if found.better == "higher" else "at_most": "0.5"}
    terms, mistakes = KIND.parse(fields | more, Surroundings(METRICS))
    return terms, mistakes


def terms(metric: str, **more: Any) -> Performance:
    found, mistakes = parse(metric, **more)
    assert mistakes == []
    return found


def refused(metric: str, **more: Any) -> tuple[str, str]:
    """The field and the sentence of the only mistake."""
    _, mistakes = parse(metric, **more)
    assert len(mistakes) == 1
    return str(mistakes[0].path[-1]), mistakes[0].message


def least_fields(metric: str) -> dict[str, Any]:
    """What a metric cannot do without."""
    found = METRICS[metric]
    fields: dict[str, Any] = {"positive": "yes"} if found.needs_positive else {}
    return fields | ({"by": "segment.sex"} if found.grouped else {}) | ({"bound_ms": 200} if found.bounded else {})


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_every_metric_can_be_promised_with_its_least_fields_and_fits_the_schema(metric: str) -> None:
    found = terms(metric, **least_fields(metric))
    assert found.metric == metric
    side = "at_least" if found.is_floor else "at_most"
    clause = {"id": "one", "kind": "performance", "metric": metric, "period": "quarter", side: "0.5"} | least_fields(metric)
    jsonschema.Draft202012Validator({"$defs": SCHEMA["$defs"], "$ref": "#/$defs/performance"}).validate(clause)


@pytest.mark.parametrize("metric", sorted(METRICS))
def test_no_metric_can_be_promised_without_one_of_its_fields(metric: str) -> None:
    for left_out in least_fields(metric):
        fields = {name: value for name, value in least_fields(metric).items() if name != left_out}
        field, says = refused(metric, **fields)
        assert (field, "is missing" in says, metric in says) == (left_out, True, True)


def test_a_bound_in_milliseconds_is_exact() -> None:
    assert terms("latency_above", bound_ms="200.5").bound_ms == Decimal("200.5")


@pytest.mark.parametrize(
    ("metric", "more", "field", "says"),
    [
        ("accuracy", {"bound_ms": 200}, "bound_ms", "no meaning for accuracy; remove it"),
        ("latency_p95", {"bound_ms": 200}, "bound_ms", "the latency limit is the threshold itself (at_most)"),
        ("latency_above", {"bound_ms": "fast"}, "bound_ms", "not a number"),
        ("latency_above", {"bound_ms": "-1"}, "bound_ms", "at least 0"),
        ("accuracy", {"by": "segment.sex"}, "by", "compares no groups"),
        ("accuracy", {"minimum_group": 10}, "minimum_group", "compares no groups"),
        ("demographic_parity_ratio", {"by": "model_version"}, "by", "write segment.NAME"),
        ("demographic_parity_ratio", {"by": "segment."}, "by", "write segment.NAME"),
        ("demographic_parity_ratio", {"minimum_group": 0}, "minimum_group", "at least 1"),
        ("demographic_parity_ratio", {"average": "macro"}, "average", "exactly one of the two"),
        ("accuracy", {"cluster": "user"}, "cluster", "write cluster or segment.NAME"),
        ("accuracy", {"cluster": "segment."}, "cluster", "write cluster or segment.NAME"),
        ("roc_auc", {"cluster": "cluster"}, "cluster", "ranks single calls"),
        ("brier", {"positive": "yes"}, "positive", "no meaning for brier"),
        ("balanced_accuracy", {"average": "macro"}, "average", "no meaning for balanced_accuracy"),
    ],
)
def test_a_term_that_does_not_fit_the_metric_is_refused_in_one_sentence(metric: str, more: dict[str, Any], field: str, says: str) -> None:
    found, sentence = refused(metric, **least_fields(metric) | more)
    assert found == field
    assert says in sentence


@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
@pytest.mark.parametrize("average", ["micro", "macro", "weighted"])
def test_an_average_over_classes_stands_in_for_the_positive_label(metric: str, average: str) -> None:
    found = terms(metric, average=average)
    assert (found.average, found.positive) == (average, None)


@pytest.mark.parametrize(
    ("metric", "average", "says"),
    [
        ("f1", "fraud", "'fraud' is no average of f1; write micro or macro or weighted. The figure of one class is asked for by its label"),
        ("f1", "marco", "Did you mean 'macro'?"),
        ("f1", "binary", "write positive: LABEL instead"),
        ("specificity", "macro", "is not computed for specificity; name the positive label instead"),
    ],
)
def test_what_is_no_average_of_the_metric_is_refused_with_what_to_write(metric: str, average: str, says: str) -> None:
    field, sentence = refused(metric, average=average)
    assert field == "average"
    assert says in sentence


def test_groups_and_clusters_are_read_and_the_least_group_has_thirty_calls() -> None:
    found = terms("equalised_odds_difference", positive="loan", by="segment.sex", cluster="cluster")
    assert (found.by, found.minimum_group, found.cluster) == ("segment.sex", 30, "cluster")
    assert terms("equalised_odds_difference", positive="loan", by="segment.sex", minimum_group=50).minimum_group == 50
    assert terms("uptime", cluster="segment.incident").cluster == "segment.incident"


def test_only_explained_variance_may_be_promised_below_zero() -> None:
    assert terms("r2", at_least="-0.5").at_least == Decimal("-0.5")
    assert terms("r2", at_least="0").limit == 0
    assert refused("mae", at_most="-1")[0] == "at_most"
    assert refused("throughput", at_least="0") == ("at_least", "puts the limit at 0, which no value can miss.")


def test_thresholds_of_money_and_numbers_are_plain_decimals_without_an_upper_end() -> None:
    assert terms("cost_per_call", at_most="0.0125").limit == Decimal("0.0125")
    assert terms("mape", at_most="250").at_most == 250
    assert terms("throughput", at_least="1200").at_least == 1200
    assert "from 0 to 1" in refused("f1", positive="yes", at_least="85")[1]


def test_a_clause_taken_without_metrics_keeps_what_it_says() -> None:
    written = {
        "metric": "new",
        "at_most": "1",
        "period": "year",
        "bound_ms": 5,
        "by": "segment.sex",
        "minimum_group": 7,
        "cluster": "cluster",
    }
    found, mistakes = KIND.parse(written, Surroundings(None))
    assert mistakes == []
    assert (found.bound_ms, found.by, found.minimum_group, found.cluster) == (5, "segment.sex", 7, "cluster")


def test_a_description_lists_the_terms_of_its_metric_and_marks_defaults() -> None:
    def lines(found: Performance) -> dict[str, tuple[str, bool]]:
        return {line.term: (line.value, line.is_default) for line in describe(found)}

    odds = lines(terms("equalised_odds_difference", positive="loan", by="segment.sex"))
    assert (odds["by"], odds["minimum_group"]) == (("segment.sex", False), ("30", True))
    assert odds["cluster"] == ("none agreed", True)
    assert lines(terms("accuracy", cluster="segment.user"))["cluster"] == ("segment.user", False)
    assert lines(terms("latency_above", bound_ms="250"))["bound_ms"] == ("250", False)
    assert lines(terms("f1", average="macro"))["average"] == ("macro", False)
    assert not {"by", "minimum_group", "bound_ms", "average", "positive"} & set(lines(terms("accuracy")))
