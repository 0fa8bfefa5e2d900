package dev.nxtsync.support;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears what a class of the product tells the log, until it is closed. */
public final class Listening extends Handler implements AutoCloseable {
    private final Logger logger;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    private Listening(Logger logger) {
        this.logger = logger;
    }

    public static Listening to(Class<?> teller) {
        var listening = new Listening(Logger.getLogger(teller.getName()));
        listening.logger.addHandler(listening);
        return listening;
    }

    /** All that each entry may print. */
    public List<String> heard() {
        return heard;
    }

    @Override
    public void publish(LogRecord entry) {
        var text = new StringWriter();
        text.write(entry.getMessage() + Arrays.toString(entry.getParameters()));
        if (entry.getThrown() != null) {
            entry.getThrown().printStackTrace(new PrintWriter(text));
        }
        heard.add(text.toString());
    }

    @Override
    public void flush() {
        // nothing is kept back
    }

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
