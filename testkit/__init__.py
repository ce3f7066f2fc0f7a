"""What the test layers share, as a pytest plugin that other repositories can use as it is.

========================  ==============================================================================
``testkit.wait``          wait for a condition; fail with the last answer, the elapsed time and a hint
``testkit.process``       servers and commands as children that never outlive the test run
``testkit.load``          a constant rate of requests while something changes, counted to the last one
``testkit.images``        which image to run, what exactly it is, building one with visible progress
``testkit.containers``    labelled containers: started, waited for, paused, killed, gone at the end
``testkit.leaks``         the gate at the end of a run: what is left on the engine is named and removed
``testkit.evidence``      what a failed test leaves for its reader, without its secrets
``testkit.progress``      lines for the person who waits, past pytest's capture
``testkit.census``        "ran N of M tests" after each session; in CI a skipped test is a failure
``testkit.junit``         results as pytest writes them, with each test's question beside them
``testkit.kube``          kind clusters, rendering, deploying with rollback, roll-outs that say why they fail
``testkit.terraform``     plans and applies a copy of a tree, without an account; an AWS emulator
``testkit.hcl``           finds blocks and attributes in HCL, for what no plan tells
``testkit.plan``          a Terraform plan as one value; its assertions name address and attribute
``testkit.pipeline``      runs a declarative Jenkinsfile on Jenkins' own Groovy, without Jenkins
``testkit.browser``       this machine's Chromium without a window, driven by Playwright
``testkit.otlp``          a receiver of traces and metrics, and what they say
``testkit.prometheus``    asks a Prometheus; reads rules and dashboards; runs promtool
``testkit.delivery``      one image: built, carried by its id, pushed, asked for its version when it runs
``python -m testkit.plan_review``  a plan as a page with a verdict; applies only what was reviewed
``python -m testkit.report``  one page over all layers' results; its questions come from ``testkit.questions``
``python -m testkit.faults``  applies real-life mistakes to a copy and says which test noticed
========================  ==============================================================================

Nothing is imported here: the plugin is loaded by every pytest start, before coverage begins to measure.
"""
