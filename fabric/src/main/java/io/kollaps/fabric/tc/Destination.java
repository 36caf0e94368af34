package io.kollaps.fabric.tc;

import io.kollaps.fabric.PathShape;
import io.kollaps.linux.traffic.Handle;
import io.kollaps.linux.traffic.TrafficStatistics;
import io.kollaps.topology.Jitter;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** One destination of a shaped interface: its class, delay line and queue. */
final class Destination {
  private final int index;
  private final List<InetAddress> addresses;
  private final int minor;
  private final int delayLineMajor;
  private final int queueMajor;
  private final PathTotals totals;
  private PathShape shape;
  private boolean open;
  private Optional<Jitter.Distribution> table = Optional.empty();

  /**
   * One that the kernel does not know yet.
   *
   * @param index its number among the destinations
   * @param setting what is asked for
   * @param minor of its class
   */
  Destination(
      int index, DestinationSetting setting, int minor, int delayLineMajor, int queueMajor) {
    this.index = index;
    this.addresses = setting.addresses();
    this.minor = minor;
    this.delayLineMajor = delayLineMajor;
    this.queueMajor = queueMajor;
    this.totals = setting.totals();
    this.shape = setting.shape();
    this.open = setting.open();
  }

  int index() {
    return index;
  }

  List<InetAddress> addresses() {
    return addresses;
  }

  int minor() {
    return minor;
  }

  int delayLineMajor() {
    return delayLineMajor;
  }

  int queueMajor() {
    return queueMajor;
  }

  int classHandle() {
    return Handle.of(Majors.ROOT, minor);
  }

  int delayLineHandle() {
    return Handle.of(delayLineMajor, 0);
  }

  int queueHandle() {
    return Handle.of(queueMajor, 0);
  }

  /** The place of the queue in the delay line. */
  int queueParent() {
    return Handle.of(delayLineMajor, 1);
  }

  PathShape shape() {
    return shape;
  }

  boolean open() {
    return open;
  }

  PathTotals totals() {
    return totals;
  }

  /** Takes over what the kernel was told. */
  void become(PathShape newShape, boolean newOpen) {
    shape = newShape;
    open = newOpen;
  }

  /** Whether the kernel has another table for the jitter than this shape wants, or none. */
  boolean wantsTable(PathShape newShape) {
    return newShape.jitter().deviationNanos() > 0
        && !table.equals(Optional.of(newShape.jitter().distribution()));
  }

  /** The kernel has the shape's table now. */
  void tableSent(PathShape newShape) {
    table = Optional.of(newShape.jitter().distribution());
  }

  void read(TrafficStatistics line, TrafficStatistics queue) {
    totals.read(line, queue, shape.lossProbability() > 0, open);
  }
}
