package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.run.RunCommand.EndReason;
import io.kollaps.runtime.ExitStatus;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Program;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.WaitFor;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.EndpointEvent;
import io.kollaps.topology.path.EndpointEvent.Kind;
import io.kollaps.topology.path.Epoch;
import io.kollaps.topology.path.ExpandedNetwork;
import io.kollaps.topology.path.Paths;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RunProgressTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<Endpoint> endpoints = new ArrayList<>();
  private final List<EndpointEvent> events = new ArrayList<>();
  private final List<Epoch> epochs = new ArrayList<>(List.of(new Epoch(0, new NoPaths())));
  private OptionalLong end = OptionalLong.empty();

  @Test
  void shouldStartWhatJoinsAtTheStart() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    RunProgress progress = progress();

    assertThat(passed(progress, 0)).containsExactly(new RunCommand.Start(0, 0));
  }

  @Test
  void shouldBeIdleWhenTheLastAwaitedProgramEnded() {
    endpoint("client", false);
    endpoint("server", true);
    event(0, Kind.JOIN, 0);
    event(0, Kind.JOIN, 1);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(ended(progress, 3 * SECOND, 0)).containsExactly(new RunCommand.TellIdle(3 * SECOND));
    assertThat(progress.ended()).isFalse();
    assertThat(progress.handle(new RunEvent.EndAsked(4 * SECOND, PartEnd.programsEnded())))
        .containsExactly(
            new RunCommand.End(4 * SECOND, EndReason.PROGRAMS_ENDED, "all programs have ended"));
    assertThat(progress.ended()).isTrue();
  }

  @Test
  void shouldNotBeIdleWhileAProgramIsStillToJoin() {
    endpoint("a", false);
    endpoint("b", false);
    event(0, Kind.JOIN, 0);
    event(10 * SECOND, Kind.JOIN, 1);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(ended(progress, SECOND, 0)).isEmpty();
    assertThat(passed(progress, 10 * SECOND)).containsExactly(new RunCommand.Start(10 * SECOND, 1));
    assertThat(ended(progress, 11 * SECOND, 1)).hasSize(1);
  }

  @Test
  void shouldWaitForBackgroundProgramsWhenThereAreNoOthers() {
    endpoint("server", true);
    event(0, Kind.JOIN, 0);
    RunProgress progress = progress();

    assertThat(passed(progress, 0)).hasSize(1);
    assertThat(progress.ended()).isFalse();
    assertThat(ended(progress, SECOND, 0)).hasSize(1);
  }

  @Test
  void shouldChangePathsBeforeEndpointsOfTheSameInstant() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    event(5 * SECOND, Kind.CRASH, 0);
    epochs.add(new Epoch(5 * SECOND, new NoPaths()));
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(passed(progress, 5 * SECOND + 17))
        .containsExactly(
            new RunCommand.ApplyEpoch(5 * SECOND, 1), new RunCommand.Crash(5 * SECOND, 0));
  }

  @Test
  void shouldEndAtItsTimeAndDoNothingPlannedLater() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    event(20 * SECOND, Kind.LEAVE, 0);
    end = OptionalLong.of(10 * SECOND);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(progress.nextDueNanos()).isEqualTo(10 * SECOND);
    assertThat(passed(progress, 30 * SECOND))
        .containsExactly(new RunCommand.End(10 * SECOND, EndReason.TIME, "its time is over"));
    assertThat(passed(progress, 40 * SECOND)).isEmpty();
    assertThat(progress.nextDueNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void shouldStartAnEndpointOnlyWhenWhatItWaitsForIsThere() {
    endpoint("client", false, new WaitFor("server", 5201));
    event(0, Kind.JOIN, 0);
    RunProgress progress = progress();

    assertThat(passed(progress, 0)).containsExactly(new RunCommand.AwaitCondition(0, 0));
    assertThat(progress.handle(new RunEvent.ConditionHeld(77, 0)))
        .containsExactly(new RunCommand.Start(77, 0));
  }

  @Test
  void shouldNotStartAnEndpointThatLeftWhileItWaited() {
    endpoint("client", false, new WaitFor("server", 5201));
    endpoint("other", false);
    event(0, Kind.JOIN, 0);
    event(0, Kind.JOIN, 1);
    event(SECOND, Kind.LEAVE, 0);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(passed(progress, SECOND))
        .containsExactly(new RunCommand.GiveUpWaiting(SECOND, 0, RunCommand.Why.LEAVES));
    assertThat(progress.handle(new RunEvent.ConditionHeld(2 * SECOND, 0))).isEmpty();
  }

  @Test
  void shouldTellWhoStillWaitsWhenItIsOver() {
    endpoint("client", false, new WaitFor("server", 5201));
    endpoint("left", false, new WaitFor("server", 5201));
    endpoint("started", false, new WaitFor("server", 5201));
    for (int endpoint = 0; endpoint < 3; endpoint++) {
      event(0, Kind.JOIN, endpoint);
    }
    event(SECOND, Kind.CRASH, 1);
    end = OptionalLong.of(2 * SECOND);
    RunProgress progress = progress();
    passed(progress, 0);
    progress.handle(new RunEvent.ConditionHeld(77, 2));

    assertThat(passed(progress, 3 * SECOND))
        .containsExactly(
            new RunCommand.GiveUpWaiting(SECOND, 1, RunCommand.Why.CRASHES),
            new RunCommand.GiveUpWaiting(2 * SECOND, 0, RunCommand.Why.OVER),
            new RunCommand.End(2 * SECOND, EndReason.TIME, "its time is over"));
  }

  @Test
  void shouldBeIdleWhenTheOnlyProgramNeverStarted() {
    endpoint("client", false, new WaitFor("server", 5201));
    event(0, Kind.JOIN, 0);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(progress.handle(new RunEvent.ConditionTimedOut(SECOND, 0, "server:5201")))
        .hasSize(1);
  }

  @Test
  void shouldStartAnEndpointAgainAfterItCrashed() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    event(SECOND, Kind.CRASH, 0);
    event(2 * SECOND, Kind.JOIN, 0);
    RunProgress progress = progress();
    passed(progress, 0);
    passed(progress, SECOND);
    ended(progress, SECOND + 1, 0);

    assertThat(passed(progress, 2 * SECOND)).containsExactly(new RunCommand.Start(2 * SECOND, 0));
  }

  @Test
  void shouldPrepareAnEndpointThatWillJoinAgain() {
    endpoint("a", false);
    endpoint("b", false);
    event(0, Kind.JOIN, 0);
    event(0, Kind.JOIN, 1);
    event(2 * SECOND, Kind.JOIN, 0);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(ended(progress, SECOND, 0)).containsExactly(new RunCommand.Prepare(SECOND, 0));
    assertThat(ended(progress, SECOND, 1)).isEmpty();
    assertThat(passed(progress, 2 * SECOND)).containsExactly(new RunCommand.Start(2 * SECOND, 0));
    assertThat(ended(progress, 3 * SECOND, 0))
        .singleElement()
        .isInstanceOf(RunCommand.TellIdle.class);
  }

  @Test
  void shouldKeepTheOrderOfEventsOfOneInstant() {
    endpoint("a", false);
    endpoint("b", false);
    event(0, Kind.JOIN, 0);
    event(SECOND, Kind.DISCONNECT, 0);
    event(SECOND, Kind.JOIN, 1);
    event(SECOND, Kind.RECONNECT, 0);
    event(SECOND, Kind.CRASH, 0);
    epochs.add(new Epoch(SECOND, new NoPaths()));
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(passed(progress, SECOND + 3))
        .containsExactly(
            new RunCommand.ApplyEpoch(SECOND, 1),
            new RunCommand.SetConnected(SECOND, 0, false),
            new RunCommand.Start(SECOND, 1),
            new RunCommand.SetConnected(SECOND, 0, true),
            new RunCommand.Crash(SECOND, 0));
  }

  @Test
  void shouldRefuseToStartAProgramThatStillRuns() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    event(SECOND, Kind.LEAVE, 0);
    event(SECOND, Kind.JOIN, 0);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(passed(progress, SECOND))
        .hasSize(2)
        .element(1)
        .isInstanceOf(RunCommand.Refuse.class);
    assertThat(ended(progress, 2 * SECOND, 0)).hasSize(1);
  }

  @Test
  void shouldCutAndRestoreTheNetworkOfAnEndpoint() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    event(SECOND, Kind.DISCONNECT, 0);
    event(2 * SECOND, Kind.RECONNECT, 0);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(passed(progress, 2 * SECOND))
        .containsExactly(
            new RunCommand.SetConnected(SECOND, 0, false),
            new RunCommand.SetConnected(2 * SECOND, 0, true));
  }

  @Test
  void shouldEndAtOnceWhenAsked() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    RunProgress progress = progress();
    passed(progress, 0);

    assertThat(
            progress.handle(
                new RunEvent.EndAsked(SECOND, new PartEnd(PartEnd.Kind.STOPPED, "Ctrl-C"))))
        .containsExactly(new RunCommand.End(SECOND, EndReason.STOPPED, "Ctrl-C"));
    assertThat(ended(progress, SECOND + 1, 0)).isEmpty();
  }

  @Test
  void shouldPlayOnlyWhatIsAtHomeAndFollowWhoIsCutElsewhere() throws Exception {
    endpoint("here", false);
    endpoint("there", false);
    event(0, Kind.JOIN, 0);
    event(0, Kind.JOIN, 1);
    event(SECOND, Kind.DISCONNECT, 1);
    event(2 * SECOND, Kind.CRASH, 1);
    event(3 * SECOND, Kind.JOIN, 1);
    event(4 * SECOND, Kind.LEAVE, 1);
    event(5 * SECOND, Kind.JOIN, 1);
    RunProgress progress = part(0, 0, 1);

    assertThat(passed(progress, 0)).containsExactly(new RunCommand.Start(0, 0));
    assertThat(passed(progress, 2 * SECOND))
        .containsExactly(new RunCommand.SetConnected(SECOND, 1, false));
    // it joins again, with its network
    assertThat(passed(progress, 3 * SECOND))
        .containsExactly(new RunCommand.SetConnected(3 * SECOND, 1, true));
    assertThat(passed(progress, 5 * SECOND)).isEmpty();
    assertThat(ended(progress, 6 * SECOND, 0)).containsExactly(new RunCommand.TellIdle(6 * SECOND));
  }

  @Test
  void shouldBeIdleFromTheStartOnWhereNoAwaitedProgramIs() throws Exception {
    endpoint("client", false);
    endpoint("server", true);
    event(0, Kind.JOIN, 0);
    event(0, Kind.JOIN, 1);

    // the server is background: the run does not wait for its part
    assertThat(passed(part(1, 0, 1), 0))
        .containsExactly(new RunCommand.Start(0, 1), new RunCommand.TellIdle(0));
    assertThat(passed(part(0, 0, 1), 0)).containsExactly(new RunCommand.Start(0, 0));
  }

  @Test
  void shouldAwaitBackgroundProgramsOnlyWhereAllOfTheExperimentAre() throws Exception {
    endpoint("server", true);
    endpoint("peer", true);
    event(0, Kind.JOIN, 0);
    event(0, Kind.JOIN, 1);
    RunProgress progress = part(1, 0, 1);

    assertThat(passed(progress, 0)).containsExactly(new RunCommand.Start(0, 1));
    assertThat(ended(progress, SECOND, 1)).containsExactly(new RunCommand.TellIdle(SECOND));
  }

  @Test
  void shouldEndByItsTimeAlthoughItIsIdle() {
    endpoint("a", false);
    event(0, Kind.JOIN, 0);
    end = OptionalLong.of(10 * SECOND);
    RunProgress progress = progress();
    passed(progress, 0);
    assertThat(ended(progress, SECOND, 0)).containsExactly(new RunCommand.TellIdle(SECOND));

    assertThat(passed(progress, 10 * SECOND))
        .containsExactly(new RunCommand.End(10 * SECOND, EndReason.TIME, "its time is over"));
  }

  private RunProgress part(int self, int... homes) throws RunFailedException {
    CompiledExperiment compiled = compiled();
    return new RunProgress(
        compiled, Homes.of(Experiments.plan("test.yaml", "", homes, self), compiled));
  }

  private RunProgress progress() {
    CompiledExperiment compiled = compiled();
    return new RunProgress(compiled, Homes.alone(compiled));
  }

  private CompiledExperiment compiled() {
    return new CompiledExperiment(
        new Experiment(
            "test", List.of(), List.of(), List.of(), List.of(), Settings.DEFAULT, List.of()),
        endpoints,
        new NoLinks(),
        epochs,
        events,
        end);
  }

  private static List<RunCommand> passed(RunProgress progress, long atNanos) {
    return progress.handle(new RunEvent.TimePassed(atNanos));
  }

  private static List<RunCommand> ended(RunProgress progress, long atNanos, int endpoint) {
    return progress.handle(
        new RunEvent.ProgramEnded(atNanos, endpoint, new ExitStatus(0, ExitStatus.Cause.ENDED)));
  }

  private void event(long atNanos, Kind kind, int endpoint) {
    events.add(new EndpointEvent(atNanos, kind, endpoint, SourcePosition.UNKNOWN));
  }

  private void endpoint(String name, boolean background, WaitFor... waitFor) {
    Service service =
        new Service(
            name,
            new Program.Command(List.of("true")),
            1,
            false,
            List.of(),
            List.of(),
            Map.of(),
            Optional.empty(),
            ResourceLimits.NONE,
            List.of(waitFor),
            background,
            Service.DEFAULT_STOP_GRACE_NANOS,
            true,
            SourcePosition.UNKNOWN);
    int index = endpoints.size();
    endpoints.add(
        new Endpoint(index, name, service, 1, InetAddress.ofLiteral("10.0.0." + (index + 1))));
  }

  private record NoLinks() implements ExpandedNetwork {
    @Override
    public int nodeCount() {
      return 0;
    }

    @Override
    public int from(int link) {
      throw new IndexOutOfBoundsException(link);
    }

    @Override
    public int to(int link) {
      throw new IndexOutOfBoundsException(link);
    }

    @Override
    public int linkCount() {
      return 0;
    }

    @Override
    public String linkName(int link) {
      throw new IndexOutOfBoundsException(link);
    }
  }

  private record NoPaths() implements Paths {
    @Override
    public int endpointCount() {
      return 0;
    }

    @Override
    public int linkCount() {
      return 0;
    }

    @Override
    public boolean connected(int from, int to) {
      return false;
    }

    @Override
    public Optional<io.kollaps.topology.path.CollapsedPath> path(int from, int to) {
      return Optional.empty();
    }

    @Override
    public int[] links(int from, int to) {
      return new int[0];
    }

    @Override
    public long roundTripNanos(int from, int to) {
      return 0;
    }

    @Override
    public long linkRateBitsPerSecond(int link) {
      return 0;
    }
  }
}
