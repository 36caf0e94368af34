package io.kollaps.cluster.join;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;

/** 128 random bits that only those know who were told. Its text does not show them. */
public final class Secret {
  /** Length in bytes. */
  public static final int BYTES = 16;

  private final byte[] bytes;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A new one. */
  public static Secret create(RandomGenerator random) {
    return new Secret(
        ByteBuffer.allocate(BYTES).putLong(random.nextLong()).putLong(random.nextLong()).array());
  }

  /**
   * The one with these bytes.
   *
   * @throws IllegalArgumentException when they are not {@link #BYTES}
   */
  public static Secret of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a secret has " + BYTES + " bytes, not " + bytes.length);
    }
    return new Secret(bytes.clone());
  }

  /** Its bytes, for a message or a key. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Compares in a time that does not tell how much is the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes, secret.bytes);
  }

  @Override
  public int hashCode() {
    return ByteBuffer.wrap(bytes).hashCode();
  }

  @Override
  public String toString() {
    return "a secret";
  }
}
