package io.kollaps.node.fabric;

import io.kollaps.fabric.MissingPiece;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Chooses the fabric of a run: accuracy first, then scale.
 *
 * <p>Up to {@link #MANY_ENDPOINTS} endpoints the user-space fabric is preferred: it serves what
 * waits at the rate of the moment, loses single packets of a super-packet, and needs nothing of the
 * kernel but TUN devices. With more endpoints the kernel fabric is: its packets do not pass one
 * thread. The tc fabric is last: it is for devices that Kollaps does not own.
 */
public final class FabricChooser {
  /** Asks for the choice of Kollaps in place of a name. */
  public static final String AUTO = "auto";

  /**
   * With more endpoints than this the kernel fabric is preferred. One thread moves all packets of
   * the user-space fabric: some hundred endpoints that are active at once fill its processor.
   */
  public static final int MANY_ENDPOINTS = 300;

  private static final List<String> FEW = List.of("user-space", "kernel", "tc");
  private static final List<String> MANY = List.of("kernel", "user-space", "tc");

  private final List<FabricFactory> factories;

  /** Chooses among these. */
  public FabricChooser(List<FabricFactory> factories) {
    this.factories = List.copyOf(factories);
  }

  /** Names in the order in which they are preferred for so many endpoints. */
  public static List<String> preference(int endpoints) {
    return endpoints > MANY_ENDPOINTS ? MANY : FEW;
  }

  /**
   * Chooses.
   *
   * @param name the fabric asked for, or {@link #AUTO}
   * @param demand what the experiment asks for
   * @throws FabricRefusedException when the one asked for, or all, cannot carry the experiment
   *     here, or no fabric has the name
   */
  public FabricChoice choose(String name, FabricDemand demand) throws FabricRefusedException {
    return name.equals(AUTO) ? preferred(demand) : asked(name, demand);
  }

  private FabricChoice asked(String name, FabricDemand demand) throws FabricRefusedException {
    Optional<FabricFactory> asked =
        factories.stream().filter(factory -> factory.name().equals(name)).findFirst();
    if (asked.isEmpty()) {
      throw new FabricRefusedException(
          "no fabric is named '" + name + "'; write " + AUTO + ", " + names(", "));
    }
    Optional<String> obstacle = obstacle(asked.get(), demand);
    if (obstacle.isPresent()) {
      throw new FabricRefusedException(
          "the fabric " + name + " cannot be used: " + obstacle.get() + ". " + WHAT_TO_DO);
    }
    return new FabricChoice(asked.get(), "asked for by --fabric " + name);
  }

  private static final String WHAT_TO_DO =
      "See 'kollaps doctor' for what works here, or leave the choice to Kollaps: --fabric auto";

  private FabricChoice preferred(FabricDemand demand) throws FabricRefusedException {
    List<String> preference = preference(demand.endpoints());
    List<FabricFactory> ordered =
        factories.stream()
            .sorted(Comparator.comparingInt(factory -> preference.indexOf(factory.name())))
            .toList();
    List<String> passedOver = new ArrayList<>();
    for (FabricFactory factory : ordered) {
      Optional<String> obstacle = obstacle(factory, demand);
      if (obstacle.isEmpty()) {
        return new FabricChoice(factory, reason(demand, passedOver));
      }
      passedOver.add(factory.name() + ": " + obstacle.get());
    }
    throw new FabricRefusedException(
        "no fabric can be used: "
            + String.join("; ", passedOver)
            + ". See 'kollaps doctor' for what mends it");
  }

  private static String reason(FabricDemand demand, List<String> passedOver) {
    String rule =
        demand.endpoints() > MANY_ENDPOINTS
            ? "preferred for more than " + MANY_ENDPOINTS + " endpoints"
            : "the most accurate one, preferred up to " + MANY_ENDPOINTS + " endpoints";
    return passedOver.isEmpty()
        ? rule
        : "the next one, since the preferred cannot be used: " + String.join("; ", passedOver);
  }

  private static Optional<String> obstacle(FabricFactory factory, FabricDemand demand) {
    Optional<String> refusal = factory.refusal(demand);
    if (refusal.isPresent()) {
      return refusal;
    }
    List<MissingPiece> missing = factory.missing();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            missing.stream()
                .map(piece -> piece.piece() + ": " + piece.detail())
                .collect(Collectors.joining("; ")));
  }

  private String names(String separator) {
    return factories.stream().map(FabricFactory::name).collect(Collectors.joining(separator));
  }
}
