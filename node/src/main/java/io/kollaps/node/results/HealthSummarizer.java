package io.kollaps.node.results;

/** Folds health samples into a {@link HostHealth}. Not safe for use by several threads at once. */
public final class HealthSummarizer {
  /** Below this idle share the programs and the fabric fight for processors. */
  public static final double STARVED_IDLE_SHARE = 0.05;

  private long samples;
  private long starved;
  private double idleSum;
  private double idleWorst = 1;
  private double stealSum;
  private double stealWorst;

  /** Adds one interval. */
  public void add(HealthSample sample) {
    samples++;
    if (sample.hostIdleShare() < STARVED_IDLE_SHARE) {
      starved++;
    }
    idleSum += sample.hostIdleShare();
    idleWorst = Math.min(idleWorst, sample.hostIdleShare());
    stealSum += sample.hostStealShare();
    stealWorst = Math.max(stealWorst, sample.hostStealShare());
  }

  /** What was added so far. */
  public HostHealth summary() {
    return samples == 0
        ? HostHealth.NONE
        : new HostHealth(
            samples, starved, idleSum / samples, idleWorst, stealSum / samples, stealWorst);
  }
}
