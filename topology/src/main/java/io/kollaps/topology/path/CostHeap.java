package io.kollaps.topology.path;

import java.util.Arrays;

/** A binary heap of slots, least latency first, then fewest hops; costs live in given arrays. */
final class CostHeap {
  private final long[] latencyNanos;
  private final int[] hops;
  private final int[] slots;
  private final int[] position;
  private int size;

  /**
   * Makes an empty heap.
   *
   * @param capacity number of slots
   * @param latencyNanos first cost of each slot, read at each comparison
   * @param hops second cost of each slot, read at each comparison
   */
  CostHeap(int capacity, long[] latencyNanos, int[] hops) {
    this.latencyNanos = latencyNanos;
    this.hops = hops;
    this.slots = new int[capacity];
    this.position = new int[capacity];
    Arrays.fill(position, -1);
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Adds a slot, or moves one that is in the heap after its cost went down. */
  void push(int slot) {
    int at = position[slot] == -1 ? size++ : position[slot];
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!less(slot, slots[parent])) {
        break;
      }
      place(slots[parent], at);
      at = parent;
    }
    place(slot, at);
  }

  /** Takes the slot of least cost; the heap must not be empty. */
  int pop() {
    int top = slots[0];
    position[top] = -1;
    size--;
    if (size > 0) {
      sink(slots[size]);
    }
    return top;
  }

  private void sink(int slot) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && less(slots[child + 1], slots[child])) {
        child++;
      }
      if (!less(slots[child], slot)) {
        break;
      }
      place(slots[child], at);
      at = child;
    }
    place(slot, at);
  }

  private void place(int slot, int at) {
    slots[at] = slot;
    position[slot] = at;
  }

  private boolean less(int a, int b) {
    return latencyNanos[a] != latencyNanos[b]
        ? latencyNanos[a] < latencyNanos[b]
        : hops[a] < hops[b];
  }
}
