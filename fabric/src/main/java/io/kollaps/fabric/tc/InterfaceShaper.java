package io.kollaps.fabric.tc;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathShape;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.traffic.Filter.U32.ToClass;
import io.kollaps.linux.traffic.Handle;
import io.kollaps.linux.traffic.HtbClass;
import io.kollaps.linux.traffic.Qdisc;
import io.kollaps.linux.traffic.TrafficChanges;
import io.kollaps.linux.traffic.TrafficControl;
import io.kollaps.linux.traffic.TrafficStatistics;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Shapes what leaves through one interface, by destination: whoever made the interface, and
 * whatever network it leads to. The orders are those of the original's control: {@link #set}
 * (initialise and update), {@link #setOpen} (disconnect and reconnect), {@link #close} (tear down).
 * What goes to other destinations is left alone, or dropped where so asked.
 *
 * <p>Only packets on their way out are shaped: each end of a path shapes its own direction. For one
 * thread at a time.
 */
final class InterfaceShaper implements AutoCloseable {
  /** Most destinations: each has two queueing disciplines, of which a device has some 61 000. */
  static final int MAX_DESTINATIONS = 30_000;

  private static final int ROOT = Handle.of(Majors.ROOT, 0);
  private static final int UNKNOWN_MINOR = 0xffff;
  // bytes of an Ethernet header, which htb counts: the rate is to count Internet packets
  private static final int LINK_HEADER_BYTES = 14;
  // what an interface has by default; packets to others than destinations wait here for the device
  private static final int DIRECT_PACKETS = 1000;
  private static final int ONE_SEGMENT = 1;
  private static final int NO_BYTES = 1;

  private final RouteNetlink links;
  private final TrafficControl traffic;
  private final int link;
  private final String where;
  private final int mtu;
  private final boolean dropsUnknown;
  private final long seed;
  private final TcStep.Gate gate;
  private final DestinationFilters filters = new DestinationFilters();
  private final Majors majors = new Majors();
  private final BitSet minors = new BitSet();
  private final Map<Integer, Destination> destinations = new TreeMap<>();
  private int segmentsBefore;
  private int unknownMajor;
  private TrafficStatistics lastRoot = new TrafficStatistics(0, 0, 0, 0, 0, 0, 0, 0);

  /**
   * How an interface is shaped.
   *
   * @param where names the interface in errors
   * @param mtu largest Internet packet in bytes
   * @param dropsUnknown whether packets to others than destinations are dropped; otherwise they are
   *     left alone
   * @param seed of loss and jitter, for kernels that let it be given (Linux 6.6 and later)
   * @param gate called before each step
   */
  record Options(String where, int mtu, boolean dropsUnknown, long seed, TcStep.Gate gate) {}

  private InterfaceShaper(RouteNetlink links, NetlinkBatch batch, int link, Options options) {
    this.links = links;
    this.traffic = new TrafficControl(links.socket(), batch);
    this.link = link;
    this.where = options.where();
    this.mtu = options.mtu();
    this.dropsUnknown = options.dropsUnknown();
    this.seed = options.seed();
    this.gate = options.gate();
  }

  /**
   * Starts to shape an interface: until destinations are set, nothing changes but that there are no
   * super-packets any more, or nothing leaves where unknown destinations are dropped.
   *
   * @param links client of the interface's namespace; it stays the caller's
   * @param batch memory for messages, which several shapers may share that are used by turns
   * @param name the interface
   * @throws FabricException when it cannot be shaped; it is as before then
   */
  static InterfaceShaper start(RouteNetlink links, NetlinkBatch batch, String name, Options options)
      throws FabricException {
    int link =
        TcStep.INTERFACE.attempt(options.gate(), options.where(), () -> links.linkIndex(name));
    InterfaceShaper made = new InterfaceShaper(links, batch, link, options);
    made.prepare();
    return made;
  }

  private void prepare() throws FabricException {
    TcStep.SEGMENTS.perform(
        gate,
        where,
        () -> {
          segmentsBefore = links.maxSegments(link);
          links.setMaxSegments(link, ONE_SEGMENT);
        });
    try {
      TcStep.ROOT.perform(gate, where, () -> traffic.change(this::addRoot));
    } catch (FabricException e) {
      restoreSegments(e);
      throw e;
    }
    try {
      TcStep.FILTERS.perform(gate, where, () -> traffic.change(c -> add(c, filters.roots())));
      if (dropsUnknown) {
        TcStep.UNKNOWN.perform(gate, where, () -> traffic.change(this::addUnknown));
      }
    } catch (FabricException e) {
      closeAfter(e);
      throw e;
    }
  }

  private void addRoot(TrafficChanges changes) throws LinuxException {
    // a super-packet would count as one packet here: that is one reason why there are none
    changes.addQdisc(link, Handle.ROOT, ROOT, new Qdisc.Htb(0, DIRECT_PACKETS, -LINK_HEADER_BYTES));
  }

  private void addUnknown(TrafficChanges changes) throws LinuxException {
    int handle = Handle.of(Majors.ROOT, UNKNOWN_MINOR);
    unknownMajor = majors.take();
    changes.addClass(
        link,
        ROOT,
        handle,
        HtbClass.ofRate(
            ShapeTranslation.UNLIMITED_BYTES_PER_SECOND, ShapeTranslation.BURST_NANOS, mtu, 0));
    // a queue without room for any packet is the one drop that every kernel has
    changes.addQdisc(link, handle, Handle.of(unknownMajor, 0), new Qdisc.ByteFifo(NO_BYTES));
    add(changes, filters.unknown(new ToClass(handle)));
  }

  private void add(TrafficChanges changes, List<DestinationFilters.Placed> added)
      throws LinuxException {
    for (DestinationFilters.Placed placed : added) {
      changes.addFilter(link, ROOT, placed.priority(), placed.protocol(), placed.filter());
    }
  }

  /** Number of destinations. */
  int destinationCount() {
    return destinations.size();
  }

  /**
   * Sets destinations: new ones are made, others changed in place, so that packets in them stay.
   * The changes follow one another within some microseconds each.
   *
   * @throws FabricException when the kernel refuses; destinations that were to be made are not
   *     there then, others may have been changed
   */
  void set(List<DestinationSetting> settings) throws FabricException {
    List<Destination> made = new ArrayList<>();
    List<DestinationSetting> changed = new ArrayList<>();
    for (DestinationSetting setting : settings) {
      if (destinations.containsKey(setting.destination())) {
        changed.add(setting);
      } else {
        made.add(reserve(setting));
      }
    }
    update(changed);
    if (!made.isEmpty()) {
      initialise(made);
    }
  }

  private Destination reserve(DestinationSetting setting) {
    int minor = minors.nextClearBit(1);
    minors.set(minor);
    return new Destination(setting.destination(), setting, minor, majors.take(), majors.take());
  }

  private void release(Destination destination) {
    minors.clear(destination.minor());
    majors.free(destination.delayLineMajor());
    majors.free(destination.queueMajor());
  }

  private void initialise(List<Destination> made) throws FabricException {
    try {
      TcStep.CLASSES.perform(gate, where, () -> traffic.change(c -> addClasses(c, made)));
      TcStep.DISCIPLINES.perform(gate, where, () -> traffic.change(c -> addDisciplines(c, made)));
      TcStep.FILTERS.perform(gate, where, () -> traffic.change(c -> addFilters(c, made)));
    } catch (FabricException e) {
      undo(made, e);
      throw e;
    }
    for (Destination destination : made) {
      destination.totals().restart();
      destinations.put(destination.index(), destination);
    }
  }

  private void addClasses(TrafficChanges changes, List<Destination> made) throws LinuxException {
    for (Destination destination : made) {
      changes.addClass(
          link,
          ROOT,
          destination.classHandle(),
          ShapeTranslation.htbClass(destination.shape(), mtu));
    }
  }

  private void addDisciplines(TrafficChanges changes, List<Destination> made)
      throws LinuxException {
    for (Destination destination : made) {
      PathShape shape = destination.shape();
      changes.addQdisc(
          link,
          destination.classHandle(),
          destination.delayLineHandle(),
          ShapeTranslation.delayLine(
              shape, destination.open(), destination.wantsTable(shape), seedOf(destination)));
      if (destination.wantsTable(shape)) {
        destination.tableSent(shape);
      }
      changes.addQdisc(
          link,
          destination.queueParent(),
          destination.queueHandle(),
          ShapeTranslation.queue(shape, mtu));
    }
  }

  private long seedOf(Destination destination) {
    // any two destinations draw apart; the multiplier is that of splitmix64
    return seed + (destination.index() + 1) * 0x9E3779B97F4A7C15L;
  }

  private void addFilters(TrafficChanges changes, List<Destination> made) throws LinuxException {
    for (Destination destination : made) {
      for (InetAddress address : destination.addresses()) {
        add(changes, filters.add(address, new ToClass(destination.classHandle())));
      }
    }
  }

  /** Takes away whatever was made of these, which may be any part. */
  private void undo(List<Destination> made, FabricException failure) {
    for (Destination destination : made) {
      deleteEachOf(destination, failure);
      release(destination);
    }
  }

  private void deleteEachOf(Destination destination, FabricException failure) {
    for (InetAddress address : destination.addresses()) {
      ToClass action = new ToClass(destination.classHandle());
      for (DestinationFilters.Placed placed : filters.remove(address, action)) {
        ignoreMissing(failure, changes -> delete(changes, placed));
      }
    }
    ignoreMissing(failure, changes -> changes.deleteClass(link, destination.classHandle()));
  }

  private void ignoreMissing(FabricException failure, TrafficControl.Body body) {
    try {
      traffic.change(body);
    } catch (LinuxException e) {
      // ENOENT, or ENODEV of an older kernel: that part was not made yet
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENODEV && e.errno() != Errno.EINVAL) {
        failure.addSuppressed(e);
      }
    }
  }

  private void delete(TrafficChanges changes, DestinationFilters.Placed placed)
      throws LinuxException {
    changes.deleteFilter(link, ROOT, placed.priority(), placed.protocol(), placed.filter());
  }

  private void update(List<DestinationSetting> changed) throws FabricException {
    for (DestinationSetting setting : changed) {
      Destination destination = destination(setting.destination());
      boolean lost = destination.shape().lossProbability() > 0;
      boolean loses = setting.shape().lossProbability() > 0;
      if (destination.open() != setting.open() || lost != loses) {
        // what was dropped until now belongs to what the path was until now
        read(destination);
      }
    }
    TcStep.CHANGE.perform(
        gate,
        where,
        () ->
            traffic.change(
                changes -> {
                  for (DestinationSetting setting : changed) {
                    update(changes, destination(setting.destination()), setting);
                  }
                }));
  }

  private void update(TrafficChanges changes, Destination destination, DestinationSetting setting)
      throws LinuxException {
    PathShape shape = setting.shape();
    boolean newTable = destination.wantsTable(shape);
    changes.changeQdisc(
        link,
        destination.classHandle(),
        destination.delayLineHandle(),
        ShapeTranslation.delayLine(shape, setting.open(), newTable, seedOf(destination)));
    if (newTable) {
      destination.tableSent(shape);
    }
    changeRate(changes, destination, shape);
    destination.become(shape, setting.open());
  }

  private void changeRate(TrafficChanges changes, Destination destination, PathShape shape)
      throws LinuxException {
    changes.changeClass(
        link, ROOT, destination.classHandle(), ShapeTranslation.htbClass(shape, mtu));
    Qdisc.ByteFifo queue = ShapeTranslation.queue(shape, mtu);
    if (!queue.equals(ShapeTranslation.queue(destination.shape(), mtu))) {
      changes.changeQdisc(link, destination.queueParent(), destination.queueHandle(), queue);
    }
  }

  /**
   * A destination's new rate.
   *
   * @param destination its number; without effect when it was not set
   * @param bitsPerSecond the rate
   */
  record RateChange(int destination, long bitsPerSecond) {}

  /**
   * Changes rates only.
   *
   * @throws FabricException when the kernel refuses
   */
  void setRates(List<RateChange> rates) throws FabricException {
    TcStep.CHANGE.perform(
        gate,
        where,
        () ->
            traffic.change(
                changes -> {
                  for (RateChange rate : rates) {
                    Destination destination = destinations.get(rate.destination());
                    if (destination != null
                        && destination.shape().rateBitsPerSecond() != rate.bitsPerSecond()) {
                      PathShape shape = destination.shape().withRate(rate.bitsPerSecond());
                      changeRate(changes, destination, shape);
                      destination.become(shape, destination.open());
                    }
                  }
                }));
  }

  /**
   * Cuts destinations, or restores them: while one is cut everything to it is dropped and counted
   * as cut, what is on its way goes on. A destination that was not set is left out.
   *
   * @throws FabricException when the kernel refuses
   */
  void setOpen(List<Integer> numbers, boolean open) throws FabricException {
    List<DestinationSetting> settings = new ArrayList<>();
    for (int number : numbers) {
      Destination destination = destinations.get(number);
      if (destination != null && destination.open() != open) {
        settings.add(
            new DestinationSetting(
                number, destination.addresses(), destination.shape(), open, destination.totals()));
      }
    }
    update(settings);
  }

  /**
   * Removes a destination and drops what is on its way to it; its totals stay with who has them.
   *
   * @throws FabricException when the kernel refuses
   */
  void remove(int number) throws FabricException {
    Destination destination = destinations.get(number);
    if (destination == null) {
      return;
    }
    read(destination);
    TcStep.REMOVAL.perform(
        gate,
        where,
        () ->
            traffic.change(
                changes -> {
                  ToClass action = new ToClass(destination.classHandle());
                  for (InetAddress address : destination.addresses()) {
                    for (DestinationFilters.Placed placed : filters.remove(address, action)) {
                      delete(changes, placed);
                    }
                  }
                  changes.deleteClass(link, destination.classHandle());
                }));
    destinations.remove(number);
    destination.totals().restart();
    release(destination);
  }

  private Destination destination(int number) {
    Destination destination = destinations.get(number);
    if (destination == null) {
      throw new IllegalStateException("destination " + number + " was not set");
    }
    return destination;
  }

  /**
   * Brings a destination's totals up to date; without effect when it was not set.
   *
   * @throws FabricException when the kernel refuses
   */
  void read(int number) throws FabricException {
    Destination destination = destinations.get(number);
    if (destination != null) {
      read(destination);
    }
  }

  private void read(Destination destination) throws FabricException {
    TcStep.READING.perform(
        gate,
        where,
        () -> {
          Optional<TrafficStatistics> line = traffic.readQdisc(link, destination.delayLineHandle());
          Optional<TrafficStatistics> queue = traffic.readQdisc(link, destination.queueHandle());
          if (line.isPresent() && queue.isPresent()) {
            destination.read(line.get(), queue.get());
          }
        });
  }

  /**
   * Brings all totals up to date with one request.
   *
   * @throws FabricException when the kernel refuses
   */
  void readAll() throws FabricException {
    Map<Integer, TrafficStatistics> byHandle = new HashMap<>();
    TcStep.READING.perform(
        gate, where, () -> traffic.readQdiscs(link, q -> byHandle.put(q.handle(), q)));
    for (Destination destination : destinations.values()) {
      TrafficStatistics line = byHandle.get(destination.delayLineHandle());
      TrafficStatistics queue = byHandle.get(destination.queueHandle());
      if (line != null && queue != null) {
        destination.read(line, queue);
      }
    }
  }

  /** Tells all destinations. */
  void forEach(Consumer<Destination> each) {
    destinations.values().forEach(each);
  }

  /**
   * Whether anything passed, was dropped, or waits since the last call: one short request, however
   * many destinations there are.
   *
   * @throws FabricException when the kernel refuses
   */
  boolean wasActive() throws FabricException {
    Optional<TrafficStatistics> root =
        TcStep.READING.attempt(gate, where, () -> traffic.readQdisc(link, ROOT));
    TrafficStatistics now = root.orElse(lastRoot);
    boolean active =
        now.packets() != lastRoot.packets()
            || now.drops() != lastRoot.drops()
            || now.waitingPackets() > 0
            || lastRoot.waitingPackets() > 0;
    lastRoot = now;
    return active;
  }

  /**
   * Packets that were dropped because their destination is unknown, modulo 2^32.
   *
   * @throws FabricException when the kernel refuses
   */
  long unknownPackets() throws FabricException {
    if (!dropsUnknown) {
      return 0;
    }
    Optional<TrafficStatistics> dropped =
        TcStep.READING.attempt(
            gate, where, () -> traffic.readQdisc(link, Handle.of(unknownMajor, 0)));
    return dropped.map(d -> Integer.toUnsignedLong(d.drops())).orElse(0L);
  }

  /**
   * Stops shaping: the interface is as it was found, and stays up.
   *
   * @throws FabricException when the kernel refuses
   */
  @Override
  public void close() throws FabricException {
    destinations.clear();
    TcStep.REMOVAL.perform(
        gate,
        where,
        () -> {
          try {
            traffic.change(changes -> changes.deleteQdisc(link, Handle.ROOT, ROOT));
          } finally {
            links.setMaxSegments(link, segmentsBefore);
          }
        });
  }

  private void closeAfter(FabricException failure) {
    try {
      close();
    } catch (FabricException e) {
      failure.addSuppressed(e);
    }
  }

  private void restoreSegments(FabricException failure) {
    try {
      links.setMaxSegments(link, segmentsBefore);
    } catch (LinuxException e) {
      failure.addSuppressed(e);
    }
  }
}
