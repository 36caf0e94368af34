package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Level;
import io.kollaps.cluster.capacity.NodePair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which ties are tested, for whom and when, and what comes of it; one {@link TieTest} runs at a
 * time, and nothing else is measured beside it. Apart because joins can do without it: it only asks
 * whether a finished map says more than single pairs can tell.
 */
final class Ties {
  private static final int MAX_ASKED = 256;

  private final JoinSettings settings;
  private final KnownNetwork network;
  private final Members members;
  private final Candidates candidates;
  private final RunningProbes probes;
  private final MapPublisher publisher;
  private final CommandList commands;
  private final Map<Long, Long> testedAtNanos = new HashMap<>();
  private final List<NodePair> asked = new ArrayList<>();
  private @Nullable TieTest running;

  Ties(
      JoinSettings settings,
      KnownNetwork network,
      Members members,
      Candidates candidates,
      RunningProbes probes,
      MapPublisher publisher,
      CommandList commands) {
    this.settings = settings;
    this.network = network;
    this.members = members;
    this.candidates = candidates;
    this.probes = probes;
    this.publisher = publisher;
    this.commands = commands;
  }

  boolean testing() {
    return running != null;
  }

  /** True for a probe of the test that runs. */
  boolean has(RunningProbe probe) {
    return running != null && running.runs(probe.number());
  }

  /** Tests the first level whose tie is open and was not tested lately. */
  void testOpen(long nowNanos) {
    openLevel(nowNanos).ifPresent(level -> begin(level, nowNanos));
  }

  private OptionalInt openLevel(long nowNanos) {
    MeasuredNetwork known = network.network();
    for (int level = 0; level < known.map().levels().size(); level++) {
      Long tested = testedAtNanos.get(known.map().levels().get(level).id());
      boolean due = tested == null || nowNanos - tested > settings.verifyAfterNanos();
      if (due && known.map().branches(level) > 2 && !known.tieConfirmed(level)) {
        return OptionalInt.of(level);
      }
    }
    return OptionalInt.empty();
  }

  /** Somebody is going to rely on the tie between two nodes. */
  void asked(NodePair pair, long nowNanos) {
    MeasuredNetwork known = network.network();
    OptionalInt level = known.map().levelBetween(pair.first(), pair.second());
    if (level.isEmpty()) {
      answer(pair, false, "a node of it is not in the map");
    } else if (known.map().branches(level.getAsInt()) < 3 || known.tieConfirmed(level.getAsInt())) {
      answer(pair, true, "");
    } else if (asked.size() >= MAX_ASKED) {
      answer(pair, false, asked.size() + " others wait: ask again");
    } else {
      asked.add(pair);
      testAsked(nowNanos);
    }
  }

  private void answer(NodePair pair, boolean confirmed, String why) {
    commands.add(new LeaderCommand.TieTested(pair, confirmed, why));
  }

  /** Begins the test of a tie that somebody waits for, when nothing else is measured. */
  void testAsked(long nowNanos) {
    while (running == null && probes.isEmpty() && !asked.isEmpty()) {
      NodePair pair = asked.getFirst();
      OptionalInt level = network.map().levelBetween(pair.first(), pair.second());
      if (level.isEmpty() || !begin(level.getAsInt(), nowNanos)) {
        asked.remove(pair);
        answer(pair, false, "in a branch of it no node answers, or it is there no more");
      }
    }
  }

  /** False when a branch has nobody to be probed with. */
  private boolean begin(int number, long nowNanos) {
    CapacityMap map = network.map();
    Level level = map.levels().get(number);
    testedAtNanos.put(level.id(), nowNanos);
    List<NodeId> nodes = new ArrayList<>();
    for (List<NodeId> branch : map.membersOf(number)) {
      Optional<NodeId> present = branch.stream().filter(members::isPresent).findFirst();
      if (present.isEmpty()) {
        return false;
      }
      nodes.add(present.get());
    }
    if (nodes.size() < 3) {
      return false;
    }
    double least = level.lowBitsPerSecond() * (1 - settings.relativeNoise());
    TieTest begun = new TieTest(level.id(), least, nodes);
    running = begun;
    commands.tell(
        false, "testing whether " + nodes.size() + " branches of the network share a link");
    playRound(begun, nowNanos);
    return true;
  }

  private void playRound(TieTest test, long nowNanos) {
    probes.beginRound(test.nextRound(), nowNanos).forEach(test::began);
  }

  /** A probe of the test is served; all of a round begin when the last one is. */
  void served(RunningProbe probe) {
    TieTest test = running;
    if (test != null && test.served(probe.number())) {
      probes.run(test.running());
    }
  }

  /** A probe of the test has ended. */
  void ended(RunningProbe probe, ProbeOutcome outcome, long nowNanos) {
    TieTest test = running;
    if (test == null) {
      return;
    }
    switch (outcome) {
      case ProbeOutcome.Measured(long forward, long backward, Optional<PathQuality> _) -> {
        if (!test.ended(probe.number(), forward, backward)) {
          end(
              test,
              false,
              candidates.nameOf(probe.from())
                  + " and "
                  + candidates.nameOf(probe.to())
                  + " got "
                  + Math.min(forward, backward)
                  + " bit/s while others were measured: there is a link that they share",
              nowNanos);
        } else if (test.complete()) {
          network.confirm(test.level(), test.nodes());
          publisher.changed();
          end(test, true, "", nowNanos);
        } else if (test.roundOver()) {
          playRound(test, nowNanos);
        }
      }
      case ProbeOutcome.Failed(String why) ->
          end(test, false, "a probe of it failed: " + why, nowNanos);
    }
  }

  /** These nodes cannot be probed any more: a test with one of them is over. */
  void endWith(Collection<NodeId> nodes, String why, long nowNanos) {
    TieTest test = running;
    if (test != null && nodes.stream().anyMatch(test::has)) {
      end(test, false, why, nowNanos);
    }
  }

  private void end(TieTest test, boolean held, String why, long nowNanos) {
    probes.endRound(test.running());
    running = null;
    commands.tell(
        false, held ? "each branch has a link of its own" : "the tie is not confirmed: " + why);
    for (NodePair pair : List.copyOf(asked)) {
      OptionalInt level = network.map().levelBetween(pair.first(), pair.second());
      if (level.isEmpty() || network.map().levels().get(level.getAsInt()).id() == test.level()) {
        asked.remove(pair);
        answer(pair, held && level.isPresent(), why);
      }
    }
    probes.all().forEach(waiting -> probes.askIfDue(waiting, nowNanos));
  }
}
