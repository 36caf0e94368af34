package io.kollaps.node.control.leader;

import io.kollaps.node.control.RunRecord;
import io.kollaps.node.load.FileContent;
import java.util.Optional;

/**
 * A run as the replicated state has it.
 *
 * @param record what is known of it
 * @param version of its document
 * @param file the experiment's file; kept until the run has ended
 */
public record StoredRun(RunRecord record, long version, Optional<FileContent> file) {}
