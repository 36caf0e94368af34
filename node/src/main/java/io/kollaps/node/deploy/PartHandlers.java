package io.kollaps.node.deploy;

import io.grpc.StatusRuntimeException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.generated.ExecHead;
import io.kollaps.node.generated.ExecInput;
import io.kollaps.node.generated.ExecOutput;
import io.kollaps.node.generated.ExperimentsGrpc;
import io.kollaps.node.generated.FlowNow;
import io.kollaps.node.generated.HappeningMessage;
import io.kollaps.node.generated.HappeningsRequest;
import io.kollaps.node.generated.PartFlows;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalActions;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Answers what commands ask of the nodes that have parts of a run, and what happens. */
final class PartHandlers {
  private static final long RETRY_MILLIS = 500;
  private static final byte[] NONE = {};

  private final ClusterAccess cluster;
  private final RunCatalog catalog;
  private final PartCalls calls;
  private final HappeningsStream own;
  private final Endpoints endpoints;

  /** Knows an experiment's endpoints by name. */
  @FunctionalInterface
  interface Endpoints {
    /**
     * Index of each endpoint of a run by its name.
     *
     * @return empty when that is not known: the file of a run is dropped after its end
     */
    Optional<Map<String, Integer>> of(RunRecord record);
  }

  PartHandlers(
      ClusterAccess cluster,
      RunCatalog catalog,
      PartCalls calls,
      HappeningsStream own,
      Endpoints endpoints) {
    this.cluster = cluster;
    this.catalog = catalog;
    this.calls = calls;
    this.own = own;
    this.endpoints = endpoints;
  }

  LocalActions addTo(LocalActions actions) {
    return actions
        .add(RunActions.LOGS, this::logs)
        .add(RunActions.EVENTS, this::events)
        .add(RunActions.TOP, this::top)
        .add(RunActions.EXEC, this::exec)
        .add(RunActions.RESULTS, this::results);
  }

  private RunRecord placed(String run) throws LocalFailure {
    return placed(catalog.find(run));
  }

  private static RunRecord placed(RunCatalog.Entry entry) throws LocalFailure {
    return entry
        .record()
        .filter(record -> !record.nodes().isEmpty())
        .orElseThrow(
            () ->
                LocalFailure.failed(
                    "run "
                        + entry.run()
                        + " is "
                        + entry.phase().word()
                        + " and has no nodes; ask again when 'kollaps ls' shows some"));
  }

  /** The nodes on which an endpoint may be: one where that is known, else all. */
  private List<RunNode> nodes(RunRecord record, String endpoint) throws LocalFailure {
    if (endpoint.isEmpty()) {
      return record.nodes();
    }
    Optional<Map<String, Integer>> known = endpoints.of(record);
    if (known.isEmpty()) {
      return record.nodes();
    }
    Integer index = known.get().get(endpoint);
    if (index == null || index >= record.homes().size()) {
      throw LocalFailure.badInput("run " + record.run() + " has no endpoint " + endpoint);
    }
    return List.of(record.nodes().get(record.homes().get(index)));
  }

  private void logs(RunActions.Logs request, Exchange<RunActions.LogPiece> exchange)
      throws LocalFailure, InterruptedException {
    RunRecord record = placed(request.run());
    List<RunNode> nodes = nodes(record, request.endpoint());
    List<String> problems = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (RunNode node : nodes) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      calls.logs(
                          record,
                          node,
                          request.endpoint(),
                          request.follow(),
                          piece ->
                              exchange.tell(
                                  new RunActions.LogPiece(
                                      piece.getEndpoint(),
                                      piece.getError(),
                                      piece.getContent().toByteArray())));
                    } catch (LocalFailure e) {
                      synchronized (problems) {
                        problems.add(String.valueOf(e.getMessage()));
                      }
                    } catch (InterruptedException | Exchange.CallerGoneException e) {
                      Thread.currentThread().interrupt(); // the handler is told too
                    }
                  }));
    }
    awaitAll(threads);
    // where the node of the endpoint is not known, those that do not have it say so
    if (!problems.isEmpty() && problems.size() == nodes.size()) {
      throw LocalFailure.failed(String.join("; ", problems));
    }
  }

  private static void awaitAll(List<Thread> threads) throws InterruptedException {
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } finally {
      threads.forEach(Thread::interrupt);
    }
  }

  private void events(RunActions.Events request, Exchange<RunActions.Event> exchange)
      throws LocalFailure, InterruptedException {
    long last = 0;
    Optional<NodeId> before = Optional.empty();
    do {
      Optional<Member> leader = cluster.leader();
      if (leader.isPresent()) {
        if (before.isPresent() && !before.get().equals(leader.get().id())) {
          last = 0; // another leader counts anew, and tells what it saw itself
        }
        before = Optional.of(leader.get().id());
        last = happenings(leader.get(), last, request.follow(), exchange);
      } else if (!request.follow()) {
        throw LocalFailure.failed("no node leads the cluster at the moment; see 'kollaps nodes'");
      }
      if (request.follow()) {
        Thread.sleep(RETRY_MILLIS);
      }
    } while (request.follow());
  }

  private long happenings(
      Member leader, long after, boolean follow, Exchange<RunActions.Event> exchange)
      throws LocalFailure, InterruptedException {
    HappeningsRequest request =
        HappeningsRequest.newBuilder().setAfter(after).setFollow(follow).build();
    long[] last = {after};
    HappeningsStream.Sink<HappeningMessage> sink =
        happening -> {
          last[0] = happening.getNumber();
          exchange.tell(
              new RunActions.Event(
                  happening.getAtMillis(),
                  happening.getRun(),
                  happening.getPhase(),
                  happening.getText()));
        };
    if (leader.id().equals(cluster.self())) {
      own.send(request, sink, () -> Thread.currentThread().isInterrupted());
      return last[0];
    }
    try {
      Iterator<HappeningMessage> answers =
          ExperimentsGrpc.newBlockingStub(
                  cluster.client().streams(leader.id(), leader.host(), leader.port()))
              .happenings(request);
      while (answers.hasNext()) {
        sink.accept(answers.next());
      }
    } catch (StatusRuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("the command has gone away");
      }
      if (!follow) {
        throw LocalFailure.failed(String.valueOf(NodeClient.failure(leader.id(), e).getMessage()));
      }
    }
    return last[0];
  }

  private void top(RunActions.Top request, Exchange<RunActions.Flows> exchange)
      throws LocalFailure, InterruptedException {
    do {
      exchange.tell(flows(request.run()));
      if (request.periodMillis() > 0) {
        Thread.sleep(request.periodMillis());
      }
    } while (request.periodMillis() > 0);
  }

  private RunActions.Flows flows(String name) throws LocalFailure {
    RunCatalog.Listing listing = catalog.list();
    Optional<RunCatalog.Entry> only =
        name.isEmpty() ? Optional.empty() : Optional.of(RunCatalog.find(listing, name));
    Set<NodeId> nodes = new TreeSet<>();
    for (RunCatalog.Entry entry : listing.entries()) {
      if (!entry.phase().ended() && (only.isEmpty() || only.get().run().equals(entry.run()))) {
        entry.record().ifPresent(r -> r.nodes().forEach(node -> nodes.add(node.id())));
      }
    }
    List<RunActions.FlowRow> rows = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    for (NodeId node : nodes) {
      String title = cluster.member(node).map(Member::name).orElse(node.value());
      try {
        for (PartFlows part : calls.flows(node).getPartsList()) {
          PartKey key = InstructionMessages.key(part.getKey());
          if (only.isEmpty() || only.get().run().equals(key.run())) {
            part.getFlowsList().forEach(flow -> rows.add(row(key, title, flow)));
          }
        }
      } catch (NodeClient.CallFailure e) {
        silent.add(title);
      }
    }
    return new RunActions.Flows(rows, silent);
  }

  private static RunActions.FlowRow row(PartKey key, String node, FlowNow flow) {
    return new RunActions.FlowRow(
        key.run().value(),
        node,
        flow.getFrom(),
        flow.getTo(),
        flow.getMeasuredBps(),
        flow.getGrantedBps());
  }

  private void exec(RunActions.Exec request, Exchange<RunActions.Output> exchange)
      throws LocalFailure, InterruptedException {
    if (request.command().isEmpty() || request.endpoint().isEmpty()) {
      throw LocalFailure.badInput("say where and what: kollaps exec RUN ENDPOINT -- COMMAND");
    }
    RunCatalog.Entry entry = catalog.find(request.run());
    if (entry.phase().ended() || entry.phase() == RunPhase.ENDING) {
      throw LocalFailure.failed(
          "run " + entry.run() + " is " + entry.phase().word() + ": its endpoints are gone");
    }
    RunRecord record = placed(entry);
    List<RunNode> nodes = nodes(record, request.endpoint());
    if (nodes.size() > 1) {
      throw LocalFailure.failed(
          "where endpoint " + request.endpoint() + " runs is not known on this node; try again");
    }
    ExecHead head =
        ExecHead.newBuilder()
            .setKey(InstructionMessages.key(record.key()))
            .setEndpoint(request.endpoint())
            .addAllCommand(request.command())
            .build();
    List<String> refused = Collections.synchronizedList(new ArrayList<>());
    calls.exec(
        nodes.getFirst(),
        head,
        () -> {
          try {
            return exchange
                .next(RunActions.Input.class)
                .map(
                    input ->
                        ExecInput.newBuilder()
                            .setContent(com.google.protobuf.ByteString.copyFrom(input.content()))
                            .build());
          } catch (LocalFailure e) {
            return Optional.empty();
          }
        },
        output -> tell(output, exchange, refused));
    if (!refused.isEmpty()) {
      throw LocalFailure.failed(refused.getFirst());
    }
  }

  private static void tell(
      ExecOutput output, Exchange<RunActions.Output> exchange, List<String> refused) {
    switch (output.getOutputCase()) {
      case OUT ->
          exchange.tell(
              new RunActions.Output(output.getOut().toByteArray(), NONE, Optional.empty()));
      case ERR ->
          exchange.tell(
              new RunActions.Output(NONE, output.getErr().toByteArray(), Optional.empty()));
      case EXIT_CODE ->
          exchange.tell(new RunActions.Output(NONE, NONE, Optional.of(output.getExitCode())));
      case REFUSED -> refused.add(output.getRefused());
      case OUTPUT_NOT_SET -> {}
    }
  }

  private void results(RunActions.OfRun request, Exchange<RunActions.ResultPiece> exchange)
      throws LocalFailure, InterruptedException {
    RunRecord record = placed(request.run());
    if (!record.phase().ended()) {
      throw LocalFailure.failed(
          "run "
              + record.run()
              + " is "
              + record.phase().word()
              + "; its results are complete when it has ended");
    }
    List<String> problems = new ArrayList<>();
    for (RunNode node : record.nodes()) {
      try {
        calls.results(
            record,
            node,
            piece ->
                exchange.tell(
                    new RunActions.ResultPiece(
                        node.name(), piece.getPath(), piece.getContent().toByteArray())));
      } catch (LocalFailure e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw LocalFailure.failed(String.join("; ", problems));
    }
  }
}
