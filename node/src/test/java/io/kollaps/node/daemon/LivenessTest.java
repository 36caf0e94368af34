package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LivenessTest {
  private static final long MILLI = 1_000_000;
  private static final NodeId A = NodeId.of(1);
  private static final NodeId B = NodeId.of(2);

  private final Liveness liveness = new Liveness(500 * MILLI, 3);

  private void heard(NodeId node, long atNanos) {
    liveness.heard(node, new Liveness.Heard(atNanos, 1, Optional.empty()));
  }

  @Test
  void shouldCallANodeLostAfterItsMissesAndTakeItBack() {
    liveness.begin(0);
    heard(A, 100 * MILLI);

    // three may be missed: those due at 600, 1100 and 1600; the one of 2100 settles it
    assertThat(liveness.lost(A, 2100 * MILLI)).isFalse();
    assertThat(liveness.lost(A, 2101 * MILLI)).isTrue();
    heard(A, 2200 * MILLI);
    assertThat(liveness.lost(A, 2300 * MILLI)).isFalse();
  }

  @Test
  void shouldSeeSeveralLossesAsSeveral() {
    liveness.begin(0);
    heard(A, 0);
    heard(B, 10);

    assertThat(liveness.lost(A, 3000 * MILLI)).isTrue();
    assertThat(liveness.lost(B, 3000 * MILLI)).isTrue();
  }

  @Test
  void shouldGiveANewLeaderAndANewMemberTime() {
    heard(A, 0);
    liveness.begin(10_000 * MILLI);
    liveness.notice(A, 10_000 * MILLI);
    assertThat(liveness.lost(A, 11_900 * MILLI)).isFalse();
    assertThat(liveness.lost(A, 12_100 * MILLI)).isTrue();

    liveness.notice(B, 20_000 * MILLI); // admitted long after the leader began
    assertThat(liveness.lost(B, 21_900 * MILLI)).isFalse();
    liveness.retain(Set.of(A));
    liveness.notice(B, 40_000 * MILLI); // left and came again
    assertThat(liveness.lost(B, 41_000 * MILLI)).isFalse();
  }
}
