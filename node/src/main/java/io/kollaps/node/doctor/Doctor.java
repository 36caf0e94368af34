package io.kollaps.node.doctor;

import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.fabric.Fabrics;
import io.kollaps.node.prerequisites.SystemProgramRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out what works on this machine. Every check really tries, in scratch namespaces, in bounded
 * time, and cleans up; a check that fails never ends the examination.
 */
public final class Doctor {
  /** Longest time for one check. */
  static final Duration LONGEST_CHECK = Duration.ofSeconds(10);

  /** Endpoints that a machine should be able to carry when nothing else is asked for. */
  public static final int DEFAULT_ENDPOINTS = 200;

  private final List<FabricProbe> probes;
  private final List<Check> general;
  private final Duration longestCheck;

  /**
   * Makes one.
   *
   * @param probes fabrics, the preferred one first
   * @param general checks that say how well a run goes, but that no fabric depends on
   */
  public Doctor(List<FabricProbe> probes, List<Check> general) {
    this(probes, general, LONGEST_CHECK);
  }

  Doctor(List<FabricProbe> probes, List<Check> general, Duration longestCheck) {
    this.probes = List.copyOf(probes);
    this.general = List.copyOf(general);
    this.longestCheck = longestCheck;
  }

  /**
   * The one for this machine, with all fabrics of this version.
   *
   * @param endpoints how many endpoints the machine should be able to carry
   */
  public static Doctor ofThisMachine(int endpoints) {
    Machine machine = new LinuxMachine(new SystemProgramRunner());
    KernelObjects kernel = new LinuxKernelObjects();
    return new Doctor(
        probes(machine, kernel, endpoints), GeneralChecks.all(machine, kernel, endpoints));
  }

  /** The probe of every fabric, the one first that a run of so many endpoints prefers. */
  private static List<FabricProbe> probes(Machine machine, KernelObjects kernel, int endpoints) {
    List<String> preference = FabricChooser.preference(endpoints);
    return Fabrics.all().stream()
        .sorted(Comparator.comparingInt(factory -> preference.indexOf(factory.name())))
        .map(
            factory ->
                factory.name().equals(UserSpaceProbe.NAME)
                    ? new UserSpaceProbe(machine, kernel)
                    : new PiecesProbe(factory.name(), factory::missing, machine, kernel))
        .toList();
  }

  /** Examines the machine; takes a few seconds at most on a healthy one. */
  public DoctorReport examine() {
    Map<String, CheckResult> results = new LinkedHashMap<>();
    List<FabricStatus> fabrics = new ArrayList<>();
    for (FabricProbe probe : probes) {
      fabrics.add(status(probe, results));
    }
    general.forEach(check -> result(check, results));
    Optional<String> chosen =
        fabrics.stream().filter(FabricStatus::usable).map(FabricStatus::name).findFirst();
    return new DoctorReport(fabrics, chosen, List.copyOf(results.values()));
  }

  private FabricStatus status(FabricProbe probe, Map<String, CheckResult> results) {
    List<CheckResult> found = new ArrayList<>();
    probe.needs().forEach(check -> found.add(result(check, results)));
    if (found.stream().allMatch(CheckResult::ok)) {
      List<CheckResult> pieces = BoundedCheck.all(probe.name(), probe::pieces, longestCheck);
      pieces.forEach(piece -> results.putIfAbsent(piece.name(), piece));
      found.addAll(pieces);
    }
    List<CheckResult> missing = found.stream().filter(result -> !result.ok()).toList();
    List<String> remedies =
        missing.stream().map(CheckResult::remedy).filter(r -> !r.isEmpty()).distinct().toList();
    return new FabricStatus(
        probe.name(),
        missing.isEmpty(),
        missing.stream().map(result -> result.name() + ": " + result.detail()).toList(),
        String.join("; ", remedies));
  }

  private CheckResult result(Check check, Map<String, CheckResult> results) {
    return results.computeIfAbsent(check.name(), _ -> BoundedCheck.run(check, longestCheck));
  }
}
