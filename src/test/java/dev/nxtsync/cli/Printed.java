package dev.nxtsync.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

/**
 * What a command of this process has answered.
 *
 * @param code its exit code
 * @param text what it has printed, on standard output and on standard error
 */
record Printed(int code, String text) {

    /** @param work answers the exit code */
    static Printed by(Callable<Integer> work) throws Exception {
        var printed = new ByteArrayOutputStream();
        var stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        PrintStream out = System.out;
        PrintStream err = System.err;
        System.setOut(stream);
        System.setErr(stream);
        try {
            return new Printed(work.call(), printed.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
