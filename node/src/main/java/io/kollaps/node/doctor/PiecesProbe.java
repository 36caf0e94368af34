package io.kollaps.node.doctor;

import io.kollaps.fabric.MissingPiece;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A fabric that is shaped by the kernel: it tries its own objects and names what is missing. */
final class PiecesProbe implements FabricProbe {
  /** Configuration options of the pieces that are modules of their own, by the modules' names. */
  private static final Map<String, String> OPTIONS =
      Map.ofEntries(
          Map.entry("sch_fq", "CONFIG_NET_SCH_FQ"),
          Map.entry("sch_netem", "CONFIG_NET_SCH_NETEM"),
          Map.entry("sch_htb", "CONFIG_NET_SCH_HTB"),
          Map.entry("sch_ingress", "CONFIG_NET_SCH_INGRESS"),
          Map.entry("cls_bpf", "CONFIG_NET_CLS_BPF"),
          Map.entry("cls_u32", "CONFIG_NET_CLS_U32"),
          Map.entry("cls_flower", "CONFIG_NET_CLS_FLOWER"),
          Map.entry("act_mirred", "CONFIG_NET_ACT_MIRRED"),
          Map.entry("veth", "CONFIG_VETH"),
          Map.entry("vxlan", "CONFIG_VXLAN"),
          Map.entry("bridge", "CONFIG_BRIDGE"),
          Map.entry("ipvlan", "CONFIG_IPVLAN"),
          Map.entry("dummy", "CONFIG_DUMMY"),
          Map.entry("ifb", "CONFIG_IFB"));

  /** Where a piece is called otherwise than its module. */
  private static final Map<String, String> MODULES =
      Map.of(
          "fq", "sch_fq",
          "netem", "sch_netem",
          "htb", "sch_htb",
          "clsact", "sch_ingress",
          "u32", "cls_u32",
          "mirred", "act_mirred",
          "flower", "cls_flower");

  private final String fabric;
  private final Supplier<List<MissingPiece>> trial;
  private final Machine machine;
  private final KernelObjects kernel;
  private final Remedies remedies;

  PiecesProbe(
      String fabric, Supplier<List<MissingPiece>> trial, Machine machine, KernelObjects kernel) {
    this.fabric = fabric;
    this.trial = trial;
    this.machine = machine;
    this.kernel = kernel;
    this.remedies = new Remedies(machine);
  }

  @Override
  public String name() {
    return fabric;
  }

  @Override
  public List<Check> needs() {
    return List.of(
        new UserSpaceProbe(machine, kernel).networkNamespaceCheck(),
        new ProgramsCheck(machine, kernel));
  }

  @Override
  public List<CheckResult> pieces() {
    List<MissingPiece> missing = trial.get();
    if (missing.isEmpty()) {
      return List.of(
          CheckResult.ok(
              fabric + "-fabric", "made all that it is built of in a scratch namespace"));
    }
    return missing.stream().map(this::result).toList();
  }

  private CheckResult result(MissingPiece missing) {
    return CheckResult.missing(
        fabric + "-" + missing.piece(),
        missing.detail(),
        "the fabric " + fabric + " cannot be used; others can",
        remedy(missing));
  }

  private String remedy(MissingPiece missing) {
    String module = MODULES.getOrDefault(missing.piece(), missing.piece());
    Optional<String> option = Optional.ofNullable(OPTIONS.get(module));
    if (option.isPresent() && Privileges.of(machine) != Privileges.ORDINARY) {
      return remedies.trafficControl(module, option.get());
    }
    if (Privileges.of(machine) != Privileges.ROOT) {
      return remedies.container().isEmpty()
          ? "start as the machine's root: sudo ./kollaps ..."
          : Remedies.containerRights() + ", with --cap-add BPF";
    }
    return "use Linux 5.18 or newer with CONFIG_BPF_SYSCALL; when it is, look at the kernel's messages: dmesg";
  }
}
