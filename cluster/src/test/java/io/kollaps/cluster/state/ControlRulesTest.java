package io.kollaps.cluster.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.CommandMessage;
import io.kollaps.cluster.security.ClusterKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ControlRulesTest {
  private static final ClusterKey KEY = ClusterKey.create(1, new SecureRandom());
  private static final ClusterKey NEXT = ClusterKey.create(2, new SecureRandom());

  private ControlState state = ControlState.empty();

  private Outcome apply(ControlCommand command) {
    ControlState before = state;
    ControlRules.Applied applied = ControlRules.apply(state, command);
    state = applied.state();
    if (applied.outcome() instanceof Outcome.Refused) {
      assertThat(state).as("a refused command changes nothing").isSameAs(before);
    } else {
      assertThat(state.revision()).isEqualTo(before.revision() + 1);
    }
    return applied.outcome();
  }

  private static String reason(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused) outcome).reason();
  }

  private void form() {
    assertThat(apply(new ControlCommand.FormCluster("c", Samples.member(1), KEY)))
        .isEqualTo(Outcome.done());
  }

  private Outcome admit(int number) {
    return apply(new ControlCommand.AdmitMember(Samples.member(number), "cafe0001", 1000));
  }

  @Test
  void shouldBeFormedOnceAndFirst() {
    assertThat(reason(admit(2))).contains("not formed");
    form();
    assertThat(reason(apply(new ControlCommand.FormCluster("d", Samples.member(2), KEY))))
        .contains("already");
    assertThat(state.cluster()).isEqualTo("c");
    assertThat(state.key()).contains(KEY);
  }

  @Test
  void shouldAdmitWithATokenThatCountsOnly() {
    form();
    assertThat(reason(admit(2))).contains("unknown");
    apply(new ControlCommand.AddToken(Samples.token(2, 1001), false));
    assertThat(admit(2)).isEqualTo(Outcome.done());
    assertThat(reason(apply(new ControlCommand.AdmitMember(Samples.member(3), "cafe0001", 1001))))
        .contains("expired");
    assertThat(admit(3)).isEqualTo(Outcome.done());
    assertThat(reason(admit(4))).contains("as often as it may");
    assertThat(state.membersByAdmission())
        .extracting(Member::id)
        .containsExactly(NodeId.of(1), NodeId.of(2), NodeId.of(3));
  }

  @Test
  void shouldEndOtherTokensWhenRotated() {
    form();
    apply(new ControlCommand.AddToken(Samples.token(2, 5000), false));
    apply(new ControlCommand.AddToken(new TokenRecord("beef0002", "00".repeat(32), 5000, 1), true));
    assertThat(reason(admit(2))).contains("replaced");
  }

  @Test
  void shouldKeepNamesAndAddressesUnique() {
    form();
    apply(new ControlCommand.AddToken(Samples.token(9, 5000), false));
    Member one = Samples.member(1);
    Member sameName =
        new Member(NodeId.of(5), one.name(), "10.9.9.9", 7700, 0, one.mode(), 1, 1, "x");
    Member sameAddress =
        new Member(NodeId.of(6), "other", one.host(), one.port(), 0, one.mode(), 1, 1, "x");

    assertThat(reason(apply(new ControlCommand.AdmitMember(sameName, "cafe0001", 0))))
        .contains("--name");
    assertThat(reason(apply(new ControlCommand.AdmitMember(sameAddress, "cafe0001", 0))))
        .contains("node leave node-1");
    // the same node again, because the answer to its first try was lost
    assertThat(admit(2)).isEqualTo(Outcome.done());
    assertThat(admit(2)).isEqualTo(Outcome.done());
    assertThat(state.members()).hasSize(2);
  }

  @Test
  void shouldPutABannedNodeOutForGoodAndChangeTheKey() {
    form();
    apply(new ControlCommand.AddToken(Samples.token(9, 5000), false));
    admit(2);
    assertThat(reason(apply(new ControlCommand.BanNode(NodeId.of(2), "x", 7, KEY))))
        .contains("meanwhile");
    assertThat(apply(new ControlCommand.BanNode(NodeId.of(2), "loud", 7, NEXT)))
        .isEqualTo(Outcome.done());
    assertThat(state.isMember(NodeId.of(2))).isFalse();
    assertThat(state.key()).contains(NEXT);
    assertThat(state.bans().get(NodeId.of(2)))
        .isEqualTo(new Ban(NodeId.of(2), "node-2", "loud", 7));
    assertThat(reason(admit(2))).contains("banned");
  }

  @Test
  void shouldKeepModeAndAdmissionOverAnUpdate() {
    form();
    apply(new ControlCommand.SetMode(NodeId.of(1), Member.Mode.DRAINED));
    Member moved =
        new Member(NodeId.of(1), "node-1", "10.1.1.1", 7800, 77, Member.Mode.ACTIVE, 1, 2, "0.2.0");
    apply(new ControlCommand.UpdateMember(moved));

    Member now = state.members().get(NodeId.of(1));
    assertThat(now.mode()).isEqualTo(Member.Mode.DRAINED);
    assertThat(now.admission()).isEqualTo(1);
    assertThat(now.host()).isEqualTo("10.1.1.1");
    assertThat(reason(apply(new ControlCommand.UpdateMember(Samples.member(9)))))
        .contains("no member");
    assertThat(reason(apply(new ControlCommand.RemoveMember(NodeId.of(1))))).contains("only");
  }

  @Test
  void shouldWriteDocumentsWithVersions() {
    form();
    ByteString a = ByteString.copyFromUtf8("a");
    assertThat(apply(put(a, OptionalLong.of(0)))).isEqualTo(Outcome.done());
    assertThat(reason(apply(put(a, OptionalLong.of(0))))).contains("version 1");
    assertThat(apply(put(a, OptionalLong.of(1)))).isEqualTo(Outcome.done());
    assertThat(apply(put(a, OptionalLong.empty()))).isEqualTo(Outcome.done());
    assertThat(state.documents().get(new Document.Key("capacity", "k")).version()).isEqualTo(3);
    ByteString big = ByteString.copyFrom(new byte[Document.MAX_CONTENT_BYTES + 1]);
    assertThat(reason(apply(put(big, OptionalLong.empty())))).contains("at most");
    apply(new ControlCommand.RemoveDocument("capacity", "k"));
    assertThat(state.documents()).isEmpty();
  }

  private static ControlCommand put(ByteString content, OptionalLong expected) {
    return new ControlCommand.PutDocument("capacity", "k", content, expected);
  }

  @Test
  void shouldReadBackEveryCommandAndTheWholeState() throws Exception {
    List<ControlCommand> commands =
        List.of(
            new ControlCommand.FormCluster("c", Samples.member(1), KEY),
            new ControlCommand.AddToken(Samples.token(3, 5000), true),
            new ControlCommand.AdmitMember(Samples.member(2), "cafe0001", 1000),
            new ControlCommand.AdmitMember(Samples.member(3), "cafe0001", 1000),
            new ControlCommand.UpdateMember(Samples.member(2)),
            new ControlCommand.SetMode(NodeId.of(2), Member.Mode.DRAINED),
            put(ByteString.copyFromUtf8("x"), OptionalLong.of(0)),
            put(ByteString.copyFromUtf8("y"), OptionalLong.empty()),
            new ControlCommand.PutDocument("runs", "r", ByteString.EMPTY, OptionalLong.empty()),
            new ControlCommand.RemoveDocument("runs", "r"),
            new ControlCommand.BanNode(NodeId.of(3), "reason", 12, NEXT),
            new ControlCommand.RemoveMember(NodeId.of(2)));
    assertThat(commands.stream().map(Object::getClass).distinct().count())
        .as("every kind of command is here")
        .isEqualTo(ControlCommand.class.getPermittedSubclasses().length);
    for (ControlCommand command : commands) {
      assertThat(ControlCodec.decode(ControlCodec.encode(command))).isEqualTo(command);
      assertThat(apply(command)).as(command.toString()).isEqualTo(Outcome.done());
      assertThat(ControlCodec.decodeState(ControlCodec.encode(state))).isEqualTo(state);
    }
    Outcome refused = Outcome.refused("because");
    assertThat(ControlCodec.decodeOutcome(ControlCodec.encode(refused))).isEqualTo(refused);
  }

  @Test
  void shouldNotGuessAtWhatANewerVersionWrote() {
    byte[] newer =
        CommandMessage.newBuilder()
            .setFormat(ControlCodec.FORMAT + 1)
            .setRemoveMember(CommandMessage.RemoveMember.newBuilder().setNode(NodeId.of(1).value()))
            .build()
            .toByteArray();
    byte[] unknownKind =
        CommandMessage.newBuilder().setFormat(ControlCodec.FORMAT).build().toByteArray();

    assertThatThrownBy(() -> ControlCodec.decode(newer))
        .isInstanceOf(UnknownFormatException.class)
        .hasMessageContaining("version of the other nodes");
    assertThatThrownBy(() -> ControlCodec.decode(unknownKind))
        .isInstanceOf(UnknownFormatException.class);
  }

  @Test
  void shouldRefuseGarbageWithoutFailing() {
    long seed = 99;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] real = ControlCodec.encode(new ControlCommand.FormCluster("c", Samples.member(1), KEY));
    for (int i = 0; i < 20_000; i++) {
      byte[] data = real.clone();
      for (int change = 0; change <= random.nextInt(4); change++) {
        data[random.nextInt(data.length)] = (byte) random.nextInt();
      }
      try {
        var _ = ControlCodec.decode(data);
      } catch (UnknownFormatException e) {
        assertThat(e).as("seed %d, command %d", seed, i).hasMessageNotContaining("null");
      }
    }
  }
}
