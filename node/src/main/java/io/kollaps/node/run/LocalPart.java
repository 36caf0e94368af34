package io.kollaps.node.run;

import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.RunOutcome;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A part on this machine: hands what it is asked to the thread that does the part's work, see
 * {@link PartWork}.
 */
final class LocalPart implements Part {
  /**
   * Longest wait for the next step: who holds the parts gives up much earlier; this is for one that
   * forgot them.
   */
  static final long MAX_STEP_WAIT_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Longest wait of {@link #close}: programs' longest graces, and what removing takes. */
  private static final long CLOSE_NANOS = TimeUnit.MINUTES.toNanos(2);

  private final PartOrder order;
  private final PartWork work;
  private final Object lock = new Object();
  private boolean begun;
  private boolean over;
  private boolean interruptible;
  private Optional<Thread> worker = Optional.empty();
  private Optional<PartEnd> end = Optional.empty();
  private Optional<List<InetSocketAddress>> links = Optional.empty();
  private OptionalLong startNanos = OptionalLong.empty();
  private long clockBoundNanos;
  private Optional<EventInbox> inbox = Optional.empty();
  private volatile Optional<PartView> view = Optional.empty();

  LocalPart(PartOrder order, PartListener listener) {
    this.order = order;
    this.work = new PartWork(order, new Steps(), new PartTelling(listener));
  }

  @Override
  public void prepare() {
    synchronized (lock) {
      if (begun && end.isEmpty()) {
        end(outOfOrder("prepared twice"));
        return;
      }
      begin();
    }
  }

  private void begin() {
    if (!begun) {
      begun = true;
      worker =
          Optional.of(
              Thread.ofPlatform()
                  .name("kollaps-part-" + order.run().value())
                  .daemon()
                  .start(this::live));
    }
  }

  private void live() {
    try {
      work.live();
    } finally {
      synchronized (lock) {
        over = true;
        lock.notifyAll();
      }
    }
  }

  @Override
  public void link(List<InetSocketAddress> overlays) {
    synchronized (lock) {
      if (view.isEmpty() || links.isPresent()) {
        end(outOfOrder("linked before it was prepared, or twice"));
        return;
      }
      links = Optional.of(List.copyOf(overlays));
      lock.notifyAll();
    }
  }

  @Override
  public void clockBound(long boundNanos) {
    synchronized (lock) {
      clockBoundNanos = boundNanos;
    }
  }

  @Override
  public void startAt(long localNanoTime) {
    synchronized (lock) {
      if (links.isEmpty() || startNanos.isPresent()) {
        end(outOfOrder("started before it was linked, or twice"));
        return;
      }
      startNanos = OptionalLong.of(localNanoTime);
      lock.notifyAll();
    }
  }

  private static PartEnd outOfOrder(String what) {
    return new PartEnd(
        PartEnd.Kind.ABORTED, "a defect of Kollaps: the part of the run was " + what);
  }

  @Override
  public void peerDatagram(int fromNode, ByteBuffer payload) {
    view.ifPresent(v -> v.exchange().datagram(fromNode, payload, System.nanoTime()));
  }

  @Override
  public void peerGone(int node) {
    view.ifPresent(v -> v.exchange().gone(node, System.nanoTime()));
  }

  @Override
  public void end(PartEnd why) {
    synchronized (lock) {
      if (end.isPresent()) {
        return;
      }
      end = Optional.of(why);
      inbox.ifPresent(this::tellEnd);
      if (interruptible) {
        worker.ifPresent(Thread::interrupt);
      }
      begin();
      lock.notifyAll();
    }
  }

  private void tellEnd(EventInbox loop) {
    loop.tell(new RunEvent.EndAsked(Math.max(0, offsetNanos()), end.orElseThrow()));
  }

  @Override
  public Path results() {
    return order.resultsFolder();
  }

  @Override
  public long offsetNanos() {
    synchronized (lock) {
      return startNanos.isPresent() ? System.nanoTime() - startNanos.getAsLong() : Long.MIN_VALUE;
    }
  }

  @Override
  public List<HomeEndpoint> endpoints() {
    return view.map(PartView::endpoints).orElse(List.of());
  }

  @Override
  public List<FlowSample> newestFlows() {
    return view.map(PartView::newestFlows).orElse(List.of());
  }

  @Override
  public Process enter(String endpoint, List<String> command) throws RunFailedException {
    PartView prepared =
        view.orElseThrow(
            () -> new RunFailedException("run " + order.run() + ": nothing is prepared here yet"));
    return prepared.enter(endpoint, command);
  }

  /** The judged part; empty before its end, and when it ended before it had results. */
  Optional<RunOutcome> outcome() {
    return work.outcome();
  }

  /** Why it failed by itself. */
  Optional<RunFailedException> failure() {
    return work.failure();
  }

  /**
   * Waits for the end.
   *
   * @return false when it did not come in time
   */
  boolean awaitEnd(long timeoutNanos) throws InterruptedException {
    long deadline = System.nanoTime() + timeoutNanos;
    synchronized (lock) {
      while (!over) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
      return true;
    }
  }

  @Override
  public void close() {
    end(new PartEnd(PartEnd.Kind.ABORTED, "the part was closed"));
    try {
      if (!awaitEnd(CLOSE_NANOS)) {
        throw new IllegalStateException(
            "run "
                + order.run()
                + ": its part did not end within "
                + TimeUnit.NANOSECONDS.toSeconds(CLOSE_NANOS)
                + " s; 'kollaps gc' removes what is left once this process is gone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the working thread uses. */
  private final class Steps implements PartSteps {
    @Override
    public void check() throws PartEndedException {
      synchronized (lock) {
        if (end.isPresent()) {
          throw new PartEndedException();
        }
      }
    }

    @Override
    public <E extends Exception> void whileWaiting(Waiting<E> waiting)
        throws PartEndedException, E {
      synchronized (lock) {
        check();
        interruptible = true;
      }
      try {
        waiting.run();
      } catch (InterruptedException e) {
        throw new PartEndedException();
      } catch (Exception e) {
        // What was interrupted fails in its own way; that is not why the part ends.
        check();
        throw e;
      } finally {
        synchronized (lock) {
          interruptible = false;
          var _ = Thread.interrupted();
        }
      }
      check();
    }

    @Override
    public List<InetSocketAddress> awaitLink() throws PartEndedException {
      synchronized (lock) {
        awaitStep(() -> links.isPresent(), "linked");
        return links.orElseThrow();
      }
    }

    @Override
    public long awaitStart() throws PartEndedException {
      synchronized (lock) {
        awaitStep(() -> startNanos.isPresent(), "started");
        return startNanos.orElseThrow();
      }
    }

    /** With the lock. */
    private void awaitStep(BooleanSupplier there, String what) throws PartEndedException {
      long deadline = System.nanoTime() + MAX_STEP_WAIT_NANOS;
      check();
      while (!there.getAsBoolean()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          end(
              new PartEnd(
                  PartEnd.Kind.ABORTED,
                  "the part was not "
                      + what
                      + " within "
                      + TimeUnit.NANOSECONDS.toMinutes(MAX_STEP_WAIT_NANOS)
                      + " minutes after its last step"));
        } else {
          try {
            TimeUnit.NANOSECONDS.timedWait(lock, left);
          } catch (InterruptedException e) {
            end(new PartEnd(PartEnd.Kind.ABORTED, "its thread was interrupted"));
          }
        }
        check();
      }
    }

    @Override
    public PartEnd end() {
      synchronized (lock) {
        return end.orElseThrow();
      }
    }

    private void end(PartEnd why) {
      LocalPart.this.end(why);
    }

    @Override
    public long clockBoundNanos() {
      synchronized (lock) {
        return clockBoundNanos;
      }
    }

    @Override
    public void prepared(PartView prepared) {
      view = Optional.of(prepared);
    }

    @Override
    public void looping(EventInbox loop) {
      synchronized (lock) {
        inbox = Optional.of(loop);
        if (end.isPresent()) {
          tellEnd(loop);
        }
      }
    }
  }
}
