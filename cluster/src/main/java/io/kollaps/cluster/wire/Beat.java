package io.kollaps.cluster.wire;

import io.kollaps.cluster.clock.ClockOffset;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Content of the sealed datagrams: the leader's ping, the member's sign of life that answers it,
 * and the leader's answer to that. The last two are an exchange of clocks.
 */
public sealed interface Beat {
  /**
   * The leader asks whether a member lives.
   *
   * @param number of the ping; not negative
   */
  record Ping(long number) implements Beat {}

  /**
   * A member lives.
   *
   * @param ping number of the ping that it answers
   * @param sentNanos its clock when it left
   * @param revision of the state that it has
   * @param clock its offset to the leader's clock, once it knows it
   */
  record Sign(long ping, long sentNanos, long revision, Optional<ClockOffset> clock)
      implements Beat {}

  /**
   * The leader has heard it.
   *
   * @param sentNanos of the sign
   * @param receivedNanos leader's clock when the sign came
   * @param answeredNanos leader's clock when this left
   * @param term of the leader
   */
  record Heard(long sentNanos, long receivedNanos, long answeredNanos, long term) implements Beat {}

  /** In place of a bound: the offset is not known. */
  long UNKNOWN = -1;

  private static Optional<ClockOffset> clock(long offset, long bound, long roundTrip) {
    return bound < 0 ? Optional.empty() : Optional.of(new ClockOffset(offset, bound, roundTrip));
  }

  /** Bytes of it. */
  default byte[] bytes() {
    return switch (this) {
      case Sign sign ->
          ByteBuffer.allocate(1 + 6 * Long.BYTES)
              .put((byte) 1)
              .putLong(sign.ping())
              .putLong(sign.sentNanos())
              .putLong(sign.revision())
              .putLong(sign.clock().map(ClockOffset::offsetNanos).orElse(0L))
              .putLong(sign.clock().map(ClockOffset::boundNanos).orElse(UNKNOWN))
              .putLong(sign.clock().map(ClockOffset::roundTripNanos).orElse(0L))
              .array();
      case Heard heard ->
          ByteBuffer.allocate(1 + 4 * Long.BYTES)
              .put((byte) 2)
              .putLong(heard.sentNanos())
              .putLong(heard.receivedNanos())
              .putLong(heard.answeredNanos())
              .putLong(heard.term())
              .array();
      case Ping ping ->
          ByteBuffer.allocate(1 + Long.BYTES).put((byte) 3).putLong(ping.number()).array();
    };
  }

  /**
   * Reads one; empty for kinds that this version does not know. Longer ones of newer versions are
   * read.
   */
  static Optional<Beat> parse(ByteBuffer payload) {
    if (!payload.hasRemaining()) {
      return Optional.empty();
    }
    return switch (payload.get()) {
      case 1 ->
          payload.remaining() < 6 * Long.BYTES
              ? Optional.empty()
              : Optional.of(
                  new Sign(
                      payload.getLong(),
                      payload.getLong(),
                      payload.getLong(),
                      clock(payload.getLong(), payload.getLong(), payload.getLong())));
      case 2 ->
          payload.remaining() < 4 * Long.BYTES
              ? Optional.empty()
              : Optional.of(
                  new Heard(
                      payload.getLong(), payload.getLong(), payload.getLong(), payload.getLong()));
      case 3 ->
          payload.remaining() < Long.BYTES
              ? Optional.empty()
              : Optional.of(new Ping(payload.getLong()));
      default -> Optional.empty();
    };
  }
}
