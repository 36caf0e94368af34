package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.join.Secret;
import io.kollaps.node.probe.CapacityProbe;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ProbeStationTest {
  private static final long SECONDS = 20;
  private static final Secret SECRET = Secret.of(new byte[Secret.BYTES]);

  /** Serves on ports that nobody listens at, and runs until it is interrupted. */
  private static final class Endless implements CapacityProbe {
    private final Set<Long> served = ConcurrentHashMap.newKeySet();
    private final CountDownLatch begun = new CountDownLatch(1);

    @Override
    public Served serve(long probe, Secret secret, ProbePlan plan) {
      served.add(probe);
      return new Served() {
        @Override
        public int port() {
          return 1;
        }

        @Override
        public void close() {
          served.remove(probe);
        }
      };
    }

    @Override
    public ProbeOutcome run(ProbeOrder order) throws InterruptedException {
      begun.countDown();
      new CountDownLatch(1).await();
      return new ProbeOutcome.Failed("never");
    }

    @Override
    public void close() {}
  }

  @Test
  void shouldEndBothSidesOfWhatALeaderAskedForThatLeadsNoMore() throws Exception {
    Endless probe = new Endless();
    try (ProbeStation station = new ProbeStation(probe)) {
      station.serve(1, SECRET, ProbePlan.DEFAULT, "here");
      FutureTask<ProbeOutcome> running =
          new FutureTask<>(
              () ->
                  station.run(
                      new ProbeOrder(
                          2,
                          new NodeId("other"),
                          new Contact("other", 1),
                          SECRET,
                          ProbePlan.DEFAULT)));
      Thread.ofVirtual().start(running);
      assertThat(probe.begun.await(SECONDS, TimeUnit.SECONDS)).isTrue();

      station.endAll();

      assertThat(probe.served).isEmpty();
      assertThat(outcome(running)).isInstanceOf(ProbeOutcome.Failed.class);
      assertThat(station.serve(3, SECRET, ProbePlan.DEFAULT, "here").port()).isEqualTo(1);
    }
  }

  private static ProbeOutcome outcome(FutureTask<ProbeOutcome> running)
      throws InterruptedException, ExecutionException, TimeoutException {
    return running.get(SECONDS, TimeUnit.SECONDS);
  }
}
