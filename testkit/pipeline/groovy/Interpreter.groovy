/**
 * Runs a pipeline that was found valid, as ModelInterpreter.groovy of
 * https://github.com/jenkinsci/pipeline-model-definition-plugin does. Its order in a stage:
 *
 *   when with beforeOptions, options, when with beforeInput, input, when with beforeAgent, agent, checkout, when,
 *   environment, steps, post
 */
class Interpreter {
    private static Build running

    private final Build build
    private Section options = new Section()
    /** What ends the steps of branches that run beside one that has failed. */
    private StepFailed failFast

    Interpreter(Build build) { this.build = build }

    static Build current() { running }

    void pipeline(Closure body) {
        running = build
        def root = Section.of(body)
        options = root.block('options')
        parameters(root.block('parameters'))
        Throwable error = null
        inAgent(root) {
            withEnvironment(root) {
                withOptions(options.all()) {
                    error = inOrder(root.block('stages').all(), null, null)
                    error = post(root, error, 'pipeline')
                }
            }
        }
        if (error != null) throw error
    }

    /** https://www.jenkins.io/doc/book/pipeline/syntax/#parameters: also environment variables; a choice's first is its default. */
    private void parameters(Section declared) {
        Map given = build.request.parameters as Map ?: [:]
        declared.all().each { parameter ->
            Map about = parameter.arguments[0] as Map
            def standard = parameter.name == 'choice' ? about.choices[0] : about.defaultValue
            build.parameters[about.name] = given.containsKey(about.name) ? given[about.name] : standard
            build.environment.preset(about.name as String, build.parameters[about.name])
        }
        given.keySet().findAll { !build.parameters.containsKey(it) }.each {
            throw new StepFailed("the build was started with the parameter $it, which the pipeline does not declare")
        }
    }

    /** Stages one after the other; after an error the others are skipped. Returns the first error. */
    private Throwable inOrder(List<Map> stages, Throwable error, String skipped) {
        stages.each { call ->
            try {
                stage(call.arguments[0].toString(), Section.of(call.arguments[1] as Closure), error, skipped)
            } catch (Throwable thrown) {
                build.worsen(StepFailed.resultOf(thrown))
                error = error ?: thrown
            }
        }
        error
    }

    private void stage(String name, Section stage, Throwable earlier, String skipped) {
        build.stages.add(name)
        try {
            build.log("[Pipeline] { ($name)")
            skipped = skipped ?: reasonToSkip(earlier)
            if (skipped == null) run(stage) else skip(stage, skipped)
        } finally {
            build.stages.remove(build.stages.size() - 1)
        }
    }

    private void run(Section stage) {
        build.happened('start')
        Throwable error = null
        try {
            error = attempt(stage)
        } catch (Skipped skipped) {
            skip(stage, 'when conditional')
            return
        }
        build.happened('finish', [result: error ? StepFailed.resultOf(error) : 'SUCCESS'])
        if (error != null) throw error
    }

    private String reasonToSkip(Throwable earlier) {
        if (earlier != null) return 'earlier failure(s)'
        options.has('skipStagesAfterUnstable') && build.result == 'UNSTABLE' ? 'stage(s) being unstable' : null
    }

    private void skip(Section stage, String why) {
        build.log("Stage \"${build.stages.last()}\" skipped due to $why")
        build.happened('skip', [why: why])
        (stage.block('stages').all() + stage.block('parallel').all()).each { call ->
            this.stage(call.arguments[0].toString(), Section.of(call.arguments[1] as Closure), null, why)
        }
    }

    /** Run one stage; return its error. Throws Skipped. */
    private Throwable attempt(Section stage) {
        Closure check = condition(stage.first('when') as Closure)
        try {
            check('beforeOptions')
            withOptions(stage.block('options').all()) {
                check('beforeInput')
                withInput(stage) {
                    check('beforeAgent')
                    inAgent(stage) {
                        check('last')
                        withEnvironment(stage) { content(stage) }
                    }
                }
            }
            return null
        } catch (Skipped skipped) {
            throw skipped
        } catch (Throwable error) {
            build.worsen(StepFailed.resultOf(error))
            tell(error)
            return error
        }
    }

    /** What looks at `when` once, at the place that its flags name, and throws Skipped where it does not hold. */
    private Closure condition(Closure when) {
        if (when == null) return {}
        Section flags = Section.of(when)
        String place = ['beforeOptions', 'beforeInput', 'beforeAgent'].find { flags.first(it) == true } ?: 'last'
        return { String here -> if (here == place && !When.holds(when, build)) throw new Skipped() }
    }

    private final List<Throwable> told = []

    /** An error is told where it happened, and not once more by each stage around it. */
    private void tell(Throwable error) {
        if (!told.any { it.is(error) }) build.log("ERROR: ${Build.describe(error)}")
        told.add(error)
    }

    /** What a stage is made of, and its post conditions, which run on the stage's own agent. */
    private void content(Section stage) {
        Throwable error = null
        try {
            if (stage.has('parallel')) {
                error = branches(stage)
            } else if (stage.has('stages')) {
                error = inOrder(stage.block('stages').all(), null, null)
            } else {
                if (failFast != null) throw failFast
                build.stopIfAborted()
                Cps.body(stage.first('steps') as Closure, build.script)
            }
        } catch (Throwable thrown) {
            error = thrown
        }
        if (error != null) build.worsen(StepFailed.resultOf(error))
        error = post(stage, error, 'stage')
        if (error != null) throw error
    }

    /**
     * Branches one after the other, in the file's order. With fail-fast those behind a failed one begin, and are
     * interrupted before their first step: as on agents, their post conditions run, and the build is ABORTED, which is
     * worse than FAILURE. ParallelStep.FailFastCause; JENKINS-55459 asks for FAILURE.
     */
    private Throwable branches(Section stage) {
        boolean fast = options.has('parallelsAlwaysFailFast') || stage.first('failFast') == true
        Throwable first = null
        try {
            stage.block('parallel').all().each { call ->
                String name = call.arguments[0]
                try {
                    this.stage(name, Section.of(call.arguments[1] as Closure), null, null)
                } catch (Throwable thrown) {
                    first = first ?: thrown
                    if (fast && failFast == null) failFast = new StepFailed("Failed in branch $name", 'ABORTED')
                }
            }
        } finally {
            failFast = null
        }
        first
    }

    /** Returns the error so far, or the first one of a post condition. */
    private Throwable post(Section section, Throwable error, String where) {
        Section blocks = section.block('post')
        StepFailed interrupted = failFast
        failFast = null
        Grammar.POST.each { condition ->
            Closure body = blocks.first(condition) as Closure
            if (body == null || !new Post(build.result, error, build.request.previous, where == 'stage').holds(condition)) return
            build.happened('post', [of: where, condition: condition])
            try {
                Cps.body(body, build.script)
            } catch (Throwable thrown) {
                build.log("Error when executing $condition post condition: ${Build.describe(thrown)}")
                build.worsen(StepFailed.resultOf(thrown))
                error = error ?: thrown
            }
        }
        failFast = interrupted
        error
    }

    private void inAgent(Section section, Closure body) {
        def agent = section.first('agent')
        if (agent == null || agent == 'none') {
            body()
            return
        }
        String label = agent instanceof Closure ? Section.of(agent as Closure).first('label') : 'any'
        build.agents.within(label) {
            boolean skip = options.has('skipDefaultCheckout') || section.block('options').has('skipDefaultCheckout')
            // As in the declarative plugin's CheckoutScript: the stage sees GIT_COMMIT and its like.
            build.environment.within(skip ? [:] : build.steps.checkout('scm') as Map) { body() }
        }
    }

    private void withEnvironment(Section section, Closure body) {
        Closure block = section.first('environment') as Closure
        if (block == null) {
            body()
            return
        }
        def variables = new EnvironmentBlock(build)
        block.delegate = variables
        block.resolveStrategy = Closure.DELEGATE_ONLY
        Cps.complete { block.call() }
        build.secrets.within(variables.@secrets) { build.environment.within(variables.@values) { body() } }
    }

    /** Options that wrap a stage or a build are steps of the same name: Declarative's `wrappers`. */
    private void withOptions(List<Map> calls, Closure body) {
        def wrappers = calls.findAll { it.name in ['timeout', 'retry', 'lock'] }
        (calls - wrappers).each { build.happened('option', [option: it.name, value: (it.arguments ?: [true])[0].toString()]) }
        wrappers.reverse().inject(body) { Closure inner, Map call ->
            return { build.steps.call(call.name as String, call.arguments + [inner]) }
        }.call()
    }

    private void withInput(Section stage, Closure body) {
        if (!stage.has('input')) {
            body()
            return
        }
        build.environment.within(new Question(build).ask(stage.block('input'))) { body() }
    }
}
