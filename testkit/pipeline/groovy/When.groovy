/**
 * The conditions of a stage. https://www.jenkins.io/doc/book/pipeline/syntax/#when; all of them must hold.
 * Globs are those of Ant, and compared with the case: `when { branch }` has comparator GLOB.
 */
class When {
    private final Build build
    private final List<Boolean> answers = []

    private When(Build build) { this.build = build }

    static boolean holds(Closure body, Build build) { answersOf(body, build).every() }

    private static List<Boolean> answersOf(Closure body, Build build) {
        def when = new When(build)
        body.delegate = when
        body.resolveStrategy = Closure.DELEGATE_ONLY
        Cps.complete { body.call() }
        when.answers
    }

    Object methodMissing(String name, Object given) {
        def first = (given as List) ? (given as List)[0] : null
        def answer = answer(name, first)
        if (answer != null) answers.add(answer)
        null
    }

    private Boolean answer(String name, Object first) {
        Map<String, String> variables = build.environment.all()
        switch (name) {
            case ['beforeAgent', 'beforeInput', 'beforeOptions']: return null
            case 'allOf': return answersOf(first as Closure, build).every()
            case 'anyOf': return answersOf(first as Closure, build).any()
            case 'not': return !answersOf(first as Closure, build).every()
            case 'branch': return variables.BRANCH_NAME != null && matches(first as String, variables.BRANCH_NAME)
            case 'tag': return variables.TAG_NAME != null && matches(first as String, variables.TAG_NAME)
            case 'buildingTag': return variables.TAG_NAME != null
            case 'changeRequest': return variables.CHANGE_ID != null
            case 'changeset': return (build.request.changes ?: []).any { matches(first as String, it as String) }
            case 'environment': return variables[first.name] == first.value
            case 'equals': return first.expected == first.actual
            case 'expression': return Cps.body(first as Closure, build.script) as boolean
        }
        throw new IllegalStateException("condition $name is in the grammar and has no meaning")
    }

    private static boolean matches(String glob, String text) {
        org.apache.tools.ant.types.selectors.SelectorUtils.matchPath(glob, text)
    }

    Object propertyMissing(String name) { build.global(name) }
}
