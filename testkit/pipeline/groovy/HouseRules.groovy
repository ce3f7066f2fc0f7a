import org.codehaus.groovy.ast.ASTNode
import org.codehaus.groovy.ast.expr.MethodCallExpression

/**
 * What Jenkins would allow and this runner refuses, because it has cost others an evening or a production:
 * a question that anybody may answer, one that waits for ever, and one that is asked before anybody looked whether it
 * has to be.
 */
class HouseRules {
    private final Validator validator

    HouseRules(Validator validator) { this.validator = validator }

    void stage(String name, Map<String, MethodCallExpression> sections, ASTNode where) {
        if (!sections.input) return
        def input = words(sections.input)
        def options = words(sections.options)
        if (!('message' in input)) validator.refuse("Missing required parameter \"message\" for input in stage \"$name\"", where)
        if (!('submitter' in input)) validator.refuse("input of stage \"$name\" has no submitter: anybody may answer it", where)
        if (!('timeout' in options)) {
            validator.refuse("input of stage \"$name\" has no timeout: the build waits for ever", where)
        }
        if (sections.when && !('beforeInput' in words(sections.when))) {
            validator.refuse("stage \"$name\" asks before it looks: its when needs beforeInput true", where)
        }
    }

    private static List<String> words(MethodCallExpression block) {
        if (block == null) return []
        Validator.statements(Validator.closureOf(block)).findResults { Validator.callOf(it)?.methodAsString }
    }
}
