"""What the test layers share, as a pytest plugin that other repositories can use as it is.

========================  ==============================================================================
``testkit.wait``          wait for a condition; fail with the last answer, the elapsed time and a hint
``testkit.process``       servers and commands as children that never outlive the test run
``testkit.census``        "ran N of M tests" after each session; in CI a skipped test is a failure
``python -m testkit.faults``  applies real-life mistakes to a copy and says which test noticed
========================  ==============================================================================

Nothing is imported here: the plugin is loaded by every pytest start, before coverage begins to measure.
"""
