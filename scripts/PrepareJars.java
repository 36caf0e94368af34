import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Makes the libraries of a folder quick to start. Nothing that a class does changes.
 *
 * <p>Signed jars hold a digest of each of thousands of classes, which Java reads at each start and
 * keeps; and their classes are in no cache. Nothing here asks for the signatures: Maven has checked
 * what it fetched. Classes of a format before Java 6 are in no cache either, and are verified anew
 * at each start, by the slow verifier of that time: they get today's format. The commands' parser is
 * of that age, and takes a third of the start of a short command with it.
 *
 * <p>Started by scripts/environment.sh with the folder as its argument. A jar that cannot be
 * prepared stays as it is, with a line on the standard error that says why; the exit code is 0.
 */
final class PrepareJars {
  /** The first format whose classes carry what the verifier and the cache need: Java 6. */
  private static final int FIRST_CACHED_MAJOR = 50;

  private PrepareJars() {}

  public static void main(String[] arguments) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
      for (Path jar : jars) {
        try {
          prepare(jar);
        } catch (IOException | RuntimeException e) {
          System.err.println(jar.getFileName() + " is left as it is: " + e);
        }
      }
    }
  }

  private static void prepare(Path jar) throws IOException {
    Path next = jar.resolveSibling(jar.getFileName() + ".next");
    try (JarFile in = new JarFile(jar.toFile(), false)) {
      List<JarEntry> entries = Collections.list(in.entries());
      if (!needsIt(in, entries)) {
        return;
      }
      try (URLClassLoader own = new URLClassLoader(new URL[] {jar.toUri().toURL()});
          OutputStream file = Files.newOutputStream(next);
          JarOutputStream out = new JarOutputStream(file, unsigned(in.getManifest()))) {
        ClassFile format = format(own);
        for (JarEntry entry : entries) {
          if (!entry.isDirectory() && !isSignature(entry) && !isManifest(entry)) {
            byte[] bytes = in.getInputStream(entry).readAllBytes();
            out.putNextEntry(new JarEntry(entry.getName()));
            out.write(isOld(entry, bytes) ? renewed(format, bytes) : bytes);
            out.closeEntry();
          }
        }
      }
      Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  private static boolean needsIt(JarFile jar, List<JarEntry> entries) throws IOException {
    for (JarEntry entry : entries) {
      if (isSignature(entry)
          || isClass(entry) && isOld(entry, jar.getInputStream(entry).readNBytes(8))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSignature(JarEntry entry) {
    return entry.getName().matches("META-INF/[^/]*\\.(SF|RSA|DSA|EC)");
  }

  private static boolean isManifest(JarEntry entry) {
    return entry.getName().equals(JarFile.MANIFEST_NAME);
  }

  private static boolean isClass(JarEntry entry) {
    return entry.getName().endsWith(".class");
  }

  private static boolean isOld(JarEntry entry, byte[] bytes) {
    int major = bytes.length < 8 ? 0 : (bytes[6] & 0xff) << 8 | bytes[7] & 0xff;
    return isClass(entry) && major > 0 && major < FIRST_CACHED_MAJOR;
  }

  /** The digests of single entries belong to the signatures. */
  private static Manifest unsigned(Manifest manifest) {
    Manifest result = new Manifest();
    result.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (manifest != null) {
      result.getMainAttributes().putAll(manifest.getMainAttributes());
    }
    return result;
  }

  private static ClassFile format(ClassLoader own) {
    return ClassFile.of(
        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
        ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofResourceParsing(own)
                .orElse(ClassHierarchyResolver.defaultResolver())));
  }

  private static byte[] renewed(ClassFile format, byte[] bytes) {
    // bodies pass through, so that they are written anew, with stack maps
    ClassTransform bodies = ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL);
    ClassTransform version =
        ClassTransform.endHandler(
            builder -> builder.withVersion(ClassFile.latestMajorVersion(), 0));
    return format.transformClass(
        format.parse(bytes),
        ClassTransform.dropping(ClassFileVersion.class::isInstance)
            .andThen(bodies)
            .andThen(version));
  }
}
