package dev.nxtsync.cli;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.Settings;

/** Lines of the log before there is one, in the form that is set for it. */
record EarlyLog(Settings.Log form) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Says why not. */
    String doesNotStart(String reason) {
        return line("ERROR", "nxt-sync does not start: " + reason);
    }

    String line(String level, String message) {
        return switch (form) {
            case JSON -> JSON.createObjectNode().put("level", level).put("message", message.strip()).toString();
            case TEXT -> message;
        };
    }
}
