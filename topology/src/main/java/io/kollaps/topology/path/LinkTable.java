package io.kollaps.topology.path;

import io.kollaps.topology.LinkProperties;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Properties of every link in one epoch, {@code null} for a link that is away. Immutable; a table
 * made from another shares all chunks in which nothing changed, so that a thousand epochs cost
 * little more than one.
 */
final class LinkTable {
  private static final int CHUNK_BITS = 6;
  private static final int CHUNK_SIZE = 1 << CHUNK_BITS;
  private static final int CHUNK_MASK = CHUNK_SIZE - 1;

  private final int size;
  private final @Nullable LinkProperties[][] chunks;

  private LinkTable(int size, @Nullable LinkProperties[][] chunks) {
    this.size = size;
    this.chunks = chunks;
  }

  /** A table of that many links, all away. */
  static LinkTable allAway(int size) {
    int count = (size + CHUNK_SIZE - 1) >>> CHUNK_BITS;
    LinkProperties[][] chunks = new LinkProperties[count][];
    Arrays.fill(chunks, new LinkProperties[CHUNK_SIZE]);
    return new LinkTable(size, chunks);
  }

  int size() {
    return size;
  }

  @Nullable LinkProperties get(int link) {
    return chunks[link >>> CHUNK_BITS][link & CHUNK_MASK];
  }

  boolean present(int link) {
    return get(link) != null;
  }

  /** Properties of a link that is known to be present. */
  LinkProperties require(int link) {
    LinkProperties properties = get(link);
    if (properties == null) {
      throw new IllegalStateException("link " + link + " is away but stands on a path");
    }
    return properties;
  }

  /** The table with other values for some links. */
  LinkTable with(int[] links, @Nullable LinkProperties[] values) {
    @Nullable LinkProperties[][] copy = chunks.clone();
    BitSet own = new BitSet(chunks.length);
    for (int i = 0; i < links.length; i++) {
      int chunk = links[i] >>> CHUNK_BITS;
      if (!own.get(chunk)) {
        own.set(chunk);
        copy[chunk] = chunks[chunk].clone();
      }
      copy[chunk][links[i] & CHUNK_MASK] = values[i];
    }
    return new LinkTable(size, copy);
  }

  /** Chunks that this table does not share with another of the same size, for tests. */
  @SuppressWarnings("ReferenceEquality") // sharing is a matter of identity
  int chunksNotSharedWith(LinkTable other) {
    int count = 0;
    for (int i = 0; i < chunks.length; i++) {
      if (chunks[i] != other.chunks[i]) {
        count++;
      }
    }
    return count;
  }
}
