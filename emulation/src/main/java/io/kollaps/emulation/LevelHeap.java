package io.kollaps.emulation;

import java.util.Arrays;

/** A binary heap of numbered things by ascending level, ties by ascending number. */
final class LevelHeap {
  private int[] ids = new int[64];
  private double[] levels = new double[64];
  private int size;

  void clear() {
    size = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int topId() {
    return ids[0];
  }

  double topLevel() {
    return levels[0];
  }

  void push(int id, double level) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
      levels = Arrays.copyOf(levels, size * 2);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!before(id, level, parent)) {
        break;
      }
      ids[at] = ids[parent];
      levels[at] = levels[parent];
      at = parent;
    }
    ids[at] = id;
    levels[at] = level;
  }

  void pop() {
    size--;
    if (size > 0) {
      sink(ids[size], levels[size]);
    }
  }

  /** Gives the top a new level, not below its old one. */
  void raiseTop(double level) {
    sink(ids[0], level);
  }

  private void sink(int id, double level) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && before(ids[child + 1], levels[child + 1], child)) {
        child++;
      }
      if (before(id, level, child)) {
        break;
      }
      ids[at] = ids[child];
      levels[at] = levels[child];
      at = child;
    }
    ids[at] = id;
    levels[at] = level;
  }

  private boolean before(int id, double level, int at) {
    return level < levels[at] || (level == levels[at] && id < ids[at]);
  }
}
