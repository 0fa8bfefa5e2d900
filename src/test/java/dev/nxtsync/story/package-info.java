/**
 * Promises of the product, each tested on the packaged daemon between a real PostgreSQL and the sandbox, by feature: {@code
 * ./mvnw verify -Dgroups=push} runs those of pushes alone. Here is who appears in the stories of several features.
 */
package dev.nxtsync.story;
