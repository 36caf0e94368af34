package io.kollaps.node.results;

/**
 * The machine over the run.
 *
 * @param samples number of intervals observed, about one a second
 * @param starvedSamples intervals with less than {@link HealthSummarizer#STARVED_IDLE_SHARE} idle
 * @param idleShareMean mean idle share
 * @param idleShareWorst idle share of the worst interval
 * @param stealShareMean mean share taken by a hypervisor
 * @param stealShareWorst steal share of the worst interval
 */
public record HostHealth(
    long samples,
    long starvedSamples,
    double idleShareMean,
    double idleShareWorst,
    double stealShareMean,
    double stealShareWorst) {

  /** Nothing observed. */
  public static final HostHealth NONE = new HostHealth(0, 0, 1, 1, 0, 0);
}
