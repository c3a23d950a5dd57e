"""Reading the rows that the rules need: `reading` asks for rows of a type, `whole` and `keyed` say which."""
