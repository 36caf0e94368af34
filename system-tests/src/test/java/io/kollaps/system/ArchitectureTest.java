package io.kollaps.system;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the arrows of ARCHITECTURE.md: who may know whom, and who may touch the outside. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          // made by protoc: neither ours to shape nor to describe
          .withImportOption(location -> !location.contains("/io/kollaps/cluster/generated/"))
          .withImportOption(location -> !location.contains("/io/kollaps/node/generated/"))
          .importPackages("io.kollaps");

  @Test
  void shouldFindTheClassesOfEveryRoom() {
    Set<String> rooms =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith("io.kollaps."))
            .map(name -> name.split("\\.")[2])
            .collect(Collectors.toSet());
    assertThat(rooms)
        .containsExactlyInAnyOrder(
            "topology",
            "emulation",
            "cluster",
            "placement",
            "linux",
            "fabric",
            "runtime",
            "node",
            "benchmarks",
            "cli");
  }

  @Test
  void shouldOnlyKnowTheRoomsBelow() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("topology")
        .definedBy("io.kollaps.topology..")
        .layer("emulation")
        .definedBy("io.kollaps.emulation..")
        .layer("cluster")
        .definedBy("io.kollaps.cluster..")
        .layer("placement")
        .definedBy("io.kollaps.placement..")
        .layer("linux")
        .definedBy("io.kollaps.linux..")
        .layer("fabric")
        .definedBy("io.kollaps.fabric..")
        .layer("runtime")
        .definedBy("io.kollaps.runtime..")
        .layer("node")
        .definedBy("io.kollaps.node..")
        .layer("benchmarks")
        .definedBy("io.kollaps.benchmarks..")
        .layer("cli")
        .definedBy("io.kollaps.cli..")
        .whereLayer("topology")
        .mayNotAccessAnyLayer()
        .whereLayer("linux")
        .mayNotAccessAnyLayer()
        .whereLayer("emulation")
        .mayOnlyAccessLayers("topology")
        .whereLayer("cluster")
        .mayOnlyAccessLayers("topology")
        .whereLayer("placement")
        .mayOnlyAccessLayers("topology")
        .whereLayer("fabric")
        .mayOnlyAccessLayers("topology", "linux")
        .whereLayer("runtime")
        .mayOnlyAccessLayers("topology", "linux")
        .whereLayer("node")
        .mayOnlyAccessLayers(
            "topology", "emulation", "cluster", "placement", "linux", "fabric", "runtime")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("benchmarks")
        .mayOnlyBeAccessedByLayers("cli")
        .check(CLASSES);
  }

  @Test
  void shouldKeepDecisionMakersPure() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.kollaps.topology..",
            "io.kollaps.emulation..",
            "io.kollaps.placement..",
            "io.kollaps.node.verdict..",
            "io.kollaps.node.control..",
            "io.kollaps.cluster.capacity..",
            "io.kollaps.cluster.clock..",
            "io.kollaps.cluster.join..",
            "io.kollaps.cluster.membership..",
            "io.kollaps.cluster.simulate..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.nio.file..",
            "java.nio.channels..",
            "java.util.concurrent..",
            "java.lang.foreign..",
            "javax.net..")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.net.Socket")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(java.util.random.RandomGenerator.class, "getDefault")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void shouldKeepExperimentsOutOfTheCluster() {
    noClasses()
        .that()
        .resideInAPackage("io.kollaps.cluster..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.kollaps.topology", "io.kollaps.topology.read", "io.kollaps.topology.path")
        .check(CLASSES);
  }

  @Test
  void shouldCallLinuxInOneRoomOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.kollaps.linux..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    SlicesRuleDefinition.slices()
        .matching("io.kollaps.(**)")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void shouldDescribeEveryPackageAndKeepNullsOut() {
    Set<String> described =
        CLASSES.stream()
            .filter(c -> c.getSimpleName().equals("package-info"))
            .filter(c -> c.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
            .map(JavaClass::getPackageName)
            .collect(Collectors.toSet());
    Set<String> all = CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(described).containsAll(all);
  }

  @Test
  void shouldNotPrintPastTheCommand() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.kollaps.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }

  @Test
  void shouldKeepValuesWithoutSetters() {
    classes().that().resideInAnyPackage("io.kollaps..").should(new NoSetters()).check(CLASSES);
  }
}
