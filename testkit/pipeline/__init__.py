"""Run a Jenkinsfile without Jenkins: Groovy and the CPS transformer are Jenkins' own, the plugins are simulated.

    with Runner.start() as runner:
        build = runner.run(Scenario(Path("Jenkinsfile").read_text(), environment={"BRANCH_NAME": "main"}), folder)
    build.result             # "SUCCESS"
    build.stages             # {"Build": "SUCCESS", "Deploy": "skipped: when conditional"}
    build.commands("Build")  # what `sh` was given, in order

Two phases, as in Jenkins: the declarative model is read and refused where it is wrong, with the line; then it runs. One
JVM runs many builds, at some 50 ms each (`testkit.pipeline.runner`). `sh` is real, or recorded by what a scenario says
(`testkit.pipeline.scenario`). Each rule names its source, in `groovy/`:

| file | what it is |
|---|---|
| `Main`, `Channel` | the server over stdin and stdout |
| `Grammar`, `Validator`, `HouseRules` | what may stand where; what is refused, and what is refused here alone |
| `Cps`, `PipelineScript` | rewritten code and how it finds steps |
| `Interpreter`, `When`, `Post`, `Question`, `EnvironmentBlock` | the order in a stage, and what decides |
| `Build`, `Environment`, `Agents`, `Secrets`, `Deadlines`, `Section`, `Files`, `Errors` | what a build knows |
| `Steps`, `Shell` | the steps |

Not simulated, and refused where it is met rather than ignored: shared libraries, matrix, scripted `parallel`, `tools`,
`triggers`, agents other than by label, Docker and Kubernetes agents, the Groovy sandbox and its approvals, plugins'
other steps, options and parameter types.

Simulated in part:

- Branches of `parallel` run one after the other, in the file's order; with fail-fast those behind a failed one are
  interrupted before their first step.
- Nothing is serialised between steps, so a variable that cannot be is not noticed; a restart is not tried.
- `lock` and `milestone` are recorded; there is no second build that would wait or be aborted.
- Agents are folders of this machine, new and empty for each stage. A queue, and an agent that is lost, do not exist.
- `post` of a whole pipeline, `when` and the results of `junit` and coverage follow the plugins' code as it was read in
  2026; which build is the newest on a branch is the caller's to say.
"""
