package io.kollaps.emulation;

import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.CoreEvent.UsageRead;
import io.kollaps.emulation.exchange.ReportCodec;
import io.kollaps.emulation.exchange.ReportInbox;
import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.Paths;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Senders over the paths of one or more cores in virtual time: each path has a bounded queue served
 * at its rate of the moment; what is delivered and lost is known to the sender a round trip later.
 * Cores are driven every 25 ms, each with a phase of its own, and their reports go through a
 * network that delays, reorders, repeats and loses them.
 */
final class TrafficSimulation {
  static final long MILLI = 1_000_000L;
  private static final long ATTEMPT = 3;
  private static final int PERIOD_MILLIS = 25;
  private static final double QUEUE_SECONDS = 0.05;
  private static final int MEMORY_MILLIS = 1_024;

  /** Traffic of one path. */
  private final class Traffic {
    private final int pathId;
    private final Sender sender;
    private final long fromMillis;
    private final long toMillis;
    private final int roundTripMillis;
    private final double[] delivered = new double[MEMORY_MILLIS];
    private final double[] queued = new double[MEMORY_MILLIS];
    private final boolean[] lost = new boolean[MEMORY_MILLIS];
    private double queueBits;
    private double servedBits;
    private boolean backlogged = true;
    private long firstDataMillis = -1;

    Traffic(int pathId, Sender sender, long fromMillis, long toMillis) {
      this.pathId = pathId;
      this.sender = sender;
      this.fromMillis = fromMillis;
      this.toMillis = toMillis;
      int count = paths.endpointCount();
      long roundTrip = paths.roundTripNanos(pathId / count, pathId % count);
      roundTripMillis = (int) Math.max(1, roundTrip / MILLI);
    }

    void step(long rate) {
      int now = (int) (millis % MEMORY_MILLIS);
      int then = (int) Math.floorMod(millis - roundTripMillis, (long) MEMORY_MILLIS);
      boolean on = millis >= fromMillis && millis < toMillis;
      double bits =
          on
              ? sender.bits((millis - fromMillis) / 1e3, delivered[then], queued[then], lost[then])
              : 0;
      if (bits > 0 && firstDataMillis < 0) {
        firstDataMillis = millis;
      }
      double limit = Math.max(24_000, rate * QUEUE_SECONDS);
      double wanted = queueBits + bits;
      double served = Math.min(wanted, rate / 1e3);
      queueBits = Math.min(limit, wanted - served);
      lost[now] = wanted - served > limit;
      delivered[now] = served * 1e3;
      queued[now] = queueBits / rate;
      servedBits += served;
      backlogged &= queueBits > 0;
    }
  }

  private record Letter(long atNanos, int from, int to, byte[] piece) {}

  private final Paths paths;
  private final SplittableRandom random;
  private final List<EmulationCore> cores = new ArrayList<>();
  private final List<ReportInbox> inboxes = new ArrayList<>();
  private final List<Traffic> traffic = new ArrayList<>();
  private final Map<Integer, Integer> partOfPath = new TreeMap<>();
  private final List<Letter> underWay = new ArrayList<>();
  private final int parts;
  private double lossOfReports;
  private long leastDelayNanos = MILLI;
  private long largestDelayNanos = 60 * MILLI;
  private int pieceBytes = ReportCodec.MAX_PIECE_BYTES;
  private int piecesSent;
  private int reportsSent;
  private int ratesCommanded;
  private long millis;

  /** Endpoint e belongs to part e % parts. */
  TrafficSimulation(Paths paths, SharingWeights weights, int parts, long seed) {
    this.paths = paths;
    this.parts = parts;
    random = new SplittableRandom(seed);
    for (int part = 0; part < parts; part++) {
      int number = part;
      EmulationCore core =
          new EmulationCore(
              CoreSettings.DEFAULT, weights, part, endpoint -> endpoint % parts == number);
      core.handle(new CoreEvent.EpochBegan(0, paths));
      cores.add(core);
      int[] homes = IntStream.range(0, paths.endpointCount()).map(at -> at % parts).toArray();
      inboxes.add(new ReportInbox(ATTEMPT, part, homes));
    }
  }

  void loseReports(double probability) {
    lossOfReports = probability;
  }

  /** How long reports are under way; 1 to 60 ms unless told. */
  void delayReports(long leastNanos, long largestNanos) {
    leastDelayNanos = leastNanos;
    largestDelayNanos = largestNanos;
  }

  /** Pieces of reports are at most this long. */
  void cutReports(int maxBytes) {
    pieceBytes = maxBytes;
  }

  int piecesSent() {
    return piecesSent;
  }

  void send(int from, int to, Sender sender, long fromMillis, long toMillis) {
    int pathId = paths.pathId(from, to);
    partOfPath.put(pathId, from % parts);
    traffic.add(new Traffic(pathId, sender, fromMillis, toMillis));
  }

  double roundTripSeconds(int from, int to) {
    return paths.roundTripNanos(from, to) / 1e9;
  }

  long nowMillis() {
    return millis;
  }

  int reportsSent() {
    return reportsSent;
  }

  int ratesCommanded() {
    return ratesCommanded;
  }

  EmulationCore core(int part) {
    return cores.get(part);
  }

  long grant(int from, int to) {
    return cores.get(from % parts).grantBitsPerSecond(paths.pathId(from, to));
  }

  /** Milliseconds since the first data of a path's newest sender. */
  long firstDataMillis(int from, int to) {
    int pathId = paths.pathId(from, to);
    return traffic.stream()
        .filter(one -> one.pathId == pathId)
        .mapToLong(one -> one.firstDataMillis)
        .max()
        .orElseThrow();
  }

  /** Runs for some time, telling a watcher after each millisecond. */
  void run(long forMillis, Runnable watcher) {
    for (long end = millis + forMillis; millis < end; ) {
      for (Traffic one : traffic) {
        one.step(cores.get(partOfPath.get(one.pathId)).grantBitsPerSecond(one.pathId));
      }
      millis++;
      deliver();
      for (int part = 0; part < parts; part++) {
        // Parts read at different instants.
        if ((millis + part * 7L) % PERIOD_MILLIS == 0) {
          read(part);
        }
      }
      watcher.run();
    }
  }

  private void read(int part) {
    List<PathUsage> usages = new ArrayList<>();
    for (Traffic one : traffic) {
      if (partOfPath.get(one.pathId) == part) {
        long bytes = (long) (one.servedBits / 8);
        if (bytes > 0 || one.backlogged) {
          usages.add(new PathUsage(one.pathId, bytes, one.backlogged));
        }
        one.servedBits -= bytes * 8.0;
        one.backlogged = true;
      }
    }
    UsageRead event = new UsageRead(millis * MILLI, PERIOD_MILLIS * MILLI, usages);
    for (CoreCommand command : cores.get(part).handle(event)) {
      switch (command) {
        case CoreCommand.SetRates rates -> ratesCommanded += rates.rates().size();
        case CoreCommand.TellPeers tell -> tell(part, tell.report());
      }
    }
  }

  private void tell(int part, FlowReport report) {
    reportsSent++;
    for (byte[] piece : ReportCodec.write(ATTEMPT, report, pieceBytes)) {
      piecesSent++;
      for (int to = 0; to < parts; to++) {
        int copies = random.nextInt(20) == 0 ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
          if (to != part && random.nextDouble() >= lossOfReports) {
            long delay = random.nextLong(leastDelayNanos, largestDelayNanos);
            underWay.add(new Letter(millis * MILLI + delay, part, to, piece));
          }
        }
      }
    }
  }

  /** Delivers what arrived since the last millisecond, in order of arrival. */
  private void deliver() {
    List<Letter> due = new ArrayList<>();
    underWay.removeIf(letter -> letter.atNanos() <= millis * MILLI && due.add(letter));
    due.sort(Comparator.comparingLong(Letter::atNanos));
    for (Letter letter : due) {
      FlowReport report =
          inboxes
              .get(letter.to())
              .take(letter.from(), ByteBuffer.wrap(letter.piece()))
              .orElseThrow();
      cores.get(letter.to()).handle(new CoreEvent.PeerFlows(millis * MILLI, report));
    }
  }
}
