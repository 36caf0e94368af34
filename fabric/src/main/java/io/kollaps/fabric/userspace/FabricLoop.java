package io.kollaps.fabric.userspace;

import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.Epoll;
import io.kollaps.linux.Errno;
import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MonotonicClock;
import io.kollaps.linux.ThreadCpuClock;
import io.kollaps.linux.ThreadPriority;
import io.kollaps.linux.TimerDescriptor;
import java.util.concurrent.locks.LockSupport;

/**
 * The fabric's thread: reads what endpoints sent, writes what is due, makes changes, and waits. In
 * every round due packets come first, then changes, then a bounded number of reads from each device
 * that has something. Nothing is allocated for a packet.
 */
final class FabricLoop implements Runnable {
  /** Tag of the event descriptor that announces changes. */
  static final long CHANGES_TAG = -1;

  /** Tag of the timer. */
  static final long TIMER_TAG = -2;

  /** Tag of the overlay's socket. */
  static final long OVERLAY_TAG = -3;

  /** Devices looked at in one round; the kernel lets those that are left out come first next. */
  static final int MAX_READY = 64;

  /** Packets read from one device before the next has its turn. */
  static final int READS_PER_TURN = 8;

  /** Due packets written before devices are read again. */
  static final int DEPARTURES_PER_TURN = 64;

  /**
   * How long before a departure waiting goes on awake: the wake-up of an idle processor takes 50 to
   * 90 us here (median; a virtual machine).
   */
  static final long SPIN_NANOS = 60_000;

  /**
   * How long before its departure the write of a packet begins: on an idle processor a write takes
   * 20 to 25 us (measured), and the packet is at its device in the middle of that. A busy processor
   * writes in less; then a packet is early by less than this.
   */
  static final long WRITE_LEAD_NANOS = 10_000;

  private static final int REAL_TIME_PRIORITY = 1;
  private static final int SMALLEST_TIMER_SLACK_NANOS = 1;

  private final PathEngine engine;
  private final PortTable ports;
  private final ChangeQueue changes;
  private final Epoll epoll;
  private final TimerDescriptor timer;
  private final LoopHealth health;
  private final Arrivals arrivals;
  private final boolean wantsRealTime;
  private final boolean wantsSpin;
  private volatile boolean stopping;
  private long armedNanos = Long.MAX_VALUE;
  private boolean spinning;

  FabricLoop(
      PathEngine engine,
      PortTable ports,
      ChangeQueue changes,
      Epoll epoll,
      TimerDescriptor timer,
      LoopHealth health,
      Arrivals arrivals,
      UserSpaceFabricOptions options) {
    this.engine = engine;
    this.ports = ports;
    this.changes = changes;
    this.epoll = epoll;
    this.timer = timer;
    this.health = health;
    this.arrivals = arrivals;
    this.wantsRealTime = options.realTime();
    this.wantsSpin = options.spin();
  }

  /** Ends after the present round; a sleeping loop has to be woken as well. */
  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try {
      ThreadPriority.timerSlack(SMALLEST_TIMER_SLACK_NANOS);
      boolean realTime = wantsRealTime && ThreadPriority.tryRealTime(REAL_TIME_PRIORITY) == 0;
      ThreadCpuClock cpu = ThreadCpuClock.ofCallingThread();
      health.started(cpu, realTime);
      DutyLimiter limiter = new DutyLimiter(MonotonicClock.nanos(), cpu.nanos());
      while (!stopping) {
        round(limiter, cpu, realTime);
      }
      changes.end(new IllegalStateException("the fabric was closed"));
    } catch (Throwable e) {
      // whatever it was: callers have to learn of it, and there is nobody above to do so
      changes.end(e);
    } finally {
      health.ended();
    }
  }

  private void round(DutyLimiter limiter, ThreadCpuClock cpu, boolean realTime)
      throws LinuxException {
    long start = MonotonicClock.nanos();
    boolean busy = departDue(start, DEPARTURES_PER_TURN) > 0;
    if (changes.pending()) {
      changes.applyAll(engine, ports, epoll);
      busy = true;
    }
    long now = MonotonicClock.nanos();
    if (realTime && now >= limiter.lookDueNanos() && limiter.mustRest(now, cpu.nanos())) {
      health.rested();
      LockSupport.parkNanos(DutyLimiter.REST_NANOS);
      now = MonotonicClock.nanos();
    }
    int timeout = timeout(limiter, now);
    int ready = epoll.await(timeout);
    if (ready < 0 && ready != -Errno.EINTR) {
      throw new LinuxException("epoll_wait failed: " + Errno.name(-ready), -ready);
    }
    if (timeout == 0) {
      arrivals.stayedAwake();
    } else {
      arrivals.slept(now, MonotonicClock.nanos());
      if (ready == 1 && epoll.tag(0) == TIMER_TAG) {
        arrivals.alarmed(armedNanos);
      }
    }
    for (int i = 0; i < ready; i++) {
      busy |= serve(epoll.tag(i));
    }
    if (spinning && !busy) {
      limiter.spun(MonotonicClock.nanos() - start);
    }
  }

  /** How long the round may wait: 0 or, with the timer set, until something happens. */
  private int timeout(DutyLimiter limiter, long now) {
    long next = engine.nextDepartureNanos();
    spinning = false;
    if (next <= now + WRITE_LEAD_NANOS) {
      return 0;
    }
    boolean maySpin = wantsSpin && limiter.maySpin(now);
    if (maySpin && next - now <= SPIN_NANOS) {
      spinning = true;
      return 0;
    }
    long wake = next == Long.MAX_VALUE || !maySpin ? next : next - SPIN_NANOS;
    // an alarm that comes too early costs one idle round, less than setting it anew every time
    if (wake != Long.MAX_VALUE && wake != armedNanos) {
      timer.arm(Math.max(1, wake));
      armedNanos = wake;
    }
    return -1;
  }

  private boolean serve(long tag) {
    if (tag >= 0) {
      readFrom((int) tag);
      return true;
    }
    if (tag == OVERLAY_TAG) {
      Overlay overlay = ports.overlay();
      if (overlay != null) {
        overlay.receive(engine, ports);
      }
      return true;
    }
    if (tag == TIMER_TAG) {
      timer.disarm();
      armedNanos = Long.MAX_VALUE;
    } else {
      changes.drainWake();
    }
    return false;
  }

  private void readFrom(int endpoint) {
    int fileDescriptor = ports.fileDescriptor(endpoint);
    long now = Long.MIN_VALUE;
    for (int i = 0; i < READS_PER_TURN; i++) {
      long noted = arrivals.noted(endpoint);
      long length =
          FileDescriptors.read(
              fileDescriptor, engine.receiveBuffer(), PathEngine.receiveBufferBytes());
      if (length < 0) {
        if (length != -Errno.EAGAIN && length != -Errno.EINTR) {
          // EBADFD and EIO while a device is being taken away from outside: the packet is gone
          health.readFailed();
        }
        arrivals.empty(endpoint, now);
        return;
      }
      now = MonotonicClock.nanos();
      engine.received(endpoint, (int) length, now, arrivals.arrival(endpoint, noted, i == 0, now));
      // what may go on at once does so while it is in the processor's cache
      departDue(now, READS_PER_TURN);
    }
  }

  private int departDue(long from, int most) {
    long now = from;
    int departed = 0;
    boolean sent = false;
    while (departed < most && engine.nextDepartureNanos() <= now + WRITE_LEAD_NANOS) {
      int packet = engine.pollDeparture(now + WRITE_LEAD_NANOS);
      if (packet < 0) {
        break;
      }
      int destination = engine.packetDestination(packet);
      int peer = ports.peerOf(destination);
      if (peer == PeerDirectory.NONE) {
        now = write(packet, ports.fileDescriptor(destination));
      } else {
        now = send(packet, peer);
        sent = true;
      }
      departed++;
    }
    if (sent) {
      flush();
    }
    return departed;
  }

  private long write(int packet, int fileDescriptor) {
    long planned = engine.plannedDeparture(packet);
    long written =
        fileDescriptor == PortTable.NONE
            ? -Errno.ENODEV
            : FileDescriptors.write(
                fileDescriptor, engine.packetAddress(packet), engine.packetLength(packet));
    if (written >= 0) {
      engine.delivered(packet);
    } else {
      engine.refused(packet);
    }
    long now = MonotonicClock.nanos();
    health.departed(now - planned);
    return now;
  }

  private long send(int packet, int peer) {
    Overlay overlay = ports.overlay();
    if (overlay == null || !overlay.send(engine, health, packet, peer)) {
      engine.refused(packet);
    }
    return MonotonicClock.nanos();
  }

  private void flush() {
    Overlay overlay = ports.overlay();
    if (overlay != null) {
      overlay.flush(engine, health);
    }
  }
}
