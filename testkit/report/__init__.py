"""One page over all layers' results: `python -m testkit.report layers.toml` writes `reports/index.html`.

It reads what is in `reports/`: a JUnit file for each run of tests, coverage, evidence. What did not run is shown as not
run, an unreadable file is an error with its name, and neither is ever green. `--since SECONDS` (Unix time) takes older
files for not there, so that last week's results do not stand beside today's.

The table is TOML, so that bare Python reads it:

    title = "Shop"
    coverage = "coverage.xml"             # Cobertura, as pytest-cov writes it
    more = ["plan-review/*/index.html"]   # linked where they are there
    packages = ["pytest", "django"]       # Python packages whose versions matter

    [tools]                               # the first number that each prints is its version
    Docker = "docker version --format {{.Server.Version}}"

    [[layer]]
    name = "k8s"
    title = "Kubernetes"
    asks = "Does a change lose a request?"
    runs = [
        { file = "k8s-static.xml", verb = "make test-k8s-static", part = "manifests", within = "k8s.xml" },
        { file = "k8s.xml", verb = "make test-k8s", part = "cluster" },
    ]

`within` names a run that holds the same tests and more: where that one is there, the smaller one is left out. Images
come from `images.env` and `.env`, as `testkit.images` reads them. The current folder is the repository's root.

Exit codes: 0 the page is written, whatever it says; 2 a file or the table cannot be read, and what can be is written.
"""
