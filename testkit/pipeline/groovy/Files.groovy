import java.nio.file.StandardCopyOption
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

    static void write(File file, String content) {
        file.parentFile.mkdirs()
        file.setText(content, 'UTF-8')
    }

    /** Copy files, by their paths, from one folder to another: not through memory, an image may be among them. */
    static void copy(List<String> paths, File from, File to) {
        paths.each { path ->
            def target = new File(to, path).toPath()
            java.nio.file.Files.createDirectories(target.parent)
            java.nio.file.Files.copy(new File(from, path).toPath(), target, StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES)
        }
    }
}
