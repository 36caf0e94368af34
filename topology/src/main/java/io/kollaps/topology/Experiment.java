package io.kollaps.topology;

import java.util.List;

/**
 * A validated experiment: what the file says, before replicas are expanded and paths collapsed.
 *
 * @param name short name, from the file or the file's name; letters, digits, '-', '.'
 * @param services declared programs in file order, supervisors left out
 * @param bridges network elements without programs, in file order
 * @param links one entry per direction, in file order (a two-way link is two entries, forward
 *     first)
 * @param timeline events, sorted by time, ties in file order
 * @param settings what applies to the whole experiment
 * @param notices what the reader wants the user to know although the file is valid
 */
public record Experiment(
    String name,
    List<Service> services,
    List<Bridge> bridges,
    List<Link> links,
    List<TimelineEvent> timeline,
    Settings settings,
    List<Problem> notices) {

  /** Copies the lists, so that an experiment never changes. */
  public Experiment {
    services = List.copyOf(services);
    bridges = List.copyOf(bridges);
    links = List.copyOf(links);
    timeline = List.copyOf(timeline);
    notices = List.copyOf(notices);
  }
}
