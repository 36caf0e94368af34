package io.kollaps.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What the runs of a workspace have made on this machine and is still there: processes, namespaces,
 * interfaces, control groups, mounts, files of state. Others may work on the machine meanwhile:
 * what counts is told by the workspace's marks, and by the namespaces seen while its runs lived.
 */
final class Footprint {
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final List<String> NAMESPACES = List.of("net", "mnt", "pid", "uts", "ipc", "user");

  private final Workspace workspace;
  private final Set<String> own = ownNamespaces();
  private final Set<String> seen = new HashSet<>();
  private final Set<String> runs = new HashSet<>();
  private final Set<String> tokens = new HashSet<>();
  private final Set<String> interfacesBefore = interfaces();

  Footprint(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Names a word by which a process of this test is known even with an empty environment. */
  void token(String word) {
    tokens.add(word);
  }

  /**
   * Remembers the namespaces and runs that live now, so that what they become can be asked later.
   *
   * @return how many namespaces were seen until now
   */
  int remember() {
    runs.addAll(workspace.runs());
    for (Path process : processes()) {
      if (isMarked(process)) {
        seen.addAll(namespaces(process));
        seen.addAll(heldNamespaces(process));
      }
    }
    seen.removeAll(own);
    return seen.size();
  }

  /** The control groups of the runs seen. */
  List<String> controlGroups() {
    List<String> found = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(Path.of("/sys/fs/cgroup"), 6)) {
      tree.filter(
              path ->
                  runs.stream()
                      .anyMatch(run -> path.getFileName().toString().startsWith("kollaps-" + run)))
          .forEach(path -> found.add("cgroup " + path));
    } catch (UncheckedIOException e) {
      // a group that somebody else removed meanwhile
      return controlGroups();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Everything that is there now. */
  List<String> now() {
    Set<String> found = new TreeSet<>(controlGroups());
    for (Path process : processes()) {
      describe(process, found);
    }
    for (String line : lines(Path.of("/proc/self/mountinfo"))) {
      boolean ofRun = runs.stream().anyMatch(line::contains);
      boolean ofNamespace = seen.stream().anyMatch(line::contains);
      if (ofRun || ofNamespace || line.contains(workspace.folder() + "/")) {
        found.add("mount " + line);
      }
    }
    for (String each : interfaces()) {
      if (!interfacesBefore.contains(each)) {
        found.add("interface " + each);
      }
    }
    workspace.runs().forEach(run -> found.add("state of run " + run));
    return new ArrayList<>(found);
  }

  /** What is left after a moment in which the kernel may finish; it should be nothing. */
  List<String> left() throws InterruptedException {
    long deadline = System.nanoTime() + SETTLE.toNanos();
    List<String> left = now();
    while (!left.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(100);
      left = now();
    }
    return left;
  }

  private void describe(Path process, Set<String> found) {
    String command = String.join(" ", strings(process.resolve("cmdline")));
    String name = "process " + process.getFileName() + " (" + command + ")";
    if (isMarked(process) || tokens.stream().anyMatch(command::contains)) {
      found.add(name);
    }
    if (isStranger(process)) {
      return;
    }
    Set<String> holds = namespaces(process);
    holds.addAll(heldNamespaces(process));
    holds.retainAll(seen);
    holds.forEach(namespace -> found.add(namespace + " held by " + name));
  }

  /**
   * True for a process that cannot be of this workspace's runs. The kernel gives numbers of
   * namespaces out again, so that others may hold a number that was seen. What a run starts either
   * has its environment, or is inside of an endpoint, and so not in this pid namespace.
   */
  private boolean isStranger(Path process) {
    if (isMarked(process)) {
      return false;
    }
    Set<String> pid = new HashSet<>();
    link(process.resolve("ns/pid"), pid);
    return own.containsAll(pid)
        || strings(process.resolve("environ")).stream()
            .filter(each -> each.startsWith("KOLLAPS_RUN="))
            .anyMatch(each -> !runs.contains(each.substring("KOLLAPS_RUN=".length())));
  }

  private boolean isMarked(Path process) {
    return strings(process.resolve("environ")).contains("KOLLAPS_STATE_DIR=" + workspace.state());
  }

  private static Set<String> ownNamespaces() {
    Set<String> own = namespaces(Path.of("/proc/self"));
    own.addAll(namespaces(Path.of("/proc/1")));
    return own;
  }

  private static Set<String> namespaces(Path process) {
    Set<String> found = new HashSet<>();
    for (String kind : NAMESPACES) {
      link(process.resolve("ns").resolve(kind), found);
    }
    return found;
  }

  private static Set<String> heldNamespaces(Path process) {
    Set<String> found = new HashSet<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        link(descriptor, found);
      }
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return found; // it ended
    }
    return found;
  }

  private static void link(Path path, Set<String> found) {
    try {
      String target = Files.readSymbolicLink(path).toString();
      if (target.matches("[a-z]+:\\[\\d+]")
          && !target.startsWith("pipe:")
          && !target.startsWith("socket:")) {
        found.add(target);
      }
    } catch (IOException e) {
      // it ended
    }
  }

  /** The interfaces of this network namespace. */
  static Set<String> interfaces() {
    Set<String> names = new TreeSet<>();
    List<String> lines = lines(Path.of("/proc/self/net/dev"));
    lines.subList(2, lines.size()).forEach(line -> names.add(line.strip().split(":", -1)[0]));
    return names;
  }

  private static List<Path> processes() {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      entries.forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static List<String> strings(Path file) {
    try (var in = Files.newInputStream(file)) {
      return List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\0", -1));
    } catch (IOException e) {
      return List.of(); // it ended
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
