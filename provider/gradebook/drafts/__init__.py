"""From what was sent to the row that it becomes, a module per kind of object: references looked up, checks asked."""
