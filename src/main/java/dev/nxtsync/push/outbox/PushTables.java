package dev.nxtsync.push.outbox;

import jakarta.inject.Singleton;

/** The tables of pushes, for those who look at most of them. */
@Singleton
public record PushTables(PushStates states, PushLanes lanes, OutboxDepth depth, OutboxOrigin origin) {}
