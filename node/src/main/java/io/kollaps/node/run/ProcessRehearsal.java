package io.kollaps.node.run;

import io.kollaps.runtime.EndpointInstance;
import io.kollaps.runtime.EndpointRuntime;
import io.kollaps.runtime.EndpointSpec;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.runtime.RuntimeStartException;
import io.kollaps.topology.path.Endpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starts, looks at, and ends real processes that do nothing, before those of the run: what {@link
 * Rehearsal} is for the run's own classes, this is for the runtime's. They are prepared beside the
 * run's endpoints and gone before the start.
 */
final class ProcessRehearsal {
  /**
   * Each kind of end comes twice and more; every endpoint takes as much time to make as a real one.
   */
  private static final int ENDPOINTS = 6;

  private static final long GRACE_NANOS = 1_000_000_000L;
  private static final int UNUSED_PORT = 1;
  private static final AtomicBoolean PLAYED = new AtomicBoolean();

  private final List<EndpointInstance> instances = new ArrayList<>();

  private ProcessRehearsal() {}

  /**
   * Begins to make the endpoints; none when one was played before in this process.
   *
   * @param runtime the run's
   * @param folder for what they print
   * @param hosts the run's hosts file
   * @param firstIndex an index from which no endpoint of the run has its own
   */
  static ProcessRehearsal begin(EndpointRuntime runtime, Path folder, Path hosts, int firstIndex)
      throws RuntimeStartException {
    ProcessRehearsal rehearsal = new ProcessRehearsal();
    if (PLAYED.get()) {
      return rehearsal;
    }
    Endpoint like = Rehearsal.compiled().endpoints().getFirst();
    for (int i = 0; i < ENDPOINTS; i++) {
      Endpoint endpoint =
          new Endpoint(
              firstIndex + i, "rehearsal-" + (i + 1), like.service(), i + 1, like.address());
      rehearsal.instances.add(
          runtime.create(
              new EndpointSpec(
                  endpoint,
                  hosts,
                  folder.resolve("rehearsal.out"),
                  folder.resolve("rehearsal.err"))));
    }
    return rehearsal;
  }

  /**
   * Plays: every program begins, and ends in one way or the other.
   *
   * @param timeoutNanos longest wait for each step
   * @throws RuntimeStartException when a program does not begin or end: those of the run would not
   *     either
   */
  void play(long timeoutNanos) throws RuntimeStartException, InterruptedException {
    for (EndpointInstance instance : instances) {
      instance.awaitReady(timeoutNanos);
    }
    List<CompletableFuture<ExitStatus>> ends = new ArrayList<>();
    for (int i = 0; i < instances.size(); i++) {
      EndpointInstance instance = instances.get(i);
      if (instance.ready()) {
        ends.add(instance.start());
      }
      var _ = instance.listensOn(UNUSED_PORT);
      if (i % 2 == 0) {
        instance.crash();
      } else {
        instance.leave(GRACE_NANOS);
      }
    }
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
          .get(timeoutNanos, TimeUnit.NANOSECONDS);
      PLAYED.set(true);
    } catch (ExecutionException | TimeoutException e) {
      throw new RuntimeStartException(
          "a program that was started to try it did not end: "
              + e
              + "; the machine is too busy, or 'kollaps doctor' tells what is missing",
          e);
    } finally {
      instances.forEach(EndpointInstance::remove);
    }
  }
}
