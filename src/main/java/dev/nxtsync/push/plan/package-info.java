/** Makes plans of pushes from settings and schema. Start at {@link dev.nxtsync.push.plan.PushPlanner}. */
@NullMarked
package dev.nxtsync.push.plan;

import org.jspecify.annotations.NullMarked;
