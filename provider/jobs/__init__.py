"""Work that takes longer than a page may: a row for each job, a worker that does it, progress that a page can show."""
