package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.EchoProbe;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.benchmarks.lab.Station;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.run.RunListener;
import io.kollaps.node.run.StopSwitch;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Paths;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Set-up and tear-down time of many endpoints in a real run, and pings between random pairs. */
public final class EndpointsBenchmark {
  /** Most endpoints: each needs some descriptors and two processes. */
  public static final int MAX_COUNT = 5_000;

  private static final String DONE = "the benchmark has measured";
  private static final long RUNNING_SECONDS = 300;
  private static final long PROGRAM_WAIT_NANOS = 20_000_000_000L;
  private static final int ECHOES = 11;
  private static final long ECHO_INTERVAL_NANOS = 10_000_000;
  private static final long LAST_NANOS = 60_000_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  /** 1000 endpoints in 30 s. */
  private static final double GOAL_SECONDS_PER_ENDPOINT = 0.03;

  private static final double GOAL_ERROR_MILLIS = 0.1;

  private final int count;
  private final int pairs;
  private final String token = Long.toString(System.nanoTime() % 1_000_000_000L + 1_000_000_000L);

  /**
   * A benchmark.
   *
   * @param count number of endpoints, 2 to {@link #MAX_COUNT}
   * @param pairs number of random pairs that are pinged, at least 1
   */
  public EndpointsBenchmark(int count, int pairs) {
    if (count < 2 || count > MAX_COUNT || pairs < 1) {
      throw new IllegalArgumentException(
          "2 to " + MAX_COUNT + " endpoints and at least one pair; not " + count + ", " + pairs);
    }
    this.count = count;
    this.pairs = pairs;
  }

  /** Notes when the run changes what it does. */
  private static final class Moments implements RunListener {
    private final CountDownLatch running = new CountDownLatch(1);
    private final AtomicLong runningNanos = new AtomicLong();

    @Override
    public void state(String what) {
      if (what.equals("running")) {
        runningNanos.set(System.nanoTime());
        running.countDown();
      }
    }

    @Override
    public void event(EventRecord event) {
      // nothing is planned
    }

    @Override
    public void flows(long atNanos, List<FlowSample> samples) {
      // echoes are not flows
    }
  }

  /**
   * Runs.
   *
   * @param notes is told what is being done
   * @param stop ends it early
   * @throws BenchmarkException when the run failed, was ended early, or an echo did not come back
   */
  public List<ComparedRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    RealRun run = RealRun.of("endpoints", yaml());
    notes.note(count + " endpoints, " + pairs + " pairs are pinged");
    HostLoad load = new HostLoad();
    Moments moments = new Moments();
    double[] errors = new double[pairs];
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    AtomicLong stopNanos = new AtomicLong();
    long begin = System.nanoTime();
    Thread pinging =
        Thread.ofPlatform()
            .daemon()
            .name("pinging")
            .start(
                () -> {
                  try {
                    if (moments.running.await(RUNNING_SECONDS, TimeUnit.SECONDS)) {
                      pingErrors(run.compiled(), errors);
                    }
                  } catch (BenchmarkException | InterruptedException | RuntimeException e) {
                    failure.set(e);
                  } finally {
                    stopNanos.set(System.nanoTime());
                    stop.ask(DONE);
                  }
                });
    try {
      run.playUntil(moments, stop, DONE);
    } finally {
      pinging.interrupt();
      pinging.join();
    }
    long end = System.nanoTime();
    Throwable cause = failure.get();
    if (cause != null) {
      throw new BenchmarkException("pinging failed: " + cause.getMessage(), cause);
    }
    notes.note(load.sentence());
    return rows(
        (moments.runningNanos.get() - begin) / NANOS_PER_SECOND,
        (end - stopNanos.get()) / NANOS_PER_SECOND,
        errors);
  }

  private List<ComparedRow> rows(double setUpSeconds, double tearDownSeconds, double[] errors) {
    String goal = "goal: 1000 endpoints set up in 30 s";
    double most = count * GOAL_SECONDS_PER_ENDPOINT;
    String echoes = "RTT against the model, " + errors.length + " random pairs";
    return List.of(
        new ComparedRow("set-up of " + count + " endpoints", most, goal, setUpSeconds, "s"),
        new ComparedRow(
            "tear-down of " + count + " endpoints",
            most,
            "goal: no longer than set-up may take",
            tearDownSeconds,
            "s"),
        new ComparedRow(
            echoes + ", median error",
            GOAL_ERROR_MILLIS,
            "goal: median within 0.1 ms",
            Statistics.median(errors),
            "ms"),
        new ComparedRow(
            echoes + ", largest error",
            GOAL_ERROR_MILLIS,
            "goal: median within 0.1 ms",
            Statistics.quantile(1, errors),
            "ms"));
  }

  /** Fills in the absolute errors of the median round trip of random pairs, in milliseconds. */
  private void pingErrors(CompiledExperiment compiled, double[] errors)
      throws BenchmarkException, InterruptedException {
    Map<Integer, ProcessHandle> programs = programs();
    Paths paths = compiled.pathsAt(0);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < pairs; i++) {
      int from = random.nextInt(count);
      int to = (from + 1 + random.nextInt(count - 1)) % count;
      try (NetworkNamespace there = namespace(programs, from);
          NetworkNamespace here = namespace(programs, to)) {
        Station a = new Station(there, address(compiled.endpoints().get(from)));
        Station b = new Station(here, address(compiled.endpoints().get(to)));
        try (EchoProbe probe = EchoProbe.start(a, b, ECHOES, ECHO_INTERVAL_NANOS)) {
          double measured = Statistics.median(probe.roundTripMillis(LAST_NANOS));
          errors[i] = Math.abs(measured - paths.roundTripNanos(from, to) / NANOS_PER_MILLI);
        }
      } catch (LinuxException e) {
        throw new BenchmarkException("cannot enter an endpoint to ping: " + e.getMessage(), e);
      }
    }
  }

  private static Inet4Address address(Endpoint endpoint) {
    return (Inet4Address) endpoint.address();
  }

  private NetworkNamespace namespace(Map<Integer, ProcessHandle> programs, int endpoint)
      throws LinuxException, BenchmarkException {
    ProcessHandle program = programs.get(endpoint);
    if (program == null) {
      throw new BenchmarkException("the program of endpoint n" + endpoint + " was not found");
    }
    return NetworkNamespaces.open("/proc/" + program.pid() + "/ns/net");
  }

  /** The programs of all endpoints, told apart by their arguments. */
  private Map<Integer, ProcessHandle> programs() throws InterruptedException {
    String prefix = "0." + token;
    Map<Integer, ProcessHandle> programs = new HashMap<>();
    long deadline = System.nanoTime() + PROGRAM_WAIT_NANOS;
    while (programs.size() < count && System.nanoTime() < deadline) {
      ProcessHandle.allProcesses()
          .forEach(
              process -> {
                String[] arguments = process.info().arguments().orElse(new String[0]);
                String last = arguments.length == 2 ? arguments[1] : "";
                if (last.startsWith(prefix)) {
                  programs.put(Integer.parseInt(last.substring(prefix.length())), process);
                }
              });
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return programs;
  }

  /** Endpoints around one bridge, 1 to 10 ms from it. */
  String yaml() {
    List<String> services = new ArrayList<>();
    List<String> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      services.add("  n%d:%n    command: [sleep, \"600\", \"0.%s%05d\"]%n".formatted(i, token, i));
      links.add("  - { from: n%d, to: hub, latency: %d ms }%n".formatted(i, 1 + i % 10));
    }
    return "name: endpoints\nservices:\n"
        + String.join("", services)
        + "bridges: [hub]\nlinks:\n"
        + String.join("", links);
  }
}
