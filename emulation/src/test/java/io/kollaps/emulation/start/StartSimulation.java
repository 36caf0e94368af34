package io.kollaps.emulation.start;

import io.kollaps.emulation.start.RingMessage.Confirmation;
import io.kollaps.emulation.start.RingMessage.Proposal;
import io.kollaps.emulation.start.StartCommand.GiveUp;
import io.kollaps.emulation.start.StartCommand.Send;
import io.kollaps.emulation.start.StartCommand.StartAt;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A ring of parts in virtual time: machines with clocks up to 3 s apart that know the leader's
 * clock within a bound, a network that loses, delays, repeats and reorders, crashes, and a
 * controller that aborts. What happened is kept for the checker; nothing here looks into a machine.
 */
final class StartSimulation {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000_000_000L;
  private static final long ATTEMPT = 5;

  /** What goes wrong, and how much. */
  record World(
      int ringSize,
      double loss,
      double duplication,
      long slowestNanos,
      double crashes,
      boolean lyingClock,
      long largestBoundNanos) {}

  /** One part, its machine, and what became of it. */
  final class Node {
    private final int position;
    private final StartAgreement agreement = new StartAgreement(settings, ATTEMPT);
    private final long skewNanos = random.nextLong(-3 * SECOND, 3 * SECOND);
    private final double drift = random.nextDouble(-1e-4, 1e-4);
    private final long offsetNanos;
    private final long boundNanos;
    private long wakeNanos = Long.MAX_VALUE;
    private boolean begun;
    private long crashedAt = Long.MAX_VALUE;
    private long abortedAt = Long.MAX_VALUE;
    private final List<StartCommand> outcomes = new ArrayList<>();
    private long outcomeAt = Long.MAX_VALUE;
    private int sends;

    Node(int position) {
      this.position = position;
      // Drift of 100 ppm for a minute belongs to the bound.
      long drifting = 6 * MILLI;
      long error = random.nextLong(0, world.largestBoundNanos() + 1);
      boundNanos = error + drifting;
      long wrong =
          world.lyingClock() && position == liar ? 3 * SECOND : random.nextLong(-error, error + 1);
      offsetNanos = -skewNanos + (random.nextBoolean() ? wrong : -wrong);
    }

    long localNanos(long trueNanos) {
      return trueNanos + skewNanos + (long) (drift * trueNanos);
    }

    long leaderNanos(long trueNanos) {
      return localNanos(trueNanos) + offsetNanos;
    }

    /** True time at which this machine's clock shows an instant on the leader's clock. */
    long trueNanos(long leaderInstant) {
      double local = leaderInstant - offsetNanos - skewNanos;
      return (long) (local / (1 + drift));
    }

    boolean runs() {
      return nowNanos < crashedAt;
    }

    long boundNanos() {
      return boundNanos;
    }

    boolean begun() {
      return begun;
    }

    boolean crashed() {
      return crashedAt != Long.MAX_VALUE;
    }

    List<StartCommand> outcomes() {
      return outcomes;
    }

    long outcomeAt() {
      return outcomeAt;
    }

    long abortedAt() {
      return abortedAt;
    }

    int sends() {
      return sends;
    }

    @Nullable StartAt start() {
      return !outcomes.isEmpty() && outcomes.getFirst() instanceof StartAt start ? start : null;
    }

    private void handle(StartEvent event) {
      for (StartCommand command : agreement.handle(event)) {
        if (command instanceof Send send) {
          sends++;
          sent(this, send.message());
        } else {
          outcomes.add(command);
          outcomeAt = nowNanos;
          at(nowNanos + random.nextLong(MILLI, 50 * MILLI), () -> told(command));
        }
      }
      agreement.wakeNanos().ifPresent(this::wakeAt);
    }

    private void wakeAt(long leaderInstant) {
      long late = random.nextInt(200) == 0 ? 200 * MILLI : 2 * MILLI;
      long wake = Math.max(nowNanos, trueNanos(leaderInstant)) + 1 + random.nextLong(late);
      if (wake < wakeNanos) {
        wakeNanos = wake;
        at(
            wake,
            () -> {
              if (wakeNanos == wake) {
                wakeNanos = Long.MAX_VALUE;
                if (runs()) {
                  handle(new StartEvent.TimePassed(leaderNanos(nowNanos)));
                }
              }
            });
      }
    }
  }

  /** A message that a part sent first, with when by the true clock. */
  record Sent(int position, long atNanos, RingMessage message) {}

  /** A message that a running part was given. */
  record Given(int position, long atNanos, RingMessage message) {}

  private record Happening(long atNanos, long order, Runnable what) {}

  final StartSettings settings;
  final World world;
  final List<Node> nodes = new ArrayList<>();
  final List<Sent> sent = new ArrayList<>();
  final List<Given> given = new ArrayList<>();
  private final SplittableRandom random;
  private final int liar;
  private final PriorityQueue<Happening> queue =
      new PriorityQueue<>(
          (a, b) ->
              a.atNanos() != b.atNanos()
                  ? Long.compare(a.atNanos(), b.atNanos())
                  : Long.compare(a.order(), b.order()));
  private long order;
  private long nowNanos;
  private int started;
  private boolean aborted;

  StartSimulation(StartSettings settings, World world, long seed) {
    this.settings = settings;
    this.world = world;
    random = new SplittableRandom(seed);
    liar = random.nextInt(world.ringSize());
    for (int position = 0; position < world.ringSize(); position++) {
      nodes.add(new Node(position));
    }
    for (Node node : nodes) {
      at(random.nextLong(200 * MILLI), () -> begin(node));
      if (random.nextDouble() < world.crashes()) {
        node.crashedAt = random.nextLong(2 * SECOND);
        // The controller hears of it by the nodes' heartbeats.
        at(node.crashedAt + 3 * SECOND, this::abort);
      }
      // Words of an older attempt, whenever.
      for (int noise = random.nextInt(4); noise > 0; noise--) {
        RingMessage old = noise(ATTEMPT - 1);
        at(random.nextLong(SECOND), () -> give(node, old));
      }
    }
  }

  private RingMessage noise(long attempt) {
    long instant = random.nextLong(2 * SECOND);
    int round = random.nextInt(1, 8);
    return random.nextBoolean()
        ? new Proposal(attempt, round, instant, 0, 0, 0)
        : new Confirmation(attempt, round, instant, 0, 0);
  }

  /** Runs until nothing happens any more. */
  void run() {
    // The controller does not wait for ever for a part's word.
    at(settings.longestNanos() + SECOND, () -> abortUnlessStarted());
    while (!queue.isEmpty()) {
      Happening next = queue.remove();
      nowNanos = next.atNanos();
      next.what().run();
    }
  }

  boolean aborted() {
    return aborted;
  }

  private void at(long trueNanos, Runnable what) {
    queue.add(new Happening(Math.max(nowNanos, trueNanos), order++, what));
  }

  private void begin(Node node) {
    if (node.runs()) {
      node.begun = true;
      node.handle(
          new StartEvent.Begin(
              node.leaderNanos(nowNanos), node.position, nodes.size(), node.boundNanos));
    }
  }

  private void sent(Node from, RingMessage message) {
    sent.add(new Sent(from.position, nowNanos, message));
    Node to = nodes.get((from.position + 1) % nodes.size());
    carry(
        () -> {
          if (give(to, message)) {
            carry(
                () -> {
                  if (from.runs()) {
                    from.handle(new StartEvent.Taken(from.leaderNanos(nowNanos), message));
                  }
                });
          }
        });
    if (random.nextInt(20) == 0) {
      // Recorded, and played to anybody later: a ring of two knows no other.
      Node anybody = nodes.get(random.nextInt(nodes.size()));
      if (anybody == to) {
        at(nowNanos + random.nextLong(3 * SECOND), () -> give(to, message));
      }
    }
  }

  private boolean give(Node to, RingMessage message) {
    if (to.runs()) {
      given.add(new Given(to.position, nowNanos, message));
      to.handle(new StartEvent.Heard(to.leaderNanos(nowNanos), message));
    }
    return to.runs();
  }

  private void carry(Runnable arrives) {
    int copies = random.nextDouble() < world.duplication() ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      if (random.nextDouble() >= world.loss()) {
        double spread = random.nextDouble();
        // Most are fast, some as slow as can be.
        long delay = 100_000L + (long) (world.slowestNanos() * spread * spread * spread);
        at(nowNanos + delay, arrives);
      }
    }
  }

  /** The controller hears how a part's agreement ended. */
  private void told(StartCommand outcome) {
    switch (outcome) {
      case StartAt _ -> started++;
      case GiveUp _ -> abort();
      case Send _ -> throw new IllegalStateException("a message is no outcome");
    }
  }

  private void abortUnlessStarted() {
    if (started < nodes.size()) {
      abort();
    }
  }

  private void abort() {
    if (!aborted) {
      aborted = true;
      for (Node node : nodes) {
        at(
            nowNanos + random.nextLong(MILLI, 50 * MILLI),
            () -> {
              node.abortedAt = nowNanos;
              if (node.runs()) {
                node.handle(new StartEvent.Cancel());
              }
            });
      }
    }
  }
}
