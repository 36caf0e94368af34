package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.simulate.world.Story;
import io.kollaps.cluster.simulate.world.World;
import org.jspecify.annotations.Nullable;

/** Plays clusters from seeds. */
public final class Campaign {
  private @Nullable ClusterStory story;
  private @Nullable Director director;

  private Campaign() {}

  /**
   * What happened in a seed.
   *
   * @param plan what was played
   * @param played how it went
   * @param admissions nodes that were admitted
   * @param terms leaders that were elected
   * @param faults things that went wrong
   * @param losses how often a leader gave a member up
   * @param probes transfers that were begun
   * @param messages that were sent
   * @param checkedEntries entries of maps that were compared with the true network
   * @param settledAfterNanos virtual time from the end of the faults until all had come right
   */
  public record Result(
      ClusterPlan plan,
      Story.Played played,
      long admissions,
      long terms,
      long faults,
      long losses,
      long probes,
      long messages,
      long checkedEntries,
      long settledAfterNanos) {}

  /** Plays a seed. */
  public static Result play(ClusterPlan plan, long seed) {
    Campaign campaign = new Campaign();
    Story.Played played = Story.play(world -> campaign.play(plan, world), seed);
    return campaign.result(plan, played);
  }

  private void play(ClusterPlan plan, World world) {
    ClusterStory begun = new ClusterStory(plan, world);
    Director directs = new Director(begun);
    story = begun;
    director = directs;
    directs.play();
  }

  private Result result(ClusterPlan plan, Story.Played played) {
    ClusterStory told = story;
    Director directed = director;
    if (told == null || directed == null) {
      return new Result(plan, played, 0, 0, 0, 0, 0, 0, 0, 0);
    }
    return new Result(
        plan,
        played,
        told.truth().admissions(),
        told.replication().term(),
        directed.faults(),
        told.truth().losses(),
        told.wire().begun(),
        told.network().sent(),
        told.truth().checkedEntries(),
        directed.settledAfterNanos());
  }
}
