package io.kollaps.topology.path;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Shortest paths from one root: for every slot of {@link NetworkLayout} the last link of the path
 * that leads there. Immutable; shares equal chunks with the tree of the same root in the epoch
 * before.
 */
final class PathTree {
  /** No path leads to the slot, or it is the root. */
  static final int NONE = -1;

  private static final int CHUNK_BITS = 6;
  private static final int CHUNK_SIZE = 1 << CHUNK_BITS;
  private static final int CHUNK_MASK = CHUNK_SIZE - 1;

  private final int[][] chunks;

  private PathTree(int[][] chunks) {
    this.chunks = chunks;
  }

  /**
   * Stores a tree.
   *
   * @param predecessors last link for each slot
   * @param before tree to share with; returned itself when nothing differs
   */
  static PathTree of(int[] predecessors, @Nullable PathTree before) {
    int count = (predecessors.length + CHUNK_SIZE - 1) >>> CHUNK_BITS;
    int[][] chunks = new int[count][];
    boolean same = before != null;
    for (int i = 0; i < count; i++) {
      int start = i << CHUNK_BITS;
      int end = Math.min(start + CHUNK_SIZE, predecessors.length);
      if (before != null
          && Arrays.equals(predecessors, start, end, before.chunks[i], 0, end - start)) {
        chunks[i] = before.chunks[i];
      } else {
        chunks[i] = Arrays.copyOfRange(predecessors, start, end);
        same = false;
      }
    }
    return same && before != null ? before : new PathTree(chunks);
  }

  /** Last link of the path to a slot, {@link #NONE} for the root and where no path leads. */
  int lastLink(int slot) {
    return chunks[slot >>> CHUNK_BITS][slot & CHUNK_MASK];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PathTree tree && Arrays.deepEquals(chunks, tree.chunks);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(chunks);
  }
}
