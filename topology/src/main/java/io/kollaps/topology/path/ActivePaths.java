package io.kollaps.topology.path;

import io.kollaps.topology.Problem;
import io.kollaps.topology.Service;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Between which endpoints paths may exist.
 *
 * <p>Between two services that list nothing they do. Otherwise they do when one of the two lists
 * the other: listing makes both directions, so a service need not repeat what its peer says. A
 * service that lists anything has no paths among its own replicas unless it lists itself.
 */
final class ActivePaths {
  private final int[] serviceOfEndpoint;
  private final @Nullable BitSet[] listed;
  private final boolean restricts;

  ActivePaths(
      List<Service> services,
      Map<String, Integer> serviceIndexes,
      int[] serviceOfEndpoint,
      List<Problem> problems) {
    this.serviceOfEndpoint = serviceOfEndpoint;
    this.listed = new BitSet[services.size()];
    boolean any = false;
    for (int i = 0; i < services.size(); i++) {
      Service service = services.get(i);
      if (service.activePaths().isEmpty()) {
        continue;
      }
      any = true;
      BitSet peers = new BitSet(services.size());
      for (String name : service.activePaths()) {
        Integer peer = serviceIndexes.get(name);
        if (peer == null) {
          problems.add(
              new Problem(
                  service.position(),
                  "service " + service.name() + " lists active paths to unknown service " + name,
                  "name a service of this file, or remove it from the list"));
        } else {
          peers.set(peer);
        }
      }
      listed[i] = peers;
    }
    this.restricts = any;
  }

  boolean allows(int from, int to) {
    if (!restricts) {
      return true;
    }
    int a = serviceOfEndpoint[from];
    int b = serviceOfEndpoint[to];
    BitSet ofA = listed[a];
    BitSet ofB = listed[b];
    if (ofA == null && ofB == null) {
      return true;
    }
    return (ofA != null && ofA.get(b)) || (ofB != null && ofB.get(a));
  }
}
