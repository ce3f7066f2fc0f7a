import groovy.json.JsonSlurper

/**
 * The server: a JSON request a line on stdin, JSON lines on stdout. One JVM runs many builds, one after the other.
 *
 *   {"op": "run", "text": "pipeline { … }", …}   a build; what it may hold is in Build.groovy
 *   {"op": "check", "text": "…", "folder": "…"}   only whether the file is valid
 *   {"op": "abort"}                              as the button in Jenkins: the running build ends in order
 *
 * Answers are {"log": "…"}, {"event": {…}} and at the end of a build {"end": {"result": "SUCCESS", "error": null}}.
 * When stdin closes the running build is aborted, and the server ends.
 */
class Main {
    static void main(String[] arguments) {
        def channel = new Channel(System.out)
        // Whatever a Jenkinsfile prints by itself must not stand between the lines of the protocol.
        System.out = System.err
        Build build = null
        Thread worker = null
        System.in.eachLine('UTF-8') { String line ->
            Map request = new JsonSlurper().parseText(line) as Map
            if (request.op == 'abort') {
                build?.abort('Aborted by a person')
            } else {
                worker?.join()
                build = new Build(request, channel)
                worker = Thread.start { channel.send(end: answer(build, request.op as String)) }
            }
        }
        build?.abort('The runner was stopped')
        worker?.join()
        System.exit(0)
    }

    /** Whoever asked gets an answer in any case: a fault of the runner's own is BROKEN. */
    private static Map answer(Build build, String op) {
        try {
            return op == 'check' ? build.check() : build.run()
        } catch (Throwable error) {
            def trace = new StringWriter()
            error.printStackTrace(new PrintWriter(trace))
            return [result: 'BROKEN', error: trace.toString()]
        }
    }
}
