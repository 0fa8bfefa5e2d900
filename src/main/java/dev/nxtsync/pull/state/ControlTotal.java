package dev.nxtsync.pull.state;

import java.time.Instant;
import java.util.Optional;

/**
 * What the rows of a group add up to.
 *
 * @param grp the group, as JSON
 * @param there what Business NXT says, as JSON
 * @param here what the target says, as JSON
 * @param at when Business NXT answered
 * @param open whether it is still to be found out if a difference is a change under way
 * @param different whether it is certain that they differ
 * @param gap by how much they differed when its rows were last listed, as JSON; empty if they have not been
 */
public record ControlTotal(String grp, String there, String here, Instant at, boolean open, boolean different,
        Optional<String> gap) {}
