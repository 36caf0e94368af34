package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodePair;
import java.util.Optional;

/**
 * Hears of probes from those that serve and run them, and takes each result to whom it is for.
 * Apart because here is what is believed of whom: a result counts once, and only from the node that
 * ran the probe.
 */
final class ProbeDesk {
  private static final double NANOS_PER_SECOND = 1e9;

  private final long probeNanos;
  private final KnownNetwork network;
  private final Candidates candidates;
  private final RunningProbes probes;
  private final Ties ties;
  private final Measuring measuring;
  private final CommandList commands;

  ProbeDesk(
      long probeNanos,
      KnownNetwork network,
      Candidates candidates,
      RunningProbes probes,
      Ties ties,
      Measuring measuring,
      CommandList commands) {
    this.probeNanos = probeNanos;
    this.network = network;
    this.candidates = candidates;
    this.probes = probes;
    this.ties = ties;
    this.measuring = measuring;
    this.commands = commands;
  }

  /** A member waits for a probe. */
  void served(long number, Contact at) {
    probes
        .served(number, at)
        .ifPresent(
            probe -> {
              if (ties.has(probe)) {
                ties.served(probe);
              } else if (candidates.joining(probe.from()).isEmpty()) {
                probes.run(probe);
              }
            });
  }

  /** A member cannot serve a probe. */
  void serveFailed(long number, String why, long nowNanos) {
    probes
        .find(number)
        .filter(probe -> !probes.asksAgain(probe, nowNanos))
        .ifPresent(probe -> finish(probe, new ProbeOutcome.Failed(why), nowNanos));
  }

  /** A member tells of a probe that it ran. */
  void endedAtMember(ProbeReport report, long nowNanos) {
    probes
        .find(report.probe())
        .filter(probe -> candidates.joining(probe.from()).isEmpty())
        .ifPresent(probe -> finish(probe, report.outcome(), nowNanos));
  }

  /** A joining node tells of its latest probe. */
  void endedAt(Candidate candidate, ProbeReport report, long nowNanos) {
    probes
        .find(report.probe())
        .filter(probe -> probe.from().equals(candidate.id()))
        .ifPresent(probe -> finish(probe, report.outcome(), nowNanos));
  }

  /** Probes may be over, or due. */
  void timePassed(long nowNanos) {
    for (RunningProbe probe : probes.all()) {
      if (probes.find(probe.number()).isEmpty()) {
        continue; // the end of one before it was its end too
      }
      if (probe.over(nowNanos)) {
        finish(
            probe,
            new ProbeOutcome.Failed(
                "it has not ended within " + probeNanos / NANOS_PER_SECOND + " s"),
            nowNanos);
      } else {
        probes.askIfDue(probe, nowNanos);
      }
    }
  }

  private void finish(RunningProbe probe, ProbeOutcome outcome, long nowNanos) {
    probes.remove(probe);
    if (outcome instanceof ProbeOutcome.Failed) {
      probes.tellEnd(probe);
    }
    if (ties.has(probe)) {
      ties.ended(probe, outcome, nowNanos);
      return;
    }
    NodeId from = probe.from();
    NodeId to = probe.to();
    switch (outcome) {
      case ProbeOutcome.Measured(long forward, long backward, Optional<PathQuality> quality) -> {
        quality.ifPresent(found -> network.quality(NodePair.of(from, to), found));
        measuring.probed(from, to, new Measurement(forward, backward, nowNanos));
      }
      case ProbeOutcome.Failed(String why) -> {
        commands.tell(
            false,
            "the probe of "
                + candidates.nameOf(from)
                + " with "
                + candidates.nameOf(to)
                + ": "
                + why);
        measuring.probeFailed(from, to, why, nowNanos);
      }
    }
  }
}
