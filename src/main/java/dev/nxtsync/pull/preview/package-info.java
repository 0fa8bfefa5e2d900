/**
 * What a pull would read, for a person who sets it up: discovery, dry runs and estimates. Start at
 * {@link dev.nxtsync.pull.preview.Discovery}.
 */
@NullMarked
package dev.nxtsync.pull.preview;

import org.jspecify.annotations.NullMarked;
