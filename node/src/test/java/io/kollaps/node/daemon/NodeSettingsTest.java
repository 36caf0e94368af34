package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.cluster.membership.LivenessSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSettingsTest {
  @TempDir private Path folder;

  private static NodeSettings read(
      Map<Setting, String> flags, Map<String, String> environment, Optional<Path> file)
      throws DaemonFailure {
    return NodeSettings.read(flags, environment, file);
  }

  private Path file(String text) throws Exception {
    return Files.writeString(folder.resolve("node.conf"), text);
  }

  @Test
  void shouldLetFlagsWinOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Path file = file("# a comment\nport = 8000\nbeat-millis=250\n\nbeat-misses = 5\nname = box\n");

    NodeSettings settings =
        read(
            Map.of(Setting.PORT, "8200"),
            Map.of("KOLLAPS_PORT", "8100", "KOLLAPS_BEAT_MILLIS", "300"),
            Optional.of(file));

    assertThat(settings.port()).isEqualTo(8200);
    assertThat(settings.beat()).isEqualTo(Duration.ofMillis(300));
    assertThat(settings.beatMisses()).isEqualTo(5);
    assertThat(settings.name()).isEqualTo("box");
    assertThat(settings.tokenLife()).isEqualTo(Duration.ofHours(24));
  }

  @Test
  void shouldFindTheFileByTheEnvironment() throws Exception {
    Path file = file("port = 8000\n");

    assertThat(read(Map.of(), Map.of("KOLLAPS_CONFIG", file.toString()), Optional.empty()).port())
        .isEqualTo(8000);
    assertThatThrownBy(() -> read(Map.of(), Map.of("KOLLAPS_CONFIG", "/no/file"), Optional.empty()))
        .hasMessageContaining("/no/file");
  }

  @Test
  void shouldTellAllWrongValuesWithPlaceAndRange() throws Exception {
    Path file = file("\nbeat-misses = 0\n");

    assertThatThrownBy(
            () ->
                read(
                    Map.of(Setting.PORT, "80"),
                    Map.of("KOLLAPS_TOKEN_USES", "many"),
                    Optional.of(file)))
        .isInstanceOf(DaemonFailure.class)
        .hasMessageContaining("--port: port is a whole number from 1024 to 65534, not '80'")
        .hasMessageContaining(file + ":2: beat-misses is a whole number from 1 to 100, not '0'")
        .hasMessageContaining("KOLLAPS_TOKEN_USES: token-uses")
        .satisfies(e -> assertThat(((DaemonFailure) e).badInput()).isTrue());
  }

  @Test
  void shouldRefuseUnknownNamesInTheFile() throws Exception {
    Path file = file("prot = 8000\n");

    assertThatThrownBy(() -> read(Map.of(), Map.of(), Optional.of(file)))
        .hasMessageContaining(file + ":1")
        .hasMessageContaining("discovery-port");
  }

  @Test
  void shouldRefuseNamesThatNobodyCanType() {
    for (String name : new String[] {"a b", "-x", "ä", "x".repeat(64)}) {
      assertThatThrownBy(() -> read(Map.of(Setting.NAME, name), Map.of(), Optional.empty()))
          .as(name)
          .hasMessageContaining("--name");
    }
  }

  @Test
  void shouldLoseASilentMemberUnderThreeSecondsByDefault() throws Exception {
    NodeSettings settings = read(Map.of(), Map.of(), Optional.of(file("")));

    assertThat(settings.liveness()).isEqualTo(LivenessSettings.DEFAULT);
    assertThat(settings.liveness().lostAfterNanos()).isLessThan(3_000_000_000L);
  }

  @Test
  void shouldAllowEveryBeatOfItsRange() throws Exception {
    for (String millis : new String[] {"100", "60000"}) {
      for (String misses : new String[] {"1", "100"}) {
        NodeSettings settings =
            read(
                Map.of(Setting.BEAT_MILLIS, millis, Setting.BEAT_MISSES, misses),
                Map.of(),
                Optional.of(file("")));

        assertThat(settings.liveness().periodNanos()).isEqualTo(Long.parseLong(millis) * 1_000_000);
        assertThat(settings.liveness().misses()).isEqualTo(Integer.parseInt(misses));
      }
    }
  }

  @Test
  void shouldHaveOneNameEverywhere() {
    for (Setting setting : Setting.values()) {
      assertThat(setting.flag()).isEqualTo("--" + setting.key());
      assertThat(setting.variable())
          .isEqualTo(
              "KOLLAPS_" + setting.key().replace('-', '_').toUpperCase(java.util.Locale.ROOT));
    }
  }
}
