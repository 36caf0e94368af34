package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.Lab;
import io.kollaps.benchmarks.lab.RateMeter;
import io.kollaps.benchmarks.lab.TcpTransfer;
import io.kollaps.benchmarks.lab.UdpStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Payload rates at the receiver of flows that fill a path's rate, over 5 ms one way. */
final class RateMeasurements {
  private static final String BBR = "bbr";
  private static final List<String> CONGESTION_CONTROLS = List.of("cubic", BBR);

  /**
   * Every 10 s bbr keeps only 4 packets on their way for 200 ms (Cardwell and others, "BBR:
   * Congestion-Based Congestion Control", ACM Queue 14, 2016).
   */
  private static final double BBR_CYCLE_SECONDS = 10;

  private static final double BBR_PROBE_SECONDS = 0.2;
  private static final int BBR_PROBE_PACKETS = 4;

  /** Short beside bbr's cycle, so that most stretches have no probe. */
  private static final long STRETCH_NANOS = 1_000_000_000;

  private static final long LATENCY_NANOS = 5_000_000;
  private static final double UDP_OVER_OFFER = 1.15;

  /** A sender that offered less than this part of the rate measured itself, not the fabric. */
  private static final double KEPT_UP = 1.02;

  private static final double GIGA = 1e9;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BITS_PER_BYTE = 8;

  /** Processor time of the prototype's thread at 1 Gbit/s on a quiet machine. */
  private static final double PROTOTYPE_SECONDS_PER_GIGABIT = 0.27;

  private final Subject subject;
  private final FabricPlan plan;

  RateMeasurements(Subject subject) {
    this.subject = subject;
    this.plan = subject.plan();
  }

  /** TCP, then UDP. */
  List<FabricRow> rows() throws BenchmarkException, InterruptedException {
    List<FabricRow> rows = new ArrayList<>();
    List<String> controls = available();
    rows.addAll(slow(controls));
    try (Lab lab = Lab.open(subject.emulator(), 2, Subject.SEED)) {
      for (long rate : plan.fastRates()) {
        for (String control : controls) {
          rows.addAll(fast(lab, control, rate));
        }
      }
      for (long rate : plan.udpRates()) {
        udp(lab, rate).ifPresent(rows::add);
      }
      subject.notes().note(lab.health());
    }
    return rows;
  }

  private List<String> available() throws BenchmarkException, InterruptedException {
    List<String> usable = new ArrayList<>();
    try (Lab lab = Lab.open(subject.emulator(), 2, Subject.SEED)) {
      lab.connect(0, 1, Lab.delay(0), Lab.delay(0));
      for (String control : CONGESTION_CONTROLS) {
        try (TcpTransfer _ = TcpTransfer.start(lab.station(0), lab.station(1), control)) {
          usable.add(control);
        } catch (BenchmarkException e) {
          subject.notes().note("left out: " + e.getMessage());
        }
      }
    }
    return usable;
  }

  /** At low rates a window must be long, so all flows run at once, each over its own pair. */
  private List<FabricRow> slow(List<String> controls)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("rates up to 10 Mbit/s, all at once");
    List<FabricRow> rows = new ArrayList<>();
    List<AutoCloseable> traffic = new ArrayList<>();
    List<LongSupplier> counters = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Long> nominal = new ArrayList<>();
    int kinds = controls.size() + 1;
    try (Lab lab =
        Lab.open(subject.emulator(), 2 * kinds * plan.slowRates().size(), Subject.SEED)) {
      try {
        for (long rate : plan.slowRates()) {
          for (int kind = 0; kind < kinds; kind++) {
            int from = 2 * counters.size();
            shape(lab, from, rate);
            if (kind < controls.size()) {
              TcpTransfer flow =
                  TcpTransfer.start(lab.station(from), lab.station(from + 1), controls.get(kind));
              traffic.add(flow);
              counters.add(flow::receivedBytes);
              names.add("TCP " + controls.get(kind));
            } else {
              UdpStream flow = udpFlow(lab, from, rate);
              traffic.add(flow);
              counters.add(flow::receivedBytes);
              names.add("UDP");
            }
            nominal.add(rate);
          }
        }
        RateMeter meter = RateMeter.read(counters, plan.slowSettleNanos(), plan.slowWindowNanos());
        for (int i = 0; i < counters.size(); i++) {
          rows.addAll(slowRows(names.get(i), nominal.get(i).doubleValue(), meter, i));
        }
        subject.notes().note(lab.health());
      } finally {
        closeAll(traffic);
      }
    }
    return rows;
  }

  /** A flow that interrupts itself has one row for its rate and one for its whole cycle. */
  private List<FabricRow> slowRows(String name, double rate, RateMeter meter, int flow) {
    double whole = meter.rate(flow);
    double probing = bbrProbeRate(rate);
    if (!name.equals("TCP " + BBR) || probing >= rate) {
      return List.of(rateRow(name, rate, whole));
    }
    double lost = BBR_PROBE_SECONDS / BBR_CYCLE_SECONDS * (1 - probing / rate);
    return List.of(
        rateRow(name, rate, meter.medianRate(flow, STRETCH_NANOS)),
        subject.row(
            "TCP bbr goodput with its pauses, ideal: less what its RTT probes cost",
            rate,
            subject.idealTcpGoodput(rate) * (1 - lost),
            whole,
            "bit/s"));
  }

  /** What bbr sends while it probes for the RTT: so many packets in each. */
  private static double bbrProbeRate(double rate) {
    double packetBits = Statistics.MTU_BYTES * BITS_PER_BYTE;
    double roundTrip = 2 * LATENCY_NANOS / NANOS_PER_SECOND + packetBits / rate;
    return BBR_PROBE_PACKETS * packetBits / roundTrip;
  }

  private FabricRow rateRow(String name, double rate, double measured) {
    double ideal =
        name.equals("UDP") ? subject.idealUdpGoodput(rate) : subject.idealTcpGoodput(rate);
    return subject.row(name + " goodput", rate, ideal, measured, "bit/s");
  }

  private static void closeAll(List<AutoCloseable> traffic) throws BenchmarkException {
    for (AutoCloseable flow : traffic) {
      try {
        flow.close();
      } catch (BenchmarkException e) {
        throw e;
      } catch (Exception e) {
        throw new BenchmarkException("a flow did not end: " + e.getMessage(), e);
      }
    }
  }

  private static void shape(Lab lab, int from, long rate) throws BenchmarkException {
    lab.connect(from, from + 1, Lab.shape(LATENCY_NANOS, rate), Lab.delay(LATENCY_NANOS));
  }

  private static UdpStream udpFlow(Lab lab, int from, long rate) throws BenchmarkException {
    double packets = UDP_OVER_OFFER * rate / (Statistics.MTU_BYTES * BITS_PER_BYTE);
    return UdpStream.start(
        lab.station(from),
        lab.station(from + 1),
        Statistics.UDP_PAYLOAD_BYTES,
        packets,
        Long.MAX_VALUE);
  }

  private List<FabricRow> fast(Lab lab, String control, long rate)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("TCP " + control + " at " + rate / 1_000_000 + " Mbit/s");
    shape(lab, 0, rate);
    double[] rates = new double[plan.repetitions()];
    double[] costs = new double[plan.repetitions()];
    for (int i = 0; i < rates.length; i++) {
      try (TcpTransfer flow = TcpTransfer.start(lab.station(0), lab.station(1), control)) {
        java.util.concurrent.TimeUnit.NANOSECONDS.sleep(plan.settleNanos());
        long bytes = flow.receivedBytes();
        long busy = lab.busyNanos();
        RateMeter meter = RateMeter.read(List.of(flow::receivedBytes), 0, plan.windowNanos());
        rates[i] = control.equals(BBR) ? meter.medianRate(0, STRETCH_NANOS) : meter.rate(0);
        double gigabits = (flow.receivedBytes() - bytes) * BITS_PER_BYTE / GIGA;
        costs[i] = (lab.busyNanos() - busy) / NANOS_PER_SECOND / gigabits;
      }
    }
    List<FabricRow> rows = new ArrayList<>();
    rows.add(rateRow("TCP " + control, (double) rate, Statistics.median(rates)));
    if (rate == (long) GIGA) {
      rows.add(
          subject.row(
              "processor time of the fabric's thread, TCP " + control + ", ideal: the prototype's",
              (double) rate,
              PROTOTYPE_SECONDS_PER_GIGABIT,
              Statistics.median(costs),
              "s/Gbit"));
    }
    return rows;
  }

  private Optional<FabricRow> udp(Lab lab, long rate)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("UDP at " + rate / 1_000_000 + " Mbit/s");
    shape(lab, 0, rate);
    double[] rates = new double[plan.repetitions()];
    double offered = Double.MAX_VALUE;
    for (int i = 0; i < rates.length; i++) {
      try (UdpStream flow = udpFlow(lab, 0, rate)) {
        LongSupplier sent = () -> flow.sentPackets() * Statistics.MTU_BYTES;
        double[] both =
            RateMeter.bitsPerSecond(
                List.of(flow::receivedBytes, sent), plan.settleNanos(), plan.windowNanos());
        rates[i] = both[0];
        offered = Math.min(offered, both[1]);
      }
    }
    if (offered < KEPT_UP * rate) {
      subject
          .notes()
          .note(
              String.format(
                  "left out: UDP at %d Mbit/s, the sender kept up with %.0f Mbit/s only",
                  rate / 1_000_000, offered / 1e6));
      return Optional.empty();
    }
    return Optional.of(rateRow("UDP", (double) rate, Statistics.median(rates)));
  }
}
