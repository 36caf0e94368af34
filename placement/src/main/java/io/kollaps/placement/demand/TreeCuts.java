package io.kollaps.placement.demand;

import org.jspecify.annotations.Nullable;

/**
 * Cuts of a tree by the recursion: the least cut below a node when it is outside, and when it is
 * inside, is the sum over its children of the cheaper of staying on that side and cutting the edge.
 * The sums are kept for every set, so that a change costs the way to the root at most, and ends
 * where nothing changes any more.
 */
final class TreeCuts implements Cuts {
  private final TreeShape tree;
  private final long[][] initialRows;
  private final byte initial;
  private final long[] @Nullable [] rows;

  /**
   * All endpoints on the initial side of every set.
   *
   * @param initial {@link Cuts#OUTSIDE} or {@link Cuts#FREE}
   */
  TreeCuts(TreeShape tree, int count, byte initial) {
    this.tree = tree;
    this.initial = initial;
    this.rows = new long[count * tree.planeCount()][];
    this.initialRows = new long[tree.planeCount()][];
    for (int plane = 0; plane < initialRows.length; plane++) {
      initialRows[plane] = initialRow(plane);
    }
  }

  private long[] initialRow(int plane) {
    long[] row = new long[2 * tree.innerCount()];
    if (initial == FREE) {
      return row;
    }
    long[] whenOutside = tree.whenOutside(plane);
    for (int endpoint = 0; endpoint < tree.endpointCount(); endpoint++) {
      int leaf = tree.leaf(endpoint);
      row[2 * tree.parent(leaf) + 1] += whenOutside[leaf];
    }
    for (int node = tree.innerCount() - 1; node > 0; node--) {
      row[2 * tree.parent(node) + 1] += Math.min(row[2 * node + 1], whenOutside[node]);
    }
    return row;
  }

  @Override
  public void change(int set, int endpoint, byte before, byte after) {
    int leaf = tree.leaf(endpoint);
    for (int plane = 0; plane < tree.planeCount(); plane++) {
      long[] whenInside = tree.whenInside(plane);
      long[] whenOutside = tree.whenOutside(plane);
      long outside = 0;
      long inside = 0;
      if (before == INSIDE) {
        outside -= whenInside[leaf];
      } else if (before == OUTSIDE) {
        inside -= whenOutside[leaf];
      }
      if (after == INSIDE) {
        outside += whenInside[leaf];
      } else if (after == OUTSIDE) {
        inside += whenOutside[leaf];
      }
      climb(
          row(set * tree.planeCount() + plane),
          tree.parent(leaf),
          outside,
          inside,
          whenInside,
          whenOutside);
    }
  }

  private long[] row(int index) {
    long[] known = rows[index];
    if (known != null) {
      return known;
    }
    long[] made = initialRows[index % tree.planeCount()].clone();
    rows[index] = made;
    return made;
  }

  /** Adds to a node's sums (when it is outside, when it is inside), and on to the root. */
  private void climb(
      long[] row, int start, long outside, long inside, long[] whenInside, long[] whenOutside) {
    int node = start;
    long addOutside = outside;
    long addInside = inside;
    while (addOutside != 0 || addInside != 0) {
      long sumOutside = row[2 * node];
      long sumInside = row[2 * node + 1];
      long newOutside = sumOutside + addOutside;
      long newInside = sumInside + addInside;
      row[2 * node] = newOutside;
      row[2 * node + 1] = newInside;
      if (node == 0) {
        return;
      }
      long cutInside = whenInside[node];
      long cutOutside = whenOutside[node];
      addOutside =
          Math.min(newOutside, newInside + cutInside) - Math.min(sumOutside, sumInside + cutInside);
      addInside =
          Math.min(newInside, newOutside + cutOutside)
              - Math.min(sumInside, sumOutside + cutOutside);
      node = tree.parent(node);
    }
  }

  @Override
  public long outBitsPerSecond(int set) {
    return largest(set, 0, tree.outPlanes());
  }

  @Override
  public long inBitsPerSecond(int set) {
    return tree.outPlanes() == tree.planeCount()
        ? outBitsPerSecond(set)
        : largest(set, tree.outPlanes(), tree.planeCount());
  }

  private long largest(int set, int firstPlane, int endPlane) {
    long result = 0;
    for (int plane = firstPlane; plane < endPlane; plane++) {
      long[] row = rows[set * tree.planeCount() + plane];
      if (row != null) {
        result = Math.max(result, Math.min(row[0], row[1]));
      }
    }
    return result;
  }
}
