"""Documents about an invented model, as vendors hand them over."""

import json
from typing import Any


def cyclonedx(version: str = "1.6", **card: Any) -> bytes:
    """A bill of materials with one model; ``card`` replaces parts of its model card."""
    whole = {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": "document classification",
            "architectureFamily": "transformer",
            "modelArchitecture": "Encoder with a classification head",
            "datasets": [{"ref": "letters"}],
        },
        "quantitativeAnalysis": {
            "performanceMetrics": [
                {"type": "accuracy", "value": "0.912", "confidenceInterval": {"lowerBound": "0.901", "upperBound": "0.923"}},
            ]
        },
        "considerations": {
            "users": ["Clerks who sort incoming letters"],
            "useCases": ["Routing of incoming letters to departments"],
            "technicalLimitations": ["Handwriting is read far less well than print."],
            "fairnessAssessments": [
                {
                    "groupAtRisk": "People who write by hand",
                    "harms": "Their letters are answered later than others.",
                    "mitigationStrategy": "Letters with low confidence go to a clerk.",
                }
            ],
        },
    } | card
    components: list[dict[str, Any]] = [
        {"type": "machine-learning-model", "bom-ref": "model", "name": "letter-router", "version": "3.1", "modelCard": whole},
        {"type": "data", "bom-ref": "letters", "name": "Letters 2024", "version": "2", "licenses": [{"license": {"id": "CC-BY-4.0"}}]},
        {"type": "library", "name": "tokens", "version": "0.4.1"},
    ]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": version, "version": 1, "components": components}).encode()


def spdx(**fields: Any) -> bytes:
    """An SPDX 3 document with one model and one data set; ``fields`` replace those of the model."""
    model = {
        "type": "ai_AIPackage",
        "spdxId": "https://spdx.example.org/model",
        "name": "letter-router",
        "software_packageVersion": "3.1",
        "ai_typeOfModel": ["transformer"],
        "ai_informationAboutTraining": "Tuned on sorted letters for ten epochs.",
        "ai_informationAboutApplication": "Routes incoming letters to departments.",
        "ai_limitation": "Handwriting is read far less well than print.",
        "ai_metric": [{"type": "DictionaryEntry", "key": "Accuracy", "value": "91.2"}],
        "ai_standardCompliance": ["ISO/IEC 42001:2023"],
    } | fields
    data = {
        "type": "dataset_DatasetPackage",
        "spdxId": "https://spdx.example.org/data",
        "name": "Letters 2024",
        "software_packageVersion": "2",
        "dataset_dataCollectionProcess": "Letters of three towns, scanned in 2024.",
        "dataset_knownBias": ["Few letters were written by hand."],
    }
    return json.dumps({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [model, data]}).encode()


MODEL_CARD = """\
---
license: apache-2.0
language: [en, de]
base_model: north/base-encoder
datasets:
  - north/letters-2024
model-index:
  - name: letter-router
    results:
      - task: {type: text-classification}
        dataset: {name: Letters 2024, type: letters}
        metrics:
          - type: accuracy
            value: 0.912
---

# Model Card for letter-router

<!-- Provide a quick summary of what the model is/does. -->

Routes incoming letters to departments.

## Uses

### Direct Use

Sorting of printed letters in town halls.

### Out-of-Scope Use

Decisions about people are out of scope for it.

## Bias, Risks, and Limitations

- Handwriting is read far less well than print.
- Letters in other languages were not tested.

## Training Details

### Training Data

Letters of three towns, scanned in 2024.

### Training Procedure [optional]

The encoder was tuned for ten epochs.

```python
# Limitations
print("this is code, not a section")
```
"""
