"""Why is it missing? What a platform gets of a record, or the rules that hold it back, and how that came."""
