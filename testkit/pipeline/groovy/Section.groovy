/**
 * The words of a block with their arguments, in order: collecting them runs no step. The Validator has seen to it that
 * they are the right ones.
 */
class Section {
    private final List<Map> calls = []

    static Section of(Closure body) {
        def section = new Section()
        body.delegate = section
        body.resolveStrategy = Closure.DELEGATE_ONLY
        Cps.complete { body.call() }
        section
    }

    Object methodMissing(String name, Object arguments) {
        def call = [name: name, arguments: arguments as List]
        calls.add(call)
        call
    }

    /** `any` and `none` of `agent`; everything else is a variable of the build. */
    Object propertyMissing(String name) {
        name in ['any', 'none'] ? name : Interpreter.current().global(name)
    }

    List<Map> all() { calls }

    boolean has(String name) { calls.any { it.name == name } }

    /** The first argument of the only call of this name. */
    Object first(String name) { calls.find { it.name == name }?.arguments?.getAt(0) }

    Section block(String name) { first(name) instanceof Closure ? of(first(name) as Closure) : new Section() }
}
