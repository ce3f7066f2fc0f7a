import org.codehaus.groovy.control.MultipleCompilationErrorsException

/**
 * One build: what it was given, what it knows, what happened.
 *
 * A request may hold: text (the Jenkinsfile), folder (for workspaces and the archive), environment, parameters,
 * changes (paths, for `changeset`), credentials (id to a text, or to a map with username and password), inputs (a
 * stage's name to user, groups, answer: proceed, abort or none, and parameters), previous (the last build's result),
 * scm (a repository to clone, or the files of a checkout by path) and commands (see Shell; without it `sh` is real).
 */
class Build {
    /** From good to bad. https://javadoc.jenkins.io/hudson/model/Result.html */
    static final List<String> RESULTS = ['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'ABORTED']

    final Map request
    final Channel channel
    final Environment environment
    final Map parameters = [:]
    final Steps steps
    final Interpreter interpreter
    final Secrets secrets
    final Agents agents
    final Deadlines deadlines = new Deadlines()
    final List<String> stages = []
    PipelineScript script
    String result = 'SUCCESS'
    private volatile StepFailed interruption

    Build(Map request, Channel channel) {
        this.request = request
        this.channel = channel
        environment = new Environment([BUILD_NUMBER: '1', JOB_NAME: 'pipeline'] + (request.environment as Map ?: [:]))
        secrets = new Secrets(request.credentials as Map ?: [:])
        agents = new Agents(this, new File(request.folder as String))
        steps = new Steps(this)
        interpreter = new Interpreter(this)
    }

    /** Run to the end, whatever happens; return result and error. */
    Map run() {
        Cps.refuseMismatches()
        try {
            new Validator(Steps.KNOWN).check(request.text as String)
            script = ((PipelineScript) Cps.compile(request.text as String).newInstance()).of(this)
            Cps.complete { script.run() }
            return [result: result, error: null]
        } catch (InvalidPipeline | MultipleCompilationErrorsException error) {
            return [result: 'INVALID', error: error.message]
        } catch (Throwable error) {
            worsen(StepFailed.resultOf(error))
            log("ERROR: ${describe(error)}")
            return [result: result, error: describe(error)]
        }
    }

    /** Only read the Jenkinsfile. */
    Map check() {
        try {
            new Validator(Steps.KNOWN).check(request.text as String)
            Cps.compile(request.text as String)
            return [result: 'VALID', error: null]
        } catch (InvalidPipeline | MultipleCompilationErrorsException error) {
            return [result: 'INVALID', error: error.message]
        }
    }

    static String describe(Throwable error) {
        error instanceof StepFailed ? error.message : "${error.getClass().simpleName}: ${error.message}"
    }

    /** A result only ever gets worse. RunWrapper.setResult, hudson.model.Run.setResult */
    void worsen(String other) {
        if (RESULTS.indexOf(other) > RESULTS.indexOf(result)) result = other
    }

    void log(Object text) {
        text.toString().readLines().each { channel.send(log: secrets.masked(it)) }
    }

    void happened(String event, Map details = [:]) {
        channel.send(event: [event: event, stage: stages ? stages.last() : null, agent: agents.label()] + details)
    }

    /** What interrupts the running step, and every later one until `interrupted` was told. */
    void abort(String why) {
        interruption = new StepFailed(why, 'ABORTED')
    }

    /** Throw once when the build was aborted: post conditions run in order afterwards. */
    void stopIfAborted() {
        def pending = interruption
        interruption = null
        if (pending != null) throw pending
    }

    /** Global variables. https://www.jenkins.io/doc/book/pipeline/getting-started/#global-variable-reference */
    Object global(String name) {
        switch (name) {
            case 'env': return new Env(environment)
            case 'params': return parameters
            case 'scm': return 'scm'
            case 'currentBuild': return [result: result, currentResult: result, number: 1, displayName: '#1']
        }
        def value = environment.all()[name]
        if (value == null) throw new MissingPropertyException(name, script.getClass())
        value
    }
}
