"""The course app as teachers use it: Algebra 1 of the small district, shared with Algebra 2, beside a plain SIS."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from consumer.database import db
from consumer.passback.tables import SisCategory
from consumer.passback.working import GRADE_LINE
from consumer.platform.models import Account, Enrollment
from consumer.runs.working import work_on_next
from tests.browser.consumer_site import Site
from tests.consumer.passback.books import NOW, GradeBook
from tests.faults.gradebook import PlainSis


@dataclass
class Classroom:
    """tess is course admin of the section `K1` (its book: `book`), whose grades go to `sis`; nothing is sent yet."""

    site: Site
    sis: PlainSis
    book: GradeBook

    @property
    def address(self) -> str:
        return f"{self.site.address}/sections/{self.book.head.id}/sis/"

    def open(self, part: str = "", username: str = "tess", script: bool = True) -> Page:
        page = self.site.page(username, script=script)
        page.goto(self.address + part)
        return page

    def sync_all(self) -> None:
        """Press *Sync all*, and confirm it."""
        page = self.open()
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Sync all").click()
        expect(page.get_by_text("Waiting in line")).to_be_visible()

    def work(self) -> str:
        """What a worker does: the press at the front of the line, from its beginning to its end; how it ended."""
        db.session.rollback()
        worked = work_on_next(self.site.app, db.session(), GRADE_LINE)
        assert worked is not None, "nothing waits in the line"
        return worked[1]


def make_classroom(site: Site, sis: PlainSis) -> Classroom:
    """The published items Fractions and Essay with scores and a draft; of their categories, Homework is mapped."""
    session = db.session()
    session.rollback()
    connection = site.platform.connection
    connection.base_url, connection.token_url, connection.page_limit = sis.base_url, sis.token_url, 100
    book = GradeBook(session)
    site.add_person("theo", administrator=False, role="teacher")
    for username in ("tess", "theo"):
        account = session.query(Account).filter_by(username=username).one()
        session.add(Enrollment(section_id=book.head.id, account_id=account.id, role="admin", origin="manual"))
    session.add(SisCategory(section_id=book.head.id, sis_id="c-tests", title="tests", read_at=NOW))
    homework, tests = book.category("Homework", "c-home"), book.category("Tests")
    fractions = book.item("Fractions", homework)
    essay = book.item("Essay on numbers", tests, kind="discussion")
    book.item("Draft", homework, published=False, points=5.0)
    for number in range(1, 4):
        book.score(fractions, f"U{number}", 10.0 + number)
    book.score(essay, "U1", 19.5, comment="Well done")
    book.score(essay, "U2", missing=True)
    session.commit()
    return Classroom(site, sis, book)
