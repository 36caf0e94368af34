package io.kollaps.fabric.userspace.engine;

import java.util.Arrays;

/**
 * Takes admitted packets through their path: a first-in first-out queue served at the path's rate
 * of the moment, then the delay.
 *
 * <p>Service is a fluid model in whole numbers. Work is counted in billionths of a bit, so that a
 * rate of r bits per second does exactly r units of work in a nanosecond. A packet is finished at
 * the first whole nanosecond at which its work is done; what the rate did beyond it in that
 * nanosecond is credited to the next packet, so that no rounding ever adds up. A new busy period
 * begins at the arrival that finds the queue empty.
 *
 * <p>Paths are evaluated lazily: a path has one timer, for the first packet of its delay line, or
 * else for the packet in service. Only a path that reorders needs its timer at each end of service,
 * because any of its packets may be the next to leave.
 */
final class PathShaper {
  /** Work of a byte: 8 bits in billionths. */
  static final long WORK_PER_BYTE = 8_000_000_000L;

  /** No queue holds more work than this: 1 GB. With the largest packet it still fits a long. */
  static final long MAX_BACKLOG_WORK = 1_000_000_000L * WORK_PER_BYTE;

  /** Rates above serve the largest packet within a nanosecond and count as unlimited. */
  static final long MAX_RATE = 1_000_000_000_000_000L;

  private final PathTable paths;
  private final BufferPool pool;
  private final DepartureHeap heap = new DepartureHeap();
  private int[] busy = new int[256];
  private int busyCount;

  PathShaper(PathTable paths, BufferPool pool) {
    this.paths = paths;
    this.pool = pool;
  }

  /** Makes room for a path; to be called before any other use of it. */
  void addPath(int path) {
    heap.addPath(path);
  }

  /** When {@link #poll} must be called next; {@code Long.MAX_VALUE} when nothing is held. */
  long nextTime() {
    return heap.firstTime();
  }

  /** Work that a packet admitted now would wait for; the path must have been advanced to now. */
  static long backlog(long[] page, int base, long now) {
    if (page[base + PathTable.QUEUE] == PathTable.EMPTY_LIST) {
      return 0;
    }
    long done = (now - page[base + PathTable.CLOCK]) * page[base + PathTable.RATE];
    return page[base + PathTable.REMAINING] - done + page[base + PathTable.WAITING];
  }

  /** Takes a packet in; the path must have been advanced to now, and be armed afterwards. */
  void offer(long[] page, int base, int path, int buffer, long now) {
    long address = pool.address(buffer);
    if (page[base + PathTable.RATE] == PathTable.UNLIMITED) {
      countServed(page, base, path, address);
      startDelay(page, base, buffer, now);
      return;
    }
    long work = PacketHeader.chargedBytes(address) * WORK_PER_BYTE;
    if (page[base + PathTable.QUEUE] == PathTable.EMPTY_LIST) {
      page[base + PathTable.CLOCK] = now;
      page[base + PathTable.REMAINING] = work;
      page[base + PathTable.WAITING] = 0;
      setFinish(page, base);
      PathTable.publish(page, base + PathTable.BACKLOG_SINCE, now);
      addBusy(page, base, path);
    } else {
      page[base + PathTable.WAITING] += work;
    }
    PacketList.append(page, base + PathTable.QUEUE, pool, buffer);
  }

  /** Finishes every service that ends until now. */
  void advance(long[] page, int base, int path, long now) {
    while (page[base + PathTable.QUEUE] != PathTable.EMPTY_LIST
        && page[base + PathTable.FINISH] <= now) {
      finishFirst(page, base, path);
    }
  }

  private void finishFirst(long[] page, int base, int path) {
    int buffer = PacketList.removeFirst(page, base + PathTable.QUEUE, pool);
    long finish = page[base + PathTable.FINISH];
    long served = (finish - page[base + PathTable.CLOCK]) * page[base + PathTable.RATE];
    long credit = served - page[base + PathTable.REMAINING];
    countServed(page, base, path, pool.address(buffer));
    startDelay(page, base, buffer, finish);
    int next = PacketList.first(page[base + PathTable.QUEUE]);
    if (next == BufferPool.NONE) {
      PathTable.publish(page, base + PathTable.BACKLOG_SINCE, Long.MAX_VALUE);
      removeBusy(page, base);
      return;
    }
    long work = PacketHeader.chargedBytes(pool.address(next)) * WORK_PER_BYTE;
    page[base + PathTable.CLOCK] = finish;
    page[base + PathTable.REMAINING] = work - credit;
    page[base + PathTable.WAITING] -= work;
    setFinish(page, base);
  }

  private static void setFinish(long[] page, int base) {
    long remaining = page[base + PathTable.REMAINING];
    long nanos = remaining <= 0 ? 0 : (remaining - 1) / page[base + PathTable.RATE] + 1;
    page[base + PathTable.FINISH] = page[base + PathTable.CLOCK] + nanos;
  }

  private static void countServed(long[] page, int base, int path, long address) {
    PathTable.add(page, base + PathTable.SERVED_BYTES, PacketHeader.chargedBytes(address));
    PathTable.touch(page, path);
  }

  /**
   * Changes the rate; what waits, and what is left of the packet in service, is served at the new
   * one.
   *
   * @param rate bits per second, at least 1
   */
  void setRate(int path, long rate, long now) {
    long[] page = paths.page(path);
    int base = PathTable.base(path);
    advance(page, base, path, now);
    boolean busyNow = page[base + PathTable.QUEUE] != PathTable.EMPTY_LIST;
    if (busyNow) {
      page[base + PathTable.REMAINING] -=
          (now - page[base + PathTable.CLOCK]) * page[base + PathTable.RATE];
      page[base + PathTable.CLOCK] = now;
    }
    if (rate > MAX_RATE) {
      page[base + PathTable.RATE] = PathTable.UNLIMITED;
      flush(page, base, path, now);
    } else {
      page[base + PathTable.RATE] = rate;
      if (busyNow) {
        setFinish(page, base);
      }
    }
    setLimitWork(page, base);
    arm(page, base, path);
  }

  private void flush(long[] page, int base, int path, long now) {
    while (page[base + PathTable.QUEUE] != PathTable.EMPTY_LIST) {
      page[base + PathTable.FINISH] = now;
      page[base + PathTable.CLOCK] = now;
      page[base + PathTable.REMAINING] = 0;
      int buffer = PacketList.removeFirst(page, base + PathTable.QUEUE, pool);
      countServed(page, base, path, pool.address(buffer));
      startDelay(page, base, buffer, now);
    }
    PathTable.publish(page, base + PathTable.BACKLOG_SINCE, Long.MAX_VALUE);
    removeBusy(page, base);
  }

  /** Computes how much work the queue may hold, from its limit and the rate. */
  static void setLimitWork(long[] page, int base) {
    long limit = page[base + PathTable.LIMIT];
    boolean inTime = (page[base + PathTable.FLAGS] & PathTable.LIMIT_IN_TIME) != 0;
    long factor = inTime ? page[base + PathTable.RATE] : WORK_PER_BYTE;
    page[base + PathTable.LIMIT_WORK] = saturatedProduct(limit, factor, MAX_BACKLOG_WORK);
  }

  /** The product of two values of at least 0, or the bound if that is less. */
  static long saturatedProduct(long a, long b, long bound) {
    long product = a * b;
    return Math.multiplyHigh(a, b) != 0 || product < 0 ? bound : Math.min(product, bound);
  }

  private void startDelay(long[] page, int base, int buffer, long finish) {
    long address = pool.address(buffer);
    long flags = page[base + PathTable.FLAGS];
    long departure =
        finish + Math.max(0, drawDelay(page, base, flags) - PacketHeader.credit(address));
    boolean reorders = (flags & PathTable.REORDERS) != 0;
    long last = page[base + PathTable.LAST_DEPARTURE];
    if (last > departure) {
      departure = reorders ? departure : last;
    } else {
      page[base + PathTable.LAST_DEPARTURE] = departure;
    }
    PacketHeader.setDeparture(address, departure);
    if (reorders) {
      heap.addPacket(buffer, departure, PacketHeader.sequence(address));
    } else {
      PacketList.append(page, base + PathTable.DELAY_LINE, pool, buffer);
    }
  }

  private static long drawDelay(long[] page, int base, long flags) {
    long latency = page[base + PathTable.LATENCY];
    long deviation = page[base + PathTable.DEVIATION];
    if (deviation == 0) {
      return latency;
    }
    long state = page[base + PathTable.JITTER_RANDOM];
    long second = RandomStream.next(state);
    // Both shapes use two states: a change of shape does not shift the later draws.
    page[base + PathTable.JITTER_RANDOM] = RandomStream.next(second);
    double draw =
        (flags & PathTable.UNIFORM) != 0
            ? RandomStream.uniform(state)
            : RandomStream.normal(state, second);
    return Math.max(0, latency + Math.round(deviation * draw));
  }

  /** Sets the path's timer; to be called after packets were offered or the path was changed. */
  void arm(long[] page, int base, int path) {
    int delayed = PacketList.first(page[base + PathTable.DELAY_LINE]);
    int serving = PacketList.first(page[base + PathTable.QUEUE]);
    boolean reorders = (page[base + PathTable.FLAGS] & PathTable.REORDERS) != 0;
    long time = Long.MAX_VALUE;
    long sequence = Long.MAX_VALUE;
    if (delayed != BufferPool.NONE) {
      long address = pool.address(delayed);
      time = PacketHeader.departure(address);
      sequence = PacketHeader.sequence(address);
    }
    if (serving != BufferPool.NONE && (delayed == BufferPool.NONE || reorders)) {
      long due = page[base + PathTable.FINISH];
      if (!reorders && page[base + PathTable.DEVIATION] == 0) {
        long credit = PacketHeader.credit(pool.address(serving));
        long delay = Math.max(0, page[base + PathTable.LATENCY] - credit);
        due = Math.max(due + delay, page[base + PathTable.LAST_DEPARTURE]);
      }
      if (due < time) {
        time = due;
        sequence = PacketHeader.sequence(pool.address(serving));
      }
    }
    if (time == Long.MAX_VALUE) {
      heap.removePath(path);
    } else {
      heap.setPath(path, time, sequence);
    }
  }

  /** Takes the next packet whose departure has come, or {@link BufferPool#NONE}. */
  int poll(long now) {
    while (!heap.isEmpty() && heap.firstTime() <= now) {
      int item = heap.firstItem();
      if (item < 0) {
        heap.removeFirst();
        return ~item;
      }
      long due = heap.firstTime();
      long[] page = paths.page(item);
      int base = PathTable.base(item);
      advance(page, base, item, now);
      int buffer = PacketList.first(page[base + PathTable.DELAY_LINE]);
      if (buffer != BufferPool.NONE && PacketHeader.departure(pool.address(buffer)) <= due) {
        PacketList.removeFirst(page, base + PathTable.DELAY_LINE, pool);
      } else {
        buffer = BufferPool.NONE;
      }
      arm(page, base, item);
      if (buffer != BufferPool.NONE) {
        return buffer;
      }
    }
    return BufferPool.NONE;
  }

  /** Brings every path with a queue up to date. */
  void settle(long now) {
    for (int i = busyCount - 1; i >= 0; i--) {
      int path = busy[i];
      long[] page = paths.page(path);
      int base = PathTable.base(path);
      advance(page, base, path, now);
      arm(page, base, path);
    }
  }

  /** Drops what waits for the rate and counts it as cut. */
  void dropQueue(int path) {
    long[] page = paths.page(path);
    int base = PathTable.base(path);
    dropAll(page, base, path, PathTable.QUEUE);
    PathTable.publish(page, base + PathTable.BACKLOG_SINCE, Long.MAX_VALUE);
    removeBusy(page, base);
    arm(page, base, path);
  }

  /** Drops everything on the path, but single packets that reorder, and counts it as cut. */
  void dropAll(int path) {
    long[] page = paths.page(path);
    int base = PathTable.base(path);
    dropAll(page, base, path, PathTable.DELAY_LINE);
    // What comes later has nothing before it to stay behind.
    page[base + PathTable.LAST_DEPARTURE] = Long.MIN_VALUE;
    dropQueue(path);
  }

  private void dropAll(long[] page, int base, int path, int list) {
    while (page[base + list] != PathTable.EMPTY_LIST) {
      int buffer = PacketList.removeFirst(page, base + list, pool);
      PathTable.add(page, base + PathTable.CUT, PacketHeader.segments(pool.address(buffer)));
      PathTable.touch(page, path);
      pool.free(buffer);
    }
  }

  private void addBusy(long[] page, int base, int path) {
    if (busyCount == busy.length) {
      busy = Arrays.copyOf(busy, 2 * busyCount);
    }
    page[base + PathTable.BUSY_POSITION] = busyCount;
    busy[busyCount++] = path;
  }

  private void removeBusy(long[] page, int base) {
    int position = (int) page[base + PathTable.BUSY_POSITION];
    if (position == PathTable.NONE) {
      return;
    }
    int last = busy[--busyCount];
    busy[position] = last;
    paths.page(last)[PathTable.base(last) + PathTable.BUSY_POSITION] = position;
    page[base + PathTable.BUSY_POSITION] = PathTable.NONE;
  }
}
