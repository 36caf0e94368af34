package io.kollaps.cluster.simulate.world;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Events in the order in which they happen: a binary heap. */
final class EventQueue {
  private static final int FIRST_CAPACITY = 1024;

  private @Nullable Alarm[] heap = new Alarm[FIRST_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  /** The next one; null when there is none. */
  @Nullable Alarm peek() {
    return heap[0];
  }

  void add(Alarm alarm) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    int at = size++;
    while (at > 0) {
      int above = (at - 1) / 2;
      Alarm parent = heap[above];
      if (parent == null || !alarm.before(parent)) {
        break;
      }
      heap[at] = parent;
      at = above;
    }
    heap[at] = alarm;
  }

  /** Takes the next one out; there must be one. */
  void remove() {
    Alarm last = heap[--size];
    heap[size] = null;
    if (size == 0 || last == null) {
      return;
    }
    int at = 0;
    int below = sooner(at);
    while (below < size) {
      Alarm child = heap[below];
      if (child == null || !child.before(last)) {
        break;
      }
      heap[at] = child;
      at = below;
      below = sooner(at);
    }
    heap[at] = last;
  }

  private int sooner(int at) {
    int left = 2 * at + 1;
    if (left + 1 >= size) {
      return left;
    }
    Alarm first = heap[left];
    Alarm second = heap[left + 1];
    return first != null && second != null && second.before(first) ? left + 1 : left;
  }
}
