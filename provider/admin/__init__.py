"""The district's pages for people: sign-in, sections, and the grade book of a section, in the frame of `shared.web`."""
