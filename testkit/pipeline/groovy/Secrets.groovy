/**
 * Credentials of the controller, and the masking of those that are bound around a block.
 * https://plugins.jenkins.io/credentials-binding/: masked inside the block only, wherever the exact text appears.
 */
class Secrets {
    private final Map stored
    private final List<String> bound = []

    Secrets(Map stored) { this.stored = stored }

    Object find(String id) {
        if (!stored.containsKey(id)) throw new StepFailed("Could not find credentials entry with ID '$id'")
        stored[id]
    }

    Object within(Collection<String> texts, Closure body) {
        bound.addAll(texts)
        try {
            return body()
        } finally {
            texts.each { bound.remove(bound.lastIndexOf(it)) }
        }
    }

    boolean holds(String text) { bound.any { text.contains(it) } }

    String masked(String line) {
        bound.sort(false) { -it.size() }.inject(line) { String text, String secret -> text.replace(secret, '****') }
    }
}
