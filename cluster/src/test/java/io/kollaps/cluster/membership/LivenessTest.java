package io.kollaps.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LivenessTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;
  private static final long TICK = 20 * MILLI;

  /** A message under way. */
  private record Message(long arrivesNanos, NodeId node, long sequence, boolean answer) {}

  /** A watcher and its nodes under virtual time, with a network that loses, delays and repeats. */
  private static final class Net {
    private final Liveness liveness = new Liveness(LivenessSettings.DEFAULT);
    private final SplittableRandom random;
    private final double loss;
    private final long mostDelayNanos;
    private final double repeated;
    private final PriorityQueue<Message> messages =
        new PriorityQueue<>(
            Comparator.comparingLong(Message::arrivesNanos)
                .thenComparing(Message::node)
                .thenComparingLong(Message::sequence));
    private final Map<NodeId, Long> deadAt = new HashMap<>();
    private final Map<NodeId, Long> cutFrom = new HashMap<>();
    private final Map<NodeId, Long> cutTo = new HashMap<>();
    private final Map<NodeId, Long> lostAt = new HashMap<>();
    private final List<LivenessCommand> seen = new ArrayList<>();
    private long now;

    Net(long seed, double loss, long mostDelayNanos, double repeated) {
      this.random = new SplittableRandom(seed);
      this.loss = loss;
      this.mostDelayNanos = mostDelayNanos;
      this.repeated = repeated;
    }

    void runTo(long end) {
      for (; now <= end; now += TICK) {
        while (!messages.isEmpty() && messages.peek().arrivesNanos() <= now) {
          deliver(messages.poll());
        }
        take(liveness.tick(now));
      }
    }

    private void deliver(Message message) {
      if (message.answer()) {
        take(liveness.answered(message.node(), message.sequence()));
      } else if (message.arrivesNanos() < deadAt.getOrDefault(message.node(), Long.MAX_VALUE)) {
        send(message.arrivesNanos(), message.node(), message.sequence(), true);
      }
    }

    private void take(List<LivenessCommand> commands) {
      for (LivenessCommand command : commands) {
        seen.add(command);
        switch (command) {
          case LivenessCommand.Ping(NodeId node, long sequence) -> send(now, node, sequence, false);
          case LivenessCommand.Lost(NodeId node, long _) -> lostAt.put(node, now);
          default -> {} // looked at by those who ask
        }
      }
    }

    private void send(long at, NodeId node, long sequence, boolean answer) {
      boolean cut =
          at >= cutFrom.getOrDefault(node, Long.MAX_VALUE) && at < cutTo.getOrDefault(node, 0L);
      int copies = random.nextDouble() < repeated ? 2 : 1;
      for (int i = 0; i < copies && !cut; i++) {
        if (random.nextDouble() >= loss) {
          long delay = mostDelayNanos == 0 ? 0 : random.nextLong(mostDelayNanos);
          messages.add(new Message(at + delay, node, sequence, answer));
        }
      }
    }
  }

  private static NodeId node(int number) {
    return new NodeId("n" + number);
  }

  @Test
  void shouldRemoveNobodyWhoLivesAndEveryoneWhoDied() {
    for (long seed = 1; seed <= 60; seed++) {
      Net net = new Net(seed, 0.2, 150 * MILLI, 0.1);
      SplittableRandom fates = new SplittableRandom(seed);
      for (int i = 0; i < 40; i++) {
        net.liveness.watch(node(i), 0);
        if (fates.nextInt(8) == 0) {
          net.deadAt.put(node(i), fates.nextLong(5 * SECOND, 50 * SECOND));
        }
      }

      net.runTo(60 * SECOND);

      assertThat(net.lostAt.keySet()).as("seed %d", seed).isEqualTo(net.deadAt.keySet());
      long current = seed;
      net.lostAt.forEach(
          (node, at) ->
              assertThat(at - net.deadAt.get(node))
                  .as("seed %d: %s", current, node)
                  .isBetween(0L, 3 * SECOND));
    }
  }

  @Test
  void shouldFindSeveralLossesAtOnce() {
    Net net = new Net(7, 0, MILLI, 0);
    for (int i = 0; i < 10; i++) {
      net.liveness.watch(node(i), 0);
    }
    for (int i = 0; i < 7; i++) {
      net.deadAt.put(node(i), 5 * SECOND);
    }

    net.runTo(8 * SECOND);

    assertThat(net.lostAt).hasSize(7);
    for (int i = 7; i < 10; i++) {
      assertThat(net.liveness.misses(node(i), net.now - TICK)).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void shouldSuspectAndClearAcrossAShortCut() {
    Net net = new Net(3, 0, MILLI, 0);
    net.liveness.watch(node(1), 0);
    net.cutFrom.put(node(1), 5 * SECOND);
    net.cutTo.put(node(1), 6_800 * MILLI); // the last ping before the cut is up to 0.5 s older

    net.runTo(10 * SECOND);

    assertThat(net.lostAt).isEmpty();
    assertThat(net.seen)
        .containsSubsequence(
            new LivenessCommand.Suspected(node(1)), new LivenessCommand.Cleared(node(1)));
  }

  @Test
  void shouldNotTakeLateAnswersForLife() {
    Liveness liveness = new Liveness(LivenessSettings.DEFAULT);
    liveness.watch(node(1), 0);
    liveness.tick(0);
    boolean lost = false;
    for (long now = TICK; now <= 3 * SECOND; now += TICK) {
      liveness.answered(node(1), 0);
      lost |= liveness.tick(now).stream().anyMatch(LivenessCommand.Lost.class::isInstance);
    }

    assertThat(lost).isTrue();
    assertThat(liveness.isLost(node(1))).isTrue();
  }

  @Test
  void shouldTakeBackALostNodeByItsAnswerToALaterPingOnly() {
    Liveness liveness = new Liveness(LivenessSettings.DEFAULT);
    liveness.watch(node(1), 0);
    List<LivenessCommand> commands = new ArrayList<>();
    for (long now = 0; now <= 5 * SECOND; now += TICK) {
      commands.addAll(liveness.tick(now));
    }
    List<Long> pings =
        commands.stream()
            .filter(LivenessCommand.Ping.class::isInstance)
            .map(command -> ((LivenessCommand.Ping) command).sequence())
            .toList();
    int lostIndex = commands.indexOf(new LivenessCommand.Lost(node(1), 2_500 * MILLI));
    long before =
        commands.subList(0, lostIndex).stream()
            .filter(LivenessCommand.Ping.class::isInstance)
            .count();

    assertThat(lostIndex).isPositive();
    assertThat(commands.stream().filter(LivenessCommand.Lost.class::isInstance)).hasSize(1);
    // from 2.5 s to 5 s one each half second, not densely
    assertThat(pings.size() - before).isBetween(5L, 6L);
    assertThat(liveness.answered(node(1), before - 1)).isEmpty();
    assertThat(liveness.isLost(node(1))).isTrue();
    assertThat(liveness.answered(node(1), pings.getLast()))
        .containsExactly(new LivenessCommand.Returned(node(1)));
    assertThat(liveness.isLost(node(1))).isFalse();
    assertThat(liveness.silentNanos(node(1), 5 * SECOND)).isLessThanOrEqualTo(500 * MILLI);
  }

  @Test
  void shouldBlameNobodyForItsOwnPause() {
    Net net = new Net(5, 0, MILLI, 0);
    for (int i = 0; i < 5; i++) {
      net.liveness.watch(node(i), 0);
    }
    net.runTo(5 * SECOND);
    net.messages.clear();
    net.now += 60 * SECOND;
    net.runTo(net.now + 10 * SECOND);

    assertThat(net.lostAt).isEmpty();
  }

  @Test
  void shouldNotGiveTheTimeThatItSleptToWhoIsWatchedOnlySince() {
    Liveness liveness = new Liveness(LivenessSettings.DEFAULT);
    liveness.tick(0);
    long awake = 60 * SECOND;
    liveness.watch(node(1), awake); // before the first tick after the pause
    boolean lost = false;

    for (long now = awake; now <= awake + 3 * SECOND; now += TICK) {
      lost |= liveness.tick(now).stream().anyMatch(LivenessCommand.Lost.class::isInstance);
    }

    assertThat(lost).isTrue();
  }

  @Test
  void shouldIgnoreAnswersThatNobodyAskedFor() {
    Liveness liveness = new Liveness(LivenessSettings.DEFAULT);
    liveness.watch(node(1), 0);
    liveness.tick(0);

    for (long sequence : new long[] {-1, 1, 5, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThat(liveness.answered(node(1), sequence)).isEmpty();
    }
    assertThat(liveness.answered(node(2), 0)).isEmpty();
    assertThat(liveness.misses(node(1), SECOND)).isEqualTo(2);
  }

  @Test
  void shouldRefuseSettingsOutOfRange() {
    assertThatThrownBy(() -> new LivenessSettings(MILLI, 3, 0, MILLI))
        .hasMessageContaining("10 ms to 60 s");
    assertThatThrownBy(() -> new LivenessSettings(SECOND, 0, 0, MILLI))
        .hasMessageContaining("1 to 100");
    assertThatThrownBy(() -> new LivenessSettings(SECOND, 3, 0, 2 * SECOND))
        .hasMessageContaining("confirmation");
    assertThat(LivenessSettings.DEFAULT.lostAfterNanos()).isEqualTo(2_500 * MILLI);
  }
}
