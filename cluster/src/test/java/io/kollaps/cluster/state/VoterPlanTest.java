package io.kollaps.cluster.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.VoterPlan.Roles;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class VoterPlanTest {
  private static final NodeId LEADER = NodeId.of(1);

  private static List<NodeId> members(int count) {
    return LongStream.rangeClosed(1, count).mapToObj(NodeId::of).toList();
  }

  private static Set<NodeId> nodes(long... numbers) {
    return LongStream.of(numbers).mapToObj(NodeId::of).collect(Collectors.toSet());
  }

  private static Roles roles(Set<NodeId> voters, Set<NodeId> listeners) {
    return new Roles(new TreeSet<>(voters), new TreeSet<>(listeners));
  }

  private static Roles divide(int members, Roles now, Set<NodeId> leaving, Set<NodeId> silent) {
    return VoterPlan.divide(members(members), now, LEADER, leaving, silent);
  }

  @Test
  void shouldGrowFromOneVoterToThreeInOneStepAndThenByListeners() {
    Roles one = roles(nodes(1), nodes());
    Roles two = divide(2, one, Set.of(), Set.of());
    Roles three = divide(3, two, Set.of(), Set.of());
    Roles four = divide(4, three, Set.of(), Set.of());

    assertThat(two).isEqualTo(roles(nodes(1), nodes(2)));
    assertThat(three).isEqualTo(roles(nodes(1, 2, 3), nodes()));
    assertThat(four).isEqualTo(roles(nodes(1, 2, 3), nodes(4)));
  }

  @Test
  void shouldReplaceASilentVoterWhereAnotherIsThere() {
    Roles three = roles(nodes(1, 2, 3), nodes(4));

    assertThat(divide(4, three, Set.of(), nodes(2))).isEqualTo(roles(nodes(1, 3, 4), nodes(2)));
    // nobody to take its place: it stays, and votes again when it is back
    assertThat(divide(4, three, Set.of(), nodes(2, 4))).isEqualTo(three);
  }

  @Test
  void shouldNotMakeASilentNodeAVoter() {
    assertThat(divide(3, roles(nodes(1), nodes(2, 3)), Set.of(), nodes(3)))
        .isEqualTo(roles(nodes(1), nodes(2, 3)));
  }

  @Test
  void shouldLetALeavingVoterAndALeavingLeaderGo() {
    Roles three = roles(nodes(1, 2, 3), nodes(4));

    assertThat(divide(4, three, nodes(3), Set.of())).isEqualTo(roles(nodes(1, 2, 4), nodes(3)));
    assertThat(divide(4, three, nodes(1), Set.of())).isEqualTo(roles(nodes(2, 3, 4), nodes(1)));
    assertThat(divide(2, roles(nodes(1), nodes(2)), nodes(1), Set.of()))
        .isEqualTo(roles(nodes(2), nodes(1)));
    assertThat(divide(1, roles(nodes(1), nodes()), nodes(1), Set.of()))
        .isEqualTo(roles(nodes(1), nodes()));
  }

  @Test
  void shouldAlwaysHaveOneOrThreeVotersAndComeToRest() {
    for (long seed = 0; seed < 5000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int count = random.nextInt(1, 12);
      Set<NodeId> leaving = some(random, count, 4);
      Set<NodeId> silent = some(random, count, 3);
      silent.remove(LEADER);
      Set<NodeId> voters = some(random, count, 3);
      voters.add(LEADER);
      Set<NodeId> listeners = new TreeSet<>(members(count));
      listeners.removeAll(voters);
      Roles first = divide(count, roles(voters, listeners), leaving, silent);

      assertThat(first.voters().size()).as("seed " + seed).isIn(1, 3);
      assertThat(first.voters()).as("seed " + seed).noneMatch(first.listeners()::contains);
      assertThat(first.voters().size() + first.listeners().size()).isEqualTo(count);
      assertThat(divide(count, first, leaving, silent)).as("seed " + seed).isEqualTo(first);
    }
  }

  private static Set<NodeId> some(SplittableRandom random, int count, int oneIn) {
    Set<NodeId> some = new TreeSet<>();
    members(count).stream().filter(node -> random.nextInt(oneIn) == 0).forEach(some::add);
    return some;
  }
}
