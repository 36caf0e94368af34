package io.kollaps.cluster.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinProtocolTest {
  private static final long SECOND = JoinWorld.SECOND;

  /** Without noise, what is left is the rounding of half a bit. */
  private static final double EXACT = 1e-6;

  private static JoinWorld world(PhysicalTree network, long seed) {
    return new JoinWorld(
        network,
        JoinPolicy.of(new ProbePlan(SECOND, 0, 10)),
        JoinSettings.DEFAULT.withNoise(0),
        seed);
  }

  private static NodeId id(int node) {
    return SimulatedProbes.id(node);
  }

  @Test
  void shouldLetNodesInOneAfterTheOther() {
    JoinWorld world = world(PhysicalTrees.random(12, 1000), 1);
    for (int node = 1; node < 12; node++) {
      world.join(node, 1);
      world.run(30 * SECOND);
      assertThat(world.entered).contains(id(node));
    }

    assertThat(world.members).hasSize(12);
    assertThat(world.worstError()).isLessThan(EXACT);
    assertThat(world.probesBegun.values()).allSatisfy(n -> assertThat(n).isPositive());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldLetManyInAtOnceThoughCallsAreLostAndComeTwice(long seed) {
    JoinWorld world = world(PhysicalTrees.random(25, 1000 + seed), seed);
    world.loss = 0.2;
    world.duplicates = 0.2;
    for (int node = 1; node < 25; node++) {
      world.join(node, 1);
    }
    world.run(600 * SECOND);

    assertThat(world.gaveUp).as("seed %d", seed).isEmpty();
    assertThat(world.entered).as("seed %d", seed).hasSize(24);
    assertThat(world.worstError()).as("seed %d", seed).isLessThan(EXACT);
  }

  @Test
  void shouldSayWhoIsJoiningAndKeepTheQueue() {
    JoinWorld world = world(PhysicalTrees.star(3), 1);
    world.join(1, 1);
    world.run(SECOND / 2);
    world.join(2, 1);
    world.run(SECOND / 2);

    assertThat(world.entered).isEmpty();
    world.run(20 * SECOND);
    assertThat(world.entered).containsExactlyInAnyOrder(id(1), id(2));
  }

  @Test
  void shouldFreeTheLeaderWhenAJoinerDiesInTheMiddle() {
    JoinWorld world = world(PhysicalTrees.star(4), 1);
    world.join(1, 1);
    world.run(SECOND / 2); // its probe runs
    world.kill(1);
    world.join(2, 1);
    world.run(20 * SECOND);

    assertThat(world.entered).containsExactly(id(2));
    assertThat(world.told).anySatisfy(text -> assertThat(text).contains("not heard of"));
    assertThat(world.members).doesNotContainKey(id(1));
    world.join(1, 2);
    world.run(20 * SECOND);
    assertThat(world.entered).containsExactlyInAnyOrder(id(1), id(2));
  }

  @Test
  void shouldGoOnWithoutAMemberThatJustDiedAndVerifyWhenItIsBack() {
    JoinWorld world = world(PhysicalTrees.random(8, 1007), 1);
    for (int node = 1; node < 7; node++) {
      world.join(node, 1);
      world.run(30 * SECOND);
    }
    world.kill(2);
    world.kill(3);
    world.join(7, 1);
    world.run(60 * SECOND);
    assertThat(world.entered).contains(id(7));

    world.revive(2);
    world.revive(3);
    world.run(120 * SECOND);
    assertThat(world.worstError()).isLessThan(EXACT);
  }

  @Test
  void shouldMeasureNothingWhenAFreshNodeComesBack() {
    JoinWorld world = world(PhysicalTrees.random(6, 1003), 1);
    for (int node = 1; node < 6; node++) {
      world.join(node, 1);
      world.run(30 * SECOND);
    }
    int before = world.probesBegun.getOrDefault(id(3), 0);

    world.join(3, 2); // a member whose keys are lost
    world.run(10 * SECOND);
    assertThat(world.admitted.getLast()).isEqualTo(id(3));
    world.leave(3);
    world.run(10 * SECOND);
    world.join(3, 3); // one that left
    world.run(10 * SECOND);

    assertThat(world.admitted.getLast()).isEqualTo(id(3));
    assertThat(world.probesBegun).containsEntry(id(3), before);
    assertThat(world.worstError()).isLessThan(EXACT);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldSurviveChangesOfTheLeaderAndWritesThatEndHalfWay(long seed) {
    JoinWorld world = world(PhysicalTrees.random(16, 1000 + seed), seed);
    SplitMix64 random = new SplitMix64(seed);
    world.loss = 0.1;
    for (int node = 1; node < 16; node++) {
      world.join(node, 1);
    }
    for (int change = 0; change < 5; change++) {
      world.failWrites = change % 2 == 0;
      world.run(SECOND + random.below(15_000) * JoinWorld.MILLI);
      world.changeLeader();
    }
    world.failWrites = false;
    world.run(900 * SECOND);

    assertThat(world.gaveUp).as("seed %d", seed).isEmpty();
    assertThat(world.members).as("seed %d", seed).hasSize(16);
    assertThat(world.worstError()).as("seed %d", seed).isLessThan(EXACT);
  }

  @Test
  void shouldRebuildTheSameMapFromItsRecords() {
    JoinWorld world = world(PhysicalTrees.directed(20, 1004), 1);
    for (int node = 1; node < 20; node++) {
      world.join(node, 1);
      world.run(60 * SECOND);
    }
    world.leave(4);
    world.leave(9);
    world.run(10 * SECOND);

    MeasuredNetwork live = world.leader.network();
    MeasuredNetwork read = world.replicated();
    for (NodeId from : world.members.keySet()) {
      for (NodeId to : world.members.keySet()) {
        assertThat(read.map().entry(from, to)).isEqualTo(live.map().entry(from, to));
      }
    }
    assertThat(read.qualities()).isEqualTo(live.qualities());
    assertThat(world.records.keySet())
        .hasSize(live.map().nodes().size() + live.map().levels().size());
  }

  @Test
  void shouldTellWhetherAPairHolds() {
    JoinWorld world = world(PhysicalTrees.star(5), 1);
    for (int node = 1; node < 5; node++) {
      world.join(node, 1);
      world.run(20 * SECOND);
    }
    world.told.clear();

    world.tell(new LeaderEvent.VerifyAsked(world.now, NodePair.of(id(3), id(4))));
    world.run(10 * SECOND);

    assertThat(world.told).anySatisfy(text -> assertThat(text).contains("held=true"));
    assertThat(world.replicated().map().measurements()).containsKey(NodePair.of(id(3), id(4)));
  }

  private static JoinWorld joined(PhysicalTree network) {
    JoinWorld world = world(network, 1);
    for (int node = 1; node < network.size(); node++) {
      world.join(node, 1);
      world.run(20 * SECOND);
    }
    world.told.clear();
    return world;
  }

  @Test
  void shouldConfirmATieThroughASwitchThatBlocksNothing() {
    JoinWorld world = joined(PhysicalTrees.star(6));
    assertThat(world.replicated().tieConfirmed(0)).isFalse();

    world.tell(new LeaderEvent.TieAsked(world.now, NodePair.of(id(0), id(5))));
    world.run(60 * SECOND);

    assertThat(world.told).anySatisfy(text -> assertThat(text).contains("confirmed=true"));
    assertThat(world.replicated().tieConfirmed(0)).isTrue();
  }

  @Test
  void shouldNotConfirmATieAcrossASharedTrunk() {
    // two switches with three nodes each; their trunk is as fast as one node
    long rate = 1_000_000_000L;
    List<PhysicalTree.Element> elements = new ArrayList<>();
    elements.add(new PhysicalTree.Element(-1, Long.MAX_VALUE, Long.MAX_VALUE));
    elements.add(new PhysicalTree.Element(0, rate, rate));
    int[] leaves = new int[6];
    for (int node = 0; node < 6; node++) {
      leaves[node] = elements.size();
      elements.add(new PhysicalTree.Element(node % 2, rate, rate));
    }
    JoinWorld world = joined(new PhysicalTree(elements, leaves));

    world.tell(new LeaderEvent.TieAsked(world.now, NodePair.of(id(0), id(5))));
    world.run(60 * SECOND);

    assertThat(world.told).anySatisfy(text -> assertThat(text).contains("they share"));
    assertThat(world.replicated().tieConfirmed(0)).isFalse();
  }

  @Test
  void shouldTestTiesWhenIdleAndLetNobodyMeasureMeanwhile() {
    JoinWorld world = joined(PhysicalTrees.star(5));
    world.tell(new LeaderEvent.Idle(world.now));
    world.run(SECOND / 2); // the first round runs
    world.tell(new LeaderEvent.VerifyAsked(world.now, NodePair.of(id(3), id(4))));
    world.run(60 * SECOND);

    assertThat(world.replicated().tieConfirmed(0)).isTrue();
    assertThat(world.told).anySatisfy(text -> assertThat(text).contains("held=true"));
  }

  @Test
  void shouldReadWhatItWrote() throws Exception {
    JoinWorld world = joined(PhysicalTrees.directed(12, 1005));

    for (CapacityRecord record : world.records.values()) {
      assertThat(CapacityCodec.decode(CapacityCodec.encode(record))).isEqualTo(record);
    }
  }
}
