package io.kollaps.node.doctor;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a check in bounded time; whatever happens, there is a result. */
final class BoundedCheck {
  private BoundedCheck() {}

  /** Runs it on a thread of its own, so that nothing it does to the thread stays. */
  static CheckResult run(Check check, Duration limit) {
    return all(check.name(), () -> List.of(check.run()), limit).getFirst();
  }

  /** The same for a body that finds out several things; it has one result when it fails itself. */
  static List<CheckResult> all(String name, Callable<List<CheckResult>> body, Duration limit) {
    FutureTask<List<CheckResult>> task = new FutureTask<>(body);
    Thread thread = Thread.ofPlatform().daemon().name("check " + name).start(task);
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      thread.interrupt();
      return failed(name, "did not end within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return failed(name, "failed itself: " + cause);
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return failed(name, "was interrupted");
    }
  }

  private static List<CheckResult> failed(String name, String what) {
    return List.of(
        CheckResult.missing(
            name,
            "the check " + what,
            "it is not known whether this works here",
            "run kollaps doctor again; when it stays so, look at the kernel's messages: dmesg"));
  }
}
