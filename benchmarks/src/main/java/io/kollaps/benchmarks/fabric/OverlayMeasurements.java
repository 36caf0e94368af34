package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.fabric.ThroughputMeasurements.Load;
import io.kollaps.benchmarks.fabric.ThroughputMeasurements.Pair;
import io.kollaps.benchmarks.lab.OverlayLab;
import io.kollaps.benchmarks.lab.VethPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What passes between endpoints on two nodes, beside the veth pair that joins them and beside the
 * kernel's own VXLAN over such a pair, in turn within the same minute. Both nodes are this machine:
 * its processors do the work of both.
 */
final class OverlayMeasurements {
  private final Subject subject;
  private final ThroughputMeasurements throughput;
  private final DelayMeasurements delays;

  OverlayMeasurements(Subject subject) {
    this.subject = subject;
    this.throughput = new ThroughputMeasurements(subject);
    this.delays = new DelayMeasurements(subject);
  }

  /** What is compared: the overlay, the bare cable, the kernel's VXLAN. */
  private record Ways(OverlayLab lab, Pair overlay, Pair veth, Pair vxlan) {
    List<Pair> inTurn() {
      return List.of(veth, vxlan, overlay);
    }
  }

  List<FabricRow> rows() throws BenchmarkException, InterruptedException {
    Optional<OverlayLab> opened = subject.emulator().openOverlay(Subject.SEED);
    if (opened.isEmpty()) {
      subject.notes().note("reaches no other node");
      return List.of();
    }
    List<FabricRow> rows = new ArrayList<>();
    try (OverlayLab lab = opened.get();
        VethPair veth = VethPair.open();
        VethPair vxlan = VethPair.openVxlan()) {
      Ways ways =
          new Ways(
              lab,
              new Pair(lab.station(0), lab.station(1)),
              new Pair(veth.first(), veth.second()),
              new Pair(vxlan.first(), vxlan.second()));
      rows.addAll(streams(ways));
      rows.addAll(
          compared(
              "UDP packets of 64 bytes received, one sender",
              "packet/s",
              ways,
              p -> throughput.flood(p)));
      rows.addAll(
          compared("RTT median", "ms", ways, p -> delays.medianRoundTrip(p.from(), p.to())));
      subject.notes().note(lab.health());
    }
    return rows;
  }

  @FunctionalInterface
  private interface Measurement {
    double of(Pair pair) throws BenchmarkException, InterruptedException;
  }

  private List<FabricRow> compared(String what, String unit, Ways ways, Measurement measurement)
      throws BenchmarkException, InterruptedException {
    subject.notes().note("between two nodes: " + what);
    double[][] values = new double[3][subject.plan().repetitions()];
    for (int i = 0; i < subject.plan().repetitions(); i++) {
      for (int way = 0; way < values.length; way++) {
        values[way][i] = measurement.of(ways.inTurn().get(way));
      }
    }
    double[] medians = Arrays.stream(values).mapToDouble(Statistics::median).toArray();
    return List.of(
        row(what + ", ideal: veth", medians[0], medians[2], unit),
        row(what + ", ideal: vxlan of the kernel", medians[1], medians[2], unit));
  }

  private List<FabricRow> streams(Ways ways) throws BenchmarkException, InterruptedException {
    subject.notes().note("between two nodes: unshaped TCP");
    int count = subject.plan().repetitions();
    double[][] rates = new double[3][count];
    double[][] costs = new double[3][count];
    double[] busy = new double[count];
    for (int i = 0; i < count; i++) {
      for (int way = 0; way < rates.length; way++) {
        long before = ways.lab().busyNanos();
        long begin = System.nanoTime();
        Load load = throughput.load(List.of(ways.inTurn().get(way)));
        rates[way][i] = load.bitsPerSecond();
        costs[way][i] = load.secondsPerGigabit();
        busy[i] = (ways.lab().busyNanos() - before) / (double) (System.nanoTime() - begin);
      }
    }
    subject
        .notes()
        .note(
            String.format(
                "the threads of both fabrics used %.2f processors meanwhile",
                Statistics.median(busy)));
    double[] rate = Arrays.stream(rates).mapToDouble(Statistics::median).toArray();
    double[] cost = Arrays.stream(costs).mapToDouble(Statistics::median).toArray();
    String time = "processor time of senders, receivers and fabrics between two nodes";
    return List.of(
        row("TCP unshaped, one pair, ideal: veth", rate[0], rate[2], "bit/s"),
        row("TCP unshaped, one pair, ideal: vxlan of the kernel", rate[1], rate[2], "bit/s"),
        row(time + ", ideal: vxlan of the kernel", cost[1], cost[2], "s/Gbit"));
  }

  private FabricRow row(String what, double ideal, double measured, String unit) {
    return subject.row("overlay, " + what, 1, ideal, measured, unit);
  }
}
