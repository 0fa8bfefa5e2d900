package dev.nxtsync.pull;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.state.Proofs;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.TableScans;

/** How far pulls have come. */
@Singleton
record PullPositions(PullStates states, TableScans scans, Proofs proofs) {}
