/**
 * `sh`, for real or recorded.
 *
 * For real: `/bin/sh -xe` in the workspace, with the build's variables over the machine's
 * (https://www.jenkins.io/doc/pipeline/steps/workflow-durable-task-step/#sh-shell-script).
 *
 * Recorded, when the request has `commands`: the first entry whose `script` is this one answers for it: `code`,
 * `output`, `files` that it writes (text by path), `needs` (paths that must be in the workspace), `hangs` (until a
 * time-out), `aborts` (a person aborts the build meanwhile). A command that no entry knows is not found, as in a shell:
 * what was not thought of is no success. With `others_real` it runs for real.
 */
class Shell {
    private static final int MISSING_FILE = 2
    private static final int NOT_FOUND = 127
    private static final long GRACE_SECONDS = 60

    private final Build build

    Shell(Build build) { this.build = build }

    /** Return the exit code and the output, which goes to the log unless it is wanted. */
    Map run(String script, boolean wanted) {
        script.readLines().collect { it.trim() }.findAll().each { build.log("+ $it") }
        Map entry = (build.request.commands as List<Map>)?.find { script.trim() == it.script }
        boolean real = entry == null && (!build.request.containsKey('commands') || build.request.others_real)
        real ? this.real(script, wanted) : recorded(script, entry, wanted)
    }

    private Map recorded(String script, Map entry, boolean wanted) {
        File cwd = build.agents.cwd()
        if (entry == null) {
            build.log("the scenario has no command like this: $script")
            return [code: NOT_FOUND, output: '']
        }
        String missing = (entry.needs ?: []).find { !new File(cwd, it as String).exists() }
        if (missing) {
            build.log("$missing is not in this workspace")
            return [code: MISSING_FILE, output: '']
        }
        if (entry.hangs) {
            throw build.deadlines.any ? Deadlines.exceeded() : new StepFailed("$script hangs, and no timeout is around it")
        }
        if (entry.aborts) {
            build.abort('Aborted by a person')
            build.stopIfAborted()
        }
        (entry.files ?: [:]).each { path, text ->
            Files.write(new File(cwd, path as String), text as String)
        }
        if (!wanted) build.log(entry.output ?: '')
        [code: entry.code ?: 0, output: entry.output ?: '']
    }

    private Map real(String script, boolean wanted) {
        def file = File.createTempFile('durable', '.sh')
        file.setText(script, 'UTF-8')
        def command = script.startsWith('#!') ? script.readLines()[0].substring(2).trim().split(/\s+/).toList() : ['/bin/sh', '-e']
        def builder = new ProcessBuilder((command + [file.path]) as String[]).directory(build.agents.cwd())
        builder.environment().putAll(build.environment.all().findAll { it.value != null })
        def process = builder.start()
        try {
            process.outputStream.close()
            def said = new StringBuffer()
            def readers = [Thread.start { process.errorStream.eachLine('UTF-8') { build.log(it) } },
                           Thread.start { process.inputStream.eachLine('UTF-8') { take(it, said, wanted) } }]
            await(process)
            readers*.join()
            return [code: process.exitValue(), output: said.toString()]
        } finally {
            end(process)
            file.delete()
        }
    }

    private void take(String line, StringBuffer said, boolean wanted) {
        said.append(line).append('\n')
        if (!wanted) build.log(line)
    }

    /** Wait for the end, for an abort, or for a time-out. */
    private void await(Process process) {
        while (!process.waitFor(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
            build.stopIfAborted()
            if (build.deadlines.over) throw Deadlines.exceeded()
        }
    }

    /** TERM for the process and all it has started, and KILL for what is still there after the grace time. */
    private static void end(Process process) {
        if (!process.alive) return
        def handles = process.descendants().collect(java.util.stream.Collectors.toList()) + [process.toHandle()]
        handles.each { it.destroy() }
        long deadline = System.currentTimeMillis() + GRACE_SECONDS * 1000
        while (handles.any { it.alive } && System.currentTimeMillis() < deadline) Thread.sleep(20)
        handles.findAll { it.alive }.each { it.destroyForcibly() }
        process.waitFor()
    }
}
