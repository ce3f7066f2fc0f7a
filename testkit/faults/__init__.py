"""Would the tests notice? Real-life mistakes as data, applied one by one to a copy of the working tree.

    python -m testkit.faults --layer unit

The catalogue (`faults/*.yaml`) holds two kinds of edits. A *fault* must turn its layer red, with a message that names
the thing at fault. A *harmless* edit changes nothing for anybody, and must leave its layer green. One verdict each:

===========  ============================================================================================
CAUGHT       a test failed, and its message matches one of the entry's `names`
MISNAMED     red, but the message names nothing of `names` (or no end within the time limit)
SURVIVED     green: in production nobody would have been warned
HARMLESS OK  green, as it should be
FALSE ALARM  a harmless edit went red
INVALID      the edit does not fit, its result does not parse, or it changes nothing: never a success
===========  ============================================================================================

How to write an entry: `faults/README.md` of the repository. The modules, in the order of the work:
`catalogue` reads the data, `edits` change one file each, `copy` makes the working copies, `layers` knows each layer's
commands, `outcome` reads what a test run said, `runner` does it all side by side, `store` remembers, `report` tells.
"""
