/**
 * A stand-in for Visma Connect and Business NXT that keeps to what is documented of them: same paths, errors, limits and
 * oddities, with switches for what is not known (docs/facts). It is what the demo and the tests talk to, and what
 * integrations can be developed against. What it does not do: updates by one filter, joins but to children, reports,
 * grouping, async requests, and faults that only those need. Start at {@link dev.nxtsync.sandbox.Sandbox}.
 */
package dev.nxtsync.sandbox;
