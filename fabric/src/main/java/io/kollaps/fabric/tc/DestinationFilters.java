package io.kollaps.fabric.tc;

import io.kollaps.linux.traffic.Filter;
import io.kollaps.linux.traffic.Filter.U32;
import io.kollaps.linux.traffic.Filter.U32.Action;
import io.kollaps.linux.traffic.Filter.U32.Place;
import io.kollaps.linux.traffic.Filter.U32.ToTable;
import io.kollaps.linux.traffic.Filter.U32Table;
import io.kollaps.linux.traffic.Protocol;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the destination of a packet among many with u32 filters: a table by the address' last byte
 * but one, in it tables by the last byte, in those the whole address is compared. So any two
 * addresses are told apart, in whatever prefixes they lie, and a packet is compared with those
 * addresses only that share its last 16 bits.
 *
 * <p>It knows what was added and gives the filters to add and to delete; the kernel is somebody
 * else's business.
 */
final class DestinationFilters {
  /** Most destinations that share the last 16 bits of their addresses, a bound of u32. */
  static final int MAX_PER_BUCKET = 0xfff;

  private static final int BUCKETS = 256;
  private static final int LAST_BYTE = 0xff;
  private static final int BYTE_BEFORE = 0xff00;

  private final Map<InetAddress, Place> places = new HashMap<>();
  private final Map<Integer, BitSet> nodes = new HashMap<>();
  private final Set<Integer> tables = new HashSet<>();

  /** Where things lie in a packet, and which table numbers are whose. */
  private enum Family {
    IPV4(Protocol.IPV4, 1, 16, 4, 0x001),
    IPV6(Protocol.IPV6, 2, 24, 16, 0x200);

    private final Protocol protocol;
    private final int priority;
    private final int offset;
    private final int bytes;
    private final int firstTable;

    Family(Protocol protocol, int priority, int offset, int bytes, int firstTable) {
      this.protocol = protocol;
      this.priority = priority;
      this.offset = offset;
      this.bytes = bytes;
      this.firstTable = firstTable;
    }

    private int lastWordOffset() {
      return offset + bytes - 4;
    }

    private int secondTable(int byteBefore) {
      return firstTable + 1 + byteBefore;
    }

    static Family of(InetAddress address) {
      return address instanceof Inet4Address ? IPV4 : IPV6;
    }
  }

  /**
   * A filter with its place in the kernel's order.
   *
   * @param protocol of the packets that it looks at
   * @param priority small first
   * @param filter the filter
   */
  record Placed(Protocol protocol, int priority, Filter filter) {}

  /** Filters that have to be there first, for both families. */
  List<Placed> roots() {
    List<Placed> made = new ArrayList<>();
    for (Family family : Family.values()) {
      made.add(placed(family, new U32Table(family.firstTable, BUCKETS)));
      made.add(
          placed(
              family,
              new U32(
                  new Place(U32.ROOT_TABLE, 0, 1),
                  List.of(new U32.Key(0, 0, 0)),
                  new ToTable(family.firstTable, family.lastWordOffset(), BYTE_BEFORE))));
    }
    return made;
  }

  /** Filters for packets of both families that no destination's filter knows. */
  List<Placed> unknown(Action action) {
    List<Placed> made = new ArrayList<>();
    for (Family family : Family.values()) {
      made.add(
          placed(
              family,
              new U32(new Place(U32.ROOT_TABLE, 0, 2), List.of(new U32.Key(0, 0, 0)), action)));
    }
    return made;
  }

  /**
   * Filters to add for an address.
   *
   * @param action what is done with packets to it
   * @throws IllegalArgumentException when the address is there already, or too many share its last
   *     16 bits
   */
  List<Placed> add(InetAddress address, Action action) {
    Family family = Family.of(address);
    byte[] bytes = address.getAddress();
    int before = Byte.toUnsignedInt(bytes[bytes.length - 2]);
    int last = Byte.toUnsignedInt(bytes[bytes.length - 1]);
    int table = family.secondTable(before);
    if (places.containsKey(address)) {
      throw new IllegalArgumentException(
          "the address " + address.getHostAddress() + " is an endpoint's already");
    }
    int node = takeNode(table, last, address);
    Place place = new Place(table, last, node);
    places.put(address, place);
    List<Placed> made = new ArrayList<>();
    if (tables.add(table)) {
      made.add(placed(family, new U32Table(table, BUCKETS)));
      made.add(
          placed(
              family,
              new U32(
                  new Place(family.firstTable, before, 1),
                  List.of(new U32.Key(0, 0, 0)),
                  new ToTable(table, family.lastWordOffset(), LAST_BYTE))));
    }
    made.add(placed(family, new U32(place, keys(family, bytes), action)));
    return made;
  }

  private int takeNode(int table, int bucket, InetAddress address) {
    BitSet used = nodes.computeIfAbsent(table * BUCKETS + bucket, _ -> new BitSet());
    int node = used.nextClearBit(1);
    if (node > MAX_PER_BUCKET) {
      throw new IllegalArgumentException(
          MAX_PER_BUCKET + " addresses end as " + address.getHostAddress() + " already");
    }
    used.set(node);
    return node;
  }

  private static List<U32.Key> keys(Family family, byte[] address) {
    ByteBuffer words = ByteBuffer.wrap(address);
    List<U32.Key> keys = new ArrayList<>();
    for (int at = 0; at < family.bytes; at += 4) {
      keys.add(new U32.Key(family.offset + at, words.getInt(at), -1));
    }
    return keys;
  }

  /** The filter to delete for an address; none when it is not there. Tables stay. */
  List<Placed> remove(InetAddress address, Action action) {
    Place place = places.remove(address);
    if (place == null) {
      return List.of();
    }
    BitSet used = nodes.get(place.table() * BUCKETS + place.bucket());
    if (used != null) {
      used.clear(place.node());
    }
    return List.of(placed(Family.of(address), new U32(place, List.of(), action)));
  }

  private static Placed placed(Family family, Filter filter) {
    return new Placed(family.protocol, family.priority, filter);
  }
}
