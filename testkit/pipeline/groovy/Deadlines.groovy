/**
 * The time-outs around the running step; the one that ends first counts.
 * https://www.jenkins.io/doc/pipeline/steps/workflow-basic-steps/#timeout-enforce-time-limit: MINUTES unless it says
 * otherwise, and the build is ABORTED.
 */
class Deadlines {
    private static final Map MILLISECONDS = [SECONDS: 1000L, MINUTES: 60_000L, HOURS: 3_600_000L, DAYS: 86_400_000L]

    private final List<Long> ends = []

    Object within(Map limit, Closure body) {
        ends.add(System.currentTimeMillis() + (limit.time as long) * (MILLISECONDS[limit.unit ?: 'MINUTES'] as long))
        try {
            return body()
        } finally {
            ends.remove(ends.size() - 1)
        }
    }

    boolean isAny() { !ends.empty }

    boolean isOver() { ends.any { it <= System.currentTimeMillis() } }

    static StepFailed exceeded() { new StepFailed('Timeout has been exceeded', 'ABORTED') }
}
