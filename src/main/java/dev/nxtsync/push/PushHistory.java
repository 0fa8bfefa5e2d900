package dev.nxtsync.push;

/**
 * What this process has learned from the answers to one push in one company, from run to run.
 *
 * @param size how many rows go into one request
 * @param answered whether requests are answered, and which rows are not
 */
record PushHistory(BatchSize size, AnsweredRequests answered) {}
