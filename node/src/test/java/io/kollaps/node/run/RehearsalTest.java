package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.EndpointEvent;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RehearsalTest {

  @Test
  void shouldHaveEveryKindOfEvent() {
    CompiledExperiment compiled = Rehearsal.compiled();

    Set<EndpointEvent.Kind> kinds =
        compiled.endpointEvents().stream().map(EndpointEvent::kind).collect(Collectors.toSet());
    assertThat(kinds).isEqualTo(EnumSet.allOf(EndpointEvent.Kind.class));
    assertThat(compiled.epochs()).hasSizeGreaterThan(2);
    assertThat(compiled.endpoints()).anyMatch(e -> !e.service().waitFor().isEmpty());
  }

  @Test
  void shouldPlayWithinItsBounds() throws Exception {
    assertThat(Rehearsal.begin().await()).isBetween(1, Rehearsal.MAX_PLAYS);
  }
}
