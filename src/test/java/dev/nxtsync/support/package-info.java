/** What tests and the demo share: a real PostgreSQL and the packaged daemon as a process. */
package dev.nxtsync.support;
