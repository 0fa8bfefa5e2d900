package dev.nxtsync.push;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxReader;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.schedule.RunHistory;

/** What every run of a lane works with: the server, the outbox, and where the run tells what is in its way. */
@Singleton
record LaneServices(NxtClient nxt, Outbox outbox, OutboxReader reader, PushStates states, RunHistory history,
        PushFailures failures, MeterRegistry metrics) {}
