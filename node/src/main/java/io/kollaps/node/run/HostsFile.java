package io.kollaps.node.run;

import io.kollaps.topology.path.Endpoint;
import java.util.List;

/**
 * The names that programs see: every endpoint by its name, every service by all of its endpoints'
 * addresses.
 */
final class HostsFile {
  private HostsFile() {}

  /** The text of /etc/hosts inside every endpoint. */
  static String text(List<Endpoint> endpoints) {
    StringBuilder text =
        new StringBuilder("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    for (Endpoint endpoint : endpoints) {
      text.append(endpoint.address().getHostAddress()).append(' ').append(endpoint.name());
      if (!endpoint.name().equals(endpoint.service().name())) {
        text.append(' ').append(endpoint.service().name());
      }
      text.append('\n');
    }
    return text.toString();
  }
}
