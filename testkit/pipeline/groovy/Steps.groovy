import com.cloudbees.groovy.cps.impl.CpsClosure

/**
 * The steps that this runner simulates, each a method of its name; anything else is "No such DSL method".
 * What each does stands at https://www.jenkins.io/doc/pipeline/steps/, the rules that surprise are told here.
 */
class Steps {
    /** Parameters by step; the first is the one that may be given without its name. */
    static final Map<String, List<String>> KNOWN = [
            archiveArtifacts: ['artifacts', 'allowEmptyArchive', 'excludes', 'fingerprint', 'onlyIfSuccessful'],
            catchError      : ['message', 'buildResult', 'stageResult', 'catchInterruptions'],
            checkout        : ['scm'],
            cleanWs         : ['deleteDirs', 'notFailBuild'],
            deleteDir       : [],
            dir             : ['path'],
            echo            : ['message'],
            error           : ['message'],
            fileExists      : ['file'],
            junit           : ['testResults', 'allowEmptyResults', 'keepLongStdio', 'skipPublishingChecks'],
            lock            : ['resource', 'inversePrecedence', 'label', 'quantity'],
            milestone       : ['ordinal', 'label'],
            node            : ['label'],
            readFile        : ['file', 'encoding'],
            recordCoverage  : ['tools', 'id', 'name', 'qualityGates', 'sourceCodeRetention'],
            retry           : ['count'],
            script          : [],
            sh              : ['script', 'label', 'returnStdout', 'returnStatus', 'encoding'],
            stash           : ['name', 'includes', 'excludes', 'allowEmpty', 'useDefaultExcludes'],
            timeout         : ['time', 'unit', 'activity'],
            unstable        : ['message'],
            unstash         : ['name'],
            warnError       : ['message', 'catchInterruptions'],
            withCredentials : ['bindings'],
            withEnv         : ['overrides'],
            writeFile       : ['file', 'text', 'encoding'],
            // Not steps, but what is handed to them.
            credentials     : ['id'],
            file            : ['credentialsId', 'variable'],
            string          : ['credentialsId', 'variable'],
            usernamePassword: ['credentialsId', 'usernameVariable', 'passwordVariable'],
    ]

    private final Build build
    private final Shell shell

    Steps(Build build) {
        this.build = build
        shell = new Shell(build)
    }

    /** Call a step as a Jenkinsfile does: one value, or named ones, and a block. */
    Object call(String name, List given) {
        if (!KNOWN.containsKey(name)) {
            throw new StepFailed("No such DSL method '$name' found among steps ${KNOWN.keySet().sort()}")
        }
        Closure block = given && given.last() instanceof Closure ? given.last() as Closure : null
        List values = block ? given.init() : given
        Map arguments = values && values[0] instanceof Map ? values[0] as Map : values ? [(KNOWN[name][0]): values[0]] : [:]
        build.stopIfAborted()
        block == null ? "$name"(arguments) : "$name"(arguments, block)
    }

    /** A block of the Jenkinsfile, or one of the interpreter's own, which was not rewritten. */
    private Object run(Closure block) {
        block instanceof CpsClosure ? Cps.body(block, build.script) : block.call()
    }

    // --- Control ------------------------------------------------------------------------------------------------

    Object script(Map none, Closure block) { run(block) }

    void echo(Map given) { build.log(given.message) }

    void error(Map given) { throw new StepFailed(given.message as String) }

    /** Marks, and goes on. */
    void unstable(Map given) {
        build.log("WARNING: $given.message")
        build.worsen('UNSTABLE')
    }

    /** Everything after it goes on, which is why it has no place around a gate. An abort is not caught, if asked. */
    void catchError(Map given, Closure block) {
        try {
            run(block)
        } catch (Throwable error) {
            boolean aborted = StepFailed.resultOf(error) == 'ABORTED'
            if (aborted && given.catchInterruptions == false) throw error
            build.log("ERROR: ${Build.describe(error)}")
            build.worsen(aborted ? 'ABORTED' : (given.buildResult ?: 'FAILURE') as String)
        }
    }

    void warnError(Map given, Closure block) { catchError(given + [buildResult: 'UNSTABLE'], block) }

    /** An interruption is not tried again. https://github.com/jenkinsci/workflow-basic-steps-plugin, RetryStepExecution */
    Object retry(Map given, Closure block) {
        int attempt = 1
        while (true) {
            try {
                return run(block)
            } catch (Skipped skipped) {
                throw skipped
            } catch (Throwable error) {
                if (attempt >= (given.count as int) || StepFailed.resultOf(error) == 'ABORTED') throw error
                build.log("ERROR: ${Build.describe(error)}\nRetrying")
                attempt++
            }
        }
    }

    Object timeout(Map given, Closure block) {
        build.happened('timeout', [time: given.time, unit: given.unit ?: 'MINUTES'])
        build.deadlines.within(given) { run(block) }
    }

    Object lock(Map given, Closure block) {
        build.happened('lock', [resource: given.resource, state: 'acquired'])
        try {
            return run(block)
        } finally {
            build.happened('lock', [resource: given.resource, state: 'released'])
        }
    }

    void milestone(Map given) { build.happened('milestone', [ordinal: given.ordinal, label: given.label]) }

    Object node(Map given, Closure block) { build.agents.within((given.label ?: 'any') as String) { run(block) } }

    // --- The shell and its surroundings -------------------------------------------------------------------------

    Object sh(Map given) {
        String script = given.script
        // https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#string-interpolation
        if (build.secrets.holds(script)) {
            build.log('Warning: A secret was passed to "sh" using Groovy String interpolation, which is insecure.')
            build.happened('insecure', [script: build.secrets.masked(script)])
        }
        build.agents.cwd()
        def done = shell.run(script, given.returnStdout as boolean)
        build.happened('sh', [script: build.secrets.masked(script), code: done.code, environment: visible()])
        if (given.returnStatus) return done.code
        if (done.code != 0) throw new StepFailed("script returned exit code $done.code")
        given.returnStdout ? done.output : null
    }

    private Map<String, String> visible() {
        build.environment.all().findAll { it.value != null }.collectEntries { [(it.key): build.secrets.masked(it.value)] }
    }

    Object withEnv(Map given, Closure block) {
        Map variables = (given.overrides as List).collectEntries { it.toString().split('=', 2).toList() }
        build.environment.within(variables) { run(block) }
    }

    Object withCredentials(Map given, Closure block) {
        List<Map> bindings = given.bindings as List<Map>
        Map variables = bindings.collectEntries { it.variables }
        build.happened('credentials', [ids: bindings*.id, variables: variables.keySet() as List, by: 'withCredentials'])
        try {
            return build.secrets.within(bindings*.secret) { build.environment.within(variables) { run(block) } }
        } finally {
            bindings*.file.findAll()*.delete()
        }
    }

    Map string(Map given) {
        String text = build.secrets.find(given.credentialsId as String)
        [id: given.credentialsId, variables: [(given.variable): text], secret: text]
    }

    /** The file is there while the block runs. */
    Map file(Map given) {
        String text = build.secrets.find(given.credentialsId as String)
        def file = File.createTempFile('secret', '')
        file.text = text
        file.deleteOnExit()
        [id: given.credentialsId, variables: [(given.variable): file.path], secret: text, file: file]
    }

    Map usernamePassword(Map given) {
        Map found = build.secrets.find(given.credentialsId as String) as Map
        [id    : given.credentialsId, variables: [(given.usernameVariable): found.username, (given.passwordVariable): found.password],
         secret: found.password]
    }

    Object dir(Map given, Closure block) { build.agents.inside(given.path as String) { run(block) } }

    // --- Files --------------------------------------------------------------------------------------------------

    boolean fileExists(Map given) { new File(build.agents.cwd(), given.file as String).exists() }

    String readFile(Map given) {
        def file = new File(build.agents.cwd(), given.file as String)
        if (!file.exists()) throw new StepFailed("NoSuchFileException: $given.file")
        file.getText('UTF-8')
    }

    void writeFile(Map given) { Files.write(new File(build.agents.cwd(), given.file as String), given.text as String) }

    void deleteDir(Map none) { build.agents.cwd().deleteDir() }

    void cleanWs(Map none) {
        build.happened('cleanWs')
        build.agents.cwd().deleteDir()
    }

    Map checkout(Object what) {
        def scm = build.request.scm
        if (scm instanceof Map) {
            scm.each { path, text -> Files.write(new File(build.agents.cwd(), path as String), text as String) }
        } else if (scm != null) {
            clone(scm as String)
        }
        build.happened('checkout')
        build.environment.all().subMap(['GIT_COMMIT']).findAll { it.value }
    }

    private void clone(String repository) {
        String commit = build.environment.all().GIT_COMMIT ?: 'HEAD'
        def command = ['/bin/sh', '-ec', 'git clone --quiet --no-checkout "$0" . && git checkout --quiet --detach "$1"', repository, commit]
        def git = new ProcessBuilder(command as String[]).directory(build.agents.cwd()).redirectErrorStream(true).start()
        String said = git.inputStream.text
        if (git.waitFor() != 0) throw new StepFailed("checkout failed: $said")
    }

    void stash(Map given) {
        File folder = build.agents.cwd()
        def found = Files.find(folder, (given.includes ?: '**') as String, given.excludes as String)
        if (!found && !given.allowEmpty) throw new StepFailed("No files included in stash ‘${given.name}’")
        def stash = build.agents.stash(given.name as String)
        stash.deleteDir()
        stash.mkdirs()
        Files.copy(found, folder, stash)
        build.happened('stash', [name: given.name, files: found])
    }

    void unstash(Map given) {
        def stash = build.agents.stash(given.name as String)
        if (!stash.exists()) throw new StepFailed("No such saved stash ‘${given.name}’")
        Files.copy(Files.find(stash, '**'), stash, build.agents.cwd())
        build.happened('unstash', [name: given.name])
    }

    void archiveArtifacts(Map given) {
        File folder = build.agents.cwd()
        def found = Files.find(folder, given.artifacts as String, given.excludes as String)
        if (!found && !given.allowEmptyArchive) {
            throw new StepFailed("No artifacts found that match the file pattern \"$given.artifacts\". Configuration error?")
        }
        Files.copy(found, folder, build.agents.archive())
        build.happened('archive', [pattern: given.artifacts, files: found])
    }

    // --- Results: they mark, and stop nothing ---------------------------------------------------------------------

    /** A failed test makes the build UNSTABLE, and it goes on. https://github.com/jenkinsci/junit-plugin, JUnitResultsStep */
    void junit(Map given) {
        File folder = build.agents.cwd()
        def found = Files.find(folder, given.testResults as String)
        if (!found && !given.allowEmptyResults) throw new StepFailed('No test report files were found. Configuration error?')
        def cases = found.collectMany { new XmlSlurper().parse(new File(folder, it)).'**'.findAll { it.name() == 'testcase' } }
        int failed = cases.count { it.failure.size() || it.error.size() }
        build.happened('junit', [files: found, total: cases.size(), failed: failed])
        if (failed) build.worsen('UNSTABLE')
    }

    /**
     * A missed gate sets the result, and the build goes on, even with criticality FAILURE.
     * https://github.com/jenkinsci/coverage-plugin, CoverageStep; without a report it fails.
     */
    void recordCoverage(Map given) {
        File folder = build.agents.cwd()
        (given.tools as List<Map>).each { tool ->
            def found = Files.find(folder, tool.pattern as String)
            def lines = found.collect { new XmlParser().parse(new File(folder, it)).'@line-rate' as double }
            double covered = lines ? 100 * lines.sum() / lines.size() : 0
            build.happened('coverage', [files: found, line: covered])
            (given.qualityGates ?: []).findAll { found && covered < (it.threshold as double) }.each { gate ->
                build.log("Quality gate missed: $covered < $gate.threshold")
                build.worsen(gate.criticality == 'FAILURE' ? 'FAILURE' : 'UNSTABLE')
            }
        }
    }
}
