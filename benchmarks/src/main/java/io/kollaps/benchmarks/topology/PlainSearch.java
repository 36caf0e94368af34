package io.kollaps.benchmarks.topology;

import io.kollaps.topology.Experiment;
import io.kollaps.topology.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The textbook's breadth-first search from every endpoint, counting hops and nothing else: what a
 * path computation cannot do without, as a baseline.
 */
final class PlainSearch {
  private final int[][] neighbours;
  private final int endpoints;

  PlainSearch(Experiment experiment) {
    Map<String, Integer> numbers = new HashMap<>();
    experiment.services().forEach(service -> numbers.put(service.name(), numbers.size()));
    endpoints = numbers.size();
    experiment.bridges().forEach(bridge -> numbers.put(bridge.name(), numbers.size()));
    List<List<Integer>> lists = new ArrayList<>();
    numbers.forEach((_, _) -> lists.add(new ArrayList<>()));
    for (Link link : experiment.links()) {
      int from = numbers.getOrDefault(link.from(), 0);
      lists.get(from).add(numbers.getOrDefault(link.to(), 0));
    }
    neighbours =
        lists.stream()
            .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new);
  }

  /** Sum of the hops between all ordered pairs of endpoints. */
  long totalHops() {
    long total = 0;
    int[] hops = new int[neighbours.length];
    int[] queue = new int[neighbours.length];
    for (int source = 0; source < endpoints; source++) {
      Arrays.fill(hops, -1);
      hops[source] = 0;
      queue[0] = source;
      int tail = 1;
      for (int head = 0; head < tail; head++) {
        int at = queue[head];
        // endpoints carry nobody else's traffic
        if (at < endpoints && at != source) {
          total += hops[at];
          continue;
        }
        for (int next : neighbours[at]) {
          if (hops[next] < 0) {
            hops[next] = hops[at] + 1;
            queue[tail++] = next;
          }
        }
      }
    }
    return total;
  }
}
