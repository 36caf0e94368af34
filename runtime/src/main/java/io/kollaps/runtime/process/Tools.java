package io.kollaps.runtime.process;

import io.kollaps.runtime.RuntimeStartException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The programs by which endpoints start, found once, so that an endpoint's own PATH has no part in
 * it.
 */
final class Tools {
  private static final List<String> NEEDED =
      List.of("setsid", "setpriv", "nsenter", "unshare", "sh", "mount", "hostname");

  private final Map<String, String> paths;

  private Tools(Map<String, String> paths) {
    this.paths = paths;
  }

  /**
   * Finds them.
   *
   * @param searchPath folders separated by colons, as in PATH
   */
  static Tools find(String searchPath) throws RuntimeStartException {
    Map<String, String> paths = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    for (String name : NEEDED) {
      String found = find(name, searchPath + ":/usr/sbin:/usr/bin:/sbin:/bin");
      if (found.isEmpty()) {
        missing.add(name);
      } else {
        paths.put(name, found);
      }
    }
    if (!missing.isEmpty()) {
      throw new RuntimeStartException(
          "programs are missing: "
              + String.join(", ", missing)
              + "; install the packages util-linux, mount and hostname");
    }
    return new Tools(paths);
  }

  private static String find(String name, String searchPath) {
    for (String folder : searchPath.split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, name).toAbsolutePath();
      if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
        return candidate.toString();
      }
    }
    return "";
  }

  /**
   * The chain of programs that ends as the first process of a pid namespace. Each but the last
   * replaces itself by the next one: own session (so that Ctrl-C in the terminal reaches Kollaps
   * only), killed when the thread that started it ends, into the network namespace, then new
   * namespaces with a child in them that is killed when its parent ends.
   *
   * <p>A parent that ends before "killed when it ends" is set up is noticed: nsenter finds no
   * network namespace any more, since its path leads through this process; and the init script
   * looks for the same path.
   */
  List<String> chain(String networkNamespace) {
    return List.of(
        path("setsid"),
        "--",
        path("setpriv"),
        "--pdeathsig",
        "KILL",
        "--",
        path("nsenter"),
        "--net=" + networkNamespace,
        "--",
        path("unshare"),
        "--mount",
        "--pid",
        "--uts",
        "--ipc",
        "--fork",
        "--kill-child=KILL",
        "--propagation",
        "private",
        "--");
  }

  /**
   * The chain of programs that leads a command into an endpoint; its last program takes a script
   * with its arguments. The command is killed when nsenter, its parent, ends.
   *
   * @param pid a process of the endpoint, as this process sees it
   */
  List<String> entry(long pid) {
    return List.of(
        path("setsid"),
        "--",
        path("setpriv"),
        "--pdeathsig",
        "KILL",
        "--",
        path("nsenter"),
        "--target",
        Long.toString(pid),
        "--mount",
        "--net",
        "--uts",
        "--ipc",
        "--pid",
        "--",
        path("setpriv"),
        "--pdeathsig",
        "KILL",
        "--",
        path("sh"),
        "-c");
  }

  String path(String name) {
    String path = paths.get(name);
    if (path == null) {
      throw new IllegalArgumentException(name);
    }
    return path;
  }
}
