package io.kollaps.linux.traffic;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.NetlinkMessage;
import io.kollaps.linux.NetlinkSocket;
import java.util.function.Supplier;

/** Changes of traffic control that are being collected, see {@link TrafficControl#change}. */
public final class TrafficChanges {
  private static final int RTM_NEWQDISC = 36;
  private static final int RTM_DELQDISC = 37;
  private static final int RTM_NEWTCLASS = 40;
  private static final int RTM_DELTCLASS = 41;
  private static final int RTM_NEWTFILTER = 44;
  private static final int RTM_DELTFILTER = 45;
  private static final int REPLACE = 0x100;
  private static final int CREATE = 0x400;
  private static final int CREATE_EXCLUSIVELY = 0x600;
  private static final int TCA_KIND = 1;
  private static final int BLOCK_OF_DEVICES = 0xffffffff; // TCM_IFINDEX_MAGIC_BLOCK

  private final NetlinkSocket socket;
  private final NetlinkBatch batch;

  TrafficChanges(NetlinkSocket socket, NetlinkBatch batch) {
    this.socket = socket;
    this.batch = batch;
  }

  /**
   * Adds a queueing discipline; an existing one that somebody made is refused with EEXIST.
   *
   * @param link the device's index
   * @param parent {@link Handle#ROOT}, {@link Handle#CLSACT}, or a class
   * @param handle its handle, with minor 0
   */
  public void addQdisc(int link, int parent, int handle, Qdisc qdisc) throws LinuxException {
    qdisc(RTM_NEWQDISC, CREATE_EXCLUSIVELY, "add", link, parent, handle, qdisc);
  }

  /**
   * Puts a queueing discipline in the place of whatever is there; the kernel's default leaf of a
   * class can only be replaced.
   */
  public void replaceQdisc(int link, int parent, int handle, Qdisc qdisc) throws LinuxException {
    qdisc(RTM_NEWQDISC, CREATE | REPLACE, "replace", link, parent, handle, qdisc);
  }

  /** Changes the options of an existing queueing discipline; packets in it stay. */
  public void changeQdisc(int link, int parent, int handle, Qdisc qdisc) throws LinuxException {
    qdisc(RTM_NEWQDISC, 0, "change", link, parent, handle, qdisc);
  }

  /** Deletes a queueing discipline, and all below it. */
  public void deleteQdisc(int link, int parent, int handle) throws LinuxException {
    start(
        RTM_DELQDISC,
        0,
        () -> "delete qdisc " + Handle.text(handle) + " on link " + link,
        link,
        handle,
        parent,
        0);
  }

  /** Adds a class. */
  public void addClass(int link, int parent, int handle, HtbClass options) throws LinuxException {
    htbClass(CREATE_EXCLUSIVELY, "add", link, parent, handle, options);
  }

  /** Changes a class; packets in it stay. */
  public void changeClass(int link, int parent, int handle, HtbClass options)
      throws LinuxException {
    htbClass(0, "change", link, parent, handle, options);
  }

  /** Deletes a class with its leaf; filters that lead to it must be gone. */
  public void deleteClass(int link, int handle) throws LinuxException {
    start(
        RTM_DELTCLASS,
        0,
        () -> "delete class " + Handle.text(handle) + " on link " + link,
        link,
        handle,
        0,
        0);
  }

  /**
   * Adds a filter.
   *
   * @param parent a queueing discipline, {@link Handle#INGRESS} or {@link Handle#EGRESS}
   * @param priority 1 to 65535, smaller first; one kind and protocol for each
   */
  public void addFilter(int link, int parent, int priority, Protocol protocol, Filter filter)
      throws LinuxException {
    NetlinkMessage message =
        start(
            RTM_NEWTFILTER,
            CREATE_EXCLUSIVELY,
            () -> "add " + purpose(filter) + " on link " + link,
            link,
            filter.handle(),
            parent,
            info(priority, protocol));
    filter.write(message.attribute(TCA_KIND, filter.kind()));
  }

  /** Adds a filter to a block that devices share. */
  public void addBlockFilter(int block, int priority, Protocol protocol, Filter filter)
      throws LinuxException {
    addFilter(BLOCK_OF_DEVICES, block, priority, protocol, filter);
  }

  /** Deletes a filter. */
  public void deleteFilter(int link, int parent, int priority, Protocol protocol, Filter filter)
      throws LinuxException {
    start(
            RTM_DELTFILTER,
            0,
            () -> "delete " + purpose(filter) + " on link " + link,
            link,
            filter.handle(),
            parent,
            info(priority, protocol))
        .attribute(TCA_KIND, filter.kind());
  }

  /** Deletes a filter of a block that devices share. */
  public void deleteBlockFilter(int block, int priority, Protocol protocol, Filter filter)
      throws LinuxException {
    deleteFilter(BLOCK_OF_DEVICES, block, priority, protocol, filter);
  }

  private static String purpose(Filter filter) {
    return filter.kind() + " filter " + Integer.toHexString(filter.handle());
  }

  private static int info(int priority, Protocol protocol) {
    return priority << 16 | Short.toUnsignedInt(Short.reverseBytes((short) protocol.number()));
  }

  private void qdisc(
      int type, int flags, String verb, int link, int parent, int handle, Qdisc qdisc)
      throws LinuxException {
    NetlinkMessage message =
        start(
            type,
            flags,
            () -> verb + " " + qdisc.kind() + " " + Handle.text(handle) + " on link " + link,
            link,
            handle,
            parent,
            0);
    qdisc.write(message.attribute(TCA_KIND, qdisc.kind()));
  }

  private void htbClass(int flags, String verb, int link, int parent, int handle, HtbClass options)
      throws LinuxException {
    NetlinkMessage message =
        start(
            RTM_NEWTCLASS,
            flags,
            () -> verb + " class " + Handle.text(handle) + " on link " + link,
            link,
            handle,
            parent,
            0);
    options.write(message.attribute(TCA_KIND, "htb"));
  }

  private NetlinkMessage start(
      int type, int flags, Supplier<String> purpose, int link, int handle, int parent, int info)
      throws LinuxException {
    if (batch.isFull()) {
      socket.send(batch);
    }
    // struct tcmsg: family and padding, index, handle, parent, info
    return batch.add(type, flags, purpose).word(0).word(link).word(handle).word(parent).word(info);
  }

  void discard() {
    batch.clear();
  }
}
