package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.membership.LivenessCommand;
import io.kollaps.cluster.membership.LivenessSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MemberWatchTest {
  private static final long MILLI = 1_000_000;
  private static final long TICK = 20 * MILLI;
  private static final NodeId A = NodeId.of(1);
  private static final NodeId B = NodeId.of(2);
  private static final MemberWatch.Heard HEARD = new MemberWatch.Heard(7, Optional.empty());

  private final MemberWatch members = new MemberWatch(LivenessSettings.DEFAULT);
  private long now;

  /** Ticks to a time; the living answer each ping at once. */
  private List<LivenessCommand> runTo(long end, Set<NodeId> living) {
    List<LivenessCommand> told = new ArrayList<>();
    for (; now <= end; now += TICK) {
      for (LivenessCommand command : members.tick(now)) {
        told.add(command);
        if (command instanceof LivenessCommand.Ping(NodeId node, long number)
            && living.contains(node)) {
          told.addAll(members.answered(node, number, HEARD));
        }
      }
    }
    return told;
  }

  @Test
  void shouldCallASilentMemberLostAndTakeItBack() {
    members.begin();
    members.watch(Set.of(A, B), 0);
    runTo(5000 * MILLI, Set.of(A, B));
    assertThat(members.isLost(A)).isFalse();

    List<LivenessCommand> told = runTo(8000 * MILLI, Set.of(B));
    assertThat(told).filteredOn(LivenessCommand.Lost.class::isInstance).hasSize(1);
    assertThat(members.isLost(A)).isTrue();
    assertThat(members.isLost(B)).isFalse();
    assertThat(members.silentNanos(A, now)).isGreaterThan(2500 * MILLI);

    told = runTo(9000 * MILLI, Set.of(A, B));
    assertThat(told).contains(new LivenessCommand.Returned(A));
    assertThat(members.isLost(A)).isFalse();
  }

  @Test
  void shouldGiveANewLeaderAndANewMemberTime() {
    members.begin();
    members.watch(Set.of(A), 0);
    runTo(10_000 * MILLI, Set.of());
    assertThat(members.isLost(A)).isTrue();

    members.begin();
    members.watch(Set.of(A), now);
    long began = now;
    runTo(began + 2400 * MILLI, Set.of());
    assertThat(members.isLost(A)).isFalse();

    members.watch(Set.of(A, B), now); // admitted after the leader began
    runTo(began + 3000 * MILLI, Set.of());
    assertThat(members.isLost(A)).isTrue();
    assertThat(members.isLost(B)).isFalse();
  }

  @Test
  void shouldGiveWhoWasAdmittedTimeToStartButNotToFallSilent() {
    members.begin();
    members.watch(Set.of(), 0);
    members.watch(Set.of(A, B), 0);
    runTo(MemberWatch.STARTING_NANOS - 1000 * MILLI, Set.of());
    assertThat(members.isLost(A)).isFalse();
    runTo(MemberWatch.STARTING_NANOS - 500 * MILLI, Set.of(B));

    runTo(MemberWatch.STARTING_NANOS + 1000 * MILLI, Set.of());

    assertThat(members.isLost(A)).as("it never answered").isTrue();
    assertThat(members.isLost(B)).isFalse();
    runTo(MemberWatch.STARTING_NANOS + 3000 * MILLI, Set.of());
    assertThat(members.isLost(B)).as("it answered once, then no more").isTrue();
  }

  @Test
  void shouldKnowNothingOfThoseWhoAreNoMembers() {
    members.begin();
    members.watch(Set.of(A), 0);
    runTo(1000 * MILLI, Set.of(A));
    assertThat(members.last(A)).contains(HEARD);
    assertThat(members.answered(B, 0, HEARD)).isEmpty();
    assertThat(members.last(B)).isEmpty();

    members.watch(Set.of(), now);
    assertThat(members.last(A)).isEmpty();
    assertThat(runTo(9000 * MILLI, Set.of())).isEmpty();
    assertThat(members.isLost(A)).isFalse();
  }
}
