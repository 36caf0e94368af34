package io.kollaps.runtime.process;

import io.kollaps.linux.NetworkNamespace;
import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.EndpointSpec;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.runtime.ExitStatus.Cause;
import io.kollaps.runtime.RuntimeStartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An endpoint that runs as processes of this machine. Safe for several threads. */
final class ProcessEndpoint implements EndpointInstance {
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long KILL_CHAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long WATCH_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long WATCH_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final EndpointSpec spec;
  private final NetworkNamespace namespace;
  private final EndpointLimits limits;
  private final Preparation preparation;
  private final Entry entry;
  private final ScheduledExecutorService timer;
  private final Consumer<String> notices;
  private final Consumer<ProcessEndpoint> onRemoved;

  private final ListeningPorts listening;

  private final Object lock = new Object();
  private @Nullable Prepared prepared;
  private @Nullable Running running;
  private boolean removed;

  /** Prepares processes for the next start. */
  @FunctionalInterface
  interface Preparation {
    Place prepare() throws RuntimeStartException;
  }

  /** Starts a command inside the endpoint. */
  @FunctionalInterface
  interface Entry {
    /**
     * Starts it.
     *
     * @param inside a process of the endpoint
     */
    Process enter(ProcessHandle inside, List<String> command) throws RuntimeStartException;
  }

  /** Processes for a start, and how many the kernel had killed for memory before. */
  private record Prepared(Place place, long memoryKillsBefore) {}

  /** One run of the program, from start to end. */
  private static final class Running {
    final Place place;
    final long memoryKillsBefore;
    final CompletableFuture<ExitStatus> status = new CompletableFuture<>();
    Cause cause = Cause.ENDED;

    Running(Prepared prepared) {
      this.place = prepared.place();
      this.memoryKillsBefore = prepared.memoryKillsBefore();
    }
  }

  ProcessEndpoint(
      EndpointSpec spec,
      NetworkNamespace namespace,
      EndpointLimits limits,
      Preparation preparation,
      Entry entry,
      ScheduledExecutorService timer,
      Consumer<String> notices,
      Consumer<ProcessEndpoint> onRemoved) {
    this.spec = spec;
    this.namespace = namespace;
    this.listening = new ListeningPorts(namespace);
    this.limits = limits;
    this.preparation = preparation;
    this.entry = entry;
    this.timer = timer;
    this.notices = notices;
    this.onRemoved = onRemoved;
  }

  @Override
  public NetworkNamespace networkNamespace() {
    return namespace;
  }

  /** Begins to prepare the next start when nothing is prepared. */
  void beginToPrepare() throws RuntimeStartException {
    synchronized (lock) {
      var _ = prepared();
    }
  }

  @Override
  public void prepare() {
    schedule(this::prepareAndWatch, 0);
  }

  private void prepareAndWatch() {
    Place next;
    synchronized (lock) {
      if (removed || running != null) {
        return;
      }
      try {
        next = prepared().place();
      } catch (RuntimeStartException e) {
        notices.accept(label() + ": the next start is not prepared: " + e.getMessage());
        return;
      }
    }
    watch(next, System.nanoTime() + WATCH_NANOS);
  }

  /** Looks again and again whether it is ready, so that a start need not. */
  private void watch(Place next, long deadlineNanos) {
    if (!next.look() && next.alive() && System.nanoTime() - deadlineNanos < 0) {
      schedule(() -> watch(next, deadlineNanos), WATCH_AGAIN_NANOS);
    }
  }

  @Override
  public boolean ready() {
    synchronized (lock) {
      Prepared current = prepared;
      return running == null && current != null && current.place().ready();
    }
  }

  @Override
  public void awaitReady(long timeoutNanos) throws RuntimeStartException {
    Place next;
    synchronized (lock) {
      if (running != null) {
        throw new RuntimeStartException(label() + ": it runs already");
      }
      next = prepared().place();
    }
    next.awaitReady(timeoutNanos);
  }

  @Override
  public CompletableFuture<ExitStatus> start() throws RuntimeStartException {
    Running started;
    synchronized (lock) {
      if (running != null) {
        throw new RuntimeStartException(
            label() + ": it runs already; let it leave or crash before it joins again");
      }
      Prepared next = prepared();
      prepared = null;
      started = new Running(next);
      next.place().go();
      running = started;
    }
    var _ = started.place.ended().whenComplete((code, failure) -> finish(started, code, failure));
    return started.status;
  }

  private Prepared prepared() throws RuntimeStartException {
    if (removed) {
      throw new RuntimeStartException(label() + ": it was removed");
    }
    Prepared current = prepared;
    if (current == null || !current.place().alive()) {
      current = new Prepared(preparation.prepare(), limits.memoryKills());
      prepared = current;
    }
    return current;
  }

  private void finish(Running ended, @Nullable Integer code, @Nullable Throwable failure) {
    Cause cause;
    synchronized (lock) {
      if (running == ended) {
        running = null;
      }
      cause = ended.cause;
    }
    if (code == null) {
      ended.status.completeExceptionally(
          new RuntimeStartException(label() + ": its end cannot be observed: " + failure));
      return;
    }
    log(ended.place.complaint());
    logMemoryKills(limits.memoryKills() - ended.memoryKillsBefore);
    ended.status.complete(new ExitStatus(code, cause));
  }

  private void logMemoryKills(long kills) {
    if (kills > 0) {
      log(
          "its memory limit of "
              + spec.endpoint().service().limits().memoryBytes().orElse(0)
              + " bytes was reached; the kernel killed "
              + kills
              + (kills == 1 ? " process" : " processes"));
    }
  }

  /** Appends a remark of ours to the endpoint's error log; nothing when it is empty. */
  private void log(String remark) {
    if (remark.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          spec.standardError(),
          "kollaps: " + label() + ": " + remark + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      notices.accept(label() + ": cannot write to " + spec.standardError() + ": " + e);
    }
  }

  @Override
  public boolean running() {
    synchronized (lock) {
      return running != null;
    }
  }

  @Override
  public boolean listensOn(int port) {
    Running current;
    synchronized (lock) {
      current = running;
    }
    return current != null && listening.contains(port, current.place.init());
  }

  @Override
  public Process enter(List<String> command) throws RuntimeStartException {
    Running current;
    synchronized (lock) {
      current = running;
    }
    Optional<ProcessHandle> inside =
        Optional.ofNullable(current).flatMap(running -> running.place.init());
    return entry.enter(
        inside.orElseThrow(
            () -> new RuntimeStartException(label() + ": its program does not run now")),
        command);
  }

  @Override
  public void leave(long graceNanos) {
    Running current;
    synchronized (lock) {
      current = running;
      if (current == null || current.cause != Cause.ENDED) {
        return;
      }
      current.cause = Cause.LEFT;
    }
    ask(current, System.nanoTime() + graceNanos);
  }

  /** Sends SIGTERM once the command is there, and comes back at the end of the grace. */
  private void ask(Running leaving, long deadlineNanos) {
    if (leaving.status.isDone()) {
      return;
    }
    long left = deadlineNanos - System.nanoTime();
    if (left <= 0) {
      killAfterGrace(leaving);
    } else if (leaving.place.terminate()) {
      schedule(() -> killAfterGrace(leaving), left);
    } else {
      schedule(() -> ask(leaving, deadlineNanos), Math.min(left, ASK_AGAIN_NANOS));
    }
  }

  private void killAfterGrace(Running leaving) {
    kill(leaving, Cause.LEFT, Cause.KILLED_AFTER_GRACE);
  }

  @Override
  public void crash() {
    Running current;
    synchronized (lock) {
      current = running;
    }
    if (current != null) {
      kill(current, current.cause, Cause.CRASHED);
    }
  }

  private void kill(Running target, Cause from, Cause to) {
    synchronized (lock) {
      if (running != target) {
        return;
      }
      if (target.cause == from) {
        target.cause = to;
      }
    }
    kill(target.place);
  }

  private void kill(Place target) {
    target.kill();
    schedule(
        () -> {
          if (target.alive()) {
            target.killChain();
          }
        },
        KILL_CHAIN_NANOS);
  }

  private void schedule(Runnable action, long delayNanos) {
    if (!timer.isShutdown()) {
      var _ = timer.schedule(action, delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Kills whatever is there, a prepared start too; returns at once. No start is possible after. */
  void beginRemoval() {
    List<Place> places = new ArrayList<>();
    synchronized (lock) {
      removed = true;
      Optional.ofNullable(prepared).map(Prepared::place).ifPresent(places::add);
      if (running != null) {
        running.cause = Cause.CRASHED;
        places.add(running.place);
      }
    }
    places.forEach(this::kill);
  }

  @Override
  public void remove() {
    List<Place> places = new ArrayList<>();
    synchronized (lock) {
      Optional.ofNullable(prepared).map(Prepared::place).ifPresent(places::add);
      Optional.ofNullable(running).ifPresent(current -> places.add(current.place));
    }
    beginRemoval();
    for (Place each : places) {
      if (!each.awaitEnd(END_NANOS)) {
        notices.accept(label() + ": its processes do not end when killed");
      }
    }
    limits.remove().forEach(failure -> notices.accept(label() + ": " + failure));
    listening.close();
    namespace.close();
    onRemoved.accept(this);
  }

  private String label() {
    return "endpoint " + spec.endpoint().name();
  }
}
