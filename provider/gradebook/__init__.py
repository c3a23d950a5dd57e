"""The grade book as a connection may see and write it: straight from and to the SIS tables, so that what was written is
read back at once by any process. What is published of rostering only decides what is visible. Knows no HTTP."""
