package io.kollaps.linux.traffic;

import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetlinkAttributes;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.NetlinkSocket;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Traffic control of one network namespace. Changes go in batches: {@link #change} sends what its
 * body added, in as many batches as needed, and the kernel has answered when it returns. For one
 * thread at a time.
 */
public final class TrafficControl {
  private static final int RTM_GETQDISC = 38;
  private static final int RTM_GETTCLASS = 42;
  private static final int TCMSG_BYTES = 20;
  private static final int TCA_STATS2 = 7;
  private static final int TCA_STATS_BASIC = 1;
  private static final int TCA_STATS_QUEUE = 3;
  private static final int TCA_STATS_PKT64 = 8;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final NetlinkSocket socket;
  private final NetlinkBatch batch;

  /**
   * One of the socket's namespace.
   *
   * @param socket used, and closed by its owner
   * @param batch memory for messages, which several may share that are used by turns
   */
  public TrafficControl(NetlinkSocket socket, NetlinkBatch batch) {
    this.socket = socket;
    this.batch = batch;
  }

  /** Adds changes. */
  @FunctionalInterface
  public interface Body {
    /**
     * Adds changes.
     *
     * @throws LinuxException when a batch was full and the kernel refused something of it
     */
    void addTo(TrafficChanges changes) throws LinuxException;
  }

  /**
   * Makes changes.
   *
   * @throws LinuxException the first refusal, with the kernel's sentence; the other changes of the
   *     same batch were made
   */
  public void change(Body body) throws LinuxException {
    TrafficChanges changes = new TrafficChanges(socket, batch);
    try {
      body.addTo(changes);
      socket.send(batch);
    } finally {
      changes.discard();
    }
  }

  /**
   * Reads all queueing disciplines of a device.
   *
   * @param link the device's index
   * @throws LinuxException when the kernel refuses
   */
  public void readQdiscs(int link, Consumer<TrafficStatistics> each) throws LinuxException {
    read(RTM_GETQDISC, link, "queueing disciplines of link " + link, each);
  }

  /**
   * Reads all classes of a device.
   *
   * @param link the device's index
   * @throws LinuxException when the kernel refuses
   */
  public void readClasses(int link, Consumer<TrafficStatistics> each) throws LinuxException {
    read(RTM_GETTCLASS, link, "classes of link " + link, each);
  }

  private void read(int type, int link, String what, Consumer<TrafficStatistics> each)
      throws LinuxException {
    socket.dump(
        type,
        message -> message.word(0).word(link).word(0).word(0).word(0),
        what,
        answer -> {
          // a kernel that does not choose by device gives those of all devices
          if (answer.get(INT, 4) == link) {
            each.accept(statistics(answer));
          }
        });
  }

  /**
   * Reads one queueing discipline.
   *
   * @param handle its handle
   * @return empty when there is none of that handle; its parent is not told
   * @throws LinuxException when the kernel refuses for another reason
   */
  public Optional<TrafficStatistics> readQdisc(int link, int handle) throws LinuxException {
    try {
      MemorySegment answer =
          socket.ask(
              RTM_GETQDISC,
              message -> message.word(0).word(link).word(handle).word(0).word(0),
              "queueing discipline " + Handle.text(handle) + " of link " + link);
      return Optional.of(statistics(answer));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static TrafficStatistics statistics(MemorySegment answer) {
    MemorySegment all = NetlinkAttributes.find(answer, TCMSG_BYTES, TCA_STATS2);
    MemorySegment basic = NetlinkAttributes.find(all, 0, TCA_STATS_BASIC);
    MemorySegment queue = NetlinkAttributes.find(all, 0, TCA_STATS_QUEUE);
    MemorySegment packets = NetlinkAttributes.find(all, 0, TCA_STATS_PKT64);
    boolean counted = basic.byteSize() >= 12;
    boolean queued = queue.byteSize() >= 12;
    // struct gnet_stats_queue: qlen, backlog, drops, requeues, overlimits
    return new TrafficStatistics(
        answer.get(INT, 4),
        answer.get(INT, 8),
        answer.get(INT, 12),
        counted ? basic.get(LONG, 0) : 0,
        packets.byteSize() >= 8
            ? packets.get(LONG, 0)
            : counted ? Integer.toUnsignedLong(basic.get(INT, 8)) : 0,
        queued ? queue.get(INT, 8) : 0,
        queued ? queue.get(INT, 0) : 0,
        queued ? queue.get(INT, 4) : 0);
  }
}
