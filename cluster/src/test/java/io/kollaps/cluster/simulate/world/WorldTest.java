package io.kollaps.cluster.simulate.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorldTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;
  private static final NodeId A = new NodeId("a");
  private static final NodeId B = new NodeId("b");
  private static final NodeId C = new NodeId("c");
  private static final NetworkConditions EXACT =
      new NetworkConditions(0, 0, 10 * MILLI, 0, 0, 0, 0);

  private final World world = new World(1, Trace.withLines());
  private final List<String> heard = new ArrayList<>();

  /** Notes what comes; answers calls with the request and an exclamation mark. */
  private final class Echo implements Program<String> {
    private final Host<String> host;

    Echo(Host<String> host) {
      this.host = host;
    }

    @Override
    public void datagram(NodeId from, String payload) {
      heard.add(host + " from " + from + ": " + payload);
    }

    @Override
    public void called(NodeId from, String request, Answer<String> answer) {
      heard.add(host + " is asked: " + request);
      answer.give(request + "!");
    }
  }

  private Network<String> network(NetworkConditions conditions) {
    Network<String> network = new Network<>(world, conditions);
    for (NodeId id : List.of(A, B, C)) {
      network.add(id, Echo::new).start();
    }
    return network;
  }

  private void hears(Reply<String> reply) {
    heard.add(
        switch (reply) {
          case Reply.Answered<String>(String message) -> "answer " + message;
          case Reply.Failed<String>(String reason, boolean refused) ->
              (refused ? "refused: " : "failed: ") + reason;
        });
  }

  @Test
  void shouldLetEventsOfOneInstantHappenAsPlanned() {
    world.after(5, () -> heard.add("b"));
    world.after(3, () -> heard.add("a"));
    world.after(5, () -> heard.add("c at " + world.nowNanos()));
    world.after(5, () -> heard.add("never")).cancel();
    world.playFor(100);
    assertThat(heard).containsExactly("a", "b", "c at 5");
    assertThat(world.nowNanos()).isEqualTo(100);
  }

  @Test
  void shouldCarryDatagramsAndCallsInTheirTime() {
    Network<String> network = network(EXACT);
    network.host(A).send(B, "hello");
    network.host(A).call(C, "you", SECOND, this::hears);
    world.playFor(10 * MILLI - 1);
    assertThat(heard).isEmpty();
    world.playFor(1);
    assertThat(heard).containsExactly("b from a: hello", "c is asked: you");
    world.playFor(10 * MILLI);
    assertThat(heard).last().isEqualTo("answer you!");
  }

  @Test
  void shouldLoseAndDoubleDatagramsAsOftenAsToldButCarryCalls() {
    Network<String> network = network(new NetworkConditions(0.2, 0.1, MILLI, 0, 0, 0, 0));
    for (int i = 0; i < 10_000; i++) {
      network.host(A).send(B, "x");
    }
    world.playFor(SECOND);
    // 10 000 * 1.1 copies * 0.8: standard deviation 52
    assertThat(heard).hasSizeBetween(8500, 9100);
    heard.clear();
    for (int i = 0; i < 1000; i++) {
      network.host(A).call(B, "y", 600 * SECOND, this::hears);
    }
    world.playFor(1000 * SECOND);
    assertThat(heard.stream().filter("b is asked: y"::equals)).hasSize(1000);
    assertThat(heard.stream().filter("answer y!"::equals)).hasSize(1000);
  }

  @Test
  void shouldFailCallsAcrossAPartitionAndReachAllWhenItHeals() {
    Network<String> network = network(EXACT);
    network.partition(List.of(Set.of(A)));
    network.host(A).call(B, "x", SECOND, this::hears);
    network.host(B).call(C, "y", SECOND, this::hears);
    network.host(A).send(B, "lost");
    world.playFor(2 * SECOND);
    assertThat(heard).containsExactly("c is asked: y", "answer y!", "failed: no answer in time");
    network.heal();
    network.host(A).call(B, "z", SECOND, this::hears);
    world.playFor(SECOND);
    assertThat(heard).last().isEqualTo("answer z!");
  }

  @Test
  void shouldCarryACallThatOutlivesAPartition() {
    Network<String> network = network(EXACT);
    network.cut(B, A);
    network.host(A).call(B, "x", 10 * SECOND, this::hears);
    world.playFor(SECOND);
    assertThat(heard).containsExactly("b is asked: x");
    network.heal();
    world.playFor(9 * SECOND);
    assertThat(heard).containsExactly("b is asked: x", "answer x!");
  }

  @Test
  void shouldForgetPlansAndCallsInACrashAndBreakTheCallsOfOthers() {
    Network<String> network = network(EXACT);
    Host<String> slow =
        network.add(
            new NodeId("slow"),
            host ->
                new Program<>() {
                  @Override
                  public void datagram(NodeId from, String payload) {}

                  @Override
                  public void called(NodeId from, String request, Answer<String> answer) {
                    host.after(SECOND, () -> answer.give("late"));
                  }
                });
    network.host(A).call(slow.id(), "down", SECOND, this::hears);
    world.playFor(SECOND);
    slow.start();
    network.host(A).call(slow.id(), "up", 5 * SECOND, this::hears);
    slow.after(SECOND, () -> heard.add("never"));
    network.host(B).call(slow.id(), "mine", 5 * SECOND, this::hears);
    world.playFor(100 * MILLI);
    slow.crash();
    network.host(B).crash();
    slow.start();
    world.playFor(10 * SECOND);
    assertThat(heard).containsExactly("refused: host slow is down", "failed: the connection broke");
    assertThat(slow.starts()).isEqualTo(2);
  }

  @Test
  void shouldKeepWhatComesWhileAHostPauses() {
    Network<String> network = network(EXACT);
    network.host(B).pause(SECOND);
    network.host(A).send(B, "x");
    network.host(B).after(MILLI, () -> heard.add("own"));
    world.playFor(SECOND - 1);
    assertThat(heard).isEmpty();
    world.playFor(1);
    assertThat(heard).containsExactly("own", "b from a: x");
  }

  @Test
  void shouldTellTimeByTheHostsOwnClock() {
    Network<String> network = network(EXACT);
    network.host(A).setClock(3 * SECOND, 100);
    world.playFor(10 * SECOND);
    assertThat(network.host(A).clockNanos()).isEqualTo(13 * SECOND + MILLI);
    assertThat(network.host(B).clockNanos()).isEqualTo(10 * SECOND);
  }

  /** Hosts that talk at random in a bad network, and crash, until one has heard a word. */
  private static void chatter(World world, int until) {
    Network<Integer> network = new Network<>(world, NetworkConditions.BAD);
    SplitMix64 random = world.random("chatter");
    int[] count = new int[1];
    List<NodeId> ids = List.of(A, B, C);
    for (NodeId id : ids) {
      network.add(
          id,
          host ->
              new Program<>() {
                {
                  talk();
                }

                private void talk() {
                  NodeId to = ids.get(random.below(3));
                  host.send(to, random.below(100));
                  host.call(to, random.below(100), SECOND, _ -> count[0]++);
                  host.after(random.below(100) * MILLI, this::talk);
                }

                @Override
                public void datagram(NodeId from, Integer payload) {
                  count[0]++;
                  world.demand(count[0] < until, () -> "heard " + payload);
                }

                @Override
                public void called(NodeId from, Integer request, Answer<Integer> answer) {
                  answer.give(request + 1);
                }
              });
    }
    network.hosts().forEach(Host::start);
    for (int i = 0; i < 20; i++) {
      world.playFor(SECOND);
      Host<Integer> host = network.host(ids.get(random.below(3)));
      if (host.up()) {
        host.crash();
      } else {
        host.start();
      }
    }
  }

  @Test
  void shouldPlayTheSameStoryFromTheSameSeedAndOthersFromOthers() {
    for (long seed = 0; seed < 20; seed++) {
      World first = new World(seed, Trace.withLines());
      World second = new World(seed, Trace.withLines());
      World other = new World(seed + 1000, Trace.digestOnly());
      chatter(first, Integer.MAX_VALUE);
      chatter(second, Integer.MAX_VALUE);
      chatter(other, Integer.MAX_VALUE);
      assertThat(second.trace().lines()).isEqualTo(first.trace().lines());
      assertThat(second.trace().lines()).hasSizeGreaterThan(100);
      assertThat(second.trace().digest()).isEqualTo(first.trace().digest());
      assertThat(other.trace().digest()).isNotEqualTo(first.trace().digest());
    }
  }

  @Test
  void shouldTellTheTraceOfAFailingSeed() {
    Story.Played good = Story.play(world -> chatter(world, Integer.MAX_VALUE), 7);
    Story.Played bad = Story.play(world -> chatter(world, 50), 7);
    assertThat(good.failure()).isEmpty();
    Story.Failure failure = bad.failure().orElseThrow();
    assertThat(failure.reason()).startsWith("seed 7, after ").contains("heard ");
    assertThat(failure.report(10).lines()).hasSize(11).last().asString().contains("gets");
    assertThat(failure.cause()).isInstanceOf(InvariantBroken.class);
  }

  @Test
  void shouldSayWhenAStoryDoesNotDependOnItsSeedAlone() {
    int[] plays = new int[1];
    assertThatThrownBy(
            () ->
                Story.play(
                    world -> {
                      plays[0]++;
                      world.demand(false, () -> "play " + plays[0]);
                    },
                    3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another way");
  }
}
