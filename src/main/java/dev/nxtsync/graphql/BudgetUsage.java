package dev.nxtsync.graphql;

/**
 * How much of a connection's budget is used.
 *
 * @param limit requests in any 60 seconds, as allowed now
 * @param used of these, in the last 60 seconds
 */
public record BudgetUsage(int limit, int used) {}
