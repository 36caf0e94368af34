package io.kollaps.runtime.process;

import io.kollaps.runtime.EndpointInstance;
import io.kollaps.topology.ResourceLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Hosts a runtime in a process of its own, for tests that kill it. Prints a line at every step, and
 * the notices at the end. Arguments: folder, number of endpoints, mark (an argument of the programs
 * by which they are found), {@code stay} to stay or {@code end} to end in order.
 */
final class RuntimeHost {
  private RuntimeHost() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    String mark = arguments[2];
    say("begun");
    try (TestRun run = new TestRun(folder)) {
      say("run " + run.ownership.run());
      List<EndpointInstance> endpoints = new ArrayList<>();
      TestRun.Options options = new TestRun.Options();
      options.limits = new ResourceLimits(OptionalDouble.of(0.5), OptionalLong.of(256L << 20));
      for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
        // one that hides: another session, its parent gone, its environment empty
        endpoints.add(
            run.create(
                options,
                "sh",
                "-c",
                "(env -i setsid sleep "
                    + mark
                    + " &); getent hosts seven; hostname;"
                    + " echo up; sleep "
                    + mark));
        say("created " + i);
      }
      for (EndpointInstance endpoint : endpoints) {
        endpoint.awaitReady(TestRun.READY_NANOS);
      }
      say("ready");
      for (int i = 0; i < endpoints.size(); i++) {
        var _ = endpoints.get(i).start();
        say("started " + i);
      }
      for (int i = 0; i < endpoints.size(); i++) {
        run.awaitOutput(i, "up");
      }
      say("up");
      if (arguments[3].equals("stay")) {
        TimeUnit.MINUTES.sleep(2);
      }
      System.out.print(Files.readString(run.output(0)));
      run.runtime.notices().forEach(RuntimeHost::say);
    }
    say("closed");
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
