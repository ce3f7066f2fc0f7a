import org.apache.tools.ant.DirectoryScanner

/** Files of a workspace by Ant's patterns, with its default excludes, as Jenkins finds them. */
class Files {
    static List<String> find(File folder, String includes, String excludes = null) {
        def scanner = new DirectoryScanner(basedir: folder, includes: list(includes), excludes: list(excludes ?: ''))
        scanner.addDefaultExcludes()
        scanner.scan()
        scanner.includedFiles.toList().sort()
    }

    private static String[] list(String patterns) { patterns.split(',')*.trim().findAll() as String[] }

    static void write(File file, byte[] content) {
        file.parentFile.mkdirs()
        file.bytes = content
    }
}
