package io.kollaps.node.run;

import io.kollaps.topology.WaitFor;
import io.kollaps.topology.path.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What any endpoint of an experiment waits for, numbered alike in every part: in the order of the
 * endpoints that wait, each once.
 */
final class Waited {
  private final List<WaitFor> all = new ArrayList<>();
  private final Map<WaitFor, Integer> numbers = new HashMap<>();
  private final Map<WaitFor, List<Endpoint>> providers = new HashMap<>();

  Waited(List<Endpoint> endpoints) {
    for (Endpoint endpoint : endpoints) {
      for (WaitFor wanted : endpoint.service().waitFor()) {
        if (numbers.putIfAbsent(wanted, all.size()) == null) {
          all.add(wanted);
          providers.put(
              wanted,
              endpoints.stream().filter(e -> e.service().name().equals(wanted.service())).toList());
        }
      }
    }
  }

  /** How many there are. */
  int count() {
    return all.size();
  }

  /** Number of something that is waited for. */
  int number(WaitFor wanted) {
    return Optional.ofNullable(numbers.get(wanted)).orElseThrow();
  }

  /** What has a number. */
  WaitFor wanted(int number) {
    return all.get(number);
  }

  /** The endpoints that must listen when they run. */
  List<Endpoint> providers(int number) {
    return Optional.ofNullable(providers.get(all.get(number))).orElseThrow();
  }
}
