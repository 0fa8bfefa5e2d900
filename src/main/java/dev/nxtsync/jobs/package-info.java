/** What a connection may reach now: companies that refuse it, and slots that lost calls still take. Shared by all jobs. */
@NullMarked
package dev.nxtsync.jobs;

import org.jspecify.annotations.NullMarked;
