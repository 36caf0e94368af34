package io.kollaps.node.probe;

import io.kollaps.cluster.join.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A datagram of a probe. Layout, big-endian: 'K' 'P', format (1 byte), kind (1), probe (8), number
 * (4), value (4), seal: the first 16 bytes of the HMAC-SHA256 over all before, under the probe's
 * secret.
 *
 * @param kind what it says
 * @param probe number of the probe
 * @param number of the exchange: an answer has that of its question
 * @param value seconds of a transfer, or the port where it is served
 */
record ProbeDatagram(Kind kind, long probe, int number, int value) {
  /** Bytes of each. */
  static final int BYTES = 2 + 1 + 1 + 8 + 4 + 4 + 16;

  private static final byte FORMAT = 1;
  private static final int SEAL_BYTES = 16;
  private static final String ALGORITHM = "HmacSHA256";

  /** What a datagram says. */
  enum Kind {
    /** Send it back. */
    ECHO(1),
    /** It is sent back. */
    ECHOED(2),
    /** Serve a transfer of so many seconds. */
    TRANSFER(3),
    /** It is served at this port. */
    READY(4),
    /** It cannot be served; the log of that node says why. */
    CANNOT(5),
    /** Nothing more comes. */
    DONE(6);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    static Optional<Kind> of(byte code) {
      return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
    }
  }

  byte[] sealed(Secret secret) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    bytes.put((byte) 'K').put((byte) 'P').put(FORMAT).put(kind.code);
    bytes.putLong(probe).putInt(number).putInt(value);
    return bytes.put(seal(bytes.array(), secret)).array();
  }

  /** Reads one; empty for anything that is not sealed with the secret. */
  static Optional<ProbeDatagram> open(byte[] received, int length, Secret secret) {
    if (length != BYTES) {
      return Optional.empty();
    }
    byte[] seal = Arrays.copyOfRange(received, BYTES - SEAL_BYTES, BYTES);
    ByteBuffer bytes = ByteBuffer.wrap(received, 0, BYTES - SEAL_BYTES);
    if (!MessageDigest.isEqual(seal, seal(received, secret))
        || bytes.get() != 'K'
        || bytes.get() != 'P'
        || bytes.get() != FORMAT) {
      return Optional.empty();
    }
    return Kind.of(bytes.get())
        .map(kind -> new ProbeDatagram(kind, bytes.getLong(), bytes.getInt(), bytes.getInt()));
  }

  private static byte[] seal(byte[] bytes, Secret secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.bytes(), ALGORITHM));
      mac.update(bytes, 0, BYTES - SEAL_BYTES);
      return Arrays.copyOf(mac.doFinal(), SEAL_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
