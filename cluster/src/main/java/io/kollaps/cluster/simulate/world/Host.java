package io.kollaps.cluster.simulate.world;

import io.kollaps.cluster.NodeId;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine: it starts, crashes and pauses, has a clock of its own, and sends. What it plans and
 * whom it calls ends with a crash.
 *
 * @param <M> messages
 */
public final class Host<M> {
  private static final double MILLION = 1e6;

  private final World world;
  private final Network<M> network;
  private final NodeId id;
  private final Program.Boot<M> boot;
  private final Set<Call<M>> incoming = new LinkedHashSet<>();
  private @Nullable Program<M> program;
  private int starts;
  private long pausedUntilNanos;
  private long clockOffsetNanos;
  private double clockDriftPpm;
  private int side;

  Host(World world, Network<M> network, NodeId id, Program.Boot<M> boot) {
    this.world = world;
    this.network = network;
    this.id = id;
    this.boot = boot;
  }

  /** Who it is. */
  public NodeId id() {
    return id;
  }

  /** Whether it runs; a host that pauses runs. */
  public boolean up() {
    return program != null;
  }

  /** How often it was started. */
  public int starts() {
    return starts;
  }

  /** Starts it; nothing happens when it runs. */
  public void start() {
    if (program != null) {
      return;
    }
    starts++;
    pausedUntilNanos = 0;
    world.trace().note(id, "starts", starts);
    program = NOT_READY.cast();
    program = boot.start(this);
  }

  /** Crashes it: its program, its plans and its calls are gone. Nothing happens when it is down. */
  public void crash() {
    if (program == null) {
      return;
    }
    world.trace().note(id, "crashes", starts);
    program = null;
    Set<Call<M>> broken = new LinkedHashSet<>(incoming);
    incoming.clear();
    broken.forEach(call -> network.reset(call));
  }

  /** It stands still for a time: what comes and what it planned waits. */
  public void pause(long nanos) {
    world.trace().note(id, "pauses", nanos);
    pausedUntilNanos = Math.max(pausedUntilNanos, world.nowNanos() + nanos);
  }

  /** Whether it stands still. */
  public boolean paused() {
    return pausedUntilNanos > world.nowNanos();
  }

  /**
   * Sets its clock, that never goes back otherwise.
   *
   * @param offsetNanos what it is ahead of virtual time at the beginning
   * @param driftPpm millionths that it goes faster
   */
  public void setClock(long offsetNanos, double driftPpm) {
    clockOffsetNanos = offsetNanos;
    clockDriftPpm = driftPpm;
  }

  /** The time on its own clock. */
  public long clockNanos() {
    return clockAt(world.nowNanos());
  }

  /** The time on its own clock at an instant of virtual time. */
  public long clockAt(long worldNanos) {
    return worldNanos + clockOffsetNanos + (long) (worldNanos * (clockDriftPpm / MILLION));
  }

  /** Plans an event of this host; it does not happen after a crash, and late after a pause. */
  public Alarm after(long delayNanos, Runnable event) {
    int then = starts;
    return world.after(delayNanos, () -> happen(then, event));
  }

  /** Lets something happen here, unless it crashed since; a pause delays it. */
  void happen(int then, Runnable event) {
    if (program == null || starts != then) {
      return;
    }
    if (pausedUntilNanos > world.nowNanos()) {
      world.at(pausedUntilNanos, () -> happen(then, event));
      return;
    }
    event.run();
  }

  /** Sends a datagram. */
  public void send(NodeId to, M payload) {
    network.send(this, to, payload);
  }

  /**
   * Calls another host.
   *
   * @param timeoutNanos after which it has failed
   * @param done is told exactly once how it ended, unless this host crashes before
   */
  public void call(NodeId to, M request, long timeoutNanos, Consumer<Reply<M>> done) {
    network.call(this, to, request, timeoutNanos, done);
  }

  int side() {
    return side;
  }

  void stand(int onSide) {
    side = onSide;
  }

  Set<Call<M>> incoming() {
    return incoming;
  }

  Program<M> program() {
    Program<M> running = program;
    if (running == null) {
      throw new IllegalStateException("host " + id + " is down");
    }
    return running;
  }

  @Override
  public String toString() {
    return id.value();
  }

  private static final NotReady NOT_READY = new NotReady();

  /** Stands in while a program is being made: nothing can reach it meanwhile. */
  private static final class NotReady implements Program<Object> {
    @Override
    public void datagram(NodeId from, Object payload) {
      throw new IllegalStateException("the host is starting");
    }

    @Override
    public void called(NodeId from, Object request, Answer<Object> answer) {
      throw new IllegalStateException("the host is starting");
    }

    @SuppressWarnings("unchecked") // takes anything and gives nothing
    <M> Program<M> cast() {
      return (Program<M>) (Program<?>) this;
    }
  }
}
