package io.kollaps.cluster.simulate.world;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Something that is played from a seed alone, and demands its invariants. */
@FunctionalInterface
public interface Story {
  /** Plays it to its end. */
  void play(World world);

  /**
   * A story that broke.
   *
   * @param seed of it
   * @param reason the invariant, or what was thrown
   * @param lines the end of its trace
   * @param cause what was thrown
   */
  record Failure(long seed, String reason, List<String> lines, RuntimeException cause) {
    /** Copies the list. */
    public Failure {
      lines = List.copyOf(lines);
    }

    /** For people: the reason and the last lines of the trace. */
    public String report(int mostLines) {
      List<String> shown = new ArrayList<>();
      shown.add("seed " + seed + " fails: " + reason);
      shown.addAll(lines.subList(Math.max(0, lines.size() - mostLines), lines.size()));
      return String.join("\n", shown);
    }
  }

  /**
   * How a seed went.
   *
   * @param digest of the trace
   * @param events that happened
   * @param virtualNanos that passed
   * @param failure when an invariant broke or anything was thrown
   */
  record Played(long digest, long events, long virtualNanos, Optional<Failure> failure) {}

  /**
   * Plays a story from a seed; one that breaks is played again to tell its trace.
   *
   * @throws IllegalStateException when the second time was not like the first: then something in
   *     the story does not depend on the seed alone
   */
  static Played play(Story story, long seed) {
    World world = new World(seed, Trace.digestOnly());
    try {
      story.play(world);
      return played(world, Optional.empty());
    } catch (RuntimeException first) {
      return played(world, Optional.of(again(story, world, first)));
    }
  }

  private static Played played(World world, Optional<Failure> failure) {
    return new Played(world.trace().digest(), world.played(), world.nowNanos(), failure);
  }

  private static Failure again(Story story, World before, RuntimeException first) {
    World world = new World(before.seed(), Trace.withLines());
    try {
      story.play(world);
    } catch (RuntimeException second) {
      if (world.trace().digest() == before.trace().digest()
          && String.valueOf(second.getMessage()).equals(String.valueOf(first.getMessage()))) {
        return new Failure(
            before.seed(),
            first instanceof InvariantBroken
                ? String.valueOf(first.getMessage())
                : "seed " + before.seed() + ": " + first,
            world.trace().lines(),
            first);
      }
    }
    throw new IllegalStateException(
        "seed " + before.seed() + " went another way when it was played again", first);
  }
}
