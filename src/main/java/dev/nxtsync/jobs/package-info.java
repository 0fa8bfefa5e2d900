/**
 * What pulls and pushes share: when they are planned, what a connection may reach now, and the slots that lost calls still
 * take. Start at {@link dev.nxtsync.jobs.PlanLoop}.
 */
@NullMarked
package dev.nxtsync.jobs;

import org.jspecify.annotations.NullMarked;
