package io.kollaps.topology.read;

import io.kollaps.topology.Service;
import io.kollaps.topology.WaitFor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds services that wait for one another in a circle, so that none would ever start. */
final class WaitCycles {
  private WaitCycles() {}

  /** Adds a problem at one service of a circle; the others are named in it. */
  static void check(List<Service> services, Problems problems) {
    Map<String, Service> waiting = withoutFreeOnes(services);
    if (waiting.isEmpty()) {
      return;
    }
    Set<String> way = new LinkedHashSet<>();
    String at = waiting.keySet().iterator().next();
    while (way.add(at)) {
      at = waitedFor(waiting, at);
    }
    List<String> circle =
        new ArrayList<>(way).subList(new ArrayList<>(way).indexOf(at), way.size());
    Service first = waiting.get(circle.getFirst());
    if (first != null) {
      String shown = String.join(" for ", circle.stream().limit(5).toList());
      problems.add(
          first.position(),
          "nothing of this starts: "
              + shown
              + (circle.size() > 5 ? " ... for " : " for ")
              + first.name()
              + " is waited",
          "remove one of their 'wait_for'");
    }
  }

  private static String waitedFor(Map<String, Service> waiting, String name) {
    Service service = waiting.get(name);
    if (service == null) {
      throw new IllegalStateException("a waiting service waits for a waiting one");
    }
    return service.waitFor().stream()
        .map(WaitFor::service)
        .filter(waiting::containsKey)
        .findFirst()
        .orElseThrow();
  }

  /** Removes services that wait for nothing again and again; what stays waits for a circle. */
  private static Map<String, Service> withoutFreeOnes(List<Service> services) {
    Map<String, Service> waiting = new LinkedHashMap<>();
    Map<String, List<String>> waiters = new HashMap<>();
    Map<String, Integer> open = new HashMap<>();
    Deque<String> free = new ArrayDeque<>();
    services.forEach(s -> waiting.put(s.name(), s));
    for (Service service : services) {
      List<String> waitsFor =
          service.waitFor().stream()
              .map(WaitFor::service)
              .filter(waiting::containsKey) // one with a problem is not in the list
              .toList();
      open.put(service.name(), waitsFor.size());
      waitsFor.forEach(w -> waiters.computeIfAbsent(w, k -> new ArrayList<>()).add(service.name()));
      if (waitsFor.isEmpty()) {
        free.add(service.name());
      }
    }
    while (!free.isEmpty()) {
      String started = free.remove();
      waiting.remove(started);
      for (String waiter : waiters.getOrDefault(started, List.of())) {
        if (open.merge(waiter, -1, Integer::sum) == 0) {
          free.add(waiter);
        }
      }
    }
    return waiting;
  }
}
