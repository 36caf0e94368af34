package io.kollaps.node.prerequisites;

import io.kollaps.topology.Experiment;
import io.kollaps.topology.Program;
import io.kollaps.topology.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Sees to it, before anything starts, that the programs of an experiment's services are on this
 * machine: a well-known one is installed where that is allowed, for every other one it says what to
 * do.
 */
public final class Prerequisites {
  private final Host host;
  private final ProgramSearch search;
  private final PackageInstaller installer;

  /**
   * Makes them for a machine.
   *
   * @param host what the machine is
   * @param runner runs apt-get
   */
  public Prerequisites(Host host, ProgramRunner runner) {
    this.host = host;
    this.search = new ProgramSearch(host);
    this.installer = new PackageInstaller(runner);
  }

  /** Those of this machine and process. */
  public static Prerequisites ofThisMachine() {
    return new Prerequisites(Host.ofThisProcess(), new SystemProgramRunner());
  }

  /**
   * Why an experiment cannot run here at all: it has services that are containers.
   *
   * @return one line for the user; empty when nothing speaks against it
   */
  public static Optional<String> refusal(Experiment experiment) {
    List<String> names = new ArrayList<>();
    Set<String> images = new LinkedHashSet<>();
    for (Service service : experiment.services()) {
      if (service.program() instanceof Program.Image image) {
        names.add(service.name());
        images.add(image.image());
      }
    }
    if (names.isEmpty()) {
      return Optional.empty();
    }
    boolean one = names.size() == 1;
    return Optional.of(
        MissingProgram.named(names)
            + (one ? " is a container (image " : " are containers (")
            + (one ? "" : images.size() == 1 ? "image " : "images ")
            + String.join(", ", images.stream().limit(5).toList())
            + (images.size() > 5 ? ", ..." : "")
            + "); this version runs commands: give "
            + (one ? "it" : "them")
            + " a `command` without `image`");
  }

  /**
   * The programs that services run and that are missing, in file order; what a shell script
   * computes is not seen.
   */
  public List<MissingProgram> missing(Experiment experiment) {
    Map<String, Boolean> certain = new LinkedHashMap<>();
    Map<String, List<String>> services = new LinkedHashMap<>();
    for (Service service : experiment.services()) {
      if (!(service.program() instanceof Program.Command command)) {
        continue;
      }
      for (ProgramNeed need : CommandLines.needs(command.arguments())) {
        if (search.find(need.program(), service).isEmpty()) {
          certain.merge(need.program(), need.certain(), Boolean::logicalOr);
          services.computeIfAbsent(need.program(), _ -> new ArrayList<>()).add(service.name());
        }
      }
    }
    List<MissingProgram> missing = new ArrayList<>();
    services.forEach(
        (program, users) ->
            missing.add(missing(program, users, certain.getOrDefault(program, true))));
    return List.copyOf(missing);
  }

  private MissingProgram missing(String program, List<String> users, boolean certain) {
    Optional<ProgramPackages.Names> names = ProgramPackages.of(program);
    return new MissingProgram(
        program,
        users,
        certain,
        names.map(found -> found.in(host.distribution())),
        names.map(ProgramPackages.Names::service).orElse(false));
  }

  /**
   * Makes sure that all programs are there. Packages are installed only as root on Debian or
   * Ubuntu, and not when another program is missing that cannot be installed: then nothing is
   * changed.
   *
   * @param experiment whose services will run
   * @param listener is told in one line each what is going to be installed and why, and what may be
   *     missing
   * @throws MissingProgramException when a program is missing and cannot be installed
   */
  public void ensure(Experiment experiment, Consumer<String> listener)
      throws MissingProgramException {
    List<MissingProgram> missing = missing(experiment);
    boolean installs = host.root() && host.distribution() == Distribution.DEBIAN;
    List<MissingProgram> fatal =
        missing.stream()
            .filter(MissingProgram::certain)
            .filter(m -> !installs || m.packageName().isEmpty())
            .toList();
    if (!fatal.isEmpty()) {
      throw new MissingProgramException(advice(fatal));
    }
    List<MissingProgram> toInstall = new ArrayList<>();
    for (MissingProgram program : missing) {
      if (program.packageName().isEmpty()) {
        continue; // not certain and not known: most likely a name that the script itself explains
      }
      if (installs) {
        toInstall.add(program);
      } else {
        listener.accept(
            program.reason()
                + ", which is not on this machine; if it is needed: "
                + install(List.of(program)));
      }
    }
    install(toInstall, experiment, listener);
  }

  private void install(
      List<MissingProgram> programs, Experiment experiment, Consumer<String> listener)
      throws MissingProgramException {
    if (programs.isEmpty()) {
      return;
    }
    Set<String> packages = new LinkedHashSet<>();
    for (MissingProgram program : programs) {
      String name = program.packageName().orElseThrow();
      packages.add(name);
      listener.accept("installing " + name + ": " + program.reason() + serviceNote(program, name));
    }
    String failure = installer.install(List.copyOf(packages));
    List<MissingProgram> still =
        missing(experiment).stream().filter(MissingProgram::certain).toList();
    if (!still.isEmpty()) {
      throw new MissingProgramException(
          advice(still) + (failure.isEmpty() ? "" : "\n" + failure) + outsideDebian(still));
    }
    if (!failure.isEmpty()) {
      listener.accept("not everything could be installed, going on without: " + failure);
    }
  }

  private static String serviceNote(MissingProgram program, String name) {
    return program.startsService()
        ? " (the package also starts a service of this machine; stop it with: systemctl disable --now "
            + name
            + ")"
        : "";
  }

  private static String outsideDebian(List<MissingProgram> still) {
    return still.stream().anyMatch(m -> m.program().equals("netperf"))
        ? "\nnetperf is in the part non-free of Debian: add it to the package sources"
        : "";
  }

  /**
   * One line that names the packages to install, and one for each program that no package is known
   * for.
   */
  private String advice(List<MissingProgram> programs) {
    List<String> lines = new ArrayList<>();
    List<MissingProgram> known =
        programs.stream().filter(m -> m.packageName().isPresent()).toList();
    if (!known.isEmpty()) {
      String reasons = String.join("; ", known.stream().map(MissingProgram::reason).toList());
      lines.add("missing: " + reasons + "; as root: " + install(known));
    }
    for (MissingProgram program : programs) {
      if (program.packageName().isEmpty()) {
        lines.add(program.reason() + ", " + unknown(program));
      }
    }
    return String.join("\n", lines);
  }

  private static String unknown(MissingProgram program) {
    return program.program().contains("/")
        ? "which is no executable file here: correct the path, or make the file executable"
        : "which is not on the PATH of the service: install it, correct the name, or give its whole path";
  }

  private String install(List<MissingProgram> programs) {
    Set<String> packages = new LinkedHashSet<>();
    programs.forEach(program -> program.packageName().ifPresent(packages::add));
    return host.distribution().installCommand(packages);
  }
}
