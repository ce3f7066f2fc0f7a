import com.cloudbees.groovy.cps.SerializableScript

/**
 * What every Jenkinsfile extends: words that are neither variables nor methods of its own are steps and globals.
 * https://github.com/jenkinsci/workflow-cps-plugin, CpsScript: invokeMethod, getProperty.
 */
abstract class PipelineScript extends SerializableScript {
    private transient Build running

    PipelineScript of(Build build) {
        running = build
        this
    }

    Object invokeMethod(String name, Object arguments) {
        List given = arguments as List
        name == 'pipeline' ? running.interpreter.pipeline(given[0] as Closure) : running.steps.call(name, given)
    }

    Object propertyMissing(String name) {
        running.global(name)
    }
}
