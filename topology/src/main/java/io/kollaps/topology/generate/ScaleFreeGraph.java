package io.kollaps.topology.generate;

import io.kollaps.topology.Bridge;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.Program;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Scale-free networks by preferential attachment (Barabasi and Albert, "Emergence of scaling in
 * random networks", Science 286, 1999), in the proportions of the Kollaps paper's table 4: two
 * thirds of the elements are services of one endpoint, one third are bridges.
 */
public final class ScaleFreeGraph {
  /** Links with which a bridge joins those before it. */
  public static final int LINKS_PER_BRIDGE = 2;

  private static final int MIN_ELEMENTS = 3;
  private static final int MIN_LATENCY_MICROS = 1_000;
  private static final int MAX_LATENCY_MICROS = 10_000;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final int MIN_RATE_MEGABITS = 10;
  private static final int MAX_RATE_MEGABITS = 1_000;
  private static final long BITS_PER_MEGABIT = 1_000_000;

  private final SplittableRandom random;
  private final List<Link> links = new ArrayList<>();

  /** Every bridge as often as it has links: a uniform draw prefers by degree. */
  private int[] ends = new int[16];

  private int endCount;

  private ScaleFreeGraph(long seed) {
    this.random = new SplittableRandom(seed);
  }

  /**
   * Makes a network: bridges {@code s1...} each join two earlier ones, then endpoints {@code n1...}
   * each join one bridge, always chosen with a chance in proportion to its links so far. Links are
   * two-way and alike in both directions, with latencies of 1 to 10 ms in whole microseconds and
   * rates of 10 to 1000 Mbit/s in whole Mbit/s, uniformly drawn. Endpoints sleep.
   *
   * @param elements endpoints and bridges together, at least 3; 1000 are 666 and 334
   * @param seed the same seed gives the same network
   * @throws IllegalArgumentException for fewer than 3 elements or more endpoints than {@link
   *     Paths#MAX_ENDPOINTS}
   */
  public static Experiment generate(int elements, long seed) {
    int endpoints = (int) (elements * 2L / 3);
    if (elements < MIN_ELEMENTS || endpoints > Paths.MAX_ENDPOINTS) {
      throw new IllegalArgumentException(
          "a scale-free graph has from "
              + MIN_ELEMENTS
              + " elements to "
              + Paths.MAX_ENDPOINTS
              + " endpoints, not "
              + elements
              + " elements");
    }
    return new ScaleFreeGraph(seed).build(endpoints, elements - endpoints, seed);
  }

  private Experiment build(int endpoints, int bridgeCount, long seed) {
    List<Bridge> bridges = new ArrayList<>();
    for (int i = 0; i < bridgeCount; i++) {
      bridges.add(new Bridge(bridgeName(i), SourcePosition.UNKNOWN));
      joinBridge(i);
    }
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      String name = "n" + (i + 1);
      services.add(service(name));
      int bridge = endCount == 0 ? 0 : ends[random.nextInt(endCount)];
      connect(name, bridgeName(bridge));
      addEnd(bridge);
    }
    return new Experiment(
        "scale-free-" + (endpoints + bridgeCount) + "-" + seed,
        services,
        bridges,
        links,
        List.of(),
        Settings.DEFAULT,
        List.of());
  }

  private void joinBridge(int bridge) {
    int count = Math.min(bridge, LINKS_PER_BRIDGE);
    int[] chosen = new int[count];
    for (int i = 0; i < count; i++) {
      chosen[i] = chooseOther(bridge, chosen, i);
    }
    for (int other : chosen) {
      connect(bridgeName(bridge), bridgeName(other));
    }
    for (int other : chosen) {
      addEnd(bridge);
      addEnd(other);
    }
  }

  /** A bridge that is not the first one when {@code count} is 1. */
  private int chooseOther(int bridge, int[] chosen, int count) {
    if (bridge <= LINKS_PER_BRIDGE) {
      return count;
    }
    int[] others = new int[endCount];
    int size = 0;
    for (int i = 0; i < endCount; i++) {
      if (count == 0 || ends[i] != chosen[0]) {
        others[size++] = ends[i];
      }
    }
    return others[random.nextInt(size)];
  }

  private void addEnd(int bridge) {
    if (endCount == ends.length) {
      ends = Arrays.copyOf(ends, 2 * endCount);
    }
    ends[endCount++] = bridge;
  }

  private void connect(String a, String b) {
    LinkProperties properties =
        new LinkProperties(
            random.nextInt(MIN_LATENCY_MICROS, MAX_LATENCY_MICROS + 1) * NANOS_PER_MICRO,
            Jitter.NONE,
            0,
            random.nextInt(MIN_RATE_MEGABITS, MAX_RATE_MEGABITS + 1) * BITS_PER_MEGABIT,
            Framing.IP,
            QueueLimit.DEFAULT);
    links.add(new Link(a, b, properties, SourcePosition.UNKNOWN));
    links.add(new Link(b, a, properties, SourcePosition.UNKNOWN));
  }

  private static String bridgeName(int index) {
    return "s" + (index + 1);
  }

  private static Service service(String name) {
    return new Service(
        name,
        new Program.Command(List.of("sleep", "infinity")),
        1,
        false,
        List.of(),
        List.of(),
        Map.of(),
        Optional.empty(),
        ResourceLimits.NONE,
        List.of(),
        true,
        Service.DEFAULT_STOP_GRACE_NANOS,
        true,
        SourcePosition.UNKNOWN);
  }
}
