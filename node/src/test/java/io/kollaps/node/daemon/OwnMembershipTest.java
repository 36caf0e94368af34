package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlRules;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.TokenRecord;
import io.kollaps.cluster.wire.Protocol;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnMembershipTest {
  private static final NodeId FOUNDER = NodeId.of(1);
  private static final NodeId OTHER = NodeId.of(2);

  private final List<ControlState> states = new ArrayList<>(List.of(ControlState.empty()));

  private void apply(ControlCommand command) {
    ControlRules.Applied applied = ControlRules.apply(states.getLast(), command);
    assertThat(applied.outcome()).isInstanceOf(Outcome.Done.class);
    states.add(applied.state());
  }

  private static Member member(NodeId id, String name) {
    return new Member(
        id,
        name,
        "10.0.0." + id.bits(),
        7700,
        0,
        Member.Mode.ACTIVE,
        Protocol.OLDEST,
        Protocol.NEWEST,
        "test");
  }

  @Test
  void shouldNotTakeItsLeavingOfAnEarlierTimeForItsEnd() {
    apply(
        new ControlCommand.FormCluster(
            "c", member(FOUNDER, "a"), ClusterKey.create(1, new SecureRandom())));
    apply(new ControlCommand.AddToken(new TokenRecord("t", "00", Long.MAX_VALUE, 10), false));
    apply(new ControlCommand.AdmitMember(member(OTHER, "b"), "t", 0));
    apply(new ControlCommand.RemoveMember(OTHER));
    int firstLife = states.size();
    apply(new ControlCommand.AdmitMember(member(OTHER, "b"), "t", 0));
    long admission = states.getLast().members().get(OTHER).admission();

    OwnMembership own = new OwnMembership(OTHER, admission);
    for (int i = 1; i < states.size(); i++) {
      assertThat(own.ends(states.get(i - 1), states.get(i))).as("state %d", i).isFalse();
    }
    assertThat(
            new OwnMembership(OTHER, 0).ends(states.get(firstLife - 2), states.get(firstLife - 1)))
        .as("without the number of the admission nobody can tell")
        .isTrue();

    apply(new ControlCommand.RemoveMember(OTHER));
    assertThat(own.ends(states.get(states.size() - 2), states.getLast())).isTrue();
    assertThat(new OwnMembership(FOUNDER, 0).ends(states.get(states.size() - 2), states.getLast()))
        .isFalse();
  }
}
