package io.kollaps.fabric.conformance;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * Tests of rates and delays need a machine that runs them. Where one fails while others, or a
 * hypervisor, had the processors, it says nothing about the fabric: it is tried again, and after
 * {@link #ATTEMPTS} such failures reported as not run, with the figures. A failure on a machine
 * that was free is a failure at once. In the test kernel nothing tells what others had: there a
 * test that fails {@link #ATTEMPTS} times is a failure, and never reported as not run.
 */
public final class SharedMachine implements InvocationInterceptor {
  /** Attempts on a machine that was taken away each time. */
  static final int ATTEMPTS = 4;

  /** A hypervisor that takes more than this part of the time disturbs. */
  private static final double STEAL_SHARE = 0.03;

  /** With less than this part idle, a light test waits for processors that others have. */
  private static final double IDLE_SHARE = 0.15;

  private static final int IDLE = 4;
  private static final int IOWAIT = 5;
  private static final int STEAL = 8;

  private record Ticks(double total, double idle, double steal) {}

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> context,
      ExtensionContext extension)
      throws Throwable {
    invocation.skip();
    boolean guest = Tolerances.inTestKernel();
    String last = "";
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Ticks before = read();
      try {
        Method test = context.getExecutable();
        test.setAccessible(true);
        test.invoke(context.getTarget().orElseThrow(), context.getArguments().toArray());
        return;
      } catch (InvocationTargetException e) {
        Ticks after = read();
        double total = Math.max(1, after.total() - before.total());
        double idle = (after.idle() - before.idle()) / total;
        double steal = (after.steal() - before.steal()) / total;
        boolean free = steal < STEAL_SHARE && idle > IDLE_SHARE;
        if (guest ? attempt == ATTEMPTS : free) {
          throw e.getCause();
        }
        last =
            String.format(
                Locale.ROOT,
                "a hypervisor took %.0f %% of the processors, %.0f %% were idle: %s",
                steal * 100,
                idle * 100,
                e.getCause());
        System.out.println("DISTURBED " + extension.getDisplayName() + ", " + last);
      }
    }
    throw new TestAbortedException(
        "not run: disturbed " + ATTEMPTS + " times; the last time " + last);
  }

  private static Ticks read() throws IOException {
    String[] fields;
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      fields = lines.findFirst().orElseThrow().trim().split("\\s+");
    }
    double total = 0;
    for (int i = 1; i <= STEAL; i++) {
      total += Double.parseDouble(fields[i]);
    }
    return new Ticks(
        total,
        Double.parseDouble(fields[IDLE]) + Double.parseDouble(fields[IOWAIT]),
        Double.parseDouble(fields[STEAL]));
  }
}
