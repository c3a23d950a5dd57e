"""Small SIS CSV folders for tests: a district with one school, to which a test adds what it is about."""

from pathlib import Path

#: One school, one year, one calendar with structure, trial, term and course.
BASE: dict[str, str] = {
    "district": "id,number,name,time_zone\n1,9000,Test District,America/Chicago\n",
    "school_year": "id,district_id,name,start_year,end_year,active\n1,1,{Y0}-{Y1},Y0,Y1,true\n",
    "school": "id,district_id,number,name\n1,1,001,Alder School\n",
    "calendar": "id,school_id,school_year_id,name,start_date,end_date\n1,1,1,Main,Y0-08-18,Y1-06-05\n",
    "schedule_structure": "id,calendar_id,name\n1,1,Main\n",
    "term_schedule": "id,structure_id,name\n1,1,Semesters\n",
    "term": "id,term_schedule_id,sequence,name,start_date,end_date\n1,1,1,Semester 1,Y0-08-18,Y0-12-20\n",
    "trial": "id,structure_id,name,active\n1,1,Master,true\n",
    "course": "id,calendar_id,number,name\n1,1,MAT,Mathematics\n",
    "section": "id,course_id,trial_id,number\n1,1,1,1\n2,1,1,2\n",
    "person": "id\n1\n2\n3\n",
    "identity": "id,person_id,first_name,last_name\n1,1,Ada,Byron\n2,2,Ben,Okoro\n3,3,Cleo,Diaz\n",
    "roster": "id,section_id,person_id,start_date\n1,1,1,Y0-08-18\n2,1,2,Y0-08-18\n3,2,3,\n",
}


def write_files(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write each text (or bytes) as TABLE.csv into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def base_and(**more: str | bytes) -> dict[str, str | bytes]:
    """The small district with some files replaced or added."""
    return {**BASE, **more}
