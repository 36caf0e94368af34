package io.kollaps.benchmarks.cluster;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.node.local.LocalClient;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import io.kollaps.node.run.StopSwitch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A cluster of real daemons that grows, each daemon as on a machine of its own, and its cost at
 * each size while nothing happens.
 */
public final class ClusterBenchmark {
  /** Most nodes: a machine holds no more daemons than its memory does. */
  public static final int MAX_NODES = 500;

  /** Longest measurement of an idle cluster in seconds. */
  public static final int MAX_SECONDS = 3600;

  /** Daemons that are on their way to be members at a time; more would wait for a processor. */
  private static final int STARTING = 6;

  /** Far above what a start or a join takes on a loaded machine. */
  private static final long NODE_NANOS = 180_000_000_000L;

  private static final long LOOK_MILLIS = 100;
  private static final long SETTLE_SECONDS = 10;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double PERCENT = 100;

  private final Path command;
  private final List<Integer> sizes;
  private final int seconds;
  private final Map<String, String> variables;

  /**
   * A benchmark.
   *
   * @param command the {@code kollaps} command
   * @param sizes of the cluster, growing, 1 to {@link #MAX_NODES}
   * @param seconds how long it is idle at each size
   * @param variables for the daemons' environment
   */
  public ClusterBenchmark(
      Path command, List<Integer> sizes, int seconds, Map<String, String> variables) {
    boolean growing =
        IntStream.range(1, sizes.size()).allMatch(i -> sizes.get(i) > sizes.get(i - 1));
    if (sizes.isEmpty() || !growing || sizes.getFirst() < 1 || sizes.getLast() > MAX_NODES) {
      throw new IllegalArgumentException(
          "numbers of nodes grow, from 1 to " + MAX_NODES + ", such as 1,3,50; not " + sizes);
    }
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw new IllegalArgumentException(
          "a cluster is watched for 1 to " + MAX_SECONDS + " seconds, not " + seconds);
    }
    this.command = command;
    this.sizes = List.copyOf(sizes);
    this.seconds = seconds;
    this.variables = Map.copyOf(variables);
  }

  /**
   * Runs.
   *
   * @param notes is told what is being done
   * @param stop ends it early
   * @return a row for each size
   * @throws BenchmarkException when a daemon failed, or it was ended early
   */
  public List<ClusterRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    if (!Files.isExecutable(command)) {
      throw new BenchmarkException("there is no kollaps command at " + command);
    }
    List<ClusterRow> rows = new ArrayList<>();
    HostLoad load = new HostLoad();
    try (Machines machines = Machines.open(command)) {
      for (int size : sizes) {
        notes.note("growing to " + size + (size == 1 ? " node" : " nodes"));
        double grown = grow(machines, size, stop);
        notes.note("all are members after " + Math.round(grown) + " s; watching them be idle");
        sleep(SETTLE_SECONDS, stop);
        rows.add(idle(machines, grown, stop));
      }
    }
    notes.note(load.sentence());
    return rows;
  }

  private double grow(Machines machines, int size, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    long begin = System.nanoTime();
    if (machines.count() == 0) {
      machines.add(variables, List.of("--bootstrap"));
      awaitAlive(machines, 1, stop);
    }
    while (machines.count() < size) {
      awaitAlive(machines, machines.count() - STARTING + 1, stop);
      List<String> join =
          List.of("--join", token(machines), "--via", Machines.address(0), "--join-seconds", "600");
      machines.add(variables, join);
    }
    awaitAlive(machines, size, stop);
    return (System.nanoTime() - begin) / NANOS_PER_SECOND;
  }

  private static String token(Machines machines) throws BenchmarkException {
    try {
      return LocalClient.ask(
              machines.nodeFolder(0),
              NodeActions.ROTATE_TOKEN,
              new NodeActions.RotateToken(0, 1, true))
          .token();
    } catch (LocalFailure e) {
      throw new BenchmarkException("the first node gives no token: " + e.getMessage(), e);
    }
  }

  private static void awaitAlive(Machines machines, int wanted, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    long deadline = System.nanoTime() + NODE_NANOS;
    long best = 0;
    while (System.nanoTime() < deadline) {
      requireGoingOn(stop);
      machines.requireAlive();
      long alive = alive(machines);
      if (alive >= wanted) {
        return;
      }
      if (alive > best) {
        best = alive;
        deadline = System.nanoTime() + NODE_NANOS;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    throw new BenchmarkException(
        "only " + best + " of " + wanted + " nodes are members, and for long no more became it");
  }

  private static long alive(Machines machines) {
    try {
      return reply(machines).nodes().stream()
          .filter(node -> node.condition().equals("alive"))
          .count();
    } catch (LocalFailure e) {
      return 0; // it does not listen yet
    }
  }

  private static NodeActions.Nodes reply(Machines machines) throws LocalFailure {
    return LocalClient.ask(machines.nodeFolder(0), NodeActions.NODES, NodeActions.Nothing.NOTHING);
  }

  /** Index of the leader's machine. */
  private static int leader(Machines machines) throws BenchmarkException {
    try {
      String name =
          reply(machines).nodes().stream()
              .filter(node -> node.role().equals("leader"))
              .map(NodeActions.NodeRow::name)
              .findFirst()
              .orElseThrow(() -> new BenchmarkException("nobody leads the cluster"));
      return Integer.parseInt(name.substring(1));
    } catch (LocalFailure e) {
      throw new BenchmarkException("the first node does not answer: " + e.getMessage(), e);
    }
  }

  private ClusterRow idle(Machines machines, double grown, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    int count = machines.count();
    int leader = leader(machines);
    long[] processor = new long[count];
    long[] sent = new long[count];
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      processor[i] = new DaemonUsage(machines.pid(i)).processorNanos();
      sent[i] = machines.sentBytes(i);
    }
    sleep(seconds, stop);
    machines.requireAlive();
    double elapsed = System.nanoTime() - begin;
    for (int i = 0; i < count; i++) {
      processor[i] = new DaemonUsage(machines.pid(i)).processorNanos() - processor[i];
      sent[i] = machines.sentBytes(i) - sent[i];
    }
    double resident = 0;
    double proportional = 0;
    double largest = 0;
    double threads = 0;
    for (int i = 0; i < count; i++) {
      DaemonUsage usage = new DaemonUsage(machines.pid(i));
      resident += usage.residentMegabytes();
      proportional += usage.proportionalMegabytes();
      largest = Math.max(largest, usage.residentMegabytes());
      threads += usage.threads();
    }
    return new ClusterRow(
        count,
        grown,
        resident / count,
        proportional / count,
        largest,
        threads / count,
        PERCENT * sum(processor) / count / elapsed,
        PERCENT * processor[leader] / elapsed,
        sum(sent) / count / elapsed * NANOS_PER_SECOND,
        sent[leader] / elapsed * NANOS_PER_SECOND);
  }

  private static double sum(long[] values) {
    return java.util.Arrays.stream(values).sum();
  }

  private static void sleep(long seconds, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      requireGoingOn(stop);
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void requireGoingOn(StopSwitch stop) throws BenchmarkException {
    if (stop.asked().isPresent()) {
      throw new BenchmarkException("it was ended early: " + stop.asked().get());
    }
  }
}
