/**
 * Which post conditions hold, as pipeline-model-definition/…/modeldefinition/model/conditions/*.groovy have it: the
 * build's result and the stage's own error count both. So `failure` of a stage is met by a failure elsewhere, and
 * `success` of a stage that did well is met although the build has failed.
 */
class Post {
    private final String result
    private final String error
    private final String previous
    private final boolean ofStage

    Post(String result, Throwable error, String previous, boolean ofStage) {
        this.result = result
        this.error = error == null ? null : StepFailed.resultOf(error)
        this.previous = previous
        this.ofStage = ofStage
    }

    boolean holds(String condition) {
        switch (condition) {
            case ['always', 'cleanup']: return true
            case 'success': return ofStage && result == 'FAILURE' ? error == null : combined() == 'SUCCESS'
            case 'unsuccessful': return combined() != 'SUCCESS'
            case 'failure': return 'FAILURE' in [result, error]
            case 'unstable': return 'UNSTABLE' in [result, error]
            case 'aborted': return 'ABORTED' in [result, error]
            case 'notBuilt': return 'NOT_BUILT' in [result, error]
            case 'changed': return previous != combined()
            case 'fixed': return combined() == 'SUCCESS' && previous in ['UNSTABLE', 'FAILURE']
            case 'regression': return previous != null && worse(combined(), previous)
        }
        throw new IllegalStateException("post condition $condition is in the grammar and has no meaning")
    }

    private String combined() { error != null && worse(error, result) ? error : result }

    private static boolean worse(String one, String other) {
        Build.RESULTS.indexOf(one) > Build.RESULTS.indexOf(other)
    }
}
