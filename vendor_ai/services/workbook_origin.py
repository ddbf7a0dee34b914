"""What a returned workbook says about where it came from, read before anything else of it."""

from dataclasses import dataclass

from vendor_ai.domain.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class WorkbookOrigin:
    """The pack and component a workbook was written for, and the assessment where it names one."""

    pack: str
    version: str
    component: str
    assessment: str


def origin_of(content: bytes, *, name: str) -> WorkbookOrigin:
    """What stands hidden in a workbook.

    Raises:
        InvalidInputError: When it is unsafe, or no questionnaire of ours.
    """
    from vendor_ai.importers.questionnaire_workbook import stated_pack
    from vendor_ai.importers.workbook_guard import read_workbook

    stated = stated_pack(read_workbook(content, name=name))
    if "vendor_ai_pack" not in stated:
        raise InvalidInputError(f"{name} is not a questionnaire that was written by vendor-ai. Fill in the file that was sent.")
    return WorkbookOrigin(
        stated["vendor_ai_pack"],
        stated.get("vendor_ai_version", ""),
        stated.get("vendor_ai_component", ""),
        stated.get("vendor_ai_assessment", ""),
    )
