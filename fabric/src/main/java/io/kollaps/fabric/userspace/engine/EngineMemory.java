package io.kollaps.fabric.userspace.engine;

/**
 * Native memory that an engine keeps packets in. The caller owns it, and must not unmap it while
 * the engine is used. Pages are touched only when packets need them, so that it should be mapped
 * lazily and may be generous.
 *
 * @param address first byte, a multiple of 64
 * @param sizeBytes size, at least {@link #MIN_SIZE_BYTES}; what exceeds a whole number of mebibytes
 *     is not used
 */
public record EngineMemory(long address, long sizeBytes) {

  /** Smallest useful size: some chunks for each buffer size and the receive buffer. */
  public static final long MIN_SIZE_BYTES = 16L << 20;

  /** Largest size: what packet handles can address. */
  public static final long MAX_SIZE_BYTES = 1L << 38;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the address is not aligned or the size out of range
   */
  public EngineMemory {
    if (address == 0 || (address & 63) != 0) {
      throw new IllegalArgumentException("packet memory must start at a multiple of 64 bytes");
    }
    if (sizeBytes < MIN_SIZE_BYTES || sizeBytes > MAX_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "packet memory must have "
              + MIN_SIZE_BYTES
              + " to "
              + MAX_SIZE_BYTES
              + " bytes, got "
              + sizeBytes);
    }
  }
}
