package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** What a program finds inside its endpoint. */
@Order(35)
class InsideTest {
  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldFindNamesEnvironmentFolderAndLogs() throws Exception {
    Path home = Files.createDirectory(workspace.folder().resolve("a folder"));
    workspace.environment("INHERITED", "from outside");
    Path file =
        workspace.file(
            "inside.yaml",
            """
            services:
              web: { command: sleep 600, replicas: 3, background: true }
              single: { command: sleep 600, background: true }
              probe:
                directory: "%s"
                env: { GREETING: "it's 5 o'clock $HOME" }
                command: |
                  for name in web web-1 web-2 web-3 single probe; do
                    echo "$name" $(getent ahostsv4 "$name" | cut -d' ' -f1 | sort -u)
                  done
                  echo "host $(hostname)"
                  echo "pwd $(pwd)"
                  echo "greeting $GREETING"
                  echo "inherited $INHERITED"
                  echo "me $KOLLAPS_ENDPOINT $KOLLAPS_ADDRESS ${KOLLAPS_RUN:+marked}"
                  echo "devices $(ls /sys/class/net | tr '\\n' ' ')"
                  echo "processes $(ls -d /proc/[0-9]* | wc -l)"
                  for name in web-1 web-2 web-3 single; do
                    ping -c 1 -w 5 "$name" >/dev/null && echo "reached $name"
                  done
                  echo "something wrong" >&2
                  touch here
            links:
              - { from: probe, to: single, latency: 1 ms }
              - { from: web, to: single, latency: 1 ms }
              - { from: web, to: probe, latency: 1 ms }
            """
                .formatted(home));

    Finished run = workspace.run(file, "run", Duration.ofSeconds(5));

    Results results = workspace.results("run");
    Machine.expectEnd(run, results);
    List<String> lines = results.log("probe").lines().toList();
    assertThat(lines.get(0)).matches("web( 10\\.99\\.\\d+\\.\\d+){3}");
    for (int i = 1; i < 6; i++) {
      assertThat(lines.get(i)).matches("[a-z0-9-]+ 10\\.99\\.\\d+\\.\\d+");
    }
    String own = lines.get(5).split(" ")[1];
    assertThat(lines)
        .contains(
            "host probe",
            "pwd " + home,
            "greeting it's 5 o'clock $HOME",
            "inherited from outside",
            "me probe " + own + " marked",
            "devices eth0 lo ")
        .contains("reached web-1", "reached web-2", "reached web-3", "reached single");
    assertThat(results.errors("probe")).isEqualTo("something wrong\n");
    assertThat(home.resolve("here")).exists();
    int processes =
        Integer.parseInt(
            lines.stream()
                .filter(l -> l.startsWith("processes "))
                .findFirst()
                .orElseThrow()
                .substring(10));
    assertThat(processes).as("processes that are seen inside").isLessThan(10);
    Figures.saw("inside: %s; %d processes; %s", lines.get(0), processes, results.summary());
  }
}
