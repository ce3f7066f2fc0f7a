/** The Jenkinsfile is refused before anything runs. */
class InvalidPipeline extends RuntimeException {
    InvalidPipeline(String message) { super(message) }
}

/** A stage's `when` does not hold: it is left, and nothing has failed. */
class Skipped extends RuntimeException {
}

/**
 * A step failed, or was interrupted. `result` is what it makes of the build.
 * https://github.com/jenkinsci/pipeline-model-definition-plugin, Utils.getResultFromException: FAILURE for everything
 * but an interruption, which carries its own result.
 */
class StepFailed extends RuntimeException {
    final String result

    StepFailed(String message, String result = 'FAILURE') {
        super(message)
        this.result = result
    }

    static String resultOf(Throwable error) {
        error instanceof StepFailed ? error.result : 'FAILURE'
    }
}
