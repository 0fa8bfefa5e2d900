package dev.nxtsync.graphql;

import java.io.IOException;

import com.fasterxml.jackson.core.JsonParser;

/** Takes the rows of an answer while it is being read. That it has taken them says nothing of the answer's success. */
@FunctionalInterface
public interface RowSink {

    /** @param parser at the start of the row's object, to be left at its end */
    void row(JsonParser parser) throws IOException;
}
