package dev.nxtsync.pull;

import jakarta.inject.Singleton;

/** The work that a person may ask for. */
@Singleton
record PullJobs(Poll poll, Load load, Reconciliation reconciliation) {}
