package io.kollaps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ArgumentErrorsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

  @Test
  void shouldAskWhetherTheNearestCommandWasMeant() {
    assertThat(line.execute("rnu")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("'rnu' is no command; did you mean 'kollaps run'");
    assertThat(err.toString().lines()).hasSize(2);
  }

  @Test
  void shouldAskWhetherTheNearestOptionWasMeant() {
    assertThat(line.execute("run", "x.yaml", "--resluts", "y")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("has no option '--resluts'").contains("'--results'");
  }

  @Test
  void shouldPointAtTheHelpOfTheCommandWhereAnArgumentIsMissing() {
    assertThat(line.execute("validate")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("FILE").contains("see kollaps validate --help");
    assertThat(err.toString().lines()).hasSize(2);
  }

  @Test
  void shouldKnowHelpAsACommand() {
    assertThat(line.execute("help", "run")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("Usage: kollaps run");
    assertThat(line.execute("help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("validate").contains("generate-completion");
  }
}
