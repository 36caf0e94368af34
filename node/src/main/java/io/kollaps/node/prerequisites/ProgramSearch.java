package io.kollaps.node.prerequisites;

import io.kollaps.topology.Service;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds programs as execvp(3) would for a service: its environment, its directory. */
final class ProgramSearch {
  /** Where programs are searched when no PATH is set: the default of execvp(3) with sbin. */
  static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Host host;

  ProgramSearch(Host host) {
    this.host = host;
  }

  /** The program's file, empty when there is none that may be executed. */
  Optional<Path> find(String program, Service service) {
    try {
      Path directory = service.directory().map(host.directory()::resolve).orElse(host.directory());
      if (program.contains("/")) {
        return Optional.of(directory.resolve(program)).filter(host.executable());
      }
      for (String folder : searchPath(service).split(":", -1)) {
        // an empty entry means the current directory
        Path candidate = directory.resolve(folder).resolve(program);
        if (host.executable().test(candidate)) {
          return Optional.of(candidate);
        }
      }
      return Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty(); // a NUL in it: no file has such a name
    }
  }

  /** Where its programs are searched. */
  String searchPath(Service service) {
    String own = service.environment().get("PATH");
    return own != null ? own : host.environment().getOrDefault("PATH", DEFAULT_PATH);
  }
}
