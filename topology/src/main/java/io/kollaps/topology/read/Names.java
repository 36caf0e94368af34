package io.kollaps.topology.read;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names that a program reads as something else than an endpoint: the machine itself, or an address.
 */
final class Names {
  /**
   * Names of this machine itself: RFC 6761 section 6.3, and those that distributions write into
   * {@code /etc/hosts}.
   */
  private static final Set<String> SELF =
      Set.of(
          "localhost",
          "localhost.localdomain",
          "localhost4",
          "localhost6",
          "ip6-localhost",
          "ip6-loopback",
          "loopback");

  /** Other names that distributions write into {@code /etc/hosts}. */
  private static final Set<String> NETWORKS =
      Set.of("ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "broadcasthost");

  /** One to four numbers, decimal, octal or hexadecimal: what inet_aton(3) reads as an address. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?:0[xX][0-9a-fA-F]*|[0-9]+)(?:\\.(?:0[xX][0-9a-fA-F]*|[0-9]+)){0,3}\\.?");

  private Names() {}

  /** Why a name does not lead to its endpoint; empty when it does. */
  static Optional<String> misread(String name) {
    String folded = name.toLowerCase(Locale.ROOT);
    if (SELF.contains(folded) || folded.endsWith(".localhost")) {
      return Optional.of("every program reads it as the machine that it runs on");
    }
    if (NETWORKS.contains(folded)) {
      return Optional.of("systems know it as an address of their own");
    }
    if (ADDRESS.matcher(name).matches()) {
      return Optional.of("the C library reads it as an IP address");
    }
    return Optional.empty();
  }

  /** A name like it that is none of these. */
  static String instead(String name) {
    String letters = name.replaceAll("[^A-Za-z0-9-]", "-");
    return "'node-" + letters.substring(0, Math.min(letters.length(), 32)) + "'";
  }
}
