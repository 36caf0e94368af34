package io.kollaps.node.prerequisites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class CommandLinesTest {

  @Test
  void shouldTakeTheFirstWordOfAPlainCommand() {
    assertThat(certain("iperf3", "-s")).containsExactly("iperf3");
    assertThat(certain("/opt/tool", "ping")).containsExactly("/opt/tool");
  }

  @Test
  void shouldLookIntoShells() {
    assertThat(script("sleep 1; iperf3 -c c3 -t 10 | tee log && curl http://x &"))
        .containsExactly("sleep", "iperf3", "tee", "curl");
    assertThat(certain("/bin/bash", "-ec", "ping -c 1 b")).containsExactly("/bin/bash", "ping");
    assertThat(certain("bash", "-o", "pipefail", "-c", "wget x")).containsExactly("bash", "wget");
    assertThat(certain("sh", "script.sh", "-c", "iperf3")).containsExactly("sh");
  }

  @Test
  void shouldLookThroughWrappers() {
    assertThat(certain("timeout", "-k", "1", "10", "iperf3", "-s"))
        .containsExactly("timeout", "iperf3");
    assertThat(certain("env", "-u", "X", "A=b", "nice", "-n", "5", "wrk"))
        .containsExactly("env", "nice", "wrk");
    assertThat(script("exec iperf3 -s")).containsExactly("iperf3");
    assertThat(script("timeout 5 bash -c 'stdbuf -oL ping x'"))
        .containsExactly("timeout", "bash", "stdbuf", "ping");
  }

  @Test
  void shouldLeaveOutWhatIsNoProgram() {
    assertThat(script("cd /tmp; A=1 export B; [ -e x ] && echo hi; wait; { true; }")).isEmpty();
    assertThat(script("f() { ping x; }\nf")).containsExactly("ping");
    assertThat(script("for i in iperf a b; do curl $i; done")).containsExactly("curl");
    assertThat(script("$TOOL -x; \"$A\"b; `which x`; ./local; ~/bin/y; sub/z")).isEmpty();
    assertThat(script("echo 'a; missing' \"b; gone\" # c; lost\nping x")).containsExactly("ping");
    assertThat(script("ping x >log 2>&1 </dev/null; curl y >>log")).containsExactly("ping", "curl");
    assertThat(script("A=$(missing x; (gone)) ping \"$(lost)\"")).containsExactly("ping");
    assertThat(script("a=(x y); ping z")).isEmpty();
    assertThat(script("((i++)); ping z")).isEmpty();
    assertThat(script("case $1 in a) ping x;; esac")).isEmpty();
    assertThat(script("cat <<END\nmissing\nEND")).containsExactly("cat");
  }

  @Test
  void shouldNotBeCertainWhereTheScriptHasAnAnswer() {
    assertThat(script("ping x || curl y")).containsExactly("curl");
    assertThat(script("if ping x; then curl y; fi")).containsExactly("curl");
    assertThat(script("command -v wrk && wrk x; ping y")).containsExactly("ping");
    assertThat(script("PATH=/opt/bin:$PATH; wrk x")).isEmpty();
    assertThat(script(". ./settings; wrk x")).isEmpty();
    assertThat(script("export PATH=/x; wrk x")).isEmpty();
    assertThat(certain("env", "PATH=/x", "wrk")).containsExactly("env");
    assertThat(certain("bash", "-lc", "wrk")).containsExactly("bash");
    assertThat(CommandLines.needs(List.of("sh", "-c", "ping x || curl y")))
        .contains(new ProgramNeed("ping", false));
  }

  @Test
  void shouldEndOnAnyText() {
    long seed = 20261123;
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    String alphabet = "ab (){}[]<>|&;\n'\"\\$`#=*!~-/ ";
    for (int i = 0; i < 5000; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(40);
      for (int j = 0; j < length; j++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      assertThatCode(() -> CommandLines.needs(List.of("sh", "-c", text.toString())))
          .as("seed %d, script %s", seed, text)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void shouldFollowWrappersOnlySoDeep() {
    List<String> deep = java.util.Collections.nCopies(10_000, "nohup");
    assertThat(CommandLines.needs(deep)).containsExactly(new ProgramNeed("nohup", true));
    assertThat(script("command ".repeat(5_000) + "ping x")).containsExactly("ping");
  }

  private static List<String> script(String text) {
    List<String> all = certain("sh", "-c", text);
    return all.subList(1, all.size());
  }

  private static List<String> certain(String... arguments) {
    return CommandLines.needs(List.of(arguments)).stream()
        .filter(ProgramNeed::certain)
        .map(ProgramNeed::program)
        .toList();
  }
}
