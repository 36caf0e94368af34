package io.kollaps.runtime.process;

import io.kollaps.linux.cgroup.ControlGroups;
import io.kollaps.linux.cgroup.ControlGroups.Controller;
import io.kollaps.linux.cgroup.LimitedGroup;
import io.kollaps.linux.ownership.OwnedResource;
import io.kollaps.linux.ownership.RunOwnership;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.path.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The control groups of one endpoint; none when it has no limits or they cannot be enforced. */
final class EndpointLimits {
  private final RunOwnership ownership;
  private final List<LimitedGroup> groups = new ArrayList<>();

  private EndpointLimits(RunOwnership ownership) {
    this.ownership = ownership;
  }

  /**
   * Makes the groups for what is limited.
   *
   * @param notices gets a sentence for each limit that is not enforced
   */
  static EndpointLimits make(
      Endpoint endpoint,
      ControlGroups controlGroups,
      RunOwnership ownership,
      Consumer<String> notices) {
    EndpointLimits limits = new EndpointLimits(ownership);
    ResourceLimits wanted = endpoint.service().limits();
    wanted
        .cpus()
        .ifPresent(
            cpus ->
                limits.make(
                    Controller.CPU,
                    endpoint,
                    controlGroups,
                    group -> group.limitCpus(cpus),
                    notices));
    wanted
        .memoryBytes()
        .ifPresent(
            bytes ->
                limits.make(
                    Controller.MEMORY,
                    endpoint,
                    controlGroups,
                    group -> group.limitMemory(bytes),
                    notices));
    return limits;
  }

  private void make(
      Controller controller,
      Endpoint endpoint,
      ControlGroups controlGroups,
      Limit limit,
      Consumer<String> notices) {
    Optional<ControlGroups.Place> place = controlGroups.place(controller);
    if (place.isEmpty()) {
      notices.accept(notEnforced(controller, endpoint, controlGroups.reason(controller)));
      return;
    }
    Path runGroup = place.get().parent().resolve(ownership.groupName());
    String name = endpoint.index() + "-" + endpoint.name().replaceAll("[^A-Za-z0-9_.-]", "_");
    LimitedGroup group =
        new LimitedGroup(runGroup.resolve(name), controller, place.get().version());
    try {
      ownership.journal().willMake(new OwnedResource.ControlGroup(runGroup));
      group.make();
      groups.add(group);
      limit.set(group);
    } catch (IOException e) {
      notices.accept(notEnforced(controller, endpoint, String.valueOf(e.getMessage())));
    }
  }

  private static String notEnforced(Controller controller, Endpoint endpoint, String reason) {
    String what = controller == Controller.CPU ? "CPU" : "memory";
    return what
        + " limit of endpoint "
        + endpoint.name()
        + " is not enforced: "
        + reason
        + "; run as root, or where control groups with this controller are delegated";
  }

  /** Files to which a process writes 0 to come under the limits. */
  List<String> processesFiles() {
    return groups.stream().map(group -> group.processesFile().toString()).distinct().toList();
  }

  /** How many processes the kernel killed for memory so far. */
  long memoryKills() {
    return groups.stream()
        .filter(group -> group.controller() == Controller.MEMORY)
        .mapToLong(LimitedGroup::memoryKills)
        .sum();
  }

  /** The folders of the groups. */
  List<Path> paths() {
    return groups.stream().map(LimitedGroup::path).toList();
  }

  /** Removes the groups; gives what could not be removed, with the reason. */
  List<String> remove() {
    List<String> failures = new ArrayList<>();
    for (LimitedGroup group : groups) {
      group.remove().ifPresent(reason -> failures.add("cgroup " + group.path() + ": " + reason));
    }
    groups.clear();
    return failures;
  }

  private interface Limit {
    void set(LimitedGroup group) throws IOException;
  }
}
