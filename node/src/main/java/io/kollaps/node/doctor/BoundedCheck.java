package io.kollaps.node.doctor;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a check in bounded time; whatever happens, there is a result. */
final class BoundedCheck {
  private BoundedCheck() {}

  /** Runs it on a thread of its own, so that nothing it does to the thread stays. */
  static CheckResult run(Check check, Duration limit) {
    FutureTask<CheckResult> task = new FutureTask<>(check::run);
    Thread thread = Thread.ofPlatform().daemon().name("check " + check.name()).start(task);
    try {
      return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      thread.interrupt();
      return failed(check, "did not end within " + limit.toMillis() + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return failed(check, "failed itself: " + cause);
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return failed(check, "was interrupted");
    }
  }

  private static CheckResult failed(Check check, String what) {
    return CheckResult.missing(
        check.name(),
        "the check " + what,
        "it is not known whether this works here",
        "run kollaps doctor again; when it stays so, look at the kernel's messages: dmesg");
  }
}
