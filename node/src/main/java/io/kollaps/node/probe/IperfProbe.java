package io.kollaps.node.probe;

import io.kollaps.cluster.join.PathQuality;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.join.Secret;
import io.kollaps.node.prerequisites.Host;
import io.kollaps.node.probe.ProbeDatagram.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Probes by iperf3. The serving node opens one UDP port; the other one first exchanges datagrams
 * with it, then asks for one transfer after the other, each served by an {@code iperf3 -s -1} that
 * is started for it. A direction begins with a transfer of a second; while the rate still moves,
 * one of twice the length follows, up to the longest.
 */
public final class IperfProbe implements CapacityProbe {
  /** Time for what comes before and after the transfers. */
  private static final long MARGIN_SECONDS = 15;

  private static final int CONNECT_MILLIS = 3000;
  private static final long START_SECONDS = 8;
  private static final long ECHO_GAP_MILLIS = 10;

  private final ProbePrograms programs;
  private final int port;
  private @Nullable ServedProbe served;

  /**
   * Probes of this machine.
   *
   * @param port UDP and TCP port where probes are served; 0: any that is free
   */
  public IperfProbe(int port) {
    this(port, Host.ofThisProcess());
  }

  IperfProbe(int port, Host host) {
    this.port = port;
    programs = new ProbePrograms(host);
  }

  /**
   * Checks that this machine has what probes need.
   *
   * @throws ProbeException with the package to install
   */
  public void require() throws ProbeException {
    programs.require();
  }

  /** {@inheritDoc} A probe that was served before ends: a leader wants one at a time. */
  @Override
  public synchronized Served serve(long probe, Secret secret, ProbePlan plan)
      throws ProbeException {
    programs.require();
    if (served != null) {
      served.close();
    }
    ServedProbe begun = ServedProbe.begin(port, probe, secret, longestNanos(plan), programs);
    served = begun;
    return begun;
  }

  /** Both directions, each at most twice the longest transfer, as the lengths double. */
  static long longestNanos(ProbePlan plan) {
    return 4 * plan.durationNanos() + TimeUnit.SECONDS.toNanos(MARGIN_SECONDS);
  }

  @Override
  public ProbeOutcome run(ProbeOrder order) throws InterruptedException {
    try (ProbeLine line = ProbeLine.open(order)) {
      programs.require();
      Optional<PathQuality> quality = quality(line, order.plan().datagrams());
      double forward = transfer(line, order, true);
      double backward = transfer(line, order, false);
      line.send(new ProbeDatagram(Kind.DONE, order.probe(), 0, 0));
      return new ProbeOutcome.Measured(Math.round(forward), Math.round(backward), quality);
    } catch (ProbeException | IOException e) {
      return new ProbeOutcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  private static Optional<PathQuality> quality(ProbeLine line, int datagrams)
      throws IOException, InterruptedException {
    EchoTally tally = new EchoTally(datagrams);
    for (int i = 0; i < datagrams; i++) {
      tally.sent(i, System.nanoTime());
      line.send(new ProbeDatagram(Kind.ECHO, line.probe(), i, 0));
      line.collect(tally, ECHO_GAP_MILLIS, false);
    }
    line.collect(tally, ProbeLine.ANSWER_MILLIS, true);
    return tally.quality();
  }

  private double transfer(ProbeLine line, ProbeOrder order, boolean forward)
      throws ProbeException, IOException, InterruptedException {
    // iperf3 counts whole seconds
    long longest = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(order.plan().durationNanos()));
    long seconds = 1;
    TransferEstimate estimate = transfer(line, order, forward, seconds);
    while (seconds < longest && !estimate.stable(order.plan().stableShare())) {
      seconds = Math.min(longest, 2 * seconds);
      estimate = transfer(line, order, forward, seconds);
    }
    return estimate.bitsPerSecond();
  }

  private TransferEstimate transfer(ProbeLine line, ProbeOrder order, boolean forward, long seconds)
      throws ProbeException, IOException, InterruptedException {
    int at = line.askTransfer((int) seconds);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-c",
                order.at().host(),
                "-p",
                String.valueOf(at),
                "-t",
                String.valueOf(seconds),
                "-i",
                "0.1",
                "-J",
                "--connect-timeout",
                String.valueOf(CONNECT_MILLIS)));
    arguments.add(forward ? "--get-server-output" : "-R");
    String report =
        programs
            .run(arguments, seconds + START_SECONDS)
            .orElseThrow(
                () ->
                    new ProbeException(
                        "iperf3 towards " + order.at().host() + " did not end in time"));
    return TransferEstimate.of(IperfReport.received(report, forward));
  }

  @Override
  public synchronized void close() {
    if (served != null) {
      served.close();
    }
    programs.close();
  }
}
