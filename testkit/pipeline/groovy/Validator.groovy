import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.ModuleNode
import org.codehaus.groovy.ast.CodeVisitorSupport
import org.codehaus.groovy.ast.expr.BinaryExpression
import org.codehaus.groovy.ast.expr.ClosureExpression
import org.codehaus.groovy.ast.expr.ConstantExpression
import org.codehaus.groovy.ast.expr.Expression
import org.codehaus.groovy.ast.expr.GStringExpression
import org.codehaus.groovy.ast.expr.MapExpression
import org.codehaus.groovy.ast.expr.MethodCallExpression
import org.codehaus.groovy.ast.expr.VariableExpression
import org.codehaus.groovy.ast.stmt.BlockStatement
import org.codehaus.groovy.ast.stmt.ExpressionStatement
import org.codehaus.groovy.ast.stmt.Statement
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.Phases

/**
 * Reads the Jenkinsfile as a syntax tree and refuses what Jenkins would refuse before it runs anything, with the line.
 * The words of the messages are Jenkins' own where it has some:
 * https://github.com/jenkinsci/pipeline-model-definition-plugin, ModelValidatorImpl and Messages.properties.
 * Rules that are stricter than Jenkins are in `HouseRules`.
 */
class Validator {
    private final Map<String, List<String>> steps
    private final HouseRules house = new HouseRules(this)
    private final List<String> errors = []
    private Set<String> own = []
    private List<String> names = []

    /** steps: the parameters of each step by its name. */
    Validator(Map<String, List<String>> steps) { this.steps = steps }

    /** Throws InvalidPipeline with every error there is, or the compiler's own exception. */
    void check(String text) {
        def module = parse(text)
        own = module.methods*.name as Set
        def calls = module.statementBlock.statements.findAll { callOf(it)?.methodAsString == 'pipeline' }
        if (calls.size() == 1) {
            pipeline(closureOf(callOf(calls[0])))
        } else {
            refuse("a Jenkinsfile has exactly one pipeline block; this one has ${calls.size()}", module.statementBlock)
        }
        if (errors) throw new InvalidPipeline(errors.join('\n'))
    }

    void refuse(String message, ASTNode where) {
        errors.add(where.lineNumber > 0 ? "$message @ line $where.lineNumber" : message)
    }

    private static ModuleNode parse(String text) {
        def unit = new CompilationUnit(new CompilerConfiguration())
        unit.addSource('Jenkinsfile', text)
        unit.compile(Phases.CONVERSION)
        unit.AST.modules[0]
    }

    private void pipeline(ClosureExpression body) {
        def found = sections(body, Grammar.PIPELINE) { "Undefined section \"$it\"" }
        ['agent', 'stages'].each { if (!found[it]) refuse("Missing required section \"$it\"", body) }
        common(found, Grammar.PIPELINE_OPTIONS)
        block(found.parameters, Grammar.PARAMETERS) { "Invalid parameter type \"$it\"" }
        if (found.stages) stages(closureOf(found.stages), 0)
        names.findAll { names.count(it) > 1 }.unique().each { refuse("Duplicate stage name: \"$it\"", body) }
    }

    private void stages(ClosureExpression body, int parallels) {
        def found = statements(body).findResults { callOf(it) ?: refuse('Expected a stage', it) }
        if (!found) refuse('No stages specified', body)
        found.each { MethodCallExpression call ->
            if (call.methodAsString == 'stage') stage(call, parallels) else refuse('Expected a stage', call)
        }
    }

    private void stage(MethodCallExpression call, int parallels) {
        String name = argumentsOf(call)[0] instanceof ConstantExpression ? argumentsOf(call)[0].value : '?'
        names.add(name)
        def body = closureOf(call)
        def found = sections(body, Grammar.STAGE) {
            "Unknown stage section \"$it\"; steps of a stage are in its \"steps\" block"
        }
        content(name, found, call, parallels)
        common(found, Grammar.STAGE_OPTIONS)
        block(found.when, Grammar.WHEN) { "Unknown conditional $it; valid ones are $Grammar.CONDITIONS" }
        block(found.input, Grammar.INPUT) { "Unknown parameter \"$it\" of input" }
        if (found.steps) stepsIn(closureOf(found.steps))
        house.stage(name, found, call)
    }

    private void content(String name, Map sections, ASTNode where, int parallels) {
        def kinds = Grammar.CONTENT.findAll { sections[it] }
        if (!kinds) refuse("One of \"steps\", \"stages\", or \"parallel\" must be specified for stage \"$name\"", where)
        if (kinds.size() > 1) refuse("Only one of ${kinds.collect { "\"$it\"" }.join(', ')} allowed for stage \"$name\"", where)
        if (sections.parallel) {
            if (parallels) refuse('Parallel stages or branches can only be included in a top-level stage', where)
            if (sections.agent && argumentsOf(sections.agent)[0].text != 'none') {
                refuse("\"agent\" is not allowed in stage \"$name\" as it contains parallel stages", where)
            }
            stages(closureOf(sections.parallel), parallels + 1)
        }
        if (sections.stages) stages(closureOf(sections.stages), parallels)
    }

    private void common(Map sections, List<String> options) {
        if (sections.agent && closureOf(sections.agent)) {
            block(sections.agent, Grammar.AGENT) { "Invalid agent type \"$it\"; this runner knows $Grammar.AGENT" }
        } else if (sections.agent && !(argumentsOf(sections.agent)[0].text in ['any', 'none'])) {
            refuse("Invalid agent \"${argumentsOf(sections.agent)[0].text}\"", sections.agent)
        }
        block(sections.options, options) { "Invalid option type \"$it\". Valid option types: ${options.sort(false)}" }
        if (sections.environment) environment(closureOf(sections.environment))
        if (sections.post) {
            def post = block(sections.post, Grammar.POST) { "Invalid condition \"$it\" - valid conditions are $Grammar.POST" }
            if (!post) refuse('post can not be empty', sections.post)
            post.values().each { stepsIn(closureOf(it)) }
        }
    }

    private void environment(ClosureExpression body) {
        statements(body).each { statement ->
            def expression = statement instanceof ExpressionStatement ? statement.expression : null
            if (!(expression instanceof BinaryExpression && expression.operation.text == '=' &&
                    expression.leftExpression instanceof VariableExpression)) {
                refuse('Expected name=value pairs in environment', statement)
            } else if (!isText(expression.rightExpression)) {
                refuse('Environment variable values must either be single quoted, double quoted, or function calls.',
                        statement)
            }
        }
    }

    private static boolean isText(Expression value) {
        value instanceof GStringExpression || value instanceof MethodCallExpression ||
                (value instanceof ConstantExpression && value.value instanceof String)
    }

    /** A block of steps: only calls, and only of steps or of the file's own methods. Inside `script` Groovy is free. */
    private void stepsIn(ClosureExpression block) {
        statements(block).each { statement ->
            def call = callOf(statement)
            if (call == null) {
                refuse('Expected a step', statement)
            } else {
                step(call)
                def inner = closureOf(call)
                if (inner && call.methodAsString == 'script') unknownStepsIn(inner)
                if (inner && call.methodAsString != 'script') stepsIn(inner)
            }
        }
    }

    private void step(MethodCallExpression call) {
        String name = call.methodAsString
        if (steps.containsKey(name)) {
            (parametersOf(call) - steps[name]).each { refuse("Invalid parameter \"$it\" of step $name; valid ones are ${steps[name]}", call) }
        } else if (!(name in own)) {
            refuse("No such DSL method '$name' found among steps ${steps.keySet().sort()}", call)
        }
    }

    private void unknownStepsIn(ClosureExpression code) {
        def validator = this
        code.code.visit(new CodeVisitorSupport() {
            void visitMethodCallExpression(MethodCallExpression call) {
                if (call.implicitThis && call.methodAsString) validator.step(call)
                super.visitMethodCallExpression(call)
            }
        })
    }

    private Map<String, MethodCallExpression> block(MethodCallExpression call, List<String> allowed, Closure<String> unknown) {
        call && closureOf(call) ? sections(closureOf(call), allowed, unknown) : [:]
    }

    /** The calls in a block by name. Repeatable are only those that are lists by nature. */
    Map<String, MethodCallExpression> sections(ClosureExpression body, List<String> allowed, Closure<String> unknown) {
        Map<String, MethodCallExpression> found = [:]
        statements(body).each { statement ->
            def call = callOf(statement)
            if (call == null) {
                refuse('Not a valid section definition', statement)
            } else if (!(call.methodAsString in allowed)) {
                refuse(unknown(call.methodAsString), call)
            } else {
                if (found[call.methodAsString] && !(allowed in [Grammar.PARAMETERS, Grammar.WHEN])) {
                    refuse("Multiple occurrences of the $call.methodAsString section", call)
                }
                found[call.methodAsString] = call
            }
        }
        found
    }

    static List<Statement> statements(ClosureExpression body) {
        body?.code instanceof BlockStatement ? ((BlockStatement) body.code).statements : []
    }

    static MethodCallExpression callOf(Statement statement) {
        def expression = statement instanceof ExpressionStatement ? statement.expression : null
        expression instanceof MethodCallExpression && expression.implicitThis ? expression : null
    }

    static List<Expression> argumentsOf(MethodCallExpression call) {
        call.arguments.hasProperty('expressions') ? call.arguments.expressions : []
    }

    private static List<String> parametersOf(MethodCallExpression call) {
        argumentsOf(call).findAll { it instanceof MapExpression }.collectMany { it.mapEntryExpressions*.keyExpression*.text }
    }

    static ClosureExpression closureOf(MethodCallExpression call) {
        (ClosureExpression) argumentsOf(call).find { it instanceof ClosureExpression }
    }
}
