package io.kollaps.placement.demand;

import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Epoch;
import io.kollaps.topology.path.ExpandedNetwork;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The emulated network of a compiled experiment. */
public final class ExperimentNetwork {
  /** Most paths looked at in one epoch to find unused links; above, every link counts as used. */
  static final long MAX_PATHS = 1_000_000;

  /** Most paths looked at in all epochs. */
  static final long MAX_PATHS_OF_ALL = 20_000_000;

  private ExperimentNetwork() {}

  /**
   * Takes from every epoch the links that any path uses: others never carry anything. All endpoints
   * count at all times, also before they join and after they leave.
   *
   * @throws IllegalArgumentException when it has more than {@link EmulatedNetwork#MAX_NODES} nodes
   */
  public static EmulatedNetwork of(CompiledExperiment compiled) {
    ExpandedNetwork network = compiled.network();
    BitSet ever = new BitSet();
    List<BitSet> used = new ArrayList<>();
    long most = Math.min(MAX_PATHS, MAX_PATHS_OF_ALL / compiled.epochs().size());
    for (Epoch epoch : compiled.epochs()) {
      BitSet links = usedLinks(compiled, epoch.paths(), most);
      used.add(links);
      ever.or(links);
    }
    int[] links = ever.stream().toArray();
    int[] from = new int[links.length];
    int[] to = new int[links.length];
    List<long[]> rates = new ArrayList<>();
    for (int i = 0; i < links.length; i++) {
      from[i] = network.from(links[i]);
      to[i] = network.to(links[i]);
    }
    for (int epoch = 0; epoch < used.size(); epoch++) {
      long[] ratesOfEpoch = new long[links.length];
      for (int i = 0; i < links.length; i++) {
        ratesOfEpoch[i] =
            used.get(epoch).get(links[i])
                ? compiled.epochs().get(epoch).paths().linkRateBitsPerSecond(links[i])
                : 0;
      }
      rates.add(ratesOfEpoch);
    }
    return EmulatedNetwork.of(compiled.endpoints().size(), network.nodeCount(), from, to, rates);
  }

  /**
   * Groups of endpoints whose paths differ only in their own links: those with one link each way,
   * to and from the same nodes, and the same restriction of paths. Two of a group stand for all.
   */
  private static List<int[]> alike(CompiledExperiment compiled, Paths paths) {
    int count = compiled.endpoints().size();
    List<List<Object>> keys = new ArrayList<>();
    compiled.endpoints().forEach(e -> keys.add(new ArrayList<>(List.of(e.service().name()))));
    ExpandedNetwork network = compiled.network();
    for (int link = 0; link < network.linkCount(); link++) {
      if (paths.linkRateBitsPerSecond(link) > 0) {
        int from = network.from(link);
        int to = network.to(link);
        if (from < count) {
          keys.get(from).add("to " + to);
        }
        if (to < count) {
          keys.get(to).add("from " + from);
        }
      }
    }
    Map<List<Object>, List<Integer>> groups = new LinkedHashMap<>();
    for (Endpoint endpoint : compiled.endpoints()) {
      List<Object> key = keys.get(endpoint.index());
      boolean oneLinkEachWay = key.size() <= 3;
      if (!oneLinkEachWay) {
        key.add(endpoint.index());
      }
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(endpoint.index());
    }
    return groups.values().stream()
        .map(group -> group.stream().mapToInt(Integer::intValue).toArray())
        .toList();
  }

  private static BitSet usedLinks(CompiledExperiment compiled, Paths paths, long mostPaths) {
    ExpandedNetwork network = compiled.network();
    List<int[]> alike = alike(compiled, paths);
    BitSet used = new BitSet();
    if ((long) alike.size() * alike.size() > mostPaths) {
      used.set(0, network.linkCount());
      return used;
    }
    BitSet sends = new BitSet();
    BitSet receives = new BitSet();
    for (int[] senders : alike) {
      for (int[] receivers : alike) {
        int from = senders[0];
        int to = receivers[0] == from ? receivers[receivers.length - 1] : receivers[0];
        int[] links = paths.links(from, to);
        for (int link : links) {
          used.set(link);
        }
        if (links.length > 0) {
          Arrays.stream(senders).forEach(sends::set);
          Arrays.stream(receivers).forEach(receives::set);
        }
      }
    }
    int endpoints = paths.endpointCount();
    for (int link = 0; link < network.linkCount(); link++) {
      int from = network.from(link);
      int to = network.to(link);
      if ((from < endpoints && sends.get(from)) || (to < endpoints && receives.get(to))) {
        used.set(link);
      }
    }
    return used;
  }
}
