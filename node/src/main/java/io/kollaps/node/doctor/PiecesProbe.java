package io.kollaps.node.doctor;

import io.kollaps.fabric.MissingPiece;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A fabric that is shaped by the kernel: it tries its own objects and names what is missing. */
final class PiecesProbe implements FabricProbe {
  /** Pieces by the names that fabrics use, each with its module and configuration option. */
  private static final Map<String, List<String>> MODULES =
      Map.ofEntries(
          Map.entry("fq", List.of("sch_fq", "CONFIG_NET_SCH_FQ")),
          Map.entry("netem", List.of("sch_netem", "CONFIG_NET_SCH_NETEM")),
          Map.entry("htb", List.of("sch_htb", "CONFIG_NET_SCH_HTB")),
          Map.entry("clsact", List.of("sch_ingress", "CONFIG_NET_SCH_INGRESS")),
          Map.entry("cls_bpf", List.of("cls_bpf", "CONFIG_NET_CLS_BPF")),
          Map.entry("cls_u32", List.of("cls_u32", "CONFIG_NET_CLS_U32")),
          Map.entry("u32", List.of("cls_u32", "CONFIG_NET_CLS_U32")),
          Map.entry("cls_flower", List.of("cls_flower", "CONFIG_NET_CLS_FLOWER")),
          Map.entry("flower", List.of("cls_flower", "CONFIG_NET_CLS_FLOWER")),
          Map.entry("veth", List.of("veth", "CONFIG_VETH")),
          Map.entry("vxlan", List.of("vxlan", "CONFIG_VXLAN")),
          Map.entry("bridge", List.of("bridge", "CONFIG_BRIDGE")),
          Map.entry("ipvlan", List.of("ipvlan", "CONFIG_IPVLAN")),
          Map.entry("dummy", List.of("dummy", "CONFIG_DUMMY")),
          Map.entry("ifb", List.of("ifb", "CONFIG_IFB")));

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
    Optional<List<String>> module =
        Optional.ofNullable(MODULES.get(missing.piece().toLowerCase(Locale.ROOT)));
    if (module.isPresent()) {
      return remedies.trafficControl(module.get().getFirst(), module.get().getLast());
    }
    if (Privileges.of(machine) != Privileges.ROOT) {
      return remedies.container().isEmpty()
          ? "start as the machine's root: sudo ./kollaps ..."
          : Remedies.containerRights() + ", with --cap-add BPF";
    }
    return "use Linux 5.18 or newer with CONFIG_BPF_SYSCALL; when it is, look at the kernel's messages: dmesg";
  }
}
