/**
 * What pulls and pushes share: what a connection may reach now, and the slots that lost calls still take. Start at
 * {@link dev.nxtsync.jobs.CompanyAccess}.
 */
@NullMarked
package dev.nxtsync.jobs;

import org.jspecify.annotations.NullMarked;
