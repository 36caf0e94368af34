package io.kollaps.runtime;

/** Starts and stops endpoints. */
public interface EndpointRuntime extends AutoCloseable {

  /** Name as in {@code doctor}: {@code process}. */
  String name();

  /**
   * Makes an endpoint's place: its network namespace, its folders, its control group. Its program
   * does not run yet.
   *
   * @throws RuntimeStartException when it cannot be made; nothing of it is left then
   */
  EndpointInstance create(EndpointSpec spec) throws RuntimeStartException;

  /** Kills all that still runs and removes all that was made. */
  @Override
  void close();
}
