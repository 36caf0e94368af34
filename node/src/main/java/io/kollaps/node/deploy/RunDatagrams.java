package io.kollaps.node.deploy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.kollaps.cluster.NodeId;
import io.kollaps.emulation.start.RingMessage;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RingEnvelope;
import io.kollaps.node.generated.RingMessageEnvelope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Datagrams about runs. The first byte is the kind, as with all sealed datagrams; those of usage
 * carry the run's short name (8 bytes of a hash) and its attempt (4 bytes), those of the start
 * agreement a message of experiments.proto.
 */
final class RunDatagrams {
  /** Kind of the datagrams that the parts of a run send one another. */
  static final byte USAGE = 16;

  /** Kind of those of the start agreement. */
  static final byte RING = 17;

  /** Bytes before a part's own. */
  static final int USAGE_HEAD_BYTES = 1 + Long.BYTES + Integer.BYTES;

  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private RunDatagrams() {}

  /**
   * Short name of a run: 64 bits of FNV-1a (Fowler, Noll, Vo) of its id. Two of the few hundred
   * runs that live at a time have the same with a probability of 1 in 10^14.
   */
  static long shortName(PartKey key) {
    long hash = FNV_OFFSET;
    for (byte b : key.run().value().getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  static byte[] usage(PartKey key, byte[] payload) {
    return ByteBuffer.allocate(USAGE_HEAD_BYTES + payload.length)
        .put(USAGE)
        .putLong(shortName(key))
        .putInt(key.attempt())
        .put(payload)
        .array();
  }

  /** A message of the start agreement, or that it was taken. */
  static byte[] ring(RingEnvelope envelope, boolean taken) {
    RingMessage message = envelope.message();
    RingMessageEnvelope.Builder built =
        RingMessageEnvelope.newBuilder()
            .setKey(InstructionMessages.key(envelope.key()))
            .setClock(envelope.clock().value())
            .setFrom(envelope.from().value())
            .setTaken(taken)
            .setStartAttempt(message.attempt())
            .setRound(message.round())
            .setInstantNanos(message.instantNanos())
            .setLargestBoundNanos(message.largestBoundNanos());
    switch (message) {
      case RingMessage.Proposal proposal ->
          built.setProposal(
              RingMessageEnvelope.Proposal.newBuilder()
                  .setEarliestNanos(proposal.earliestNanos())
                  .setLatestNanos(proposal.latestNanos()));
      case RingMessage.Confirmation confirmation ->
          built.setConfirmation(
              RingMessageEnvelope.Confirmation.newBuilder().setTurnNanos(confirmation.turnNanos()));
    }
    byte[] bytes = built.build().toByteArray();
    return ByteBuffer.allocate(1 + bytes.length).put(RING).put(bytes).array();
  }

  /**
   * What a datagram of the start agreement says.
   *
   * @param envelope the message
   * @param taken whether it was taken, in place of being one
   */
  record Ring(RingEnvelope envelope, boolean taken) {}

  /** Reads one after its first byte; empty when it cannot be read. */
  static Optional<Ring> readRing(ByteBuffer payload) {
    try {
      RingMessageEnvelope message = RingMessageEnvelope.parseFrom(payload);
      Optional<RingMessage> read = ringMessage(message);
      return read.map(
          each ->
              new Ring(
                  new RingEnvelope(
                      InstructionMessages.key(message.getKey()),
                      new NodeId(message.getClock()),
                      new NodeId(message.getFrom()),
                      each),
                  message.getTaken()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return Optional.empty(); // of another version: its sender will give up in time
    }
  }

  private static Optional<RingMessage> ringMessage(RingMessageEnvelope message) {
    return switch (message.getKindCase()) {
      case PROPOSAL ->
          Optional.of(
              new RingMessage.Proposal(
                  message.getStartAttempt(),
                  message.getRound(),
                  message.getInstantNanos(),
                  message.getLargestBoundNanos(),
                  message.getProposal().getEarliestNanos(),
                  message.getProposal().getLatestNanos()));
      case CONFIRMATION ->
          Optional.of(
              new RingMessage.Confirmation(
                  message.getStartAttempt(),
                  message.getRound(),
                  message.getInstantNanos(),
                  message.getConfirmation().getTurnNanos(),
                  message.getLargestBoundNanos()));
      case KIND_NOT_SET -> Optional.empty();
    };
  }
}
