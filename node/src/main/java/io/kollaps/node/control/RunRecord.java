package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What the cluster keeps of a run; the file is kept beside it ({@link RunDocuments}).
 *
 * @param run its id
 * @param request id that its submitter made: the same request gets the same run
 * @param experiment the experiment's name
 * @param fileName last part of the file's name, for messages
 * @param seed of every random draw: all nodes compile the same
 * @param fabric name of a fabric, or {@code auto}
 * @param policy what becomes of it when a node is lost
 * @param pins nodes by the names of endpoints or services
 * @param phase where it is
 * @param attempt counts its starts, from 1
 * @param nodes nodes with a part, in the order of their ids; empty while it has no placement
 * @param homes index into the nodes, by endpoint
 * @param vni its network identifier on the wire between nodes, unique among live runs
 * @param endpointMtu largest packet of an endpoint in bytes
 * @param times when what happened
 * @param reason why it ended, or why it is started anew; may be empty
 * @param results what each part's numbers are worth, by node, once it has ended
 */
public record RunRecord(
    RunId run,
    String request,
    String experiment,
    String fileName,
    long seed,
    String fabric,
    LossPolicy policy,
    Map<String, String> pins,
    RunPhase phase,
    int attempt,
    List<RunNode> nodes,
    List<Integer> homes,
    int vni,
    int endpointMtu,
    Times times,
    String reason,
    Map<NodeId, PartResult> results) {

  /**
   * When what happened, in milliseconds of the leader's wall clock since 1970.
   *
   * @param submittedAtMillis when it came
   * @param startedAtMillis when all parts of its last attempt had started
   * @param endedAtMillis when it was over
   */
  public record Times(
      long submittedAtMillis, OptionalLong startedAtMillis, OptionalLong endedAtMillis) {}

  /** Copies the collections. */
  public RunRecord {
    nodes = List.copyOf(nodes);
    homes = List.copyOf(homes);
    pins = Collections.unmodifiableSortedMap(new TreeMap<>(pins));
    results = Collections.unmodifiableSortedMap(new TreeMap<>(results));
    reason = Texts.reason(reason);
  }

  /** Names the parts of its present attempt. */
  public PartKey key() {
    return new PartKey(run, attempt);
  }

  /** Name of what its present attempt reserves. */
  public String reservation() {
    return key().toString();
  }

  /** Number of endpoints on a node. */
  public int endpointsOn(int node) {
    return (int) homes.stream().filter(home -> home == node).count();
  }

  /** The record of a run that was just submitted. */
  public static RunRecord submitted(RunId run, Submission submission, long seed, long atMillis) {
    return new RunRecord(
        run,
        submission.request(),
        submission.fileName(),
        submission.fileName(),
        seed,
        submission.fabric(),
        submission.policy(),
        submission.pins(),
        RunPhase.QUEUED,
        1,
        List.of(),
        List.of(),
        0,
        0,
        new Times(atMillis, OptionalLong.empty(), OptionalLong.empty()),
        "",
        Map.of());
  }

  /** The same in another phase. */
  public RunRecord in(RunPhase other) {
    return with(experiment, other, attempt, nodes, homes, vni, endpointMtu, times, reason, results);
  }

  /** The same with another reason. */
  public RunRecord because(String why) {
    return with(experiment, phase, attempt, nodes, homes, vni, endpointMtu, times, why, results);
  }

  /** The same with a placement, to be deployed. */
  public RunRecord placed(
      String name, List<RunNode> onNodes, List<Integer> endpointHomes, int network, int mtu) {
    return with(
        name,
        RunPhase.DEPLOYING,
        attempt,
        onNodes,
        endpointHomes,
        network,
        mtu,
        times,
        reason,
        results);
  }

  /** The same when all parts have started. */
  public RunRecord started(long atMillis) {
    Times started =
        new Times(times.submittedAtMillis(), OptionalLong.of(atMillis), OptionalLong.empty());
    return with(
        experiment,
        RunPhase.RUNNING,
        attempt,
        nodes,
        homes,
        vni,
        endpointMtu,
        started,
        reason,
        results);
  }

  /** The next attempt, to be placed. */
  public RunRecord again(String why) {
    Times anew = new Times(times.submittedAtMillis(), OptionalLong.empty(), OptionalLong.empty());
    return with(
        experiment,
        RunPhase.PLACING,
        attempt + 1,
        List.of(),
        List.of(),
        0,
        endpointMtu,
        anew,
        why,
        Map.of());
  }

  /** The same at its end. */
  public RunRecord ended(
      RunPhase end, String why, long atMillis, Map<NodeId, PartResult> partResults) {
    Times ended =
        new Times(times.submittedAtMillis(), times.startedAtMillis(), OptionalLong.of(atMillis));
    return with(experiment, end, attempt, nodes, homes, vni, endpointMtu, ended, why, partResults);
  }

  private RunRecord with(
      String name,
      RunPhase inPhase,
      int nowAttempt,
      List<RunNode> onNodes,
      List<Integer> endpointHomes,
      int network,
      int mtu,
      Times nowTimes,
      String why,
      Map<NodeId, PartResult> partResults) {
    return new RunRecord(
        run,
        request,
        name,
        fileName,
        seed,
        fabric,
        policy,
        pins,
        inPhase,
        nowAttempt,
        onNodes,
        endpointHomes,
        network,
        mtu,
        nowTimes,
        why,
        partResults);
  }
}
