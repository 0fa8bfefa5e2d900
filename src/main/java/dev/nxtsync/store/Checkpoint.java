package dev.nxtsync.store;

import java.time.Instant;
import java.util.Optional;

/**
 * How far a pull has come with one page.
 *
 * @param readAt the database's time at or before the moment the page was asked for
 * @param cursor the last key of the page as JSON; empty if the page is the last one
 * @param rows in the page, those set aside included
 * @param due when the pull is due again, which matters with the last page only
 */
public record Checkpoint(String pull, int company, Instant readAt, Optional<String> cursor, int rows, Instant due) {}
