package io.kollaps.fabric.userspace.engine;

/**
 * First-in first-out lists of buffers, linked through the packets' own headers; a list is one long
 * in a path's state: the first buffer in the upper half, the last in the lower, {@link
 * PathTable#EMPTY_LIST} when empty.
 */
final class PacketList {
  private PacketList() {}

  /** First buffer, {@link BufferPool#NONE} when the list is empty. */
  static int first(long list) {
    return (int) (list >> 32);
  }

  static void append(long[] page, int list, BufferPool pool, int buffer) {
    long ends = page[list];
    if (ends == PathTable.EMPTY_LIST) {
      page[list] = pack(buffer, buffer);
    } else {
      PacketHeader.setNext(pool.address((int) ends), buffer);
      page[list] = pack(first(ends), buffer);
    }
  }

  /** Takes the first buffer off a list that is not empty. */
  static int removeFirst(long[] page, int list, BufferPool pool) {
    long ends = page[list];
    int buffer = first(ends);
    int last = (int) ends;
    int next = PacketHeader.next(pool.address(buffer));
    page[list] = buffer == last ? PathTable.EMPTY_LIST : pack(next, last);
    PacketHeader.setNext(pool.address(buffer), BufferPool.NONE);
    return buffer;
  }

  private static long pack(int first, int last) {
    return (long) first << 32 | (last & 0xffff_ffffL);
  }
}
