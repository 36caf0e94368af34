package io.kollaps.topology.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.Problem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Remedies say what was meant: they are believed, and a wrong one does harm. */
class RemediesTest {
  private static final String TWO = "services: { a: { command: x }, b: { command: y } }\n";

  private static Problem only(String text) {
    List<Problem> problems = Reading.problems(text);
    assertThat(Reading.shown(problems)).hasSize(1);
    return problems.getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "latency: 10 sec # write 10 s ",
        "latency: 1 MS # write 1 ms ",
        "latency: 2 m # write 2 min ",
        "latency: 3 milliseconds # write 3 ms ",
        "latency: 1.5 hours # write 90 min ",
        "latency: 5 # write 5 ms ",
        "latency: -5 ms # write 5 ms, or leave it out",
        "rate: 10 MB/s # write 80 Mbit/s ",
        "rate: 10 MBps # write 80 Mbit/s ",
        "rate: 10 mbit # write 10 Mbit/s ",
        "rate: 10 Mb/s # write 10 Mbit/s ",
        "rate: 10 M # write 10 Mbit/s ",
        "rate: 2 Gbits/sec # write 2 Gbit/s ",
        "rate: 1 MiB/s # write 8.388608 Mbit/s ",
        "rate: 1 Mibit/s # write 1.048576 Mbit/s ",
        "rate: 125 KB/s # write 1 Mbit/s ",
      })
  void shouldWriteTheValueThatAForeignUnitMeans(String property, String remedy) {
    Problem problem = only(TWO + "links:\n  - { from: a, to: b, " + property + " }\n");
    assertThat(problem.remedy() + " ").startsWith(remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "1,5 ms # write 1.5 ms",
        "1,000 ms # write 1.000 ms, or 1000 ms for thousands",
      })
  void shouldWriteAPointForAComma(String latency, String remedy) {
    Problem problem = only(TWO + "links:\n  - { from: a, to: b, latency: '" + latency + "' }\n");
    assertThat(problem.remedy()).isEqualTo(remedy);
  }

  @Test
  void shouldSayThatACommaEndedAValueWhereDigitsBecameAKey() {
    Problem problem = only(TWO + "links:\n  - { from: a, to: b, loss: 1,5 % }\n");
    assertThat(problem.remedy()).contains("decimals with a point");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "5 # write 5 s ",
        "1:30 # write 90 s ",
        "0:01:30 # write 90 s ",
        "2 m # write 2 min ",
        "-1 s # write 1 s, ",
      })
  void shouldTakeTimesOfEventsForSeconds(String at, String remedy) {
    String text = TWO + "links: [ { from: a, to: b } ]\ntimeline: [ { at: " + at + ", crash: a } ]";
    assertThat(only(text).remedy() + " ").startsWith(remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "512m # write 536.870912 MB ",
        "512 Mi # write 536.870912 MB ",
        "2 gb # write 2 GB ",
        "1 Gi # write 1.073741824 GB ",
      })
  void shouldWriteTheSizeThatAForeignUnitMeans(String memory, String remedy) {
    Problem problem = only("services: { a: { command: x, memory: " + memory + " } }\n");
    assertThat(problem.remedy() + " ").startsWith(remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "delay: 5 ms # write 'latency'",
        "bandwidth: 5 Mbit/s # write 'rate'",
        "bw: 10 # write 'rate'",
        "packet-loss: 1 % # write 'loss'",
        "limit: 1000 # write 'queue'",
        "max_queue_size: 10 # write 'queue'",
      })
  void shouldAnswerAWordOfAnotherToolWithTheKeyHere(String property, String remedy) {
    Problem problem = only(TWO + "links:\n  - { from: a, to: b, " + property + " }\n");
    assertThat(problem.remedy()).isEqualTo(remedy);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "environment: {A: b} # write 'env'",
        "depends_on: [a] # write 'wait_for'",
        "working_dir: /tmp # write 'directory'",
        "stop_grace_period: 5 s # write 'stop_grace'",
        "ports: ['8080:80'] # every port of an endpoint is reachable",
        "hostname: foo # the host name of an endpoint is its name",
        "networks: [x] # said by 'links'",
      })
  void shouldAnswerAWordOfComposeWithTheKeyHereOrWhereTheThingIs(String property, String remedy) {
    assertThat(only("services: { a: { command: x, " + property + " } }\n").remedy())
        .contains(remedy);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LocalHost",
        "db.localhost",
        "1",
        "0x7f",
        "10.1",
        "10.99.0.7",
        "127.1"
      })
  void shouldRefuseANameThatProgramsReadAsSomethingElse(String name) {
    Problem problem = only("services: { '" + name + "': { command: x } }\n");
    assertThat(problem.message()).contains("cannot be a name: ");
    assertThat(problem.remedy()).startsWith("write a name such as 'node-");
  }

  @Test
  void shouldRefuseNamesThatDifferOnlyByCapitals() {
    Problem problem = only("services:\n  Db: { command: x }\n  db: { command: y }\n");
    assertThat(problem.message()).contains("only by capitals");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.99.0.0", "10.99.255.255"})
  void shouldRefuseTheAddressesAtTheEdgesOfTheSubnet(String address) {
    Problem problem = only("services: { a: { command: x, address: " + address + " } }\n");
    assertThat(problem.message()).contains("first or last address");
  }

  @Test
  void shouldNameCauseAndMendWhereACrashComesBeforeTheFirstJoin() {
    Problem problem =
        only(
            TWO
                + "links: [ { from: a, to: b } ]\n"
                + "timeline: [ { at: 1 s, crash: a }, { at: 2 s, join: a } ]\n");
    assertThat(problem.remedy()).contains("'start: true'").contains("service a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "<?xml version='1.0'?><!-- a > b --><graphml xmlns='x'><node id='1'/></graphml> # GraphML",
        "Creator 'x'\\ngraph [\\n node [ id 0 ]\\n] # GML",
        "graph\\n[\\n] # GML",
        "general: { stop_time: 10m }\\nhosts: { a: &c {} , b: *c } # Shadow",
        "name: x\\ntopology:\\n  nodes:\\n    a: { kind: linux } # containerlab",
        "version: '3'\\nservices:\\n  a:\\n    image: x\\nnetworks: {} # Compose",
        "pc1[0]=\"A\"\\npc2[0]=\"A\" # Kathara",
        "1\\n2\\n2\\n5\\n # mahimahi",
        "{ \"hosts\": [], \"switches\": [] } # miniedit",
        "from mininet.net import Mininet # Mininet",
        "<scenario name='x'/> # CORE",
      })
  void shouldRecogniseAFileOfAnotherToolAsAWhole(String text, String tool) {
    Problem problem = only(text.replace("\\n", "\n"));
    assertThat(problem.message()).contains(tool);
    assertThat(problem.position().line()).isEqualTo(1);
  }

  @Test
  void shouldRecogniseAComposeFileByItsName() {
    byte[] text = "services: { a: { image: x } }\n".getBytes(StandardCharsets.UTF_8);
    assertThat(ExperimentReader.read("/x/compose.yaml", text))
        .isInstanceOfSatisfying(
            ReadResult.Invalid.class,
            invalid -> assertThat(invalid.problems().getFirst().message()).contains("Compose"));
  }

  @Test
  void shouldNotTakeAnExperimentForAForeignFile() {
    Reading.valid(TWO + "links: [ { from: a, to: b } ]\n");
    Reading.valid("services: { a: { command: 'echo graph [' } }\n");
  }
}
