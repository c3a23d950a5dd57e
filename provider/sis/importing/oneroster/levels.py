"""Grades of a package → grade levels of a calendar, made when new, with the state grade that each stands for."""

from provider.sis.importing.oneroster.store import Store

#: Grades as NCES writes them (P-58); others are local names without a State Grade Level Code.
NCES = frozenset(("IT", "PR", "PK", "TK", "KG", "PS", "UG", "Other", *(f"{number:02d}" for number in range(1, 14))))
_SPELLINGS = {"K": "KG", "OTHER": "Other"}


def nces_grade(grade: str) -> str | None:
    """The NCES grade that a grade of a package stands for: "9" is 09, "K" is KG; None when it is a local name."""
    text = grade.strip().upper()
    text = _SPELLINGS.get(text, text)
    text = text.zfill(2) if text.isdigit() else text
    return text if text in NCES else None


class Levels:
    """The grade levels of all structures, by structure and name."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._codes = {row["code"] for row in store.all("state_grade")}
        self._levels = {(row["structure_id"], row["name"]): row["id"] for row in store.all("grade_level")}

    def level(self, structure_id: int, grade: str | None) -> int | None:
        """The number of a grade level; None for a blank grade."""
        name = (grade or "").strip()[:20]
        if not name:
            return None
        key = (structure_id, name)
        if key not in self._levels:
            code = nces_grade(name)
            if code and code not in self._codes:
                self._store.put("state_grade", [{"code": code, "nces_grade": code}])
                self._codes.add(code)
            number = self._levels[key] = self._store.new_id("grade_level")
            self._store.put("grade_level", [{"id": number, "structure_id": structure_id, "name": name,
                                             "state_grade_code": code}])  # fmt: skip
        return self._levels[key]
