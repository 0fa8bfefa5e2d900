package dev.nxtsync.sandbox;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import dev.nxtsync.support.ServerDirectory;

/** What {@code quarkus:dev} has beside it: a sandbox and an empty PostgreSQL, each on its port, until Maven ends. */
public final class Beside {
    private Beside() {}

    /** @param ports of the sandbox and of PostgreSQL */
    public static void main(String... ports) throws Exception {
        try (EmbeddedPostgres database = ServerDirectory.builder().setPort(Integer.parseInt(ports[1])).start();
                var sandbox = new Sandbox(
                        SandboxOptions.defaults().withPort(Integer.parseInt(ports[0])).withWholesaler(true))) {
            System.out.println("Beside it: sandbox " + sandbox.url() + ", database postgresql://postgres@127.0.0.1:"
                    + database.getPort() + "/postgres");
            // also where it is killed
            ProcessHandle.current().parent().orElseThrow().onExit().join();
        }
    }
}
