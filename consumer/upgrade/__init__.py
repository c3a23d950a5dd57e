"""From OneRoster 1.1 to 1.2 without a second account and without a lost enrollment (C-99 … C-107).

prepare   the credentials of 1.2, beside those of 1.1, which go on
reading   what the provider offers, read whole
matching  pure: which record is which account; `people` brings it what is stored
report    the Data Prep report, a CSV file (C-103); `answers` takes it back with mapping ids filled in
switch    re-keys people and places, and changes the version: one way (C-99, C-101, C-102, C-106, C-107)
trial     the dry run that comes first, and its approval (C-105)
steps     where an upgrade stands, and what comes next
"""
