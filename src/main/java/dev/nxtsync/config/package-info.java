/** Every setting, read once, and one place that says all that is wrong with them. Start at {@link dev.nxtsync.config.SettingsReader}. */
@NullMarked
package dev.nxtsync.config;

import org.jspecify.annotations.NullMarked;
