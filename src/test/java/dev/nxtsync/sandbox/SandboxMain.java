package dev.nxtsync.sandbox;

/** The sandbox alone, until it is interrupted. */
public final class SandboxMain {
    private SandboxMain() {}

    public static void main(String... arguments) throws InterruptedException {
        SandboxOptions options;
        try {
            options = SandboxOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\nOptions:\n" + SandboxOptions.HELP);
            System.exit(2);
            return;
        }
        try (var sandbox = new Sandbox(options)) {
            System.out.println("sandbox ready " + sandbox.url());
            Thread.currentThread().join();
        } catch (IllegalStateException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.err.println("The sandbox cannot listen at port " + options.port() + ": " + cause.getMessage()
                    + ". Choose a free one, such as --port 8090.");
            // threads that it has begun do not end by themselves
            System.exit(1);
        }
    }
}
