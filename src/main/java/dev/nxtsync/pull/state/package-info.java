/** How far each pull has come in each company. Start at {@link dev.nxtsync.pull.state.PullStates}. */
@NullMarked
package dev.nxtsync.pull.state;

import org.jspecify.annotations.NullMarked;
