package dev.nxtsync.support;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.io.File;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;

/** What {@link FailPoints} weaves into a daemon. Its classes are in a jar of their own, and know nothing but the library. */
public final class FailPointAgent {
    private static final String PACKAGE = "dev.nxtsync.";
    private static final String NETTY = "io.netty.";

    private FailPointAgent() {}

    /** @param places as in {@code schedule.Heartbeat.beat}, or of netty with its whole name, comma separated */
    public static void premain(String places, Instrumentation instrumentation) {
        for (String place : places.split(",", -1)) {
            int dot = place.lastIndexOf('.');
            String method = place.substring(dot + 1);
            String owner = place.substring(0, dot);
            new AgentBuilder.Default().type(named(owner.startsWith(NETTY) ? owner : PACKAGE + owner))
                    .transform((builder, type, loader, module, domain) -> builder.visit(Advice.withCustomMapping()
                            .bind(Weave.Place.class, place).to(Weave.class).on(named(method))))
                    .installOn(instrumentation);
        }
    }

    static String fileOf(String place) {
        return "fail-at-" + place.replace('$', '-');
    }

    /** Stands at the beginning of a method that may fail. */
    public static final class Weave {
        private Weave() {}

        /** The place that a woven method is. */
        @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
        public @interface Place {
        }

        @Advice.OnMethodEnter
        public static void enter(@Place String place) {
            strike(place);
        }

        /** Throws if the place is armed, which it then is no more. */
        public static void strike(String place) {
            File armed = new File(fileOf(place));
            if (!armed.exists()) {
                return;
            }
            String kind;
            try {
                kind = Files.readString(Path.of(armed.getPath()), StandardCharsets.UTF_8);
            } catch (java.io.IOException e) {
                // another thread was first
                return;
            }
            if (armed.delete()) {
                switch (kind) {
                    case "RUNTIME_EXCEPTION" -> throw new IllegalStateException("a fail point at " + place);
                    case "ERROR" -> throw new AssertionError("a fail point at " + place);
                    default -> throw new OutOfMemoryError("a fail point at " + place);
                }
            }
        }
    }
}
