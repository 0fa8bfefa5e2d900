package dev.nxtsync.cli;

import java.util.List;

/**
 * What this process was started for: to be the daemon, or for one command beside it.
 *
 * @param arguments of the command line; empty for the daemon
 */
record Invocation(List<String> arguments) {

    boolean isDaemon() { return arguments.isEmpty(); }

    /** Whether it only looks whether all is well, for which a person waits. */
    boolean isCheck() {
        return arguments.stream().limit(1).anyMatch("check"::equals);
    }
}
