package io.kollaps.cluster.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SimulatedProbes;
import org.junit.jupiter.api.Test;

/** Orders of events that only campaigns of simulated clusters came upon. */
class JoinFaultsTest {
  private static final long SECOND = JoinWorld.SECOND;
  private static final double EXACT = 1e-6;
  private static final JoinPolicy POLICY = JoinPolicy.of(new ProbePlan(SECOND, 0, 10));

  private static JoinWorld world(PhysicalTree network) {
    return new JoinWorld(network, POLICY, JoinSettings.DEFAULT.withNoise(0), 1);
  }

  private static NodeId id(int node) {
    return SimulatedProbes.id(node);
  }

  private static void enter(JoinWorld world, int node) {
    world.join(node, 1);
    for (int i = 0; i < 1000 && !world.entered.contains(id(node)); i++) {
      world.run(JoinWorld.MILLI * 100);
    }
    assertThat(world.entered).contains(id(node));
  }

  @Test
  void shouldTakeANodeOutOfTheMapThatLeavesRightAfterItsAdmission() {
    JoinWorld world = world(PhysicalTrees.star(4));
    enter(world, 1);
    world.leave(1);
    world.kill(1);
    world.run(2 * SECOND);
    assertThat(world.leader.network().map().has(id(1))).isFalse();

    enter(world, 2);
    enter(world, 3);
    assertThat(world.replicated().map().has(id(1))).isFalse();
  }

  @Test
  void shouldMeasureWhoWasPassedOverUnderAnotherLeaderToo() {
    JoinWorld world = world(PhysicalTrees.random(8, 1007));
    for (int node = 1; node < 7; node++) {
      world.join(node, 1);
      world.run(30 * SECOND);
    }
    world.kill(2);
    world.kill(3);
    world.join(7, 1);
    world.run(60 * SECOND);
    assertThat(world.replicated().passedOver()).isNotEmpty();

    world.changeLeader();
    world.revive(2);
    world.revive(3);
    for (int i = 0; i < 40; i++) {
      world.run(5 * SECOND);
      world.tell(new LeaderEvent.Idle(world.now));
    }
    assertThat(world.replicated().passedOver()).isEmpty();
    assertThat(world.worstError()).isLessThan(EXACT);
  }

  @Test
  void shouldBeginNoProbeBesideThoseOfTheLeaderBefore() {
    JoinWorld world = world(PhysicalTrees.star(4));
    enter(world, 1);
    world.changeLeader();
    world.join(2, 1);
    world.run(POLICY.leaseNanos() - SECOND);
    assertThat(world.probesBegun).doesNotContainKey(id(2));

    world.run(20 * SECOND);
    assertThat(world.entered).contains(id(2));
  }
}
