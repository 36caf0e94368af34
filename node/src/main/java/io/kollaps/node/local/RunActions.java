package io.kollaps.node.local;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What commands ask about runs on the cluster. */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way, used once
public final class RunActions {
  /** Run an experiment; with {@code untilEnd}, a line for each thing that happens until its end. */
  public static final LocalAction<Submit, Progress> SUBMIT =
      new LocalAction<>("submit", Submit.class, Progress.class);

  /** Say where its endpoints would run; starts nothing. */
  public static final LocalAction<Submit, Plan> PLAN =
      new LocalAction<>("plan", Submit.class, Plan.class);

  /** All runs that are known. */
  public static final LocalAction<NodeActions.Nothing, Runs> RUNS =
      new LocalAction<>("runs", NodeActions.Nothing.class, Runs.class);

  /** One run, with its parts. */
  public static final LocalAction<OfRun, RunDetail> INSPECT =
      new LocalAction<>("inspect", OfRun.class, RunDetail.class);

  /** End a run, or all. */
  public static final LocalAction<Stop, Stopping> STOP =
      new LocalAction<>("stop", Stop.class, Stopping.class);

  /** What the programs of a run wrote. */
  public static final LocalAction<Logs, LogPiece> LOGS =
      new LocalAction<>("logs", Logs.class, LogPiece.class);

  /** What happens to runs and nodes. */
  public static final LocalAction<Events, Event> EVENTS =
      new LocalAction<>("events", Events.class, Event.class);

  /** What flows do at the moment; a line every so often. */
  public static final LocalAction<Top, Flows> TOP =
      new LocalAction<>("top", Top.class, Flows.class);

  /** Run a command inside an endpoint; the command sends its input as {@link Input} lines. */
  public static final LocalAction<Exec, Output> EXEC =
      new LocalAction<>("exec", Exec.class, Output.class);

  /** All files of a run's results. */
  public static final LocalAction<OfRun, ResultPiece> RESULTS =
      new LocalAction<>("results", OfRun.class, ResultPiece.class);

  private RunActions() {}

  /**
   * An experiment.
   *
   * @param request id that the command made: repeating a request is safe
   * @param fileName last part of the file's name
   * @param file its bytes
   * @param seed of every random draw; empty: the leader draws one
   * @param fabric name of a fabric, or {@code auto}
   * @param onNodeLoss {@code abort} or {@code replace}
   * @param pins nodes by the names of endpoints or services
   * @param untilEnd whether to answer until the run's end
   */
  public record Submit(
      String request,
      String fileName,
      byte[] file,
      OptionalLong seed,
      String fabric,
      String onNodeLoss,
      Map<String, String> pins,
      boolean untilEnd) {}

  /**
   * How a run goes.
   *
   * @param run its id
   * @param phase where it is
   * @param text one sentence; may be empty
   * @param ended whether it is over, with what follows
   * @param verdict what its numbers are worth, once it is over; else empty
   * @param reasons of the verdict
   */
  public record Progress(
      String run, String phase, String text, boolean ended, String verdict, List<String> reasons) {}

  /**
   * Where endpoints would run.
   *
   * @param placed whether it fits
   * @param seats where each endpoint would run
   * @param proved where it does not fit: whether no placement exists at all
   * @param reason what stands in the way
   * @param tightest what the best attempt exceeded most
   * @param soundness on what the promise rests
   * @param searchMillis time of the search
   * @param notices what the user should know
   */
  public record Plan(
      boolean placed,
      List<Seat> seats,
      boolean proved,
      String reason,
      Optional<Cut> tightest,
      String soundness,
      double searchMillis,
      List<String> notices) {}

  /**
   * Where an endpoint would run.
   *
   * @param endpoint its name
   * @param node name of the node
   * @param why why there
   */
  public record Seat(String endpoint, String node, String why) {}

  /**
   * A limit that an attempt exceeded.
   *
   * @param name what it is
   * @param capacityBps what it can carry in all
   * @param leftBps what other runs leave of it
   * @param neededBps what the attempt needed
   */
  public record Cut(String name, long capacityBps, long leftBps, long neededBps) {}

  /**
   * A run.
   *
   * @param run its id, or the beginning of one that no other has
   */
  public record OfRun(String run) {}

  /**
   * What to end.
   *
   * @param run id or beginning; empty: all
   */
  public record Stop(String run) {}

  /**
   * What ends.
   *
   * @param runs their ids
   */
  public record Stopping(List<String> runs) {}

  /**
   * All runs.
   *
   * @param fresh whether the leader was asked: else phases are those on record
   * @param runs in the order of their submission
   */
  public record Runs(boolean fresh, List<RunRow> runs) {}

  /**
   * A run.
   *
   * @param run its id
   * @param experiment its name
   * @param phase where it is
   * @param attempt counts its starts
   * @param endpoints how many it has; 0 while it is not placed
   * @param nodes names of its nodes
   * @param submittedAtMillis on the leader's clock, since 1970
   * @param startedAtMillis the same of its start
   * @param endedAtMillis the same of its end
   * @param verdict the worst of its parts', once it is over; else empty
   * @param reason why it ended, or starts anew
   */
  public record RunRow(
      String run,
      String experiment,
      String phase,
      int attempt,
      int endpoints,
      List<String> nodes,
      long submittedAtMillis,
      Optional<Long> startedAtMillis,
      Optional<Long> endedAtMillis,
      String verdict,
      String reason) {}

  /**
   * A run and its parts.
   *
   * @param fresh whether the leader was asked
   * @param run the run
   * @param seed of every random draw
   * @param fabric asked for
   * @param onNodeLoss {@code abort} or {@code replace}
   * @param vni number of its network between nodes
   * @param endpointMtu largest packet of an endpoint
   * @param parts by node
   */
  public record RunDetail(
      boolean fresh,
      RunRow run,
      long seed,
      String fabric,
      String onNodeLoss,
      int vni,
      int endpointMtu,
      List<PartRow> parts) {}

  /**
   * A part of a run.
   *
   * @param node name of its node
   * @param endpoints how many
   * @param state what its node last said
   * @param latenessMillis how late it started, once it has
   * @param verdict what its numbers are worth, once it is over; else empty
   * @param reasons of the verdict
   */
  public record PartRow(
      String node,
      int endpoints,
      String state,
      Optional<Double> latenessMillis,
      String verdict,
      List<String> reasons) {}

  /**
   * Logs of a run.
   *
   * @param run id or beginning
   * @param endpoint whose; empty: all
   * @param follow whether to go on until the run's end
   */
  public record Logs(String run, String endpoint, boolean follow) {}

  /**
   * A piece of a log.
   *
   * @param endpoint whose
   * @param error whether of standard error
   * @param content bytes as the program wrote them
   */
  public record LogPiece(String endpoint, boolean error, byte[] content) {}

  /**
   * What happens.
   *
   * @param follow whether to go on
   */
  public record Events(boolean follow) {}

  /**
   * Something that happened.
   *
   * @param atMillis on the leader's clock, since 1970
   * @param run of which run; empty: of none
   * @param phase of the run from then on; empty: of none
   * @param text one sentence
   */
  public record Event(long atMillis, String run, String phase, String text) {}

  /**
   * Which flows, and how often.
   *
   * @param run id or beginning; empty: of all runs
   * @param periodMillis between two lines; 0: one line and no more
   */
  public record Top(String run, int periodMillis) {}

  /**
   * Flows at a moment.
   *
   * @param flows all with traffic
   * @param silent names of nodes that did not answer
   */
  public record Flows(List<FlowRow> flows, List<String> silent) {}

  /**
   * A flow.
   *
   * @param run of which run
   * @param node where it begins
   * @param from endpoint
   * @param to endpoint
   * @param measuredBps rate of the last interval
   * @param grantedBps its share
   */
  public record FlowRow(
      String run, String node, String from, String to, long measuredBps, long grantedBps) {}

  /**
   * A command inside an endpoint.
   *
   * @param run id or beginning
   * @param endpoint where
   * @param command program and arguments
   */
  public record Exec(String run, String endpoint, List<String> command) {}

  /**
   * Input of a command.
   *
   * @param content bytes
   */
  public record Input(byte[] content) {}

  /**
   * Output of a command.
   *
   * @param out bytes of standard output
   * @param err bytes of standard error
   * @param exitCode once it has ended
   */
  public record Output(byte[] out, byte[] err, Optional<Integer> exitCode) {}

  /**
   * A piece of a file.
   *
   * @param node name of the node that has it
   * @param path in the part's results
   * @param content bytes
   */
  public record ResultPiece(String node, String path, byte[] content) {}
}
