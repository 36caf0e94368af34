package io.kollaps.fabric.userspace.engine;

import java.util.Arrays;

/**
 * What is due when: a 4-ary heap of timers ordered by time, then by the sequence number of the
 * packet that the timer stands for, so that equal times leave in the order of arrival.
 *
 * <p>An item is a path (its index, at least 0; one timer each, which may be moved or removed) or a
 * single packet ({@code ~buffer}; stays until it is polled). Four children share a cache line of
 * times and halve the depth of a binary heap.
 */
final class DepartureHeap {
  private static final int ABSENT = -1;

  private long[] times = new long[1024];
  private long[] sequences = new long[1024];
  private int[] items = new int[1024];
  private int size;
  private int[] pathPosition = new int[0];

  /** Makes room for the timers of this path; to be called before its first timer. */
  void addPath(int path) {
    if (path >= pathPosition.length) {
      int known = pathPosition.length;
      pathPosition = Arrays.copyOf(pathPosition, Math.max(256, Math.max(path + 1, 2 * known)));
      Arrays.fill(pathPosition, known, pathPosition.length, ABSENT);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Time of the first timer, {@code Long.MAX_VALUE} when there is none. */
  long firstTime() {
    return size == 0 ? Long.MAX_VALUE : times[0];
  }

  /** Item of the first timer; there must be one. */
  int firstItem() {
    return items[0];
  }

  /** Removes the first timer; there must be one. */
  void removeFirst() {
    removeAt(0);
  }

  /** Adds a single packet's timer. */
  void addPacket(int buffer, long time, long sequence) {
    ensureRoom();
    siftUp(size++, time, sequence, ~buffer);
  }

  /** Sets or moves a path's timer. */
  void setPath(int path, long time, long sequence) {
    int position = pathPosition[path];
    if (position == ABSENT) {
      ensureRoom();
      siftUp(size++, time, sequence, path);
    } else if (times[position] != time || sequences[position] != sequence) {
      replace(position, time, sequence, path);
    }
  }

  /** Removes a path's timer, if it has one. */
  void removePath(int path) {
    int position = pathPosition[path];
    if (position != ABSENT) {
      removeAt(position);
    }
  }

  private void removeAt(int position) {
    int removed = items[position];
    if (removed >= 0) {
      pathPosition[removed] = ABSENT;
    }
    size--;
    if (position < size) {
      replace(position, times[size], sequences[size], items[size]);
    }
  }

  private void replace(int position, long time, long sequence, int item) {
    int parent = (position - 1) >> 2;
    if (position > 0 && before(time, sequence, parent)) {
      siftUp(position, time, sequence, item);
    } else {
      siftDown(position, time, sequence, item);
    }
  }

  private boolean before(long time, long sequence, int other) {
    long otherTime = times[other];
    return time < otherTime || (time == otherTime && sequence < sequences[other]);
  }

  private void siftUp(int from, long time, long sequence, int item) {
    int position = from;
    while (position > 0) {
      int parent = (position - 1) >> 2;
      if (!before(time, sequence, parent)) {
        break;
      }
      place(position, times[parent], sequences[parent], items[parent]);
      position = parent;
    }
    place(position, time, sequence, item);
  }

  private void siftDown(int from, long time, long sequence, int item) {
    int position = from;
    while (true) {
      int child = 4 * position + 1;
      if (child >= size) {
        break;
      }
      int end = Math.min(child + 4, size);
      int least = child;
      for (int other = child + 1; other < end; other++) {
        if (before(times[other], sequences[other], least)) {
          least = other;
        }
      }
      if (!before(times[least], sequences[least], time, sequence)) {
        break;
      }
      place(position, times[least], sequences[least], items[least]);
      position = least;
    }
    place(position, time, sequence, item);
  }

  private static boolean before(long time, long sequence, long otherTime, long otherSequence) {
    return time < otherTime || (time == otherTime && sequence < otherSequence);
  }

  private void place(int position, long time, long sequence, int item) {
    times[position] = time;
    sequences[position] = sequence;
    items[position] = item;
    if (item >= 0) {
      pathPosition[item] = position;
    }
  }

  private void ensureRoom() {
    if (size == times.length) {
      int room = 2 * size;
      times = Arrays.copyOf(times, room);
      sequences = Arrays.copyOf(sequences, room);
      items = Arrays.copyOf(items, room);
    }
  }
}
