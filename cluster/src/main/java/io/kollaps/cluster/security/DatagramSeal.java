package io.kollaps.cluster.security;

import io.kollaps.cluster.NodeId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals datagrams of members and opens those of others: HMAC-SHA256 under the cluster key (content
 * is not hidden), numbers and a time against replay.
 *
 * <p>Layout, big-endian: 'K' 'L', format (1 byte), key generation (4), sender (8), session (8),
 * number (8), sender's clock in ms since 1970 (8), payload, seal (first 16 bytes of the HMAC over
 * all before). May be used from any thread.
 */
public final class DatagramSeal {
  /** Fits every network of the Internet without fragments, with room for a tunnel. */
  public static final int MAX_DATAGRAM_BYTES = 1200;

  /** Format that this class writes and reads. */
  public static final int FORMAT = 1;

  /** So many formats after ours are worth to be told by their number; others are garbage. */
  private static final int NEXT_FORMATS = 4;

  /**
   * How far clocks may be apart. It only matters for a datagram recorded before this process began
   * and replayed to it: everything later is caught by the numbers.
   */
  static final long CLOCK_WINDOW_MILLIS = 600_000;

  private static final int HEADER_BYTES = 2 + 1 + 4 + 8 + 8 + 8 + 8;
  private static final int SEAL_BYTES = 16;

  /** Longest payload. */
  public static final int MAX_PAYLOAD_BYTES = MAX_DATAGRAM_BYTES - HEADER_BYTES - SEAL_BYTES;

  private static final String ALGORITHM = "HmacSHA256";

  private final NodeId self;
  private final long session;
  private final KeyRing keys;
  private final Predicate<NodeId> member;
  private final AtomicLong number = new AtomicLong();
  private final Map<NodeId, ReplayWindow> windows = new HashMap<>();

  /**
   * Makes the seal of one process.
   *
   * @param self who seals
   * @param session greater in each process of this node than in the one before
   * @param keys the cluster key
   * @param member whose datagrams count
   */
  public DatagramSeal(NodeId self, long session, KeyRing keys, Predicate<NodeId> member) {
    this.self = self;
    this.session = session;
    this.keys = keys;
    this.member = member;
  }

  /** What opening a datagram came to. */
  public sealed interface Result {}

  /**
   * A datagram of a member.
   *
   * @param sender who sealed it
   * @param payload what it carries
   */
  public record Opened(NodeId sender, ByteBuffer payload) implements Result {}

  /**
   * Something else.
   *
   * @param reason why it does not count
   */
  public record Refused(String reason) implements Result {}

  /**
   * Seals a payload.
   *
   * @throws IllegalArgumentException when it is longer than {@link #MAX_PAYLOAD_BYTES}
   */
  public byte[] seal(byte[] payload, long wallMillis) {
    if (payload.length > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a datagram carries " + MAX_PAYLOAD_BYTES + " bytes, not " + payload.length);
    }
    ClusterKey key = keys.current();
    ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + payload.length + SEAL_BYTES);
    buffer.put((byte) 'K').put((byte) 'L').put((byte) FORMAT).putInt(key.generation());
    buffer.putLong(self.bits()).putLong(session).putLong(number.getAndIncrement());
    buffer.putLong(wallMillis).put(payload);
    buffer.put(mac(key, buffer.array(), HEADER_BYTES + payload.length));
    return buffer.array();
  }

  /**
   * Opens a datagram. Whatever it holds, the answer is a value, never an exception.
   *
   * @param data what came, from its beginning
   * @param length of it
   */
  public Result open(byte[] data, int length, long wallMillis, long nowNanos) {
    if (length < HEADER_BYTES + SEAL_BYTES || length > MAX_DATAGRAM_BYTES) {
      return new Refused("its length is none of ours");
    }
    ByteBuffer buffer = ByteBuffer.wrap(data, 0, length);
    if (buffer.get() != 'K' || buffer.get() != 'L') {
      return new Refused("it is no datagram of Kollaps");
    }
    int format = buffer.get();
    if (format < 1 || format > FORMAT + NEXT_FORMATS) {
      return new Refused("it is no datagram of Kollaps");
    }
    if (format != FORMAT) {
      return new Refused(
          "it has format "
              + format
              + ", this node knows "
              + FORMAT
              + "; use one version of Kollaps");
    }
    Optional<ClusterKey> key = keys.of(buffer.getInt(), nowNanos);
    if (key.isEmpty()) {
      return new Refused("it is sealed with an old or unknown cluster key");
    }
    int signed = length - SEAL_BYTES;
    byte[] given = Arrays.copyOfRange(data, signed, length);
    if (!MessageDigest.isEqual(given, mac(key.get(), data, signed))) {
      return new Refused("its seal is wrong");
    }
    return openSealed(buffer.limit(signed), wallMillis);
  }

  private Result openSealed(ByteBuffer buffer, long wallMillis) {
    NodeId sender = NodeId.of(buffer.getLong());
    long ofSession = buffer.getLong();
    long ofNumber = buffer.getLong();
    long sentAt = buffer.getLong();
    if (sender.equals(self)) {
      return new Refused("it is one of our own that comes back");
    }
    if (!member.test(sender)) {
      return new Refused("node " + sender + " is no member");
    }
    long apart = sentAt - wallMillis;
    if (apart > CLOCK_WINDOW_MILLIS || apart < -CLOCK_WINDOW_MILLIS) {
      return new Refused(
          "its time is more than "
              + CLOCK_WINDOW_MILLIS / 60_000
              + " minutes from here: a replay, or the clocks of the machines need setting");
    }
    synchronized (windows) {
      if (!windows.computeIfAbsent(sender, id -> new ReplayWindow()).accept(ofSession, ofNumber)) {
        return new Refused("it came before");
      }
    }
    return new Opened(sender, buffer.slice().asReadOnlyBuffer());
  }

  private static byte[] mac(ClusterKey key, byte[] data, int length) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key.secret(), ALGORITHM));
      mac.update(data, 0, length);
      return Arrays.copyOf(mac.doFinal(), SEAL_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
