/**
 * What must be on the machine before an experiment can start: finds the programs that its services
 * run and that are missing, and installs them or says what to install.
 */
@NullMarked
package io.kollaps.node.prerequisites;

import org.jspecify.annotations.NullMarked;
