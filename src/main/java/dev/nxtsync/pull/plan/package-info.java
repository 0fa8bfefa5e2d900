/**
 * What is read for a pull and into which table, by its settings and the schema: {@link dev.nxtsync.pull.plan.PullPlanner}.
 */
@NullMarked
package dev.nxtsync.pull.plan;

import org.jspecify.annotations.NullMarked;
