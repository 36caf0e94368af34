package io.kollaps.fabric.userspace.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The state of all paths, in pages of 256 paths, each path {@link #STRIDE} longs: 232 bytes, plus 4
 * in its row and 4 in the timer heap. A path gets an index, and its state, when it is first set.
 *
 * <p>The engine's thread writes. Other threads may read the fields up to {@link #BACKLOG_SINCE} and
 * {@link #ENDPOINTS} and the touched bits: those are written with {@link #publish}, opaque, so that
 * each value is whole and becomes visible soon, but two values may be of different moments.
 */
final class PathTable {
  static final int OFFERED_PACKETS = 0;
  static final int OFFERED_BYTES = 1;
  static final int DELIVERED_PACKETS = 2;
  static final int DELIVERED_BYTES = 3;
  static final int LOST = 4;
  static final int QUEUE_DROPPED = 5;
  static final int LIMIT_DROPPED = 6;
  static final int CUT = 7;

  /** Bytes that passed the rate, as the rate counts them. */
  static final int SERVED_BYTES = 8;

  /** When the queue last became busy; {@code Long.MAX_VALUE} while it is empty. */
  static final int BACKLOG_SINCE = 9;

  /** Sender in the upper half, receiver in the lower. */
  static final int ENDPOINTS = 10;

  /** Bits per second; {@link #UNLIMITED} for none. */
  static final int RATE = 11;

  static final int LATENCY = 12;
  static final int DEVIATION = 13;

  /** Bits {@link #EXISTS} to {@link #LIMIT_IN_TIME}; framing overhead above. */
  static final int FLAGS = 14;

  /** ln(1 - loss probability), as the bits of a double. */
  static final int LOSS_LOG = 15;

  /** Wire packets that survive before the next is lost. */
  static final int LOSS_GAP = 16;

  static final int LOSS_RANDOM = 17;
  static final int JITTER_RANDOM = 18;

  /** Queue limit as asked for: nanoseconds or bytes. */
  static final int LIMIT = 19;

  /** Queue limit as work at the present rate. */
  static final int LIMIT_WORK = 20;

  /** Head buffer in the upper half, tail in the lower; -1 when empty. */
  static final int QUEUE = 21;

  /** As {@link #QUEUE}, for packets that only wait for their departure. */
  static final int DELAY_LINE = 22;

  /** Time up to which the packet in service has been served. */
  static final int CLOCK = 23;

  /** When the packet in service will be finished at the present rate. */
  static final int FINISH = 24;

  /** Work left of the packet in service at {@link #CLOCK}; may be negative by less than 1 ns. */
  static final int REMAINING = 25;

  /** Work of the packets behind the one in service. */
  static final int WAITING = 26;

  static final int LAST_DEPARTURE = 27;

  /** Position in the list of paths with a queue; -1 when not in it. */
  static final int BUSY_POSITION = 28;

  static final int STRIDE = 29;

  static final long EXISTS = 1;
  static final long REORDERS = 2;
  static final long UNIFORM = 4;
  static final long LIMIT_IN_TIME = 8;
  static final int OVERHEAD_SHIFT = 8;

  static final long UNLIMITED = Long.MAX_VALUE;
  static final long EMPTY_LIST = -1;
  static final int NONE = -1;

  static final int PAGE_SHIFT = 8;
  static final int PAGE_PATHS = 1 << PAGE_SHIFT;
  static final int TOUCHED_WORDS = PAGE_PATHS / Long.SIZE;
  static final int TOUCHED_OFFSET = PAGE_PATHS * STRIDE;

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);

  private final int endpointCount;
  private final long seed;
  private final AtomicReferenceArray<int[]> rows;
  private long[][] pages = new long[16][];
  private volatile long[][] publishedPages = pages;
  private volatile int publishedPageCount;
  private int count;

  PathTable(int endpointCount, long seed) {
    this.endpointCount = endpointCount;
    this.seed = seed;
    rows = new AtomicReferenceArray<>(endpointCount);
  }

  int endpointCount() {
    return endpointCount;
  }

  int count() {
    return count;
  }

  /** The page that holds a path's state, from {@link #base} on. */
  long[] page(int path) {
    return pages[path >> PAGE_SHIFT];
  }

  /** Where in its page a path's state begins. */
  static int base(int path) {
    return (path & (PAGE_PATHS - 1)) * STRIDE;
  }

  /** Index of a path that was set before, or {@link #NONE}; for the engine's thread. */
  int find(int from, int to) {
    int[] row = rows.getPlain(from);
    return row == null ? NONE : row[to];
  }

  /** As {@link #find}, for any thread. */
  int findShared(int from, int to) {
    int[] row = rows.getAcquire(from);
    return row == null ? NONE : (int) INTS.getAcquire(row, to);
  }

  /** Index of a path, made now if need be. */
  int findOrCreate(int from, int to) {
    int[] row = rows.getPlain(from);
    if (row == null) {
      row = new int[endpointCount];
      Arrays.fill(row, NONE);
      rows.setRelease(from, row);
    }
    int path = row[to];
    if (path == NONE) {
      path = count++;
      initialize(path, from, to);
      INTS.setRelease(row, to, path);
    }
    return path;
  }

  private void initialize(int path, int from, int to) {
    int pageIndex = path >> PAGE_SHIFT;
    if (pageIndex == pages.length) {
      pages = Arrays.copyOf(pages, 2 * pages.length);
    }
    long[] page = pages[pageIndex];
    boolean newPage = page == null;
    if (newPage) {
      page = new long[TOUCHED_OFFSET + TOUCHED_WORDS];
      pages[pageIndex] = page;
    }
    int base = base(path);
    long id = (long) from * endpointCount + to;
    page[base + ENDPOINTS] = (long) from << 32 | to;
    page[base + BACKLOG_SINCE] = Long.MAX_VALUE;
    page[base + RATE] = UNLIMITED;
    page[base + LOSS_GAP] = Long.MAX_VALUE;
    page[base + LOSS_RANDOM] = RandomStream.start(seed, 2 * id);
    page[base + JITTER_RANDOM] = RandomStream.start(seed, 2 * id + 1);
    page[base + QUEUE] = EMPTY_LIST;
    page[base + DELAY_LINE] = EMPTY_LIST;
    page[base + LAST_DEPARTURE] = Long.MIN_VALUE;
    page[base + BUSY_POSITION] = NONE;
    if (newPage) {
      publishedPages = pages;
      publishedPageCount = pageIndex + 1;
    }
  }

  /** Sets a field that other threads read. */
  static void publish(long[] page, int index, long value) {
    LONGS.setOpaque(page, index, value);
  }

  /** Adds to a field that other threads read and only the engine's thread writes. */
  static void add(long[] page, int index, long amount) {
    LONGS.setOpaque(page, index, page[index] + amount);
  }

  /** Marks a path as having news for {@link EngineStatistics}. */
  static void touch(long[] page, int path) {
    int inPage = path & (PAGE_PATHS - 1);
    int word = TOUCHED_OFFSET + (inPage >> 6);
    long bit = 1L << inPage;
    if (((long) LONGS.getOpaque(page, word) & bit) == 0) {
      LONGS.getAndBitwiseOr(page, word, bit);
    }
  }

  /** Number of pages, for any thread. */
  int sharedPageCount() {
    return publishedPageCount;
  }

  /** A page below {@link #sharedPageCount}, for any thread. */
  long[] sharedPage(int pageIndex) {
    return publishedPages[pageIndex];
  }

  /** A published field, for any thread. */
  static long read(long[] page, int index) {
    return (long) LONGS.getOpaque(page, index);
  }

  /** Takes the touched bits of one word and clears them, for any thread. */
  static long takeTouched(long[] page, int word) {
    int index = TOUCHED_OFFSET + word;
    return (long) LONGS.getOpaque(page, index) == 0 ? 0 : (long) LONGS.getAndSet(page, index, 0L);
  }
}
