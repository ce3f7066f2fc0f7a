import groovy.json.JsonOutput

/** Where the answers go: one JSON object a line. */
class Channel {
    private final PrintStream out

    Channel(PrintStream out) {
        this.out = new PrintStream(out, true, 'UTF-8')
    }

    synchronized void send(Map answer) {
        out.println(JsonOutput.toJson(answer))
    }
}
