package io.kollaps.fabric.userspace.engine;

import java.util.Arrays;

/**
 * Fixed-size buffers cut from one piece of native memory. The memory is divided into chunks of 1
 * MiB; a chunk serves buffers of one size while any of them is in use, and goes back to the common
 * stock when all are free. Every operation takes constant time.
 *
 * <p>A buffer's handle is its offset in units of 256 bytes. Its first {@link PacketHeader#BYTES}
 * bytes hold what the engine knows of the packet; the packet follows.
 */
final class BufferPool {
  /** No buffer. */
  static final int NONE = -1;

  /** Largest packet: virtio_net_hdr and the largest IP packet. */
  static final int MAX_PACKET_BYTES = WirePacket.VNET_HEADER_BYTES + 65_535;

  private static final int UNIT_SHIFT = 8;
  private static final int CHUNK_SHIFT = 20;
  private static final int CHUNK_UNITS_SHIFT = CHUNK_SHIFT - UNIT_SHIFT;

  /** Sizes in units: an ACK; a packet at the usual MTU; then powers of two; the largest packet. */
  private static final int[] CLASS_UNITS = {1, 8, 16, 32, 64, 128, 264};

  private final long base;
  private final int[] stock;
  private int stockCount;
  private final int[] partial = new int[CLASS_UNITS.length];
  private final byte[] chunkClass;
  private final int[] chunkUsed;
  private final int[] chunkFresh;
  private final int[] chunkFree;
  private final int[] chunkNext;
  private final int[] chunkPrevious;

  BufferPool(EngineMemory memory) {
    base = memory.address();
    int chunks = (int) (memory.sizeBytes() >> CHUNK_SHIFT);
    stock = new int[chunks];
    for (int i = 0; i < chunks; i++) {
      stock[i] = chunks - 1 - i;
    }
    stockCount = chunks;
    Arrays.fill(partial, NONE);
    chunkClass = new byte[chunks];
    chunkUsed = new int[chunks];
    chunkFresh = new int[chunks];
    chunkFree = new int[chunks];
    chunkNext = new int[chunks];
    chunkPrevious = new int[chunks];
  }

  long address(int buffer) {
    return base + ((long) buffer << UNIT_SHIFT);
  }

  /** A buffer for a packet of so many bytes, or {@link #NONE} when the memory is used up. */
  int allocate(int packetBytes) {
    int units = (packetBytes + PacketHeader.BYTES + (1 << UNIT_SHIFT) - 1) >> UNIT_SHIFT;
    int size = 0;
    while (CLASS_UNITS[size] < units) {
      size++;
    }
    int chunk = partial[size];
    if (chunk == NONE) {
      chunk = stockCount > 0 ? open(stock[--stockCount], size) : largerPartial(size);
      if (chunk == NONE) {
        return NONE;
      }
    }
    return take(chunk);
  }

  /** True when a packet of so many bytes needs the largest size of buffer. */
  static boolean needsLargest(int packetBytes) {
    int largestButOne = CLASS_UNITS[CLASS_UNITS.length - 2] << UNIT_SHIFT;
    return packetBytes + PacketHeader.BYTES > largestButOne;
  }

  void free(int buffer) {
    int chunk = buffer >> CHUNK_UNITS_SHIFT;
    int size = chunkClass[chunk];
    if (chunkUsed[chunk] == capacity(size)) {
      link(chunk, size);
    }
    PacketHeader.setNext(address(buffer), chunkFree[chunk]);
    chunkFree[chunk] = buffer;
    // One chunk of each size is kept, so that a single packet does not open and close it forever.
    if (--chunkUsed[chunk] == 0 && (chunkNext[chunk] != NONE || chunkPrevious[chunk] != NONE)) {
      unlink(chunk, size);
      stock[stockCount++] = chunk;
    }
  }

  private static int capacity(int size) {
    return (1 << CHUNK_UNITS_SHIFT) / CLASS_UNITS[size];
  }

  private int open(int chunk, int size) {
    chunkClass[chunk] = (byte) size;
    chunkUsed[chunk] = 0;
    chunkFresh[chunk] = 0;
    chunkFree[chunk] = NONE;
    link(chunk, size);
    return chunk;
  }

  private int largerPartial(int size) {
    for (int larger = size + 1; larger < CLASS_UNITS.length; larger++) {
      if (partial[larger] != NONE) {
        return partial[larger];
      }
    }
    return NONE;
  }

  private int take(int chunk) {
    int size = chunkClass[chunk];
    int buffer = chunkFree[chunk];
    if (buffer != NONE) {
      chunkFree[chunk] = PacketHeader.next(address(buffer));
    } else {
      buffer = (chunk << CHUNK_UNITS_SHIFT) + chunkFresh[chunk]++ * CLASS_UNITS[size];
    }
    if (++chunkUsed[chunk] == capacity(size)) {
      unlink(chunk, size);
    }
    return buffer;
  }

  private void link(int chunk, int size) {
    int first = partial[size];
    chunkPrevious[chunk] = NONE;
    chunkNext[chunk] = first;
    if (first != NONE) {
      chunkPrevious[first] = chunk;
    }
    partial[size] = chunk;
  }

  private void unlink(int chunk, int size) {
    int next = chunkNext[chunk];
    int previous = chunkPrevious[chunk];
    if (next != NONE) {
      chunkPrevious[next] = previous;
    }
    if (previous != NONE) {
      chunkNext[previous] = next;
    } else {
      partial[size] = next;
    }
  }
}
