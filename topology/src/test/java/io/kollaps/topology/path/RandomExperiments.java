package io.kollaps.topology.path;

import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.Settings.Routing;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small random networks with few distinct values, so that ties are common. */
final class RandomExperiments {
  private final SplittableRandom random;

  RandomExperiments(long seed) {
    this.random = new SplittableRandom(seed);
  }

  SplittableRandom random() {
    return random;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  LinkProperties properties() {
    Jitter jitter =
        chance(0.3)
            ? new Jitter(
                random.nextInt(1, 4) * 100_000L,
                chance(0.5) ? Jitter.Distribution.UNIFORM : Jitter.Distribution.NORMAL,
                chance(0.3))
            : Jitter.NONE;
    return new LinkProperties(
        random.nextInt(3) * ExperimentBuilder.MILLI,
        jitter,
        chance(0.3) ? random.nextInt(1, 11) / 100.0 : 0,
        chance(0.1) ? LinkProperties.UNLIMITED_RATE : random.nextInt(1, 4) * 10_000_000L,
        chance(0.2) ? Framing.ETHERNET : Framing.IP,
        new QueueLimit.Bytes(random.nextInt(1, 100) * 1_000L));
  }

  /** Names of services and bridges that {@link #nodes} declares. */
  record Elements(List<String> services, List<String> bridges) {
    List<String> all() {
      List<String> all = new ArrayList<>(services);
      all.addAll(bridges);
      return all;
    }
  }

  Routing routing() {
    return chance(0.5) ? Routing.HOPS : Routing.LATENCY;
  }

  /** Declares random services and bridges. */
  Elements nodes(ExperimentBuilder builder) {
    List<String> services = new ArrayList<>();
    List<String> bridges = new ArrayList<>();
    int count = random.nextInt(2, 5);
    for (int i = 0; i < count; i++) {
      services.add("e" + i);
    }
    for (String service : services) {
      List<String> active = chance(0.15) ? List.of(services.get(random.nextInt(count))) : List.of();
      builder.service(
          service, chance(0.3) ? random.nextInt(2, 4) : 1, true, chance(0.3), List.of(), active);
    }
    int bridgeCount = random.nextInt(1, 7);
    for (int i = 0; i < bridgeCount; i++) {
      bridges.add("b" + i);
      builder.bridges("b" + i);
    }
    return new Elements(services, bridges);
  }

  /** Pairs to link: most services on one bridge, bridges densely among each other, few others. */
  List<NetworkExpansion.Pair> pairs(Elements elements) {
    List<NetworkExpansion.Pair> pairs = new ArrayList<>();
    for (String service : elements.services()) {
      String bridge = elements.bridges().get(random.nextInt(elements.bridges().size()));
      pairs.add(new NetworkExpansion.Pair(service, bridge));
      if (chance(0.9)) {
        pairs.add(new NetworkExpansion.Pair(bridge, service));
      }
    }
    double density = chance(0.5) ? 0.35 : 0.7;
    for (String a : elements.all()) {
      for (String b : elements.all()) {
        boolean core = elements.bridges().contains(a) && elements.bridges().contains(b);
        NetworkExpansion.Pair pair = new NetworkExpansion.Pair(a, b);
        if (!a.equals(b) && !pairs.contains(pair) && chance(core ? density : 0.06)) {
          pairs.add(pair);
        }
      }
    }
    // Shuffled, since the order of declaration decides ties.
    for (int i = pairs.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      NetworkExpansion.Pair pair = pairs.get(i);
      pairs.set(i, pairs.get(j));
      pairs.set(j, pair);
    }
    return pairs;
  }
}
