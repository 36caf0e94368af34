package io.kollaps.node.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.join.Secret;
import io.kollaps.node.prerequisites.Host;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class IperfProbeTest {
  private static final ProbePlan SHORT = new ProbePlan(1_000_000_000L, 0.01, 10);

  private final Random random = new Random(1);
  private final Secret secret = Secret.create(random);
  private final IperfProbe one = new IperfProbe(0);
  private final IperfProbe other = new IperfProbe(0);

  @AfterEach
  void close() {
    one.close();
    other.close();
  }

  private ProbeOrder order(int port, Secret with) {
    return new ProbeOrder(7, NodeId.of(1), new Contact("127.0.0.1", port), with, SHORT);
  }

  @Test
  void shouldMeasureBothDirectionsAndTheWay() throws Exception {
    try (CapacityProbe.Served served = one.serve(7, secret, SHORT)) {
      ProbeOutcome outcome = other.run(order(served.port(), secret));

      assertThat(outcome).isInstanceOf(ProbeOutcome.Measured.class);
      ProbeOutcome.Measured measured = (ProbeOutcome.Measured) outcome;
      // loopback on the slowest machine; what it is exactly depends on the machine
      assertThat(measured.forwardBitsPerSecond()).isGreaterThan(50_000_000L);
      assertThat(measured.backwardBitsPerSecond()).isGreaterThan(50_000_000L);
      assertThat(measured.quality()).isPresent();
      assertThat(measured.quality().get().loss()).isZero();
      assertThat(measured.quality().get().roundTripNanos())
          .isBetween(1L, TimeUnit.MILLISECONDS.toNanos(200));
    }
    assertThat(children()).isZero();
  }

  @Test
  void shouldAnswerNobodyWithoutTheSecret() throws Exception {
    try (CapacityProbe.Served served = one.serve(7, secret, SHORT)) {
      ProbeOutcome outcome = other.run(order(served.port(), Secret.create(random)));

      assertThat(outcome)
          .isInstanceOfSatisfying(
              ProbeOutcome.Failed.class,
              failed -> assertThat(failed.why()).contains("does not answer", "pass to that port"));
      assertThat(children()).isZero();
    }
  }

  @Test
  void shouldLeaveNothingWhenItIsEnded() throws Exception {
    ProbePlan longer = new ProbePlan(60_000_000_000L, 0, 0);
    CapacityProbe.Served served = one.serve(7, secret, longer);
    ProbeOrder order =
        new ProbeOrder(7, NodeId.of(1), new Contact("127.0.0.1", served.port()), secret, longer);
    Thread runs =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    var _ = other.run(order);
                  } catch (InterruptedException e) {
                    // as it is meant to end
                  }
                });
    while (children() < 2) {
      Thread.sleep(10);
    }

    served.close();
    runs.interrupt();
    runs.join();

    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (children() > 0 && System.nanoTime() < until) {
      Thread.sleep(10);
    }
    assertThat(children()).isZero();
  }

  private static long children() {
    return ProcessHandle.current()
        .descendants()
        .filter(child -> child.info().command().orElse("").endsWith("iperf3"))
        .filter(ProcessHandle::isAlive)
        .count();
  }

  @Test
  void shouldSayWhatToInstall() {
    Host host = Host.ofThisProcess();
    Host bare =
        new Host(
            host.root(),
            host.distribution(),
            Map.of(),
            Path.of("/"),
            file -> !file.endsWith("iperf3"));
    try (IperfProbe probe = new IperfProbe(0, bare)) {
      assertThatThrownBy(probe::require)
          .isInstanceOf(ProbeException.class)
          .hasMessageContaining("iperf3 is not on this machine")
          .hasMessageContaining("install")
          .hasMessageContaining("probe = off");
    }
  }
}
