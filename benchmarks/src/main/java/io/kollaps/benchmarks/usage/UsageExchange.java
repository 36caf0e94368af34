package io.kollaps.benchmarks.usage;

import io.kollaps.cluster.security.DatagramSeal;
import io.kollaps.emulation.CoreCommand;
import io.kollaps.emulation.CoreEvent;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.CoreSettings;
import io.kollaps.emulation.EmulationCore;
import io.kollaps.emulation.FlowReport;
import io.kollaps.emulation.exchange.ReportCodec;
import io.kollaps.emulation.exchange.ReportInbox;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Paths;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.LongToDoubleFunction;

/**
 * The emulation cores of all nodes under one pattern of traffic, in virtual time: each reads its
 * flows' usage once in a period, at an instant of its own; a flow uses what it wants, or what it is
 * granted; datagrams arrive after a millisecond. Beside them one core that has all flows.
 */
final class UsageExchange {
  /**
   * What a datagram has besides a piece of a report: 20 bytes of IPv4, 8 of UDP, header and seal,
   * and in front of the piece its kind (1), the run (8) and the attempt (4).
   */
  static final int OVERHEAD_BYTES =
      20 + 8 + DatagramSeal.MAX_DATAGRAM_BYTES - DatagramSeal.MAX_PAYLOAD_BYTES + 1 + 8 + 4;

  private static final long ATTEMPT = 1;
  private static final long SECOND = 1_000_000_000L;
  private static final long DELAY_NANOS = 1_000_000L;
  private static final int WARM_SECONDS = 2;
  private static final double PERCENT = 100;
  private static final double BITS_PER_BYTE = 8;
  private static final double LINK_BITS_PER_SECOND = 50e6;

  /** A flow and who decides its rate. */
  private record Flow(int pathId, int node, LongToDoubleFunction wish) {}

  private record Letter(long atNanos, int from, ByteBuffer piece) {}

  private final UsagePattern pattern;
  private final int nodes;
  private final int endpoints;
  private final long period;
  private final List<EmulationCore> cores = new ArrayList<>();
  private final List<ReportInbox> inboxes = new ArrayList<>();
  private final EmulationCore all;
  private final List<Flow> flows = new ArrayList<>();
  private final ArrayDeque<Letter> underWay = new ArrayDeque<>();
  private double deviation;
  private long deviations;

  UsageExchange(CompiledExperiment dumbbell, int nodes, UsagePattern pattern, long seed) {
    this.pattern = pattern;
    this.nodes = nodes;
    endpoints = dumbbell.endpoints().size();
    period = dumbbell.experiment().settings().periodNanos();
    Paths paths = dumbbell.pathsAt(0);
    Map<String, Integer> indexes = new HashMap<>();
    for (Endpoint endpoint : dumbbell.endpoints()) {
      indexes.put(endpoint.name(), endpoint.index());
    }
    int[] homes = new int[endpoints];
    SplittableRandom random = new SplittableRandom(seed);
    for (int pair = 0; pair < endpoints / 2; pair++) {
      int client = indexes.getOrDefault("c" + pair, 0);
      int server = indexes.getOrDefault("s" + pair, 0);
      homes[client] = pair % nodes;
      homes[server] = (pair + 1) % nodes;
      LongToDoubleFunction wish =
          pattern.wish(LINK_BITS_PER_SECOND * 2 / endpoints, random.split());
      flows.add(new Flow(paths.pathId(client, server), homes[client], wish));
    }
    for (int node = 0; node < nodes; node++) {
      int part = node;
      cores.add(core(dumbbell, part, endpoint -> homes[endpoint] == part));
      inboxes.add(new ReportInbox(ATTEMPT, part, homes));
    }
    all = core(dumbbell, nodes, endpoint -> true);
  }

  private static EmulationCore core(CompiledExperiment dumbbell, int part, IntPredicate own) {
    EmulationCore core =
        new EmulationCore(
            CoreSettings.DEFAULT, dumbbell.experiment().settings().sharing(), part, own);
    core.handle(new CoreEvent.EpochBegan(0, dumbbell.pathsAt(0)));
    return core;
  }

  UsageRow run(int seconds) {
    double[] bytes = new double[seconds];
    double[] datagrams = new double[seconds];
    for (long turn = 1; turn * period < seconds * SECOND; turn++) {
      for (int node = 0; node < nodes; node++) {
        long now = turn * period + node * period / nodes;
        deliver(now);
        List<FlowReport> reports = read(cores.get(node), now, usages(now, node));
        for (FlowReport report : reports) {
          for (byte[] piece : ReportCodec.write(ATTEMPT, report)) {
            int second = (int) Math.min(seconds - 1, now / SECOND);
            bytes[second] += (nodes - 1.0) * (OVERHEAD_BYTES + piece.length);
            datagrams[second] += nodes - 1.0;
            underWay.add(new Letter(now + DELAY_NANOS, node, ByteBuffer.wrap(piece)));
          }
        }
      }
      long now = turn * period + period - 1;
      read(all, now, usages(now, -1));
      if (now > WARM_SECONDS * SECOND) {
        compare(now);
      }
    }
    return row(bytes, datagrams);
  }

  private UsageRow row(double[] bytes, double[] datagrams) {
    double sum = 0;
    double peak = 0;
    double count = 0;
    for (int second = 0; second < bytes.length; second++) {
      peak = Math.max(peak, bytes[second]);
      if (second >= WARM_SECONDS) {
        sum += bytes[second];
        count += datagrams[second];
      }
    }
    double counted = bytes.length - WARM_SECONDS;
    return new UsageRow(
        pattern.label(),
        endpoints,
        nodes,
        sum / counted,
        peak,
        count / counted,
        UsageBenchmark.PAPER_BYTES_PER_SECOND,
        UsageBenchmark.GOAL_BYTES_PER_SECOND,
        deviations == 0 ? 0 : PERCENT * deviation / deviations);
  }

  private void deliver(long now) {
    while (!underWay.isEmpty() && underWay.getFirst().atNanos() <= now) {
      Letter letter = underWay.removeFirst();
      for (int node = 0; node < nodes; node++) {
        if (node != letter.from()) {
          EmulationCore core = cores.get(node);
          inboxes
              .get(node)
              .take(letter.from(), letter.piece())
              .ifPresent(report -> core.handle(new CoreEvent.PeerFlows(now, report)));
        }
      }
    }
  }

  /** What flows of a node, or all when it is -1, used in the last period. */
  private List<PathUsage> usages(long now, int node) {
    List<PathUsage> usages = new ArrayList<>();
    for (Flow flow : flows) {
      if (node >= 0 && flow.node() != node) {
        continue;
      }
      double wish = flow.wish().applyAsDouble(now);
      double grant = cores.get(flow.node()).grantBitsPerSecond(flow.pathId());
      long bytes = (long) (Math.min(wish, grant) * period / SECOND / BITS_PER_BYTE);
      if (bytes > 0) {
        usages.add(new PathUsage(flow.pathId(), bytes, wish > grant));
      }
    }
    return usages;
  }

  private List<FlowReport> read(EmulationCore core, long now, List<PathUsage> usages) {
    List<FlowReport> reports = new ArrayList<>();
    for (CoreCommand command : core.handle(new CoreEvent.UsageRead(now, period, usages))) {
      if (command instanceof CoreCommand.TellPeers tell) {
        reports.add(tell.report());
      }
    }
    return reports;
  }

  private void compare(long now) {
    for (Flow flow : flows) {
      if (flow.wish().applyAsDouble(now) == UsagePattern.ALL) {
        double expected = all.grantBitsPerSecond(flow.pathId());
        double granted = cores.get(flow.node()).grantBitsPerSecond(flow.pathId());
        deviation += Math.abs(granted - expected) / expected;
        deviations++;
      }
    }
  }
}
