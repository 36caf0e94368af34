package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.BareRelay;
import io.kollaps.benchmarks.lab.Lab;
import io.kollaps.benchmarks.lab.RateMeter;
import io.kollaps.benchmarks.lab.Station;
import io.kollaps.benchmarks.lab.TcpTransfer;
import io.kollaps.benchmarks.lab.ThreadTimes;
import io.kollaps.benchmarks.lab.UdpStream;
import io.kollaps.benchmarks.lab.VethPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What passes at most, beside plain veth pairs, in turn within the same minute: the machine decides
 * the figures, their ratio is the fabric's.
 */
final class ThroughputMeasurements {
  private static final int PAIRS = 4;
  private static final String CONGESTION_CONTROL = "cubic";

  /** Small packets: 64 IP bytes. */
  private static final int SMALL_PAYLOAD_BYTES = 64 - UdpStream.HEADER_BYTES;

  /** How the names of a fabric's threads begin. */
  private static final String FABRIC_THREADS = "fabric-";

  private static final double ALL_PERCENT = 100;
  private static final double GIGA = 1e9;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Subject subject;
  private final FabricPlan plan;

  ThroughputMeasurements(Subject subject) {
    this.subject = subject;
    this.plan = subject.plan();
  }

  /**
   * What a set of flows did.
   *
   * @param bitsPerSecond all together
   * @param secondsPerGigabit processor time of this process: senders, receivers and fabric
   */
  record Load(double bitsPerSecond, double secondsPerGigabit) {}

  /** Two ends of a flow. */
  record Pair(Station from, Station to) {}

  List<FabricRow> rows() throws BenchmarkException, InterruptedException {
    List<FabricRow> rows = new ArrayList<>();
    List<VethPair> veths = new ArrayList<>();
    try (Lab lab = Lab.open(subject.emulator(), 2 * PAIRS, Subject.SEED);
        BareRelay relay = BareRelay.open(PAIRS)) {
      List<Pair> bare = new ArrayList<>();
      List<Pair> through = new ArrayList<>();
      List<Pair> plain = new ArrayList<>();
      for (int i = 0; i < PAIRS; i++) {
        lab.connect(2 * i, 2 * i + 1, Lab.delay(0), Lab.delay(0));
        through.add(new Pair(lab.station(2 * i), lab.station(2 * i + 1)));
        bare.add(new Pair(relay.station(2 * i), relay.station(2 * i + 1)));
        VethPair veth = VethPair.open();
        veths.add(veth);
        plain.add(new Pair(veth.first(), veth.second()));
      }
      rows.addAll(throughput(lab, through, plain, bare, 1));
      rows.addAll(throughput(lab, through, plain, bare, PAIRS));
      rows.add(packets(through.getFirst(), plain.getFirst()));
    } finally {
      veths.forEach(VethPair::close);
    }
    return rows;
  }

  private List<FabricRow> throughput(
      Lab lab, List<Pair> through, List<Pair> plain, List<Pair> bare, int pairs)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("unshaped TCP, " + pairs + " at once, beside veth and a bare relay");
    int count = plan.repetitions();
    double[][] values = new double[7][count];
    for (int i = 0; i < count; i++) {
      Load ideal = load(plain.subList(0, pairs));
      Load relayed = load(bare.subList(0, pairs));
      ThreadTimes times = ThreadTimes.of(FABRIC_THREADS);
      long busy = lab.busyNanos();
      long begin = System.nanoTime();
      Load measured = load(through.subList(0, pairs));
      double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      values[0][i] = ideal.bitsPerSecond();
      values[1][i] = measured.bitsPerSecond();
      values[2][i] = ideal.secondsPerGigabit();
      values[3][i] = measured.secondsPerGigabit();
      values[5][i] = relayed.bitsPerSecond();
      values[6][i] = ThreadTimes.of(FABRIC_THREADS).kernelPercentSince(times);
      values[4][i] = (lab.busyNanos() - busy) / NANOS_PER_SECOND / seconds;
    }
    double[] medians = Arrays.stream(values).mapToDouble(Statistics::median).toArray();
    subject
        .notes()
        .note(
            String.format(
                "the fabric's thread used %.2f processors meanwhile, %.0f %% of it in the kernel",
                medians[4], medians[6]));
    String flows = pairs == 1 ? "one pair" : pairs + " pairs";
    return List.of(
        subject.row(
            "TCP unshaped, " + flows + ", ideal: veth", pairs, medians[0], medians[1], "bit/s"),
        subject.row(
            "processor time of senders, receivers and fabric, " + flows + ", ideal: veth",
            pairs,
            medians[2],
            medians[3],
            "s/Gbit"),
        subject.row(
            "TCP unshaped, " + flows + ", ideal: a bare loop of reads and writes",
            pairs,
            medians[5],
            medians[1],
            "bit/s"),
        subject.row(
            "kernel's part of the fabric's processor time, " + flows + ", ideal: all of it",
            pairs,
            ALL_PERCENT,
            medians[6],
            "%"));
  }

  /** What flows between pairs reach, all at once. */
  Load load(List<Pair> pairs) throws BenchmarkException, InterruptedException {
    List<TcpTransfer> flows = new ArrayList<>();
    try {
      for (Pair pair : pairs) {
        flows.add(TcpTransfer.start(pair.from(), pair.to(), CONGESTION_CONTROL));
      }
      LongSupplier all = () -> flows.stream().mapToLong(TcpTransfer::receivedBytes).sum();
      java.util.concurrent.TimeUnit.NANOSECONDS.sleep(plan.settleNanos());
      long cpu = processNanos();
      long begin = System.nanoTime();
      double rate = RateMeter.bitsPerSecond(List.of(all), 0, plan.windowNanos())[0];
      double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
      double used = (processNanos() - cpu) / NANOS_PER_SECOND;
      return new Load(rate, used / (rate * seconds / GIGA));
    } finally {
      for (TcpTransfer flow : flows) {
        flow.close();
      }
    }
  }

  private static long processNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private FabricRow packets(Pair through, Pair plain)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("packets per second, beside veth");
    double[] ideal = new double[plan.repetitions()];
    double[] measured = new double[plan.repetitions()];
    for (int i = 0; i < measured.length; i++) {
      ideal[i] = flood(plain);
      measured[i] = flood(through);
    }
    return subject.row(
        "UDP packets of 64 bytes received, one sender, ideal: veth",
        1,
        Statistics.median(ideal),
        Statistics.median(measured),
        "packet/s");
  }

  /** Small packets that arrive in a second, as fast as one sender can. */
  double flood(Pair pair) throws BenchmarkException, InterruptedException {
    try (UdpStream stream =
        UdpStream.start(
            pair.from(), pair.to(), SMALL_PAYLOAD_BYTES, UdpStream.FLOOD, Long.MAX_VALUE)) {
      LongSupplier packets = stream::receivedPackets;
      double bits =
          RateMeter.bitsPerSecond(List.of(packets), plan.settleNanos(), plan.windowNanos())[0];
      return bits / Byte.SIZE;
    }
  }
}
