/**
 * What may stand where in a declarative pipeline, as data. Left out is what Jenkins knows and this runner does not
 * simulate; a word that is missing here is refused, never ignored.
 * https://www.jenkins.io/doc/book/pipeline/syntax/
 */
class Grammar {
    static final List<String> PIPELINE = ['agent', 'environment', 'options', 'parameters', 'stages', 'post']
    static final List<String> STAGE = ['agent', 'environment', 'options', 'when', 'input', 'steps', 'stages', 'parallel',
                                       'failFast', 'post']
    /** One of these must be in a stage, and only one. */
    static final List<String> CONTENT = ['steps', 'stages', 'parallel']
    static final List<String> AGENT = ['label']
    static final List<String> INPUT = ['message', 'id', 'ok', 'submitter', 'submitterParameter', 'parameters']
    static final List<String> PARAMETERS = ['string', 'booleanParam', 'choice', 'text']
    static final List<String> CONDITIONS = ['allOf', 'anyOf', 'not', 'branch', 'tag', 'buildingTag', 'changeRequest',
                                            'changeset', 'environment', 'equals', 'expression']
    static final List<String> WHEN = CONDITIONS + ['beforeAgent', 'beforeInput', 'beforeOptions']

    /** Options by the block whose they are; the last ones may stand in both. */
    static final List<String> STAGE_OPTIONS = ['timeout', 'retry', 'timestamps', 'lock', 'skipDefaultCheckout']
    static final List<String> PIPELINE_OPTIONS = STAGE_OPTIONS + ['buildDiscarder', 'disableConcurrentBuilds',
            'disableResume', 'parallelsAlwaysFailFast', 'preserveStashes', 'skipStagesAfterUnstable',
            'rateLimitBuilds', 'durabilityHint']

    /**
     * Post conditions in the order in which they run, whatever the order in the file: by the ordinal of each
     * `@Extension` in pipeline-model-definition/…/modeldefinition/model/conditions/*.groovy.
     */
    static final List<String> POST = ['always', 'changed', 'fixed', 'regression', 'aborted', 'success', 'unsuccessful',
                                      'unstable', 'failure', 'notBuilt', 'cleanup']
}
