"""Every operation of the gradebook service: reads and writes, in both versions, with the assessments of 1.2.

Sources: `oneroster-1.1.md` section 2.3, `oneroster-1.2.md` sections 2.3 and 2.4. A read of records is limited to those
that belong to every object its path names (`Parent`).
"""

from dataclasses import dataclass

from shared.oneroster import scopes
from shared.oneroster.resources.gradebook import (
    assessment_line_items,
    assessment_results,
    categories,
    line_items,
    results,
    score_scales,
)
from shared.oneroster.resources.model import Resource
from shared.oneroster.resources.operations import BOTH, CLASS, SCHOOL, WHOLE, Operation, Parent, student_of_class
from shared.oneroster.resources.rostering import academic_sessions
from shared.oneroster.versions import Version

_IN_1P2 = frozenset({Version.V1P2})


@dataclass(frozen=True, slots=True)
class Write:
    """One PUT, POST or DELETE.

    verb     PUT: one object under the id that the path names, in its singular wrapper
             POST: a list of new objects, in the plural wrapper; answered with `sourcedIdPairs`
             DELETE: no body
    parents  objects that the path names and that must be there; what is posted belongs to them
    """

    verb: str
    path: str
    operation_id: str
    resource: Resource
    scopes: frozenset[str]
    parents: tuple[Parent, ...] = ()
    versions: frozenset[Version] = _IN_1P2


LINE_ITEM = Parent("lineItemSourcedId", line_items)
SESSION = Parent("academicSessionSourcedId", academic_sessions)


def _reads(resource: Resource, one: str, opened_by: frozenset[str], versions: frozenset[Version]) -> tuple[
    Operation, Operation
]:  # fmt: skip
    plural = resource.plural
    every = f"getAll{plural[0].upper()}{plural[1:]}"
    return (
        Operation(f"/{plural}", every, resource, False, opened_by, WHOLE, (), versions),
        Operation(f"/{plural}/{{sourcedId}}", f"get{one}", resource, True, opened_by, WHOLE, (), versions),
    )


def _of(path: str, operation_id: str, resource: Resource, *parents: Parent,
        versions: frozenset[Version] = BOTH) -> Operation:  # fmt: skip
    return Operation(path, operation_id, resource, False, scopes.GRADEBOOK, WHOLE, parents, versions)


GRADEBOOK_READS: tuple[Operation, ...] = (
    *_reads(categories, "Category", scopes.GRADEBOOK_CORE, BOTH),
    *_reads(line_items, "LineItem", scopes.GRADEBOOK_CORE, BOTH),
    *_reads(results, "Result", scopes.GRADEBOOK_CORE, BOTH),
    *_reads(score_scales, "ScoreScale", scopes.GRADEBOOK_CORE, _IN_1P2),
    # In 1.1 beyond the standard: Google's suite tries it first (conformance 2.3).
    _of("/classes/{classSourcedId}/categories", "getCategoriesForClass", categories, CLASS),
    _of("/classes/{classSourcedId}/lineItems", "getLineItemsForClass", line_items, CLASS),
    _of("/classes/{classSourcedId}/results", "getResultsForClass", results, CLASS),
    _of("/classes/{classSourcedId}/lineItems/{lineItemSourcedId}/results", "getResultsForLineItemForClass", results,
        CLASS, LINE_ITEM),
    _of("/classes/{classSourcedId}/students/{studentSourcedId}/results", "getResultsForStudentForClass", results,
        CLASS, student_of_class()),
    _of("/classes/{classSourcedId}/scoreScales", "getScoreScalesForClass", score_scales, CLASS, versions=_IN_1P2),
    _of("/schools/{schoolSourcedId}/scoreScales", "getScoreScalesForSchool", score_scales, SCHOOL, versions=_IN_1P2),
    *_reads(assessment_line_items, "AssessmentLineItem", scopes.ASSESSMENT, _IN_1P2),
    *_reads(assessment_results, "AssessmentResult", scopes.ASSESSMENT, _IN_1P2),
)  # fmt: skip


def _put_and_delete(
    resource: Resource, one: str, put: frozenset[str], delete: frozenset[str], versions: frozenset[Version]
) -> tuple[Write, Write]:
    path = f"/{resource.plural}/{{sourcedId}}"
    return (
        Write("PUT", path, f"put{one}", resource, put, versions=versions),
        Write("DELETE", path, f"delete{one}", resource, delete, versions=versions),
    )


_GRADES = (scopes.GRADEBOOK_PUT, scopes.GRADEBOOK_DELETE)
_ASSESSMENTS = (scopes.ASSESSMENT_PUT, scopes.ASSESSMENT_DELETE)

GRADEBOOK_WRITES: tuple[Write, ...] = (
    *_put_and_delete(categories, "Category", *_GRADES, BOTH),
    *_put_and_delete(line_items, "LineItem", *_GRADES, BOTH),
    *_put_and_delete(results, "Result", *_GRADES, BOTH),
    *_put_and_delete(score_scales, "ScoreScale", *_GRADES, _IN_1P2),
    *_put_and_delete(assessment_line_items, "AssessmentLineItem", *_ASSESSMENTS, _IN_1P2),
    *_put_and_delete(assessment_results, "AssessmentResult", *_ASSESSMENTS, _IN_1P2),
    Write("POST", "/classes/{classSourcedId}/lineItems", "postLineItemsForClass", line_items,
          scopes.GRADEBOOK_POST, (CLASS,)),
    Write("POST", "/schools/{schoolSourcedId}/lineItems", "postLineItemsForSchool", line_items,
          scopes.GRADEBOOK_POST, (SCHOOL,)),
    Write("POST", "/lineItems/{lineItemSourcedId}/results", "postResultsForLineItem", results,
          scopes.GRADEBOOK_POST, (LINE_ITEM,)),
    Write("POST", "/classes/{classSourcedId}/academicSessions/{academicSessionSourcedId}/results",
          "postResultsForAcademicSessionForClass", results, scopes.GRADEBOOK_POST, (CLASS, SESSION)),
)  # fmt: skip


def gradebook_reads(version: Version) -> tuple[Operation, ...]:
    """The gradebook reads that `version` has."""
    return tuple(operation for operation in GRADEBOOK_READS if version in operation.versions)


def gradebook_writes(version: Version) -> tuple[Write, ...]:
    """The gradebook writes that `version` has."""
    return tuple(write for write in GRADEBOOK_WRITES if version in write.versions)
