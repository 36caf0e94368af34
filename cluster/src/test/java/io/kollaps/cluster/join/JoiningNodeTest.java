package io.kollaps.cluster.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.state.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One joining node among members that answer each in its own way. */
class JoiningNodeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeId SELF = new NodeId("new");
  private static final Contact OUT = new Contact("out", 7700);
  private static final Contact OTHER = new Contact("other", 7700);
  private static final Contact LEADER = new Contact("leader", 7700);
  private static final JoinAnswer NOBODY =
      new JoinAnswer.Wait("no node leads the cluster", false, SECOND);
  private static final JoinAnswer ACCEPTED =
      new JoinAnswer.Accepted(Secret.of(new byte[Secret.BYTES]), SECOND);

  private final JoiningNode node =
      new JoiningNode(
          new Applicant(
              new Member(SELF, "new", "new", 7700, 0, Member.Mode.ACTIVE, 1, 1, "test"),
              "token",
              NodeProfile.unknown(SELF)),
          1,
          JoinerPolicy.DEFAULT);
  private final List<Contact> asked = new ArrayList<>();

  /** Lets the node find these members and answers its calls, until it is accepted or waits. */
  private boolean accepted(List<Contact> found, Map<Contact, JoinAnswer> answers) {
    node.handle(new JoinerEvent.Begin(0));
    List<JoinerCommand> next = node.handle(new JoinerEvent.Found(0, found));
    while (next.stream().anyMatch(JoinerCommand.Call.class::isInstance)) {
      JoinerCommand.Call call =
          next.stream()
              .filter(JoinerCommand.Call.class::isInstance)
              .map(JoinerCommand.Call.class::cast)
              .findFirst()
              .orElseThrow();
      if (call.call() instanceof JoinCall.Step) {
        return true;
      }
      asked.add(call.to());
      next =
          node.handle(
              new JoinerEvent.Answered(0, call.number(), answers.getOrDefault(call.to(), NOBODY)));
    }
    return false;
  }

  @Test
  void shouldAskTheOthersWhenTheFirstMemberKnowsOfNoLeader() {
    assertThat(
            accepted(
                List.of(OUT, OTHER),
                Map.of(OTHER, new JoinAnswer.LeaderAt(LEADER), LEADER, ACCEPTED)))
        .isTrue();

    assertThat(asked).containsExactly(OUT, OTHER, LEADER);
  }

  @Test
  void shouldAskTheOthersWhenTwoMembersSendItInCircles() {
    assertThat(
            accepted(
                List.of(OUT, LEADER),
                Map.of(
                    OUT,
                    new JoinAnswer.LeaderAt(OTHER),
                    OTHER,
                    new JoinAnswer.LeaderAt(OUT),
                    LEADER,
                    ACCEPTED)))
        .isTrue();

    assertThat(asked)
        .hasSize(JoinerPolicy.DEFAULT.maxRedirects() + 2)
        .endsWith(LEADER)
        .startsWith(OUT, OTHER, OUT);
  }

  @Test
  void shouldWaitBeforeItLooksAgainWhenNoMemberKnowsOfALeader() {
    assertThat(accepted(List.of(OUT, OTHER), Map.of())).isFalse();

    assertThat(asked).containsExactly(OUT, OTHER);
    assertThat(node.handle(new JoinerEvent.TimePassed(SECOND - 1))).isEmpty();
    assertThat(node.handle(new JoinerEvent.TimePassed(SECOND)))
        .containsExactly(new JoinerCommand.Find());
  }
}
