package io.kollaps.fabric.kernel;

import io.kollaps.fabric.PathShape;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.bpf.BpfMap;
import io.kollaps.topology.Jitter.Distribution;
import io.kollaps.topology.QueueLimit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths, in memory that the programs share. A path gets a slot when it is first set and keeps
 * it. Slots lie in chunks; a row for each sending endpoint says which slot leads to whom. Chunks
 * and rows are made when they are needed: a path takes {@link PathLayout#PATH_BYTES} bytes, and 8
 * for every endpoint in its row.
 *
 * <p>Changes are for one thread at a time; reading is for any thread.
 */
final class PathTable implements AutoCloseable {
  /** No such path. */
  static final int NONE = -1;

  /** Rates above serve the largest packet within a nanosecond and count as unlimited. */
  static final long MAX_RATE = 1_000_000_000_000_000L;

  /** Longest latency and jitter: fq holds nothing longer. */
  static final long MAX_DELAY_NANOS = 600_000_000_000L;

  // each holds a descriptor until it is published
  private static final int MOST_UNPUBLISHED = 256;
  private static final long UNLIMITED = 0;
  private static final double LOSS_OF_ALL = 0x1p63;

  private final int endpointCount;
  private final long seed;
  private final FabricMaps maps;
  private final @Nullable SharedArray[] rows;
  // made, but not yet known to the programs: each such change makes the kernel wait for them
  private final Map<Integer, BpfMap> newRows = new HashMap<>();
  private final Map<Integer, BpfMap> newChunks = new HashMap<>();
  // replaced as a whole, so that readers see all chunks of the slots that they know
  private volatile SharedArray[] chunks = new SharedArray[0];
  private volatile int count;

  PathTable(FabricMaps maps, int endpointCount, long seed) {
    this.maps = maps;
    this.endpointCount = endpointCount;
    this.seed = seed;
    this.rows = new SharedArray[endpointCount];
  }

  /** Slots in use: 0 to this, without. */
  int count() {
    return count;
  }

  /** Slot of a path, or {@link #NONE} when it was never set. */
  int find(int from, int to) {
    SharedArray row = rows[from];
    return row == null ? NONE : (int) row.get(8L * to) - 1;
  }

  /** Memory of a slot; the values lie at {@link #at}. */
  SharedArray chunk(int slot) {
    return chunks[slot >> PathLayout.CHUNK_PATHS_SHIFT];
  }

  /** Where a slot begins in its chunk. */
  static long at(int slot) {
    return (slot & PathLayout.CHUNK_PATHS - 1) * (long) PathLayout.PATH_BYTES;
  }

  /**
   * Makes room for a path that does not exist yet; the programs know it after {@link #publish}.
   *
   * @throws LinuxException when the kernel has no memory; paths that were made stay and drop
   *     everything
   */
  int findOrCreate(int from, int to) throws LinuxException {
    int found = find(from, to);
    if (found != NONE) {
      return found;
    }
    SharedArray row = rows[from];
    if (row == null) {
      row = make("row", newRows, from);
      rows[from] = row;
    }
    int slot = count;
    if (slot >= FabricMaps.MOST_SLOTS) {
      throw new LinuxException("there are " + slot + " paths already, the most there can be", 0);
    }
    if (slot >> PathLayout.CHUNK_PATHS_SHIFT == chunks.length) {
      SharedArray[] more = Arrays.copyOf(chunks, chunks.length + 1);
      more[chunks.length] = make("chunk", newChunks, chunks.length);
      chunks = more;
    }
    SharedArray chunk = chunk(slot);
    long at = at(slot);
    chunk.setShort(at + PathLayout.FROM, from);
    chunk.setShort(at + PathLayout.TO, to);
    long stream = 2 * ((long) from * endpointCount + to);
    chunk.set(at + PathLayout.LOSS_RANDOM, mix(seed + mix(stream)));
    chunk.set(at + PathLayout.JITTER_RANDOM, mix(seed + mix(stream + 1)));
    row.set(8L * to, slot + 1L);
    count = slot + 1;
    return slot;
  }

  private SharedArray make(String kind, Map<Integer, BpfMap> unpublished, int index)
      throws LinuxException {
    if (newRows.size() + newChunks.size() >= MOST_UNPUBLISHED) {
      publish();
    }
    BpfMap map = BpfMap.create(maps.get(kind).definition());
    try {
      SharedArray memory = SharedArray.of(map);
      unpublished.put(index, map);
      return memory;
    } catch (LinuxException e) {
      map.close();
      throw e;
    }
  }

  /**
   * Lets the programs know all paths.
   *
   * @throws LinuxException when the kernel refuses; the next call tries again
   */
  void publish() throws LinuxException {
    publish("chunks", newChunks);
    publish("rows", newRows);
  }

  private void publish(String outer, Map<Integer, BpfMap> unpublished) throws LinuxException {
    maps.get(outer).putAll(unpublished);
    // the outer map and the shared memory hold them
    unpublished.values().forEach(BpfMap::close);
    unpublished.clear();
  }

  /** Writes a shape that was checked into a slot. */
  void set(int slot, PathShape shape) {
    SharedArray chunk = chunk(slot);
    long at = at(slot);
    boolean uniform = shape.jitter().distribution() == Distribution.UNIFORM;
    long deviation = shape.jitter().deviationNanos();
    chunk.setInt(at + PathLayout.OVERHEAD, shape.framing().overheadBytes());
    chunk.set(at + PathLayout.LATENCY, shape.latencyNanos());
    chunk.set(at + PathLayout.JITTER, uniform ? Math.round(deviation * Math.sqrt(3)) : deviation);
    chunk.set(at + PathLayout.LOSS, loss(shape.lossProbability()));
    int flags = PathLayout.EXISTS | (uniform ? PathLayout.UNIFORM : 0);
    switch (shape.queueLimit()) {
      case QueueLimit.Time(long nanos) -> {
        chunk.set(at + PathLayout.LIMIT, nanos);
        flags |= PathLayout.LIMIT_IN_TIME;
      }
      case QueueLimit.Bytes(long bytes) -> chunk.set(at + PathLayout.LIMIT, bytes);
    }
    if (shape.jitter().reorders()) {
      flags |= PathLayout.REORDERS;
    }
    setRate(slot, shape.rateBitsPerSecond());
    chunk.setInt(at + PathLayout.FLAGS, flags);
  }

  /** Probability times 2^63, which the programs compare with 63 random bits. */
  static long loss(double probability) {
    // the cast would saturate one below 2^63, and then one packet in 2^63 would survive
    return probability >= 1 ? Long.MIN_VALUE : (long) (probability * LOSS_OF_ALL);
  }

  /** Changes the rate, in one store. */
  void setRate(int slot, long bitsPerSecond) {
    chunk(slot)
        .set(at(slot) + PathLayout.RATE, bitsPerSecond > MAX_RATE ? UNLIMITED : bitsPerSecond);
  }

  /** Lets a path drop everything. */
  void cut(int slot) {
    chunk(slot).setInt(at(slot) + PathLayout.FLAGS, 0);
  }

  boolean exists(int slot) {
    return (chunk(slot).getInt(at(slot) + PathLayout.FLAGS) & PathLayout.EXISTS) != 0;
  }

  /** What comes to and from an endpoint has nothing before it to stay behind. */
  void forgetDepartures(int endpoint) {
    for (int other = 0; other < endpointCount; other++) {
      forgetDeparture(find(endpoint, other));
      forgetDeparture(find(other, endpoint));
    }
  }

  private void forgetDeparture(int slot) {
    if (slot != NONE) {
      chunk(slot).set(at(slot) + PathLayout.LAST_DEPARTURE, 0);
    }
  }

  /** Bytes of memory that the kernel holds for paths and rows. */
  long byteSize() {
    long bytes = 0;
    for (SharedArray chunk : chunks) {
      bytes += chunk.byteSize();
    }
    for (SharedArray row : rows) {
      bytes += row == null ? 0 : row.byteSize();
    }
    return bytes;
  }

  /** The output function of SplitMix64, see path.c. */
  private static long mix(long state) {
    long z = state + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /**
   * Checks a shape.
   *
   * @throws IllegalArgumentException when a value is out of range
   */
  static void check(PathShape shape) {
    long deviation = shape.jitter().deviationNanos();
    long limit =
        switch (shape.queueLimit()) {
          case QueueLimit.Time(long nanos) -> nanos;
          case QueueLimit.Bytes(long bytes) -> bytes;
        };
    check(shape.latencyNanos() >= 0 && shape.latencyNanos() <= MAX_DELAY_NANOS, "latency", shape);
    check(deviation >= 0 && deviation <= MAX_DELAY_NANOS / 10, "jitter", shape);
    check(shape.lossProbability() >= 0 && shape.lossProbability() <= 1, "loss", shape);
    check(shape.rateBitsPerSecond() >= 1, "rate", shape);
    check(limit >= 0, "queue limit", shape);
  }

  private static void check(boolean fits, String what, PathShape shape) {
    if (!fits) {
      throw new IllegalArgumentException("a path's " + what + " is out of range: " + shape);
    }
  }

  /** Gives the memory back; nothing may use it any more. */
  @Override
  public void close() {
    newRows.values().forEach(BpfMap::close);
    newChunks.values().forEach(BpfMap::close);
    for (SharedArray chunk : chunks) {
      chunk.close();
    }
    chunks = new SharedArray[0];
    for (int i = 0; i < rows.length; i++) {
      SharedArray row = rows[i];
      if (row != null) {
        row.close();
        rows[i] = null;
      }
    }
    count = 0;
  }
}
