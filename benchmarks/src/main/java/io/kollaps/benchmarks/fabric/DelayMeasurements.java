package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.EchoProbe;
import io.kollaps.benchmarks.lab.Lab;
import io.kollaps.benchmarks.lab.Station;
import io.kollaps.benchmarks.lab.UdpStream;
import io.kollaps.benchmarks.lab.VethPair;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Jitter.Distribution;
import io.kollaps.topology.LinkProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Round-trip times, jitter and loss of unloaded paths. */
final class DelayMeasurements {
  private static final long MILLI = 1_000_000;
  private static final List<Long> LATENCIES_MILLIS = List.of(1L, 10L, 50L);
  private static final long ECHO_INTERVAL_NANOS = 10 * MILLI;
  private static final long LAST_NANOS = 200 * MILLI;
  private static final long JITTER_LATENCY_NANOS = 20 * MILLI;
  private static final long JITTER_DEVIATION_NANOS = 2 * MILLI;
  private static final int JITTER_BLOCKS = 10;
  private static final List<Double> LOSSES = List.of(0.01, 0.05);
  private static final int LOSS_PAYLOAD_BYTES = 100;
  private static final double PERCENT = 100;

  private final Subject subject;
  private final FabricPlan plan;

  DelayMeasurements(Subject subject) {
    this.subject = subject;
    this.plan = subject.plan();
  }

  List<FabricRow> rows() throws BenchmarkException, InterruptedException {
    List<FabricRow> rows = new ArrayList<>();
    try (Lab lab = Lab.open(subject.emulator(), 4, Subject.SEED)) {
      rows.add(withoutLatency(lab));
      for (long latency : LATENCIES_MILLIS) {
        rows.add(roundTrip(lab, latency));
      }
      subject.notes().note(lab.health());
      rows.addAll(jitter(lab));
      rows.addAll(loss(lab));
    }
    return rows;
  }

  /** Median round trip of echoes, in milliseconds. */
  double medianRoundTrip(Station from, Station to) throws BenchmarkException, InterruptedException {
    try (EchoProbe probe = EchoProbe.start(from, to, plan.echoes(), ECHO_INTERVAL_NANOS)) {
      return Statistics.median(probe.roundTripMillis(LAST_NANOS));
    }
  }

  private FabricRow withoutLatency(Lab lab) throws BenchmarkException, InterruptedException {
    subject.notes().note("round trips without latency, beside a veth pair");
    lab.connect(0, 1, Lab.delay(0), Lab.delay(0));
    double[] plain = new double[plan.repetitions()];
    double[] measured = new double[plan.repetitions()];
    try (VethPair veth = VethPair.open()) {
      for (int i = 0; i < measured.length; i++) {
        plain[i] = medianRoundTrip(veth.first(), veth.second());
        measured[i] = medianRoundTrip(lab.station(0), lab.station(1));
      }
    }
    return subject.row(
        "RTT median, ideal: veth pair",
        0,
        Statistics.median(plain),
        Statistics.median(measured),
        "ms");
  }

  private FabricRow roundTrip(Lab lab, long latencyMillis)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("round trips at " + latencyMillis + " ms one way");
    long nanos = latencyMillis * MILLI;
    lab.connect(0, 1, Lab.delay(nanos), Lab.delay(nanos));
    double[] medians = new double[plan.repetitions()];
    for (int i = 0; i < medians.length; i++) {
      medians[i] = medianRoundTrip(lab.station(0), lab.station(1));
    }
    return subject.row(
        "RTT median",
        (double) latencyMillis,
        2.0 * latencyMillis,
        Statistics.median(medians),
        "ms");
  }

  /** Jitter on one way only: the deviation of round trips is that of the one way. */
  private List<FabricRow> jitter(Lab lab) throws BenchmarkException, InterruptedException {
    subject.notes().note("jitter, normal and uniform");
    Distribution[] distributions = Distribution.values();
    List<EchoProbe> probes = new ArrayList<>();
    List<FabricRow> rows = new ArrayList<>();
    for (int i = 0; i < distributions.length; i++) {
      Jitter jitter = new Jitter(JITTER_DEVIATION_NANOS, distributions[i], true);
      lab.connect(
          2 * i,
          2 * i + 1,
          Lab.shape(JITTER_LATENCY_NANOS, jitter, 0, LinkProperties.UNLIMITED_RATE),
          Lab.delay(JITTER_LATENCY_NANOS));
    }
    for (int i = 0; i < distributions.length; i++) {
      probes.add(
          EchoProbe.start(
              lab.station(2 * i),
              lab.station(2 * i + 1),
              plan.jitterEchoes(),
              plan.jitterIntervalNanos()));
    }
    double ideal = (double) JITTER_DEVIATION_NANOS / MILLI;
    for (int i = 0; i < distributions.length; i++) {
      double[] times = probes.get(i).roundTripMillis(LAST_NANOS);
      rows.add(
          subject.row(
              String.format(
                  "jitter standard deviation, %s, %d echoes (sampling error %.1f %%)",
                  distributions[i].name().toLowerCase(java.util.Locale.ROOT),
                  times.length,
                  PERCENT / Math.sqrt(2.0 * times.length)),
              ideal,
              ideal,
              Statistics.blockDeviation(JITTER_BLOCKS, times),
              "ms"));
    }
    return rows;
  }

  private List<FabricRow> loss(Lab lab) throws BenchmarkException, InterruptedException {
    subject.notes().note("loss");
    List<UdpStream> streams = new ArrayList<>();
    List<FabricRow> rows = new ArrayList<>();
    for (int i = 0; i < LOSSES.size(); i++) {
      lab.connect(
          2 * i,
          2 * i + 1,
          Lab.shape(MILLI, Jitter.NONE, LOSSES.get(i), LinkProperties.UNLIMITED_RATE),
          Lab.delay(MILLI));
      streams.add(
          UdpStream.start(
              lab.station(2 * i),
              lab.station(2 * i + 1),
              LOSS_PAYLOAD_BYTES,
              plan.lossPacketsPerSecond(),
              plan.lossPackets()));
    }
    long bound = (long) (2e9 * plan.lossPackets() / plan.lossPacketsPerSecond()) + 10_000 * MILLI;
    for (int i = 0; i < LOSSES.size(); i++) {
      try (UdpStream stream = streams.get(i)) {
        if (!stream.awaitSent(bound)) {
          throw new BenchmarkException(
              "only " + stream.sentPackets() + " packets could be sent to count losses");
        }
        TimeUnit.NANOSECONDS.sleep(LAST_NANOS);
        double ideal = PERCENT * LOSSES.get(i);
        long lost = stream.sentPackets() - stream.receivedPackets();
        rows.add(
            subject.row(
                String.format(
                    "loss of %d packets (binomial sigma %.2f %%)",
                    stream.sentPackets(),
                    Statistics.lossSigmaPercent(LOSSES.get(i), stream.sentPackets())),
                ideal,
                ideal,
                PERCENT * lost / stream.sentPackets(),
                "%"));
      }
    }
    return rows;
  }
}
