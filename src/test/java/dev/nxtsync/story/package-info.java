/** Promises of the product, each tested on the packaged daemon between a real PostgreSQL and the sandbox. */
package dev.nxtsync.story;
