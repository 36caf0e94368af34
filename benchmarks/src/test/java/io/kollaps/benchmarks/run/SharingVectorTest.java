package io.kollaps.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class SharingVectorTest {
  /** The paper's numbers have two decimals, one of them is off by one in the last. */
  private static final double ROUNDING = 0.012e6;

  @Test
  void shouldExpectWhatThePaperSays() throws Exception {
    SharingVector vector = new SharingVector(new SharingOptions("cubic", 4, 6, true, false));
    List<SharingStep> steps = vector.steps(RealRun.of("sharing", vector.yaml()).compiled());

    assertThat(steps).hasSize(11);
    for (SharingStep step : steps) {
      int clients = vector.clientsIn(step.number());
      assertThat(step.expected()).hasSize(clients);
      step.expected()
          .forEach(
              (flow, share) ->
                  assertThat(share)
                      .as("step %d, %s", step.number(), flow)
                      .isCloseTo(
                          vector.paperBitsPerSecond(flow, clients).orElseThrow(),
                          within(ROUNDING)));
    }
  }

  @Test
  void shouldLeaveToTheOthersWhatApplicationLimitedFlowsDoNotUse() throws Exception {
    SharingVector vector = new SharingVector(new SharingOptions("cubic", 4, 1, false, true));
    SharingStep step = vector.steps(RealRun.of("sharing", vector.yaml()).compiled()).getFirst();

    // u1 sends 2 Mbit/s of 1000 byte payloads, 1028 bytes with headers, over the same 50 Mbit/s
    assertThat(step.expected().get("u1:v1")).isCloseTo(2.056e6, within(1.0));
    assertThat(step.expected().get("c1:s1")).isCloseTo(50e6 - 2.056e6, within(1.0));
  }
}
