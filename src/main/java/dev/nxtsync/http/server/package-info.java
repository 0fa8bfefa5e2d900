/**
 * The public port: connections, requests and their bodies, all of which cost memory that is bounded, and none a thread that
 * waits for somebody outside. What stands at its addresses, others say. Start at
 * {@link dev.nxtsync.http.server.PublicPort}.
 */
@NullMarked
package dev.nxtsync.http.server;

import org.jspecify.annotations.NullMarked;
