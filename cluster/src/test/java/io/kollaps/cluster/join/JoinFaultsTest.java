package io.kollaps.cluster.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SimulatedProbes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Orders of events that only campaigns of simulated clusters came upon. */
class JoinFaultsTest {
  private static final long SECOND = JoinWorld.SECOND;
  private static final long GIGABIT = 1_000_000_000L;
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
    // all that n2 can learn from n0 is how slow n0 is; n1, which is as fast as n2, does not answer
    List<PhysicalTree.Element> elements =
        List.of(
            new PhysicalTree.Element(-1, Long.MAX_VALUE, Long.MAX_VALUE),
            new PhysicalTree.Element(0, GIGABIT / 10, GIGABIT / 10),
            new PhysicalTree.Element(0, GIGABIT, GIGABIT),
            new PhysicalTree.Element(0, GIGABIT, GIGABIT));
    JoinWorld world = world(new PhysicalTree(elements, new int[] {1, 2, 3}));
    enter(world, 1);
    world.kill(1);
    world.run(5 * SECOND);
    enter(world, 2);
    assertThat(world.replicated().passedOver()).isNotEmpty();

    world.changeLeader();
    world.revive(1);
    for (int i = 0; i < 40; i++) {
      world.run(5 * SECOND);
      world.tell(new LeaderEvent.Idle(world.now));
    }
    assertThat(world.replicated().passedOver()).isEmpty();
    assertThat(world.worstError()).isLessThan(EXACT);
  }

  @Test
  void shouldEndEachProbeOfARoundOnceWhenAllRunOutTogether() {
    JoinWorld world = world(PhysicalTrees.star(6));
    for (int node = 1; node < 6; node++) {
      enter(world, node);
    }
    world.run(60 * SECOND); // the leases are over
    world.probesHang = true;
    world.probesEnded.clear();
    world.told.clear();
    world.tell(new LeaderEvent.Idle(world.now));
    world.run(POLICY.probeNanos() + 5 * SECOND);

    assertThat(world.told).anySatisfy(text -> assertThat(text).contains("not confirmed"));
    assertThat(world.told).noneSatisfy(text -> assertThat(text).startsWith("the probe of"));
    // three pairs, both of each
    assertThat(world.probesEnded).hasSize(6).doesNotHaveDuplicates();
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
