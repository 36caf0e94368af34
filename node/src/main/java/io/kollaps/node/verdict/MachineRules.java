package io.kollaps.node.verdict;

import static io.kollaps.node.results.Verdict.Level.DEGRADED;
import static io.kollaps.node.results.Verdict.Level.INFO;
import static io.kollaps.node.results.Verdict.Level.INVALID;

import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.node.results.Figures;
import io.kollaps.node.results.HealthSummarizer;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.HostHealth;
import io.kollaps.node.results.LoopHealth;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.Verdict.Level;
import io.kollaps.node.results.Verdict.Measure;
import io.kollaps.node.results.Verdict.Reason;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rules about the fabric, the sharing loop and the host. */
final class MachineRules {
  private final RunObservations seen;
  private final List<Reason> reasons;

  private MachineRules(RunObservations seen, List<Reason> reasons) {
    this.seen = seen;
    this.reasons = reasons;
  }

  static void judge(RunObservations seen, List<Reason> reasons) {
    MachineRules rules = new MachineRules(seen, reasons);
    rules.fabricLateness();
    FabricHealth fabric = seen.health().fabric();
    rules.drops(
        "limit-drops",
        fabric.limitDroppedPackets(),
        "by the fabric's own memory limit",
        "Lower the rates or the queue limits, or give Kollaps more memory.");
    rules.drops(
        "device-drops",
        fabric.deviceDroppedPackets(),
        "by the kernel at an endpoint's device, which the described network would not have dropped",
        "The fabric or a program did not keep up: lower the rates, or free processors.");
    rules.loop();
    rules.host();
    rules.informations();
  }

  /** DEGRADED bound of fabric lateness: stricter where the smallest round trip is short. */
  static long fabricLatenessBoundNanos(OptionalLong smallestRoundTripNanos) {
    if (smallestRoundTripNanos.orElse(0) <= 0) {
      return Thresholds.FABRIC_LATENESS_DEGRADED_NANOS;
    }
    long share =
        (long) (smallestRoundTripNanos.getAsLong() * Thresholds.FABRIC_LATENESS_ROUND_TRIP_SHARE);
    return Math.clamp(
        share, Thresholds.FABRIC_LATENESS_FLOOR_NANOS, Thresholds.FABRIC_LATENESS_DEGRADED_NANOS);
  }

  private void fabricLateness() {
    FabricHealth fabric = seen.health().fabric();
    long degraded = fabricLatenessBoundNanos(seen.smallestRoundTripNanos());
    Optional<Level> level =
        Judge.level(fabric.latenessP99Nanos(), degraded, Thresholds.FABRIC_LATENESS_INVALID_NANOS);
    if (level.isEmpty()) {
      return;
    }
    long bound = level.get() == INVALID ? Thresholds.FABRIC_LATENESS_INVALID_NANOS : degraded;
    add(
        level.get(),
        "fabric-late",
        "Packets left up to "
            + Figures.time(fabric.latenessMaxNanos())
            + " after their times (99th percentile "
            + Figures.time(fabric.latenessP99Nanos())
            + ", bound "
            + Figures.time(bound)
            + "): latencies were longer than described.",
        new Measure(fabric.latenessP99Nanos() / 1e6, bound / 1e6, "ms"),
        fabric.realTime()
            ? "Free the machine of other work, or lower the rates."
            : "Run as root, so that the fabric gets real-time priority; free the machine of other"
                + " work.");
  }

  private void drops(String code, long dropped, String byWhat, String remedy) {
    if (dropped <= 0) {
      return;
    }
    FabricHealth fabric = seen.health().fabric();
    double all =
        (double) fabric.deliveredPackets()
            + fabric.limitDroppedPackets()
            + fabric.deviceDroppedPackets();
    double share = dropped / all;
    boolean invalid = share > Thresholds.DROP_SHARE_INVALID;
    String bound = invalid ? Figures.share(Thresholds.DROP_SHARE_INVALID) : "0";
    add(
        invalid ? INVALID : DEGRADED,
        code,
        dropped
            + " packets ("
            + String.format(java.util.Locale.ROOT, "%.4f", 100 * share)
            + " % of all, bound "
            + bound
            + ") were dropped "
            + byWhat
            + ".",
        new Measure(100 * share, invalid ? 100 * Thresholds.DROP_SHARE_INVALID : 0, "%"),
        remedy);
  }

  private void loop() {
    LoopHealth loop = seen.health().loop();
    long period = seen.facts().sharingPeriodNanos();
    if (loop.latenessP99Nanos() > period) {
      add(
          DEGRADED,
          "sharing-late",
          "The sharing loop was late by more than its period: 99th percentile "
              + Figures.time(loop.latenessP99Nanos())
              + ", bound "
              + Figures.time(period)
              + "; shares followed demand too slowly.",
          new Measure(loop.latenessP99Nanos() / 1e6, period / 1e6, "ms"),
          "Free the machine of other work, or set a longer period.");
    }
  }

  private void host() {
    HostHealth host = seen.health().host();
    if (host.samples() == 0) {
      return;
    }
    double starved = host.starvedSamples() / (double) host.samples();
    if (starved > Thresholds.STARVED_SHARE_DEGRADED) {
      add(
          DEGRADED,
          "host-starved",
          "The processors were less than "
              + Figures.share(HealthSummarizer.STARVED_IDLE_SHARE)
              + " idle in "
              + Figures.share(starved)
              + " of the seconds (bound "
              + Figures.share(Thresholds.STARVED_SHARE_DEGRADED)
              + "): programs may have waited for a processor instead of the network.",
          new Measure(100 * starved, 100 * Thresholds.STARVED_SHARE_DEGRADED, "%"),
          "Lower the rates, limit the programs' cpus, run fewer of them, or use a bigger machine.");
    }
    if (host.stealShareMean() > Thresholds.STEAL_SHARE_DEGRADED) {
      add(
          DEGRADED,
          "host-steal",
          "A hypervisor took "
              + Figures.share(host.stealShareMean())
              + " of the processors' time (bound "
              + Figures.share(Thresholds.STEAL_SHARE_DEGRADED)
              + ", worst second "
              + Figures.share(host.stealShareWorst())
              + ").",
          new Measure(100 * host.stealShareMean(), 100 * Thresholds.STEAL_SHARE_DEGRADED, "%"),
          "Use a machine with processors of its own.");
    }
  }

  private void informations() {
    HealthSummary health = seen.health();
    FabricHealth fabric = health.fabric();
    if (!seen.facts().host().root()) {
      inform(
          "no-root",
          "Run without root: limits of cpus and memory are not enforced.",
          "Run as root when an endpoint has limits.");
    }
    boolean fabricKnown = seen.end().kind() != RunEnd.Kind.KILLED;
    if (fabricKnown && !fabric.realTime()) {
      inform(
          "no-real-time",
          "The fabric ran without real-time priority.",
          "Run as root for steadier latencies on a busy machine.");
    }
    if (fabric.rests() > 0) {
      inform(
          "fabric-rested",
          "The fabric worked nearly all the time and rested "
              + fabric.rests()
              + " times for 2 ms, so that programs could run.",
          "Lower the rates or use a machine with more processors.");
    }
    if (fabric.unroutedPackets() > 0) {
      inform(
          "unrouted",
          fabric.unroutedPackets() + " packets went to addresses that no endpoint has.",
          "Often multicast or name look-ups of a program; else check the addresses it uses.");
    }
    OverlayHealth overlay = fabric.overlay();
    if (overlay.pathsBelowTransit() > 0) {
      inform(
          "faster-than-nodes",
          overlay.pathsBelowTransit()
              + " paths to other nodes have less latency than the network between the nodes, by up to "
              + Figures.time(overlay.largestExcessNanos())
              + ": their packets are late by that.",
          "Keep endpoints that are close to each other on one node, or use nodes that are closer.");
    }
    long pause = health.gcPauseMaxNanos().orElse(0);
    if (pause > seen.facts().sharingPeriodNanos()) {
      inform(
          "gc-pause",
          "Garbage collection of Kollaps paused up to "
              + Figures.time(pause)
              + ", longer than the sharing period of "
              + Figures.time(seen.facts().sharingPeriodNanos())
              + ".",
          "Give Kollaps more memory.");
    }
  }

  private void inform(String code, String message, String remedy) {
    reasons.add(new Reason(INFO, code, message, Optional.empty(), remedy));
  }

  private void add(Level level, String code, String message, Measure measure, String remedy) {
    reasons.add(new Reason(level, code, message, Optional.of(measure), remedy));
  }
}
