/** What is sent for a push, by its settings and the schema: {@link dev.nxtsync.push.plan.PushPlanner}. */
@NullMarked
package dev.nxtsync.push.plan;

import org.jspecify.annotations.NullMarked;
