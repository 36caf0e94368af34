package io.kollaps.linux.rootless;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RootlessEntryTest {
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--");

  @TempDir Path folder;

  private static Process enter(String script) throws Exception {
    List<String> command = new ArrayList<>(AS_NOBODY);
    command.addAll(RootlessEntry.PREFIX);
    command.addAll(List.of("sh", "-c", script));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @Test
  void shouldBeRootInsideWithAnEmptyNetwork() throws Exception {
    Process inside =
        enter(
            "id -u; ls /sys/class/net >/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; exit 7");

    assertThat(new String(inside.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("0\nlo\n");
    assertThat(inside.waitFor()).isEqualTo(7);
  }

  @Test
  void shouldKeepProcessIdAndSignals() throws Exception {
    Process inside = enter("echo $$; trap 'exit 9' TERM; while :; do sleep 0.05; done");
    long pid = Long.parseLong(inside.inputReader().readLine());

    assertThat(pid).isEqualTo(inside.pid());
    inside.destroy();
    assertThat(inside.waitFor(30, TimeUnit.SECONDS)).isTrue();
    // the trap may not stand yet when the signal comes
    assertThat(inside.exitValue()).isIn(9, 143);
  }

  @Test
  void shouldTellWhatKeepsTheTunDeviceFromBeingOpened() {
    RootlessEntry.Finding missing = RootlessEntry.probeTun(folder.resolve("tun"));

    assertThat(missing.works()).isFalse();
    assertThat(missing.detail()).contains("ENOENT");
    assertThat(missing.remedy()).contains("modprobe tun");
    assertThat(RootlessEntry.probeTun(Path.of("/dev/null")).works()).isTrue();
  }

  @Test
  void shouldFindThatRootCanMakeTheNamespaces() {
    assertThat(RootlessEntry.probe()).allMatch(RootlessEntry.Finding::works);
  }
}
