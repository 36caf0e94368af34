package io.kollaps.fabric.conformance;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Endpoints in network namespaces of their own over a fabric: endpoint n has 10.77.hi.lo and
 * fd77::hi:lo, where hi and lo are the two bytes of n + 1.
 */
public final class TestNetwork implements AutoCloseable {
  private static final int COMMAND_TIMEOUT_SECONDS = 60;

  private final Fabric fabric;
  private final Map<Integer, NetworkNamespace> namespaces = new TreeMap<>();
  private final List<Process> processes = new ArrayList<>();

  /** Makes and attaches so many endpoints, without paths. */
  public TestNetwork(Fabric fabric, int endpoints) throws Exception {
    this.fabric = fabric;
    try {
      for (int i = 0; i < endpoints; i++) {
        attach(i);
      }
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Attaches an endpoint (again), in a namespace that is made when it has none yet. */
  public void attach(int endpoint) throws Exception {
    if (!namespaces.containsKey(endpoint)) {
      namespaces.put(endpoint, NetworkNamespaces.create());
    }
    fabric.attach(
        new PortSpec(
            endpoint,
            namespaces.get(endpoint),
            List.of(address4(endpoint), address6(endpoint)),
            List.of(
                new PortSpec.Prefix(InetAddress.getByName("10.77.0.0"), 16),
                new PortSpec.Prefix(InetAddress.getByName("fd77::"), 64)),
            PortSpec.DEFAULT_MTU));
  }

  public Fabric fabric() {
    return fabric;
  }

  public NetworkNamespace namespace(int endpoint) {
    return namespaces.get(endpoint);
  }

  public static InetAddress address4(int endpoint) throws IOException {
    int n = endpoint + 1;
    return InetAddress.getByName("10.77." + (n >> 8) + "." + (n & 255));
  }

  public static InetAddress address6(int endpoint) throws IOException {
    int n = endpoint + 1;
    return InetAddress.getByName(String.format("fd77::%x:%x", n >> 8, n & 255));
  }

  /** A path without loss, jitter, or limit of the rate. */
  public static PathShape delay(long latencyNanos) {
    return shape(latencyNanos, 0, LinkProperties.UNLIMITED_RATE);
  }

  /** A path without jitter, with the default queue. */
  public static PathShape shape(long latencyNanos, double loss, long rateBitsPerSecond) {
    return new PathShape(
        latencyNanos, Jitter.NONE, loss, rateBitsPerSecond, Framing.IP, QueueLimit.DEFAULT);
  }

  /** Sets one direction. */
  public void set(int from, int to, PathShape shape) throws Exception {
    fabric.setPaths(List.of(new PathSetting(from, to, Optional.of(shape))));
  }

  /** Sets both directions. */
  public void setBoth(int a, int b, PathShape shape) throws Exception {
    fabric.setPaths(
        List.of(
            new PathSetting(a, b, Optional.of(shape)), new PathSetting(b, a, Optional.of(shape))));
  }

  /** Starts a command inside; it is killed at the end at the latest. */
  public Process start(int endpoint, Path output, String... command) throws Exception {
    List<String> line =
        new ArrayList<>(List.of("nsenter", "--net=" + namespaces.get(endpoint).path(), "--"));
    line.addAll(List.of(command));
    Process process =
        new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    processes.add(process);
    return process;
  }

  /** Runs a command inside to its end and gives what it printed, whatever its exit code. */
  public String run(int endpoint, String... command) throws Exception {
    Path output = Files.createTempFile("kollaps-test", ".out");
    try {
      Process process = start(endpoint, output, command);
      if (!process.waitFor(COMMAND_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(
            String.join(" ", command) + " did not end: " + Files.readString(output));
      }
      return Files.readString(output, StandardCharsets.UTF_8);
    } finally {
      Files.delete(output);
    }
  }

  /** Counters of an endpoint's eth0. */
  public LinkStatistics statistics(int endpoint) throws Exception {
    return namespaces
        .get(endpoint)
        .inside(
            () -> {
              try (RouteNetlink links = RouteNetlink.open()) {
                return links.statistics(links.linkIndex("eth0"));
              }
            });
  }

  /** Median round trip of pings, in milliseconds. */
  public double medianPingMillis(int from, InetAddress to, int count) throws Exception {
    List<Double> times = pingMillis(from, to, count);
    return times.get(times.size() / 2);
  }

  /** Round trips of pings, in milliseconds, from the smallest to the largest. */
  public List<Double> pingMillis(int from, InetAddress to, int count) throws Exception {
    return pingMillis(from, to, count, "0.02");
  }

  /** As {@link #pingMillis(int, InetAddress, int)}, one ping after so many seconds. */
  public List<Double> pingMillis(int from, InetAddress to, int count, String interval)
      throws Exception {
    String printed =
        run(from, "ping", "-n", "-c", "" + count, "-i", interval, "-W", "2", to.getHostAddress());
    List<Double> times =
        printed
            .lines()
            .filter(l -> l.contains("time="))
            .map(l -> Double.parseDouble(l.replaceAll(".*time=([0-9.]+) ms.*", "$1")))
            .sorted()
            .toList();
    if (times.isEmpty()) {
      throw new AssertionError("no ping came back: " + printed);
    }
    return times;
  }

  /** Shortest round trip of pings, in milliseconds. */
  public double smallestPingMillis(int from, InetAddress to, int count) throws Exception {
    return pingMillis(from, to, count).getFirst();
  }

  /** Number of pings that came back. */
  public int pingReplies(int from, InetAddress to, int count) throws Exception {
    String printed =
        run(from, "ping", "-n", "-c", "" + count, "-i", "0.02", "-W", "1", to.getHostAddress());
    return (int) printed.lines().filter(l -> l.contains("time=")).count();
  }

  /** Stops all commands and closes the fabric and all namespaces. */
  @Override
  public void close() throws Exception {
    for (Process process : processes) {
      process.destroyForcibly();
      process.waitFor(10, TimeUnit.SECONDS);
    }
    try {
      fabric.close();
    } finally {
      namespaces.values().forEach(NetworkNamespace::close);
    }
  }
}
