package io.kollaps.linux.traffic;

import io.kollaps.linux.NetlinkMessage;
import java.util.List;

/** What a packet must be, and what is done with it then. */
public sealed interface Filter {
  /** Its kind, as tc names it; also the end of its kernel module's name. */
  String kind();

  /** Its handle, by which it can be deleted; 0 to let the kernel choose. */
  int handle();

  /** Appends what belongs into the message beside the kind. */
  void write(NetlinkMessage message);

  /**
   * A hash table of u32 filters.
   *
   * @param table its number, 1 to 0x7ff
   * @param buckets a power of two, at most 256
   */
  record U32Table(int table, int buckets) implements Filter {
    private static final int TCA_U32_DIVISOR = 4;

    @Override
    public String kind() {
      return U32.KIND;
    }

    @Override
    public int handle() {
      return U32.handle(table, 0, 0);
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.begin(Qdisc.OPTIONS);
      message.attribute(TCA_U32_DIVISOR, buckets).end(options);
    }
  }

  /**
   * A u32 filter: words of the packet are compared; then the packet belongs to a class, is looked
   * for in a hash table, or is sent out of another device.
   *
   * @param place the table it lies in
   * @param keys all must match
   * @param action what is done
   */
  record U32(Place place, List<Key> keys, Action action) implements Filter {
    static final String KIND = "u32";

    /** Number of the table where a search of the filter's protocol and priority begins. */
    public static final int ROOT_TABLE = 0xfff;

    private static final int TCA_U32_CLASSID = 1;
    private static final int TCA_U32_HASH = 2;
    private static final int TCA_U32_LINK = 3;
    private static final int TCA_U32_SEL = 5;
    private static final int TCA_U32_ACT = 7;
    private static final int TC_U32_TERMINAL = 1;

    /** Copies the list. */
    public U32 {
      keys = List.copyOf(keys);
    }

    /**
     * Where a filter lies.
     *
     * @param table number of the table
     * @param bucket bucket in it
     * @param node number in the bucket, 1 to 0xfff
     */
    public record Place(int table, int bucket, int node) {}

    /**
     * A word of the packet.
     *
     * @param offset bytes from the start of the network header, a multiple of 4
     * @param value what it must be, in the packet's order
     * @param mask the bits that count
     */
    public record Key(int offset, int value, int mask) {}

    /** What is done with a packet. */
    public sealed interface Action {}

    /**
     * It belongs to a class.
     *
     * @param classId its handle
     */
    public record ToClass(int classId) implements Action {}

    /**
     * It is looked for in a table.
     *
     * @param table number of the table
     * @param hashOffset where in the packet the word lies whose masked bits are the bucket
     * @param hashMask its bits
     */
    public record ToTable(int table, int hashOffset, int hashMask) implements Action {}

    /**
     * It is sent out of another device.
     *
     * @param link the device's index
     */
    public record Redirect(int link) implements Action {}

    /** Puts the parts of a u32 handle together. */
    static int handle(int table, int bucket, int node) {
      return table << 20 | bucket << 12 | node;
    }

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public int handle() {
      // the kernel gives root tables numbers of its own choice
      int table = place.table() == ROOT_TABLE ? 0 : place.table();
      return handle(table, place.bucket(), place.node());
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.begin(Qdisc.OPTIONS);
      // the kernel takes table and bucket from here, and only the node from the handle
      message.attribute(TCA_U32_HASH, handle(place.table(), place.bucket(), 0));
      switch (action) {
        case ToClass to -> {
          message.attribute(TCA_U32_CLASSID, to.classId());
          selector(message, TC_U32_TERMINAL, 0, 0);
        }
        case ToTable to -> {
          message.attribute(TCA_U32_LINK, handle(to.table(), 0, 0));
          selector(message, 0, to.hashOffset(), to.hashMask());
        }
        case Redirect to -> {
          selector(message, TC_U32_TERMINAL, 0, 0);
          int actions = message.begin(TCA_U32_ACT);
          Mirred.redirect(message, to.link());
          message.end(actions);
        }
      }
      message.end(options);
    }

    private void selector(NetlinkMessage message, int flags, int hashOffset, int hashMask) {
      int begun = message.beginStruct(TCA_U32_SEL);
      // struct tc_u32_sel: flags, offshift, nkeys, offmask, off, offoff, hoff, hmask, keys
      message.bytes(flags, 0, keys.size(), 0).half(0).half(0).half(0).half(hashOffset);
      message.word(Integer.reverseBytes(hashMask));
      for (Key key : keys) {
        message.word(Integer.reverseBytes(key.mask())).word(Integer.reverseBytes(key.value()));
        message.word(key.offset()).word(0);
      }
      message.end(begun);
    }
  }

  /**
   * An eBPF program that decides itself (direct action).
   *
   * @param program descriptor of the loaded program
   * @param name shown by tc
   */
  record Bpf(int program, String name) implements Filter {
    private static final int TCA_BPF_FD = 6;
    private static final int TCA_BPF_NAME = 7;
    private static final int TCA_BPF_FLAGS = 8;
    private static final int ACT_DIRECT = 1;

    @Override
    public String kind() {
      return "bpf";
    }

    @Override
    public int handle() {
      return 1;
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.begin(Qdisc.OPTIONS);
      message.attribute(TCA_BPF_FD, program).attribute(TCA_BPF_NAME, name);
      message.attribute(TCA_BPF_FLAGS, ACT_DIRECT).end(options);
    }
  }

  /**
   * Packets to one address.
   *
   * @param handle its handle
   * @param address IPv4 (4 bytes) or IPv6 (16 bytes)
   * @param classId the class they belong to
   */
  record FlowerDestination(int handle, List<Byte> address, int classId) implements Filter {
    private static final int TCA_FLOWER_CLASSID = 1;
    private static final int TCA_FLOWER_KEY_ETH_TYPE = 8;
    private static final int TCA_FLOWER_KEY_IPV4_DST = 12;
    private static final int TCA_FLOWER_KEY_IPV6_DST = 16;

    /** Copies the list. */
    public FlowerDestination {
      address = List.copyOf(address);
    }

    @Override
    public String kind() {
      return "flower";
    }

    @Override
    public void write(NetlinkMessage message) {
      int options = message.begin(Qdisc.OPTIONS);
      message.attribute(TCA_FLOWER_CLASSID, classId);
      boolean six = address.size() == 16;
      int protocol = six ? Protocol.IPV6.number() : Protocol.IPV4.number();
      byte[] type = {(byte) (protocol >> 8), (byte) protocol};
      message.attribute(TCA_FLOWER_KEY_ETH_TYPE, type);
      byte[] bytes = new byte[address.size()];
      byte[] mask = new byte[address.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = address.get(i);
        mask[i] = -1;
      }
      int key = six ? TCA_FLOWER_KEY_IPV6_DST : TCA_FLOWER_KEY_IPV4_DST;
      message.attribute(key, bytes).attribute(key + 1, mask).end(options);
    }
  }
}
