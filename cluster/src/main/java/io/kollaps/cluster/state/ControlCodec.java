package io.kollaps.cluster.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.BanMessage;
import io.kollaps.cluster.generated.CommandMessage;
import io.kollaps.cluster.generated.DocumentMessage;
import io.kollaps.cluster.generated.KeyMessage;
import io.kollaps.cluster.generated.MemberMessage;
import io.kollaps.cluster.generated.OutcomeMessage;
import io.kollaps.cluster.generated.StateMessage;
import io.kollaps.cluster.generated.TokenMessage;
import io.kollaps.cluster.security.ClusterKey;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Bytes of commands, outcomes and states, as they lie in the log and in snapshots (state.proto).
 */
public final class ControlCodec {
  /** Format that is written; every format from 1 to it can be read. */
  public static final int FORMAT = 1;

  private ControlCodec() {}

  /** Bytes of a command. */
  public static byte[] encode(ControlCommand command) {
    CommandMessage.Builder message = CommandMessage.newBuilder().setFormat(FORMAT);
    switch (command) {
      case ControlCommand.FormCluster form ->
          message.setFormCluster(
              CommandMessage.FormCluster.newBuilder()
                  .setCluster(form.cluster())
                  .setFounder(toMessage(form.founder()))
                  .setKey(toMessage(form.key())));
      case ControlCommand.AdmitMember admit ->
          message.setAdmitMember(
              CommandMessage.AdmitMember.newBuilder()
                  .setMember(toMessage(admit.member()))
                  .setToken(admit.token())
                  .setAtMillis(admit.atMillis()));
      case ControlCommand.UpdateMember update ->
          message.setUpdateMember(
              CommandMessage.UpdateMember.newBuilder().setMember(toMessage(update.member())));
      case ControlCommand.RemoveMember remove ->
          message.setRemoveMember(
              CommandMessage.RemoveMember.newBuilder().setNode(remove.node().value()));
      case ControlCommand.SetMode set ->
          message.setSetMode(
              CommandMessage.SetMode.newBuilder()
                  .setNode(set.node().value())
                  .setMode(set.mode().name()));
      case ControlCommand.BanNode ban ->
          message.setBanNode(
              CommandMessage.BanNode.newBuilder()
                  .setNode(ban.node().value())
                  .setReason(ban.reason())
                  .setAtMillis(ban.atMillis())
                  .setKey(toMessage(ban.key())));
      case ControlCommand.AddToken add ->
          message.setAddToken(
              CommandMessage.AddToken.newBuilder()
                  .setToken(toMessage(add.token()))
                  .setReplacesAll(add.replacesAll()));
      case ControlCommand.PutDocument put -> message.setPutDocument(toMessage(put));
      case ControlCommand.RemoveDocument remove ->
          message.setRemoveDocument(
              CommandMessage.RemoveDocument.newBuilder()
                  .setRoom(remove.room())
                  .setKey(remove.key()));
    }
    return message.build().toByteArray();
  }

  /**
   * Reads a command.
   *
   * @throws UnknownFormatException when a newer version of Kollaps wrote it, or nobody did
   */
  public static ControlCommand decode(byte[] bytes) throws UnknownFormatException {
    return reading("a command", () -> decode(CommandMessage.parseFrom(bytes)));
  }

  private static ControlCommand decode(CommandMessage message) throws UnknownFormatException {
    requireKnown("a command", message.getFormat());
    return switch (message.getCommandCase()) {
      case FORM_CLUSTER ->
          new ControlCommand.FormCluster(
              message.getFormCluster().getCluster(),
              member(message.getFormCluster().getFounder()),
              key(message.getFormCluster().getKey()));
      case ADMIT_MEMBER ->
          new ControlCommand.AdmitMember(
              member(message.getAdmitMember().getMember()),
              message.getAdmitMember().getToken(),
              message.getAdmitMember().getAtMillis());
      case UPDATE_MEMBER ->
          new ControlCommand.UpdateMember(member(message.getUpdateMember().getMember()));
      case REMOVE_MEMBER ->
          new ControlCommand.RemoveMember(new NodeId(message.getRemoveMember().getNode()));
      case SET_MODE ->
          new ControlCommand.SetMode(
              new NodeId(message.getSetMode().getNode()),
              Member.Mode.valueOf(message.getSetMode().getMode()));
      case BAN_NODE ->
          new ControlCommand.BanNode(
              new NodeId(message.getBanNode().getNode()),
              message.getBanNode().getReason(),
              message.getBanNode().getAtMillis(),
              key(message.getBanNode().getKey()));
      case ADD_TOKEN ->
          new ControlCommand.AddToken(
              token(message.getAddToken().getToken()), message.getAddToken().getReplacesAll());
      case PUT_DOCUMENT -> put(message.getPutDocument());
      case REMOVE_DOCUMENT ->
          new ControlCommand.RemoveDocument(
              message.getRemoveDocument().getRoom(), message.getRemoveDocument().getKey());
      case COMMAND_NOT_SET ->
          throw new UnknownFormatException(
              "a command of a kind that this version of Kollaps does not know; use the version of"
                  + " the other nodes");
    };
  }

  /** Bytes of an outcome. */
  public static byte[] encode(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done -> OutcomeMessage.newBuilder().setAccepted(true).build().toByteArray();
      case Outcome.Refused refused ->
          OutcomeMessage.newBuilder().setRefusal(refused.reason()).build().toByteArray();
    };
  }

  /** Reads an outcome. */
  public static Outcome decodeOutcome(byte[] bytes) throws UnknownFormatException {
    OutcomeMessage message = reading("an outcome", () -> OutcomeMessage.parseFrom(bytes));
    return message.getAccepted() ? Outcome.done() : Outcome.refused(message.getRefusal());
  }

  /** Bytes of a whole state: a snapshot. */
  public static byte[] encode(ControlState state) {
    StateMessage.Builder message =
        StateMessage.newBuilder()
            .setFormat(FORMAT)
            .setCluster(state.cluster())
            .setAdmissions(state.admissions())
            .setRevision(state.revision());
    state.members().values().forEach(member -> message.addMembers(toMessage(member)));
    state.tokens().values().forEach(token -> message.addTokens(toMessage(token)));
    state.bans().values().forEach(ban -> message.addBans(toMessage(ban)));
    state.key().ifPresent(key -> message.setKey(toMessage(key)));
    state.documents().values().forEach(document -> message.addDocuments(toMessage(document)));
    return message.build().toByteArray();
  }

  /** Reads a snapshot. */
  public static ControlState decodeState(byte[] bytes) throws UnknownFormatException {
    return reading("a snapshot", () -> state(StateMessage.parseFrom(bytes)));
  }

  private static ControlState state(StateMessage message) throws UnknownFormatException {
    requireKnown("a snapshot", message.getFormat());
    return new ControlState(
        message.getCluster(),
        byKey(message.getMembersList().stream().map(ControlCodec::member).toList(), Member::id),
        byKey(message.getTokensList().stream().map(ControlCodec::token).toList(), TokenRecord::id),
        byKey(message.getBansList().stream().map(ControlCodec::ban).toList(), Ban::node),
        message.hasKey() ? Optional.of(key(message.getKey())) : Optional.empty(),
        byKey(
            message.getDocumentsList().stream().map(ControlCodec::document).toList(),
            document -> new Document.Key(document.room(), document.key())),
        message.getAdmissions(),
        message.getRevision());
  }

  /** Message of a member, also for calls between nodes. */
  public static MemberMessage toMessage(Member member) {
    return MemberMessage.newBuilder()
        .setId(member.id().value())
        .setName(member.name())
        .setHost(member.host())
        .setPort(member.port())
        .setAdmission(member.admission())
        .setMode(member.mode().name())
        .setOldestProtocol(member.oldestProtocol())
        .setNewestProtocol(member.newestProtocol())
        .setSoftware(member.software())
        .build();
  }

  /**
   * Reads a member.
   *
   * @throws IllegalArgumentException when it has values that no member has
   */
  public static Member member(MemberMessage message) {
    return new Member(
        new NodeId(message.getId()),
        message.getName(),
        message.getHost(),
        message.getPort(),
        message.getAdmission(),
        message.getMode().isEmpty() ? Member.Mode.ACTIVE : Member.Mode.valueOf(message.getMode()),
        message.getOldestProtocol(),
        message.getNewestProtocol(),
        message.getSoftware());
  }

  /** Message of a cluster key, also for the answer to a join. */
  public static KeyMessage toMessage(ClusterKey key) {
    return KeyMessage.newBuilder()
        .setGeneration(key.generation())
        .setSecret(ByteString.copyFrom(HexFormat.of().parseHex(key.secretHex())))
        .build();
  }

  /** Reads a cluster key. */
  public static ClusterKey key(KeyMessage message) {
    return new ClusterKey(
        message.getGeneration(), HexFormat.of().formatHex(message.getSecret().toByteArray()));
  }

  /** A change of a document as it travels. */
  public static CommandMessage.PutDocument toMessage(ControlCommand.PutDocument put) {
    CommandMessage.PutDocument.Builder message =
        CommandMessage.PutDocument.newBuilder()
            .setRoom(put.room())
            .setKey(put.key())
            .setContent(put.content());
    put.expectedVersion().ifPresent(message::setExpectedVersion);
    return message.build();
  }

  /** Reads a document to be written. */
  public static ControlCommand.PutDocument put(CommandMessage.PutDocument message) {
    return new ControlCommand.PutDocument(
        message.getRoom(),
        message.getKey(),
        message.getContent(),
        message.hasExpectedVersion()
            ? OptionalLong.of(message.getExpectedVersion())
            : OptionalLong.empty());
  }

  private static TokenMessage toMessage(TokenRecord token) {
    return TokenMessage.newBuilder()
        .setId(token.id())
        .setSecretHash(ByteString.copyFrom(HexFormat.of().parseHex(token.secretHashHex())))
        .setExpiresAtMillis(token.expiresAtMillis())
        .setUsesLeft(token.usesLeft())
        .build();
  }

  private static TokenRecord token(TokenMessage message) {
    return new TokenRecord(
        message.getId(),
        HexFormat.of().formatHex(message.getSecretHash().toByteArray()),
        message.getExpiresAtMillis(),
        message.getUsesLeft());
  }

  private static BanMessage toMessage(Ban ban) {
    return BanMessage.newBuilder()
        .setNode(ban.node().value())
        .setName(ban.name())
        .setReason(ban.reason())
        .setAtMillis(ban.atMillis())
        .build();
  }

  private static Ban ban(BanMessage message) {
    return new Ban(
        new NodeId(message.getNode()),
        message.getName(),
        message.getReason(),
        message.getAtMillis());
  }

  private static DocumentMessage toMessage(Document document) {
    return DocumentMessage.newBuilder()
        .setRoom(document.room())
        .setKey(document.key())
        .setVersion(document.version())
        .setContent(document.content())
        .build();
  }

  private static Document document(DocumentMessage message) {
    return new Document(
        message.getRoom(), message.getKey(), message.getVersion(), message.getContent());
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> byKey(
      List<V> values, Function<V, K> key) {
    SortedMap<K, V> map = new TreeMap<>();
    values.forEach(value -> map.put(key.apply(value), value));
    return map;
  }

  private static void requireKnown(String what, int format) throws UnknownFormatException {
    if (format < 1 || format > FORMAT) {
      throw new UnknownFormatException(
          what
              + " has format "
              + format
              + ", this version of Kollaps reads 1 to "
              + FORMAT
              + "; use the version of the other nodes");
    }
  }

  private static <T> T reading(String what, Reading<T> reading) throws UnknownFormatException {
    try {
      return reading.read();
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new UnknownFormatException(what + " cannot be read: " + e.getMessage());
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws InvalidProtocolBufferException, UnknownFormatException;
  }
}
