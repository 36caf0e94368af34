package io.kollaps.node.prerequisites;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A program that services run and that is not on this machine.
 *
 * @param program its name or path
 * @param services names of the services that run it, in file order, not empty
 * @param certain false when the services may do without it
 * @param packageName the package of this machine's distribution that brings it; empty when none is
 *     known
 * @param startsService true when installing the package also starts a service of the machine's own
 */
public record MissingProgram(
    String program,
    List<String> services,
    boolean certain,
    Optional<String> packageName,
    boolean startsService) {

  /** Copies the list. */
  public MissingProgram {
    services = List.copyOf(services);
  }

  /** For example {@code service c1 runs 'iperf3'} or {@code services c1, c2 run 'iperf3'}. */
  public String reason() {
    return named(services) + (services.size() == 1 ? " runs '" : " run '") + program + "'";
  }

  /** {@code service a} or {@code services a, b, c and 7 more}. */
  static String named(Collection<String> services) {
    int most = 5;
    String first = String.join(", ", services.stream().limit(most).toList());
    String rest = services.size() > most ? " and " + (services.size() - most) + " more" : "";
    return (services.size() == 1 ? "service " : "services ") + first + rest;
  }
}
