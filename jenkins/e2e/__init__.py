"""The pipeline end to end on this machine: the real Jenkinsfile, its real commands, a site that it really delivers to.

    make e2e                   # all of it; LAYERS=none leaves the test layers out while something else is tried

`testkit.pipeline` runs the Jenkinsfile. What it clones is a scratch clone of HEAD; what it delivers to is made for the
run: a kind cluster, a registry that asks for a password, an AWS that is moto. Four builds, each of a commit of its own:

| build | what it is | what must come of it |
|---|---|---|
| change | the first commit, all layers for real | it runs in the cluster, by the digest of the push |
| pull-request | a change of the infrastructure, not merged | a rehearsed plan; nothing goes out, no credential used |
| infrastructure | the same commit on main | planned, approved, applied to the emulator, released |
| bad-release | a release that does not come up | red, rolled back, and no visitor has met an error |

Only the first runs the layers: what the others differ in is not the layers' to find. Everything is gone afterwards,
also after Ctrl-C; `reports/e2e/` has each build's log, what a red layer archived, and the summary.

| file | what it is |
|---|---|
| `__main__` | the command line, and the removal of all that was made |
| `session` | one build after the other |
| `site`, `account` | what is delivered to, and what the controller of such a site sets |
| `clone` | the repository of the run, and its commits |
| `stories` | the four builds, and what must hold after each |
| `watch` | progress, logs and the table |
"""
