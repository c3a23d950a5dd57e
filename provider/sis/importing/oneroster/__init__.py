"""OneRoster CSV packages, 1.1 and 1.2, mapped onto the SIS tables (`oneroster-csv.md`).

1. manifest.csv says the version and which files there are; every difference to what is there is told.
2. orgs → district and schools; academicSessions → school years, calendars and terms.
3. courses, classes → courses, sections, placements.
4. users (with roles.csv in 1.2) → people, accounts, enrollments in school, assignments, relationships.
5. enrollments → rosters and section staff; demographics → identities.
6. resources and what uses them; categories, score scales, line items, results and what these say of objectives.

sourcedIds that came in are kept and go out again (P-83b). What an earlier import brought and this one does not mention
stays: only a row that says tobedeleted takes something away.
"""

from datetime import date, datetime

from sqlalchemy import Engine

from provider.sis.importing.oneroster.classes import import_classes, import_courses
from provider.sis.importing.oneroster.demographics import import_demographics
from provider.sis.importing.oneroster.enrollments import import_enrollments
from provider.sis.importing.oneroster.gradebook import GradeBook
from provider.sis.importing.oneroster.objectives import import_links
from provider.sis.importing.oneroster.orgs import import_orgs
from provider.sis.importing.oneroster.resources import import_resources
from provider.sis.importing.oneroster.sessions import import_sessions
from provider.sis.importing.oneroster.source import Source, open_source
from provider.sis.importing.oneroster.store import Store
from provider.sis.importing.oneroster.users import import_users
from provider.sis.importing.package import Package
from provider.sis.importing.report import ImportReport, Progress
from shared.oneroster.csv_tables import FILES, MANIFEST
from shared.oneroster.versions import Version

#: Files that only a OneRoster package has, in small letters.
_NAMES = {name.casefold() for name in FILES[Version.V1P2]} | {MANIFEST}


def is_oneroster(names: set[str]) -> bool:
    """Whether files of these names are a OneRoster package."""
    return any(name.casefold() in _NAMES for name in names)


def import_oneroster(engine: Engine, package: Package, today: date, now: datetime, progress: Progress) -> ImportReport:
    """Import a package. Raises ImportFailed without a manifest that names a version."""
    source = open_source(package, progress)
    store = Store(engine, source.report, now)
    import_orgs(source, store)
    import_sessions(source, store, today)
    import_courses(source, store)
    import_classes(source, store)
    import_users(source, store, today)
    import_enrollments(source, store, today)
    import_demographics(source, store)
    import_resources(source, store)
    book = GradeBook(source, store)
    book.run()
    import_links(source, store, {"line_item": book.line_items, "result": book.results})
    store.finish()
    return source.report


__all__ = ["Source", "import_oneroster", "is_oneroster"]
