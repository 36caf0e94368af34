package io.kollaps.runtime.process;

import io.kollaps.topology.path.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The names that resolve inside endpoints. */
public final class HostsFile {
  private HostsFile() {}

  /**
   * Text of an /etc/hosts file: localhost, each endpoint by its name, and each service by its name
   * with the addresses of all its replicas.
   *
   * @param endpoints all endpoints of the experiment
   */
  public static String text(List<Endpoint> endpoints) {
    StringBuilder text =
        new StringBuilder("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    Map<String, StringBuilder> services = new TreeMap<>();
    for (Endpoint endpoint : endpoints) {
      String address = endpoint.address().getHostAddress();
      text.append(address).append(' ').append(endpoint.name()).append('\n');
      if (!endpoint.name().equals(endpoint.service().name())) {
        services
            .computeIfAbsent(endpoint.service().name(), _ -> new StringBuilder())
            .append(address)
            .append(' ')
            .append(endpoint.service().name())
            .append('\n');
      }
    }
    services.values().forEach(text::append);
    return text.toString();
  }
}
