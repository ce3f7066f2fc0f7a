/**
 * The variables that steps see: the build's own and its parameters, over them what `env.X =` has set, over that what
 * `environment`, `withEnv` and `withCredentials` bind around a block, the innermost last.
 * https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables,
 * https://github.com/jenkinsci/workflow-cps-plugin, EnvActionImpl: a block wins over `env.X =`.
 */
class Environment {
    private final Map<String, String> build = [:]
    private final Map<String, String> assigned = [:]
    private final List<Map<String, String>> blocks = []

    Environment(Map given) {
        given?.each { key, value -> build[key.toString()] = value.toString() }
    }

    Map<String, String> all() {
        ([build, assigned] + blocks).inject([:]) { Map sum, Map one -> sum + one } as Map<String, String>
    }

    Object within(Map<String, String> variables, Closure body) {
        blocks.add(variables)
        try {
            return body()
        } finally {
            blocks.remove(blocks.size() - 1)
        }
    }

    void preset(String name, Object value) { build[name] = value?.toString() }

    void assign(String name, Object value) { assigned[name] = value?.toString() }
}

/** `env` of a Jenkinsfile: `env.NAME`, `env['NAME']`, and both as the target of an assignment. */
class Env {
    private final Environment variables

    Env(Environment variables) { this.variables = variables }

    Object getProperty(String name) { this.@variables.all()[name] }

    Object getAt(String name) { this.@variables.all()[name] }

    void setProperty(String name, Object value) { this.@variables.assign(name, value) }

    void putAt(String name, Object value) { this.@variables.assign(name, value) }
}
