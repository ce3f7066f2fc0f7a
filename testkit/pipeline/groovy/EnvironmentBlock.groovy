/** `environment { NAME = "…"; TOKEN = credentials('id') }` */
class EnvironmentBlock {
    final Map<String, String> values = [:]
    final List<String> secrets = []
    private final Build build

    EnvironmentBlock(Build build) { this.build = build }

    /** https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#usernames-and-passwords: NAME, NAME_USR and NAME_PSW. */
    void setProperty(String name, Object value) {
        if (value instanceof Credentials) {
            Map variables = value.variables(name)
            this.@values.putAll(variables)
            this.@secrets.addAll(value.texts())
            this.@build.happened('credentials', [ids: [value.id], variables: variables.keySet() as List, by: 'environment'])
        } else {
            this.@values.put(name, value.toString())
        }
    }

    Object getProperty(String name) {
        this.@values.containsKey(name) ? this.@values[name] : this.@build.global(name)
    }

    Object invokeMethod(String name, Object arguments) {
        List given = arguments as List
        name == 'credentials' ? new Credentials(given[0] as String, this.@build.secrets.find(given[0] as String))
                : this.@build.steps.call(name, given)
    }
}

/** A credential of the controller, on its way into variables. */
class Credentials {
    final String id
    private final Object found

    Credentials(String id, Object found) {
        this.id = id
        this.found = found
    }

    Map<String, String> variables(String name) {
        found instanceof Map ? [(name): "${found.username}:${found.password}".toString(),
                                ("${name}_USR".toString()): found.username, ("${name}_PSW".toString()): found.password]
                : [(name): found.toString()]
    }

    List<String> texts() {
        found instanceof Map ? ["${found.username}:${found.password}".toString(), found.password as String] : [found.toString()]
    }
}
