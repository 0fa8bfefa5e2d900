package dev.nxtsync.process;

import java.time.Instant;

/**
 * A thread that must go on and does not.
 *
 * @param what is wrong with it, in words that follow its name
 * @param since when that was seen first
 */
public record ThreadFault(String thread, String what, Instant since) {}
