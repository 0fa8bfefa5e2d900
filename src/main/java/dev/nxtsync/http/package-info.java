/**
 * What stands at the addresses of the public port: resources, webhooks and who may call. Start at {@link dev.nxtsync.http.PushResource}.
 */
@NullMarked
package dev.nxtsync.http;

import org.jspecify.annotations.NullMarked;
