/**
 * The agents that a build holds. Each one that a stage takes has an empty workspace: on real agents it may be another
 * machine, so what a stage needs it must check out or unstash.
 */
class Agents {
    private final Build build
    private final File folder
    private final List<Map> held = []
    private int taken = 0

    Agents(Build build, File folder) {
        this.build = build
        this.folder = folder
    }

    String label() { held ? held.last().label : null }

    File archive() { new File(folder, 'archive') }

    File stash(String name) { new File(folder, "stashes/$name") }

    /**
     * Where steps run that need files. Messages.ModelInterpreter_NoNodeContext of the declarative plugin.
     */
    File cwd() {
        if (!held) {
            throw new StepFailed("Attempted to execute a step that requires a node context while 'agent none' was " +
                    "specified. Be sure to specify your own 'node { ... }' blocks when using 'agent none'.")
        }
        held.last().cwd as File
    }

    Object within(String label, Closure body) {
        def workspace = new File(folder, "workspaces/${++taken}")
        workspace.mkdirs()
        held.add([label: label, workspace: workspace, cwd: workspace])
        build.happened('agent', [label: label])
        try {
            return build.environment.within([WORKSPACE: workspace.path, NODE_LABELS: label]) { body() }
        } finally {
            held.remove(held.size() - 1)
        }
    }

    Object inside(String path, Closure body) {
        File before = cwd()
        held.last().cwd = new File(before, path)
        held.last().cwd.mkdirs()
        try {
            return body()
        } finally {
            held.last().cwd = before
        }
    }
}
