package io.kollaps.node.doctor;

import java.util.Optional;

/** As whom this process runs. */
enum Privileges {
  /** The machine's root. */
  ROOT,
  /**
   * The root of a user namespace: an ordinary user with namespaces of their own, or a container.
   */
  NAMESPACE_ROOT,
  /** An ordinary user without namespaces of their own. */
  ORDINARY;

  /** Variable in which the launcher tells how the start without root went. */
  static final String ROOTLESS_VARIABLE = "KOLLAPS_ROOTLESS";

  private static final String WHOLE_RANGE = "4294967295";

  static Privileges of(Machine machine) {
    boolean zero =
        machine
            .read("/proc/self/status")
            .map(status -> status.lines().anyMatch(l -> l.matches("Uid:\\s+\\d+\\s+0\\s.*")))
            .orElse(false);
    if (!zero) {
      return ORDINARY;
    }
    if (machine.environment(ROOTLESS_VARIABLE).filter("yes"::equals).isPresent()) {
      return NAMESPACE_ROOT;
    }
    Optional<String> map = machine.read("/proc/self/uid_map").map(String::strip);
    // the first user namespace maps all of the 32-bit ids (user_namespaces(7)); no file: no
    // namespaces
    boolean whole = map.isEmpty() || map.get().endsWith(WHOLE_RANGE);
    return whole ? ROOT : NAMESPACE_ROOT;
  }
}
