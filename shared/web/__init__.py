"""The web frame of both programs: layout, sign-in, guards, forms, lists, security headers, audit.

A program gives it its accounts (`shared.web.people.Accounts`) and installs it once (`shared.web.frame.install`). It
knows no table of a program; the columns that both need are mixins (`shared.web.columns`).
"""
