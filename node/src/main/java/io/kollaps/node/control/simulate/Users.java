package io.kollaps.node.control.simulate;

import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.load.FileContent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** People who submit, ask again when they hear nothing, and stop. */
final class Users {
  private static final long SECOND = 1_000_000_000L;
  private static final long PATIENCE_NANOS = 4 * SECOND;

  private final RunStory story;
  private final World world;
  private final SplitMix64 random;
  private final List<User> users = new ArrayList<>();
  private final Map<Long, User> calls = new HashMap<>();
  private long nextCall = 1;

  Users(RunStory story, World world) {
    this.story = story;
    this.world = world;
    this.random = world.random("users");
  }

  /** One who wants one thing. */
  private static final class User {
    private final Submission submission;
    private final boolean stops;
    private final boolean expectsRefusal;
    private @Nullable CallAnswer answer;

    User(Submission submission, boolean stops, boolean expectsRefusal) {
      this.submission = submission;
      this.stops = stops;
      this.expectsRefusal = expectsRefusal;
    }
  }

  /** Plans submissions within a time. */
  void plan(int count, long withinNanos, boolean wild) {
    for (int i = 0; i < count; i++) {
      boolean twin = wild && !users.isEmpty() && random.below(8) == 0;
      User user =
          twin
              ? new User(users.getLast().submission, false, users.getLast().expectsRefusal)
              : user("r" + i, wild);
      users.add(user);
      world.after((long) (random.unit() * withinNanos), () -> ask(user));
    }
  }

  private User user(String request, boolean wild) {
    int what = wild ? random.below(12) : 3;
    String name = (random.below(3) == 0 ? "timed-" : "idle-") + request;
    String file =
        switch (what) {
          case 0 -> "name: broken\nservices: {a: {command: x}}\nlinks: [{from: a, to: nowhere}]\n";
          case 1 -> experiment(name, 4, 40_000, "x");
          case 2 -> experiment(name, 2, 10, "x".repeat(120_000));
          default -> experiment(name, 2 + random.below(5), 10 + random.below(90), "x");
        };
    LossPolicy policy = random.below(3) == 0 ? LossPolicy.REPLACE : LossPolicy.ABORT;
    return new User(
        new Submission(
            request,
            name + ".yaml",
            new FileContent(file.getBytes(StandardCharsets.UTF_8)),
            OptionalLong.of(7),
            "auto",
            policy,
            // Two nodes with too thin a link: what cannot be carried is told apart by pins.
            what == 1 ? Map.of("a0", "n0", "a1", "n1") : Map.of()),
        wild && random.below(5) == 0,
        what <= 2);
  }

  /** A star of services. */
  private static String experiment(String name, int services, long megabits, String padding) {
    StringBuilder text = new StringBuilder("# ").append(padding).append("\nname: ").append(name);
    text.append("\nduration: 1 h\nservices:\n");
    for (int i = 0; i < services; i++) {
      text.append("  a").append(i).append(": {command: sleep 1}\n");
    }
    text.append("bridges: [s]\nlinks:\n");
    for (int i = 0; i < services; i++) {
      text.append("  - {from: a").append(i).append(", to: s, latency: 1 ms, rate: ");
      text.append(megabits).append(" Mbit/s}\n");
    }
    return text.toString();
  }

  private void ask(User user) {
    if (user.answer != null) {
      return;
    }
    long call = nextCall++;
    calls.put(call, user);
    story.someLeader().ifPresent(node -> node.submit(call, user.submission));
    world.after(PATIENCE_NANOS, () -> ask(user));
  }

  /** A node answers a call; the answer may be lost on its way. */
  void answered(long call, CallAnswer answer) {
    User user = calls.remove(call);
    if (user == null) {
      return; // a stop
    }
    if (answer instanceof CallAnswer.Accepted(RunId run)) {
      world.demand(
          story.truth().record(run).isPresent(), () -> run + " is accepted and not on record");
    }
    if (!story.chaos() || random.below(8) != 0) {
      hear(user, answer);
    }
  }

  private void hear(User user, CallAnswer answer) {
    CallAnswer before = user.answer;
    switch (answer) {
      case CallAnswer.TryAgain _ -> {}
      case CallAnswer.Accepted accepted -> {
        world.demand(!user.expectsRefusal, () -> "accepted: " + user.submission.fileName());
        world.demand(
            !(before instanceof CallAnswer.Accepted) || before.equals(accepted),
            () -> "one request, two runs: " + before + " and " + accepted);
        user.answer = accepted;
        if (user.stops && before == null) {
          world.after(random.below(15_000) * 1_000_000L, () -> stop(accepted.run(), 3));
        }
      }
      case CallAnswer.Refused refused -> user.answer = before == null ? refused : before;
      case CallAnswer.Stopping _ ->
          throw new IllegalStateException("a submission is answered as a stop");
    }
  }

  private void stop(RunId run, int tries) {
    long call = nextCall++;
    Optional<SimulatedNode> node = story.someLeader();
    node.ifPresent(leader -> leader.stop(call, Optional.of(run)));
    if (tries > 1) {
      world.after(3 * SECOND, () -> stop(run, tries - 1));
    }
  }

  boolean allAnswered() {
    return users.stream().allMatch(user -> user.answer != null);
  }

  List<String> open() {
    return users.stream()
        .filter(user -> user.answer == null)
        .map(user -> user.submission.request())
        .toList();
  }

  long refusals() {
    return users.stream().filter(user -> user.answer instanceof CallAnswer.Refused).count();
  }

  /** Who was accepted has a run that has ended. */
  void checkAccepted(Truth truth) {
    for (User user : users) {
      if (user.answer instanceof CallAnswer.Accepted(RunId run)) {
        world.demand(
            truth.record(run).filter(record -> record.phase().ended()).isPresent(),
            () -> user.submission.request() + " was accepted, its run did not end");
      }
    }
  }
}
