package io.kollaps.node.control.simulate;

import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.manager.ManagerCommand;
import io.kollaps.node.control.manager.ManagerEvent;
import io.kollaps.node.results.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The parts of one node: nothing runs, but they take time, fail and hang. */
final class SimulatedParts {
  private static final long MILLI = 1_000_000L;
  private static final int FIRST_PORT = 7800;
  private static final long TIMED_NANOS = 8_000 * MILLI;

  private final RunStory story;
  private final Host<Word> host;
  private final SplitMix64 random;
  private final Consumer<ManagerEvent> manager;
  private final Map<PartKey, Boolean> alive = new TreeMap<>();
  private int nextPort = FIRST_PORT;

  SimulatedParts(
      RunStory story, Host<Word> host, SplitMix64 random, Consumer<ManagerEvent> manager) {
    this.story = story;
    this.host = host;
    this.random = random;
    this.manager = manager;
  }

  private boolean chance(double probability) {
    return probability > 0 && random.unit() < probability;
  }

  private void later(PartKey key, long mostMillis, Runnable event) {
    host.after(
        (1 + random.below((int) mostMillis)) * MILLI,
        () -> {
          if (alive.containsKey(key)) {
            event.run();
          }
        });
  }

  void create(ManagerCommand.CreatePart create) {
    PartKey key = create.key();
    story.truth().made(host.id(), key);
    // A run whose file has a duration ends by itself.
    alive.put(key, create.part().fileName().startsWith("timed"));
    if (chance(story.chances().hangs())) {
      return;
    }
    if (chance(story.chances().createFails())) {
      later(key, 300, () -> fail(key, "it cannot be made here"));
      return;
    }
    int port = nextPort++;
    later(
        key,
        800,
        () -> manager.accept(new ManagerEvent.PartPrepared(host.clockNanos(), key, port)));
  }

  void link(PartKey key) {
    if (chance(story.chances().hangs())) {
      return;
    }
    if (chance(story.chances().linkFails())) {
      later(key, 200, () -> fail(key, "full packets do not come through"));
      return;
    }
    later(key, 200, () -> manager.accept(new ManagerEvent.PartReady(host.clockNanos(), key)));
  }

  void start(PartKey key, long localNanos) {
    host.after(
        localNanos - host.clockNanos(),
        () -> {
          if (alive.containsKey(key)) {
            run(key);
          }
        });
  }

  private void run(PartKey key) {
    manager.accept(new ManagerEvent.PartStarted(host.clockNanos(), key, random.below(1000)));
    long work = (long) (random.unit() * story.chances().mostWorkNanos());
    if (chance(story.chances().breaks())) {
      host.after(work / 2, () -> ifAlive(key, () -> fail(key, "its fabric broke")));
    }
    host.after(
        work,
        () ->
            ifAlive(
                key,
                () -> manager.accept(new ManagerEvent.PartIdle(host.clockNanos(), key, true))));
    if (Boolean.TRUE.equals(alive.get(key))) {
      host.after(TIMED_NANOS, () -> ifAlive(key, () -> ended(key)));
    }
  }

  private void ifAlive(PartKey key, Runnable event) {
    if (alive.containsKey(key)) {
      event.run();
    }
  }

  private void fail(PartKey key, String why) {
    story.notice(key.run());
    manager.accept(new ManagerEvent.PartFailed(host.clockNanos(), key, why));
  }

  void end(PartKey key) {
    if (story.sabotage() == Sabotage.KEEP_PARTS || chance(story.chances().hangs())) {
      return;
    }
    later(key, 500, () -> ended(key));
  }

  private void ended(PartKey key) {
    alive.remove(key);
    story.truth().gone(host.id(), key);
    manager.accept(
        new ManagerEvent.PartEnded(
            host.clockNanos(), key, new PartResult(Verdict.Grade.PASS, List.of("as asked"))));
  }

  void abandon(PartKey key) {
    if (story.sabotage() != Sabotage.KEEP_PARTS) {
      alive.remove(key);
      story.truth().gone(host.id(), key);
    }
  }
}
