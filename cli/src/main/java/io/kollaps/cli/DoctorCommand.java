package io.kollaps.cli;

import io.kollaps.node.doctor.Doctor;
import io.kollaps.node.doctor.DoctorReport;
import io.kollaps.node.doctor.FabricStatus;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps doctor}. */
@Command(
    name = "doctor",
    description =
        "Tries what a run needs, by making the real objects in scratch namespaces, and says what works here, what does"
            + " not, and what mends it.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--endpoints",
      paramLabel = "N",
      description = "Number of endpoints that the machine should carry; default: ${DEFAULT-VALUE}.")
  private int endpoints = Doctor.DEFAULT_ENDPOINTS;

  @Override
  public Integer call() {
    Output output = new Output(Objects.requireNonNull(spec));
    DoctorReport report = Doctor.ofThisMachine(endpoints).examine();
    if (json) {
      output.json(report);
    } else {
      output.line(report.toText());
    }
    return report.fabrics().stream().anyMatch(FabricStatus::usable) ? ExitCode.OK : ExitCode.FAILED;
  }
}
