"""`homeroom demo`: the demo district, both programs and a first sync, in one command.

It imports neither program. All that it knows of them is their command line, which scripts may rely on, so the demo is
also the proof that the commands are enough to put Homeroom to work.
"""
