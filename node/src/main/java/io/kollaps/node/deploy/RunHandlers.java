package io.kollaps.node.deploy;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.StoredRun;
import io.kollaps.node.generated.CallReply;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalActions;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import io.kollaps.node.local.RunActions;
import java.util.List;
import java.util.Optional;

/** Answers what commands ask of the leader about runs. */
final class RunHandlers {
  private static final long LOOK_MILLIS = 50;

  private final RunStore store;
  private final LeaderRuns leader;
  private final RunCatalog catalog;

  RunHandlers(RunStore store, LeaderRuns leader, RunCatalog catalog) {
    this.store = store;
    this.leader = leader;
    this.catalog = catalog;
  }

  LocalActions addTo(LocalActions actions) {
    return actions
        .add(RunActions.SUBMIT, this::submit)
        .add(RunActions.PLAN, this::plan)
        .add(RunActions.RUNS, this::runs)
        .add(RunActions.INSPECT, this::inspect)
        .add(RunActions.STOP, this::stop);
  }

  private static Submission submission(RunActions.Submit request) throws LocalFailure {
    return new Submission(
        request.request(),
        request.fileName(),
        new FileContent(request.file()),
        request.seed(),
        request.fabric(),
        LossPolicy.of(request.onNodeLoss())
            .orElseThrow(
                () ->
                    LocalFailure.badInput(
                        "--on-node-loss is abort or replace, not '" + request.onNodeLoss() + "'")),
        request.pins());
  }

  private void submit(RunActions.Submit request, Exchange<RunActions.Progress> exchange)
      throws LocalFailure, InterruptedException {
    RunId run = leader.submit(submission(request));
    exchange.tell(new RunActions.Progress(run.value(), "accepted", "", false, "", List.of()));
    if (request.untilEnd()) {
      follow(run, exchange);
    }
  }

  /** Tells each change that is on record, until the end: that survives a change of the leader. */
  private void follow(RunId run, Exchange<RunActions.Progress> exchange)
      throws LocalFailure, InterruptedException {
    long version = 0;
    boolean seen = false;
    while (true) {
      Optional<StoredRun> now = store.find(run);
      if (now.isPresent() && now.get().version() != version) {
        version = now.get().version();
        seen = true;
        RunRecord record = now.get().record();
        boolean ended = record.phase().ended();
        exchange.tell(
            new RunActions.Progress(
                run.value(),
                record.phase().word(),
                record.reason(),
                ended,
                RunCatalog.verdict(record),
                ended ? RunCatalog.reasons(record) : List.of()));
        if (ended) {
          return;
        }
      } else if (now.isEmpty() && seen) {
        throw LocalFailure.failed("run " + run + " is not known any more");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private void plan(RunActions.Submit request, Exchange<RunActions.Plan> exchange)
      throws LocalFailure, InterruptedException {
    exchange.tell(PlanDesk.read(leader.plan(submission(request)).getPlan()));
  }

  private void runs(NodeActions.Nothing request, Exchange<RunActions.Runs> exchange) {
    RunCatalog.Listing listing = catalog.list();
    exchange.tell(
        new RunActions.Runs(
            listing.fresh(), listing.entries().stream().map(RunCatalog::row).toList()));
  }

  private void inspect(RunActions.OfRun request, Exchange<RunActions.RunDetail> exchange)
      throws LocalFailure {
    RunCatalog.Listing listing = catalog.list();
    exchange.tell(RunCatalog.detail(RunCatalog.find(listing, request.run()), listing.fresh()));
  }

  private void stop(RunActions.Stop request, Exchange<RunActions.Stopping> exchange)
      throws LocalFailure, InterruptedException {
    Optional<RunId> run = Optional.empty();
    if (!request.run().isEmpty()) {
      RunCatalog.Entry entry = catalog.find(request.run());
      if (entry.phase().ended()) {
        throw LocalFailure.failed(
            "run " + entry.run() + " is over already: " + entry.phase().word());
      }
      run = Optional.of(entry.run());
    }
    CallReply reply = leader.stop(run);
    exchange.tell(new RunActions.Stopping(List.copyOf(reply.getStopping().getRunsList())));
  }
}
