/**
 * `input`: who may answer it, and what becomes of the answer.
 * https://www.jenkins.io/doc/pipeline/steps/pipeline-input-step/#input-wait-for-interactive-input: submitters are
 * users or groups, separated by commas; a refusal aborts the build.
 */
class Question {
    private final Build build

    Question(Build build) { this.build = build }

    /** Ask, and return the variables that the answer gives. */
    Map<String, String> ask(Section input) {
        String stage = build.stages.last()
        Map answer = (build.request.inputs as Map ?: [:])[stage] as Map ?: [answer: 'none']
        List<String> submitters = (input.first('submitter') ?: '').toString().split(',')*.trim().findAll()
        build.log("Input requested: ${input.first('message')}")
        build.happened('input', [message: input.first('message').toString(), submitters: submitters,
                                 held: build.agents.label(), answer: answer.answer ?: 'proceed', user: answer.user])
        if (answer.answer == 'none') {
            throw build.deadlines.any ? Deadlines.exceeded()
                    : new StepFailed("nobody answers the input of stage \"$stage\", which has no timeout: it would wait for ever")
        }
        if (submitters && !submitters.intersect([answer.user] + (answer.groups as List ?: []))) {
            throw new StepFailed("User $answer.user is not allowed to answer: the submitters are ${submitters.join(', ')}", 'ABORTED')
        }
        if (answer.answer == 'abort') throw new StepFailed("Rejected by $answer.user", 'ABORTED')
        build.log("Approved by $answer.user")
        variables(input, answer)
    }

    private static Map<String, String> variables(Section input, Map answer) {
        Map<String, String> given = [:]
        if (input.first('submitterParameter')) given[input.first('submitterParameter') as String] = answer.user
        input.block('parameters').all().each { parameter ->
            Map about = parameter.arguments[0] as Map
            def standard = parameter.name == 'choice' ? about.choices[0] : about.defaultValue
            def chosen = (answer.parameters as Map ?: [:])[about.name]
            given[about.name as String] = (chosen == null ? standard : chosen).toString()
        }
        given
    }
}
