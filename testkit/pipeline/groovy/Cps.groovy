import com.cloudbees.groovy.cps.Continuable
import com.cloudbees.groovy.cps.Continuation
import com.cloudbees.groovy.cps.CpsTransformer
import com.cloudbees.groovy.cps.NonCPS
import com.cloudbees.groovy.cps.impl.CpsCallableInvocation
import org.codehaus.groovy.control.CompilerConfiguration
import org.codehaus.groovy.control.customizers.ImportCustomizer

/**
 * Groovy as Jenkins runs it: the script is rewritten into continuation-passing style, and interpreted.
 * https://github.com/jenkinsci/workflow-cps-plugin, CpsGroovyShellFactory: the transformer, and NonCPS imported.
 */
class Cps {
    /** Many builds run one file. */
    private static final Map<String, Class> COMPILED = [:].withDefault { compiled(it as String) }

    /** Compile a Jenkinsfile; what the transformer cannot do is refused here. */
    static Class compile(String text) { COMPILED[text] }

    private static Class compiled(String text) {
        def configuration = new CompilerConfiguration(scriptBaseClass: PipelineScript.name)
        def imports = new ImportCustomizer()
        imports.addImport('NonCPS', NonCPS.name)
        configuration.addCompilationCustomizers(imports, new CpsTransformer())
        new GroovyClassLoader(Cps.classLoader, configuration).parseClass(text, 'WorkflowScript')
    }

    /** Run something that may turn out to be rewritten code, to its end. */
    static Object complete(Closure call) {
        try {
            return call()
        } catch (CpsCallableInvocation invocation) {
            try {
                return new Continuable(invocation.invoke(null, null, Continuation.HALT)).run(null)
            } catch (java.lang.reflect.InvocationTargetException error) {
                throw error.cause
            }
        }
    }

    /**
     * Run a closure of the Jenkinsfile as a body of steps: its words are looked for in the script first.
     * ModelInterpreter.delegateAndExecute of the same plugin as in StepFailed.
     */
    static Object body(Closure closure, Object script) {
        closure.delegate = script
        closure.resolveStrategy = Closure.DELEGATE_FIRST
        complete { closure.call() }
    }

    /**
     * Code that was not rewritten (`sort`, a @NonCPS method) called code that was: Jenkins goes on with a wrong value
     * and a warning in the log (https://www.jenkins.io/redirect/pipeline-cps-method-mismatches/). Here it is an error.
     */
    static void refuseMismatches() {
        CpsCallableInvocation.registerMismatchHandler({ Object expected, String method, Object actual, String actualMethod ->
            throw new StepFailed("CPS: expected to call ${nameOf(expected)}.$method but wound up catching " +
                    "${nameOf(actual)}.$actualMethod; see: https://www.jenkins.io/redirect/pipeline-cps-method-mismatches/")
        } as CpsCallableInvocation.MismatchHandler)
    }

    private static String nameOf(Object receiver) {
        receiver instanceof Class ? ((Class) receiver).name : receiver?.getClass()?.name?.replaceFirst(/_closure\d+$/, '')
    }
}
