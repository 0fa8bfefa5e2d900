package dev.nxtsync.pull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/** How long a document of several tables may be, in tokens: names, numbers, and signs but commas. */
@Singleton
public final class DocumentLength {
    /**
     * Some servers read no more than 15,000, and what Business NXT reads is not documented. 300 tables fit with keys of three
     * columns and change stamps.
     */
    static final int MOST = 13_000;
    /** Of a document without tables. */
    private static final int FRAME = 30;

    private final int most;

    @Inject
    public DocumentLength() {
        this(MOST);
    }

    DocumentLength(int most) {
        this.most = most;
    }

    /**
     * Divides what is asked for among as few documents as hold it, in its order.
     *
     * @param tokens of each; what no document holds has one of its own
     */
    public <T> List<List<T>> divide(List<T> all, ToIntFunction<T> tokens) {
        var documents = new ArrayList<List<T>>();
        int used = most;
        for (T each : all) {
            int added = tokens.applyAsInt(each);
            used += added;
            if (used > most) {
                documents.add(new ArrayList<>());
                used = FRAME + added;
            }
            documents.get(documents.size() - 1).add(each);
        }
        return documents;
    }
}
