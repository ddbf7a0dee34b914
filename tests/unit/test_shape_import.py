"""Logs of other programs from file or body to stored row: nothing is mapped, nothing is counted twice."""

import json
from pathlib import Path

import pyarrow.parquet as pq
from fastapi.testclient import TestClient

from tests.factories.command_line import CommandLine
from tests.factories.installation import add_component, empty_installation
from tests.factories.shape import gen_ai_span, langfuse_call, langfuse_score, lines, litellm_call, sagemaker_truth, traces
from tests.web.conftest import LOCAL, bearer_of
from vendor_ai.web.app import create_app


def stored(cli: CommandLine, kind: str = "prediction") -> list[str]:
    paths = (cli.home / "predictions" / "ocr" / kind).glob("*.parquet")
    return sorted(name for path in paths for name in pq.read_table(path)["prediction_id"].to_pylist())


def test_a_log_is_imported_without_a_mapping_and_says_what_it_was(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    path = lines(tmp_path, litellm_call(1), litellm_call(2, cache_hit=True))
    result = cli.ok("prediction", "import", path, "--component", "ocr", "--json")

    assert result.json == {"read": 2, "stored": 2, "duplicates": 0, "rejected": 0, "problems": []}
    assert f"{path}: recognised as LiteLLM log." in result.err
    assert f"{path}: 1 calls were answered from LiteLLM's own cache" in result.err
    assert stored(cli) == ["call-1", "call-2"]


def test_a_file_of_calls_and_scores_feeds_both_and_every_row_is_counted_once(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    path = lines(tmp_path, langfuse_call(1), langfuse_score(1), langfuse_call(2), langfuse_score(2))
    first = cli.ok("prediction", "import", path, "--component", "ocr", "--json").json
    again = cli.ok("prediction", "import", path, "--component", "ocr", "--json").json

    assert {name: first[name] for name in ("read", "stored", "duplicates", "rejected")} == {
        "read": 4,
        "stored": 4,
        "duplicates": 0,
        "rejected": 0,
    }
    assert (again["stored"], again["duplicates"]) == (0, 4)
    assert (stored(cli), stored(cli, "outcome")) == (["obs-1", "obs-2"], ["obs-1", "obs-2"])


def test_late_outcomes_of_another_program_find_their_calls(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.ok("prediction", "import", lines(tmp_path, langfuse_call(1)), "--component", "ocr")
    scores = lines(tmp_path, langfuse_score(1), langfuse_score(9), name="scores.jsonl")
    result = cli.ok("outcome", "import", scores, "--component", "ocr", "--json")

    assert (result.json["read"], result.json["stored"]) == (2, 2)
    assert "1 outcomes wait for a prediction that the log does not hold yet." in result.err
    assert stored(cli, "outcome") == ["obs-1"]


def test_scores_that_stand_without_their_calls_wait_and_it_is_said(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    path = lines(tmp_path, langfuse_call(1), langfuse_score(9))
    result = cli.ok("prediction", "import", path, "--component", "ocr", "--json")

    assert result.json["stored"] == 2
    assert "1 outcomes wait for a prediction that the log does not hold yet." in result.err


def test_refused_records_end_with_code_one_and_their_rows(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    path = lines(tmp_path, litellm_call(1), litellm_call(2, endTime="later"))
    result = cli("prediction", "import", path, "--component", "ocr", "--json")

    assert result.code == 1
    assert [(problem["row"], problem["column"]) for problem in result.json["problems"]] == [(2, "endTime")]
    assert stored(cli) == ["call-1"]


def test_a_mapping_names_a_column_of_the_other_program_s_log(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    path = lines(tmp_path, litellm_call(1))
    cli.ok("prediction", "import", path, "--component", "ocr", "--map", "prediction_id=id")

    assert stored(cli) == ["chatcmpl-1"]


def test_traces_name_their_component_themselves(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.ok("prediction", "import", lines(tmp_path, traces(gen_ai_span(1), gen_ai_span(2), component="ocr")))

    assert stored(cli) == ["resp-1", "resp-2"]


def test_outcomes_alone_are_told_where_they_belong(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    refused = cli("outcome", "import", lines(tmp_path, litellm_call(1)), "--component", "ocr")
    taken = cli.ok("outcome", "import", lines(tmp_path, sagemaker_truth(1)), "--component", "ocr", "--json")

    assert refused.code == 3
    assert "This LiteLLM log holds no outcome." in refused.err
    assert taken.json["read"] == 1


def test_bodies_over_http_are_recognised_as_files_are(tmp_path: Path) -> None:
    app = empty_installation(tmp_path / "home", body_limit_mib=1)
    add_component(app, "Northwind Vision", "ocr")
    writer = bearer_of(app, "writer", "predictions:write")
    body = "\n".join(json.dumps(record) for record in (langfuse_call(1), langfuse_score(1), langfuse_call(2)))
    with TestClient(create_app(app), base_url=LOCAL) as client:
        ndjson = {**writer, "Content-Type": "application/x-ndjson"}
        calls = client.post("/api/v1/components/ocr/predictions", content=body, headers=ndjson)
        scores = client.post("/api/v1/components/ocr/outcomes", json=[langfuse_score(2)], headers=writer)

    assert calls.json() == {"read": 2, "stored": 2, "duplicates": 0, "rejected": 0, "problems": []}
    assert scores.json() == {"read": 1, "stored": 1, "duplicates": 0, "rejected": 0, "problems": []}
    app.log.refresh(["ocr"])
    paths = (app.settings.prediction_folder / "ocr" / "outcome").glob("*.parquet")
    assert sorted(name for path in paths for name in pq.read_table(path)["prediction_id"].to_pylist()) == ["obs-1", "obs-2"]
