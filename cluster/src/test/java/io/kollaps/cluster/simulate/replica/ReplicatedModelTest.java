package io.kollaps.cluster.simulate.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Network;
import io.kollaps.cluster.simulate.world.NetworkConditions;
import io.kollaps.cluster.simulate.world.Program;
import io.kollaps.cluster.simulate.world.Story;
import io.kollaps.cluster.simulate.world.Trace;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.VoterPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ReplicatedModelTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long SEEDS = Long.getLong("kollaps.simulate.seeds", 300);

  /** Five hosts of which the first three vote, with what they were told. */
  private static final class Five {
    final World world;
    final Network<String> network;
    final ReplicatedModel model;
    final Map<NodeId, Replica> replicas = new HashMap<>();
    final List<NodeId> ids = new ArrayList<>();
    final Set<String> decided = new HashSet<>();
    final Set<String> refused = new HashSet<>();
    final Map<Long, NodeId> led = new HashMap<>();

    Five(World world) {
      this.world = world;
      network = new Network<>(world, NetworkConditions.GOOD);
      model = new ReplicatedModel(world, network);
      for (int i = 0; i < 5; i++) {
        NodeId id = new NodeId("n" + i);
        ids.add(id);
        network.add(id, this::boot);
      }
      model.found(ids.getFirst());
      network.hosts().forEach(Host::start);
      world.playFor(3 * SECOND);
      submit(
          ids.getFirst(),
          new ControlCommand.FormCluster(
              "c",
              new Member(ids.getFirst(), "n0", "h0", 7700, 0, Member.Mode.ACTIVE, 1, 1, ""),
              new ClusterKey(1, "00".repeat(32))),
          "form");
      world.playFor(SECOND);
      replicas
          .get(ids.getFirst())
          .divide(
              new VoterPlan.Roles(
                  new TreeSet<>(ids.subList(0, 3)), new TreeSet<>(ids.subList(3, 5))),
              Optional.empty(),
              _ -> {});
      world.playFor(SECOND);
    }

    private Program<String> boot(Host<String> host) {
      replicas.put(
          host.id(),
          model.open(
              host,
              new ReplicaListener() {
                @Override
                public void changed(ControlState state) {}

                @Override
                public void led(long term) {
                  NodeId other = led.put(term, host.id());
                  world.demand(other == null, () -> "two lead in term " + term);
                  world.demand(
                      replicas.get(host.id()).state().equals(model.decided()),
                      () -> host + " leads without knowing everything");
                }

                @Override
                public void ledNoMore() {}

                @Override
                public void leaderIs(Optional<NodeId> leader) {}
              }));
      return new Program<>() {
        @Override
        public void datagram(NodeId from, String payload) {}

        @Override
        public void called(NodeId from, String request, Answer<String> answer) {}
      };
    }

    void put(NodeId by, String key) {
      submit(
          by,
          new ControlCommand.PutDocument("r", key, ByteString.EMPTY, OptionalLong.empty()),
          key);
    }

    private void submit(NodeId by, ControlCommand command, String name) {
      replicas
          .get(by)
          .submit(
              command,
              how -> {
                switch (how) {
                  case Submitted.Decided(Outcome outcome) -> {
                    assertThat(outcome).isEqualTo(Outcome.done());
                    decided.add(name);
                  }
                  case Submitted.NotLeader() -> refused.add(name);
                  case Submitted.Unknown(String _) -> {}
                }
              });
    }

    Set<String> keys(ControlState state) {
      Set<String> keys = new HashSet<>();
      state.documents().keySet().stream().map(Document.Key::key).forEach(keys::add);
      return keys;
    }
  }

  private final Five five = new Five(new World(5, Trace.withLines()));

  @Test
  void shouldDecideAtTheLeaderAndTellAll() {
    five.put(five.ids.get(0), "a");
    five.put(five.ids.get(1), "b");
    five.world.playFor(SECOND);
    assertThat(five.decided).contains("form", "a").doesNotContain("b");
    assertThat(five.refused).containsExactly("b");
    assertThat(five.replicas.values())
        .allSatisfy(replica -> assertThat(replica.state()).isEqualTo(five.model.decided()));
  }

  @Test
  void shouldLetAnotherVoterTakeOverWithEverythingDecided() {
    five.put(five.ids.get(0), "a");
    five.world.playFor(SECOND);
    five.network.host(five.ids.get(0)).crash();
    five.world.playFor(5 * SECOND);
    NodeId leader = five.model.leader().orElseThrow();
    assertThat(leader).isIn(five.ids.get(1), five.ids.get(2));
    five.put(leader, "b");
    five.world.playFor(SECOND);
    assertThat(five.decided).contains("a", "b");
    assertThat(five.keys(five.replicas.get(five.ids.get(4)).state()))
        .containsExactlyInAnyOrder("a", "b");
    assertThat(five.replicas.get(five.ids.get(4)).status().leader()).contains(leader);
  }

  @Test
  void shouldLetACutOffLeaderBelieveForAWhileButDecideNothing() {
    five.network.partition(List.of(Set.of(five.ids.get(0))));
    five.put(five.ids.get(0), "lost");
    five.world.playFor(SECOND / 2);
    assertThat(five.replicas.get(five.ids.get(0)).leading()).isTrue();
    five.world.playFor(20 * SECOND);
    assertThat(five.replicas.get(five.ids.get(0)).leading()).isFalse();
    assertThat(five.decided).doesNotContain("lost");
    assertThat(five.model.leader()).isPresent().isNotEqualTo(Optional.of(five.ids.get(0)));
  }

  @Test
  void shouldDecideNothingWithoutAMajority() {
    five.network.host(five.ids.get(1)).crash();
    five.network.host(five.ids.get(2)).crash();
    five.put(five.ids.get(0), "late");
    five.world.playFor(30 * SECOND);
    assertThat(five.decided).doesNotContain("late");
    assertThat(five.model.leader()).isEmpty();
    five.network.host(five.ids.get(1)).start();
    five.world.playFor(5 * SECOND);
    assertThat(five.model.leader()).isPresent();
  }

  @Test
  void shouldLoseNothingThatWasDecidedInAnyOrderOfFaults() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Story.Played played = Story.play(ReplicatedModelTest::faults, seed);
      assertThat(played.failure().map(failure -> failure.report(60))).isEmpty();
    }
  }

  private static void faults(World world) {
    Five five = new Five(world);
    SplitMix64 random = world.random("faults");
    for (int step = 0; step < 150; step++) {
      NodeId node = five.ids.get(random.below(5));
      Host<String> host = five.network.host(node);
      switch (random.below(12)) {
        case 0 -> host.crash();
        case 1 -> five.network.partition(List.of(Set.of(node)));
        case 2 -> host.pause(random.below(4) * SECOND);
        case 3, 4 -> five.network.heal();
        case 5, 6 -> host.start();
        default -> {
          for (Host<String> each : five.network.hosts()) {
            if (each.up()) {
              five.put(each.id(), "k" + step + "/" + each.id());
            }
          }
        }
      }
      world.playFor(random.below(1500) * 1_000_000L);
      world.demand(
          five.keys(five.model.decided()).containsAll(without(five.decided)),
          () -> "decided changes are lost");
    }
    five.network.heal();
    five.network.hosts().forEach(Host::start);
    world.playFor(15 * SECOND);
    world.demand(five.model.leader().isPresent(), () -> "nobody leads");
    for (Replica replica : five.replicas.values()) {
      world.demand(
          replica.state().equals(five.model.decided()), () -> replica + " does not know it all");
    }
    world.demand(five.decided.size() > 1, () -> "nothing was decided");
  }

  private static Set<String> without(Set<String> names) {
    Set<String> keys = new HashSet<>(names);
    keys.remove("form");
    return keys;
  }
}
