"""Sections share a book: one is linked to the head of it, and unlinked again (C-69, C-128 … C-130)."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from consumer.platform.gradebook.books import Book, BookSection, book_of, may_use, sections_taught
from consumer.platform.models import GradeItem, Section


class BadLink(ValueError):
    """Two sections that cannot share a book, or no longer share one; the message says why and what to do."""


def linkable(session: Session, book: Book, account_id: int) -> list[BookSection]:
    """The sections that somebody may link to a book, by name: see `link`."""
    others = (book_of(session, taught.id) for taught in sections_taught(session, account_id) if not taught.frozen)
    found = [
        other.section(other.head.id) for other in others if other is not None and _why_not(session, book, other) is None
    ]
    return sorted(set(found), key=lambda section: (section.name, section.id))


def link(session: Session, book: Book, other_id: int, account_id: int) -> BookSection:
    """Let the section `other_id`, and all that are linked to it, share `book`; the caller commits.

    Both have to be of one connection, or not synced, and of one school year; the other has no items of its own; the
    account is course admin of both. Raises BadLink.
    """
    other = book_of(session, other_id)
    if other is None or not may_use(session, account_id, other):
        raise BadLink("Choose a section that you are course admin of")
    refusal = _why_not(session, book, other)
    if refusal:
        raise BadLink(refusal)
    session.execute(update(Section).where(Section.id.in_(other.section_ids)).values(linked_to_id=book.head.id))
    return other.head


def unlink(session: Session, book: Book, section_id: int) -> BookSection:
    """Give a section a book of its own again; what its students have in this one is kept. The caller commits.

    Raises BadLink for the head, and for a section that is not linked any more.
    """
    section = next((one for one in book.sections if one.id == section_id and one.linked_to_id is not None), None)
    if section is None:
        raise BadLink("This section is not linked to the grade book")
    session.execute(update(Section).where(Section.id == section_id).values(linked_to_id=None))
    return section


def _why_not(session: Session, book: Book, other: Book) -> str | None:
    name = other.head.name
    if other.head.id == book.head.id:
        return f"{name} shares this grade book already"
    if book.frozen or other.frozen:
        return "The SIS has ended one of the two sections: nothing of it changes any more"
    if other.synced and not book.synced:
        return f"{name} comes from the SIS and this section does not: link this one to it from the grade book of {name}"
    if other.synced and other.connection_id != book.connection_id:
        return f"{name} comes from another district: grades of both cannot go out together"
    years = {section.school_year for section in (*book.sections, *other.sections)} - {None}
    if len(years) > 1:
        return f"{name} is of another school year"
    if session.scalar(select(exists().where(GradeItem.section_id == other.head.id, GradeItem.deleted_at.is_(None)))):
        return (
            f"{name} has a grade book with items of its own: delete them first, or link this section to it from there"
        )
    return None
