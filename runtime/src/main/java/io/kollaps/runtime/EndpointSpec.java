package io.kollaps.runtime;

import io.kollaps.topology.path.Endpoint;
import java.nio.file.Path;

/**
 * An endpoint to make.
 *
 * @param endpoint the endpoint
 * @param hostsFile file with the names of all endpoints, seen as /etc/hosts inside
 * @param standardOutput file that gets what the program prints, appended at every start
 * @param standardError file that gets what the program prints as errors, appended at every start
 */
public record EndpointSpec(
    Endpoint endpoint, Path hostsFile, Path standardOutput, Path standardError) {}
